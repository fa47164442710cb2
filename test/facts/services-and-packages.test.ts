import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import type { Fact, Output } from '../../src/core/fact.js'
import { guardFact, type Guards } from '../../src/facts/commands/guard.js'
import { httpFact, type HttpReader } from '../../src/facts/commands/http.js'
import { aptFact } from '../../src/facts/apt/packages.js'
import { unitInstancesFact } from '../../src/facts/systemd/unit-instances.js'
import { unitFact } from '../../src/facts/systemd/unit.js'
import { runIn, shells } from '../shells.js'

const said = (stdout: string, code = 0, stderr = ''): Output => ({
  code,
  stdout: Buffer.from(stdout),
  stderr,
})
const valueOf = <V>(fact: Fact<V> | undefined): V => {
  if (fact?.is !== 'present') throw new Error(`it is ${JSON.stringify(fact)}`)
  return fact.value
}

const [mariadb = '', missing = ''] = unitFact.recorded?.stdout.split('\n\n') ?? []
const webhook = `Id=webhook.service
Names=webhook.service
LoadState=masked
ActiveState=inactive
SubState=dead
FragmentPath=/etc/systemd/system/webhook.service
UnitFileState=masked
NeedDaemonReload=no
`

describe('units', () => {
  test('may be masked', () => {
    const [masked] = unitFact.parse(said(webhook), ['webhook.service'])
    expect(valueOf(masked)).toMatchObject({ load: 'masked', file: 'masked', invocation: null })
  })

  test('whose file is gone exist while they run', () => {
    const [fact] = unitFact.parse(
      said(missing.replace('ActiveState=inactive', 'ActiveState=active')),
      ['nosuch.service'],
    )
    expect(fact).toMatchObject({ is: 'present', value: { active: 'active' } })
  })

  test.each([
    ['no systemd', said('', 1, 'this host was not started by systemd')],
    ['no bus', said('', 1, 'Failed to connect to bus: Host is down')],
    ['nothing', said('')],
    ['one answer for two', said(mariadb)],
    ['another unit’s answer', said([missing, mariadb].join('\n\n'))],
    ['noise', said('%PDF\n\n\u0000\u0001')],
  ])('are unknown after %s', (_, output) => {
    expect(
      unitFact
        .parse(output, ['mysql.service', 'nosuch.service'])
        .every((fact) => fact.is === 'unknown'),
    ).toBe(true)
  })
})

test.each([said('', 1, 'Failed to connect to bus'), said('@instances\n'), said('')])(
  'instances of units are unknown after %j',
  (output) => {
    expect(
      unitInstancesFact.parse(output, ['many@.service', 'few@.timer']).map((fact) => fact.is),
    ).toEqual(['unknown', 'unknown'])
  },
)

describe('packages', () => {
  // dpkg 1.21.22 and apt 2.6.1, on amd64
  const rows = `lists 120
native amd64
foreign wine32:i386
git\tinstalled\tamd64\tinstall\tok\t1:2.39.5-0+deb12u3\tforeign\tgit-completion, git-core
git-man\tinstalled\tall\tinstall\tok\t1:2.39.5-0+deb12u3\tforeign\t
nginx\tconfig-files\tamd64\tdeinstall\tok\t1.22.1-9\t\thttpd, httpd-cgi
webhook\tinstalled\tamd64\thold\tok\t2.8.0-2+b6\t\t
sick\thalf-configured\tall\tinstall\tok\t1\t\t
torn\thalf-installed\tall\tinstall\treinstreq\t1\t\t
exim4\tinstalled\tall\tinstall\tok\t4.96-15\t\tmail-transport-agent (= 4.96), default-mta
libc6\tinstalled\tamd64\tinstall\tok\t2.36-9\tsame\t
libc6\tinstalled\ti386\thold\tok\t2.36-8\tsame\t
libgif7\tinstalled\ti386\tinstall\tok\t5.2.1-2.5\tsame\t
libz\tconfig-files\tamd64\tdeinstall\tok\t1\tsame\t
libz\tinstalled\ti386\tinstall\tok\t1\tsame\tlibz-dev
wine32\tinstalled\ti386\tinstall\tok\t8.0\tforeign\twine-bin
`
  const of = (version: string, rest: object = {}): object => ({
    status: 'installed',
    version,
    held: false,
    reinstall: false,
    providedBy: null,
    ...rest,
  })

  test.each([
    ['mail-transport-agent', of('4.96-15', { providedBy: 'exim4', aptName: 'exim4' })],
    ['nginx', of('1.22.1-9', { status: 'config-files', aptName: 'nginx' })],
    ['webhook', of('2.8.0-2+b6', { held: true, aptName: 'webhook' })],
    ['sick', of('1', { status: 'half-configured', aptName: 'sick' })],
    ['torn', of('1', { status: 'half-installed', reinstall: true, aptName: 'torn' })],
    ['libc6', of('2.36-9', { aptName: 'libc6' })],
    ['libc6:amd64', of('2.36-9', { aptName: 'libc6' })],
    ['libc6:native', of('2.36-9', { aptName: 'libc6' })],
    ['libc6:i386', of('2.36-8', { held: true, aptName: 'libc6:i386' })],
    ['git-man:i386', of('1:2.39.5-0+deb12u3', { aptName: 'git-man' })],
    ['git-man:all', of('1:2.39.5-0+deb12u3', { aptName: 'git-man' })],
    // A package of another architecture is another package, unless apt knows no other.
    ['libgif7', undefined],
    ['libgif7:any', undefined],
    ['libgif7:i386', of('5.2.1-2.5', { aptName: 'libgif7:i386' })],
    ['libz', of('1', { status: 'config-files', aptName: 'libz' })],
    ['libz-dev', undefined],
    ['git:i386', undefined],
    ['wine32', of('8.0', { aptName: 'wine32:i386' })],
    ['wine-bin', of('8.0', { providedBy: 'wine32', aptName: 'wine32:i386' })],
    ['httpd', undefined],
    ['gi', undefined],
  ])('%s', (name, state) => {
    const [first, second] = aptFact.parse(said(rows), [[name], []])
    expect(valueOf(first)).toEqual({
      listsAge: 120,
      packages: state === undefined ? {} : { [name]: state },
    })
    expect(valueOf(second)).toEqual({ listsAge: 120, packages: {} })
  })

  test('without lists apt knows no architecture of packages that are not installed', () => {
    expect(
      valueOf(aptFact.parse(said(rows.replace('lists 120', 'lists none')), [['wine32']])[0])
        .packages,
    ).toEqual({})
  })

  test('lists that were never fetched, and lists from the future', () => {
    expect(
      valueOf(aptFact.parse(said('lists none\nnative amd64\n'), [['git']])[0]).listsAge,
    ).toBeNull()
    expect(valueOf(aptFact.parse(said('lists -100\nnative amd64\n'), [['git']])[0]).listsAge).toBe(
      0,
    )
  })

  test.each([
    ['no dpkg', said('lists none\nnative amd64\n', 127, 'sh: dpkg-query: not found')],
    ['nothing', said('')],
    ['no architecture', said('lists 1\nnative \n')],
    ['a row that is torn', said('lists 1\nnative amd64\ngit\tamd64\tinst')],
    ['noise', said('\u0000\u0001')],
  ])('are unknown after %s', (_, output) => {
    expect(aptFact.parse(output, [['git'], ['curl']]).map((fact) => fact.is)).toEqual([
      'unknown',
      'unknown',
    ])
  })
})

describe.each(shells)('guards in $name', (shell) => {
  const root = mkdtempSync(join(tmpdir(), 'guards-'))
  const [here, program] = [join(root, "it's here"), join(root, 'program')]
  writeFileSync(here, '')
  writeFileSync(program, 'no program')
  chmodSync(program, 0o644)
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })

  test.each<[Guards, object]>([
    [{}, { is: 'due' }],
    [{ creates: here }, { is: 'holds', guard: 'creates' }],
    [{ creates: '/nonexistent' }, { is: 'due' }],
    [{ removes: here }, { is: 'due' }],
    [{ removes: '/nonexistent' }, { is: 'holds', guard: 'removes' }],
    [{ unless: 'true' }, { is: 'holds', guard: 'unless' }],
    [{ unless: ['false'] }, { is: 'due' }],
    [{ unless: 'exit 5' }, { is: 'due' }],
    [{ onlyIf: 'true' }, { is: 'due' }],
    [
      { onlyIf: 'false', unless: 'exit 127' },
      { is: 'holds', guard: 'onlyIf' },
    ],
    [
      { onlyIf: 'true', unless: 'true' },
      { is: 'holds', guard: 'unless' },
    ],
    [{ unless: ['no-such-program'] }, { is: 'failed', guard: 'unless', status: 127 }],
    [{ onlyIf: 'no-such-program' }, { is: 'failed', guard: 'onlyIf', status: 127 }],
    [{ onlyIf: [program] }, { is: 'failed', guard: 'onlyIf', status: 126 }],
    [{ unless: 'kill -9 $$' }, { is: 'failed', guard: 'unless', status: 137 }],
    [
      { unless: ['test', '-e', "it's here"], cwd: root },
      { is: 'holds', guard: 'unless' },
    ],
    [
      { unless: 'true', cwd: '/nonexistent' },
      { is: 'failed', guard: 'cwd', status: 1 },
    ],
    [{ unless: 'cat; echo noise; echo noise >&2; false' }, { is: 'due' }],
  ])('%j', (guards, verdict) => {
    const output = runIn(shell, guardFact.script([{ creates: here }, guards, { unless: 'true' }]))
    expect(guardFact.parse(output, [{}, guards, {}])).toEqual([
      { is: 'present', value: { is: 'holds', guard: 'creates' } },
      { is: 'present', value: verdict },
      { is: 'present', value: { is: 'holds', guard: 'unless' } },
    ])
  })

  test.each([
    said('due\n'),
    said('due\nperhaps\n'),
    said('due\nunless x\n'),
    said('', 1, 'no shell'),
  ])('are unknown after %j', (output) => {
    expect(guardFact.parse(output, [{}, {}]).map((fact) => fact.is)).toEqual(['unknown', 'unknown'])
  })
})

test('no answer of an HTTP server is an answer with a reason', async () => {
  const probe = { url: 'http://localhost/', from: 'host', timeout: 1 } as const
  const silent: HttpReader = { request: () => Promise.reject(new Error('connection refused')) }
  const speaks: HttpReader = { request: () => Promise.resolve({ status: 200, body: 'OK' }) }
  const forbidden: HttpReader = {
    request: () =>
      Promise.reject(
        new FettleError('forward-forbidden', { message: 'sshd forbids it', remedy: 'permit it' }),
      ),
  }
  expect(await httpFact.read(forbidden, probe)).toEqual({
    is: 'present',
    value: { silent: 'sshd forbids it', remedy: 'permit it' },
  })
  expect(await httpFact.read(silent, probe)).toEqual({
    is: 'present',
    value: { silent: 'connection refused' },
  })
  expect(await httpFact.read(speaks, probe)).toEqual({
    is: 'present',
    value: { status: 200, body: 'OK' },
  })
})

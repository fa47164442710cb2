import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Fact, HttpReader, Output } from '../../src/core/fact.js'
import { guardFact, type Guards } from '../../src/facts/guard.js'
import { httpFact } from '../../src/facts/http.js'
import { aptFact } from '../../src/facts/package.js'
import { unitFact } from '../../src/facts/unit.js'
import { runIn, shells } from '../shells.js'

const said = (stdout: string, code = 0, stderr = ''): Output => ({ code, stdout: Buffer.from(stdout), stderr })
const valueOf = <V>(fact: Fact<V> | undefined): V => {
  if (fact?.is !== 'present') throw new Error(`it is ${JSON.stringify(fact)}`)
  return fact.value
}

// systemd 252.39
const mariadb = `Result=success
CanReload=no
Id=mariadb.service
Names=mysqld.service mysql.service mariadb.service
LoadState=loaded
ActiveState=active
SubState=running
FragmentPath=/lib/systemd/system/mariadb.service
UnitFileState=enabled
NeedDaemonReload=no
InvocationID=5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e
`
const missing = `Id=nosuch.service
Names=nosuch.service
LoadState=not-found
ActiveState=inactive
SubState=dead
NeedDaemonReload=no
InvocationID=
`
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
  test('are told in the order of the question, an alias by its own name', () => {
    const [alias, none, masked] = unitFact.parse(said([mariadb, missing, webhook].join('\n')), ['mysql.service', 'nosuch.service', 'webhook.service'])
    expect(alias).toEqual({
      is: 'present',
      value: { id: 'mariadb.service', load: 'loaded', active: 'active', sub: 'running', file: 'enabled', path: '/lib/systemd/system/mariadb.service', needsReload: false, canReload: false, invocation: '5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e', result: 'success' },
    })
    expect(none).toEqual({ is: 'absent' })
    expect(valueOf(masked)).toMatchObject({ load: 'masked', file: 'masked', invocation: null })
  })

  test('whose file is gone are there while they run', () => {
    const [fact] = unitFact.parse(said(missing.replace('ActiveState=inactive', 'ActiveState=active')), ['nosuch.service'])
    expect(fact).toMatchObject({ is: 'present', value: { active: 'active' } })
  })

  test.each([
    ['no systemd', said('', 1, 'this host was not started by systemd')],
    ['no bus', said('', 1, 'Failed to connect to bus: Host is down')],
    ['nothing', said('')],
    ['one answer for two', said(mariadb)],
    ['another unit’s answer', said([missing, mariadb].join('\n'))],
    ['noise', said('%PDF\n\n\u0000\u0001')],
  ])('are unknown after %s', (_, output) => {
    expect(unitFact.parse(output, ['mysql.service', 'nosuch.service']).every((fact) => fact.is === 'unknown')).toBe(true)
  })
})

describe('packages', () => {
  // dpkg 1.21.22
  const rows = `lists 120
git\tinstalled\tamd64\tinstall\tok\t1:2.39.5-0+deb12u3\tgit-completion, git-core
git-man\tinstalled\tall\tinstall\tok\t1:2.39.5-0+deb12u3\t
mawk\tinstalled\tamd64\tinstall\tok\t1.3.4.20200120-3.1\tawk
nginx\tconfig-files\tamd64\tdeinstall\tok\t1.22.1-9\thttpd, httpd-cgi
webhook\tinstalled\tamd64\thold\tok\t2.8.0-2+b6\t
sick\thalf-configured\tall\tinstall\tok\t1\t
torn\thalf-installed\tall\tinstall\treinstreq\t1\t
exim4\tinstalled\tall\tinstall\tok\t4.96-15\tmail-transport-agent (= 4.96), default-mta
libc6\tinstalled\tamd64\tinstall\tok\t2.36-9\t
`

  test.each([
    ['git', { status: 'installed', version: '1:2.39.5-0+deb12u3', held: false, reinstall: false, providedBy: null }],
    ['awk', { status: 'installed', version: '1.3.4.20200120-3.1', held: false, reinstall: false, providedBy: 'mawk' }],
    ['mail-transport-agent', { status: 'installed', version: '4.96-15', held: false, reinstall: false, providedBy: 'exim4' }],
    ['nginx', { status: 'config-files', version: '1.22.1-9', held: false, reinstall: false, providedBy: null }],
    ['webhook', { status: 'installed', version: '2.8.0-2+b6', held: true, reinstall: false, providedBy: null }],
    ['sick', { status: 'half-configured', version: '1', held: false, reinstall: false, providedBy: null }],
    ['torn', { status: 'half-installed', version: '1', held: false, reinstall: true, providedBy: null }],
    ['libc6:amd64', { status: 'installed', version: '2.36-9', held: false, reinstall: false, providedBy: null }],
    ['libc6:i386', undefined],
    ['httpd', undefined],
    ['gi', undefined],
  ])('%s', (name, state) => {
    const [first, second] = aptFact.parse(said(rows), [[name], []])
    expect(valueOf(first)).toEqual({ listsAge: 120, packages: state === undefined ? {} : { [name]: state } })
    expect(valueOf(second)).toEqual({ listsAge: 120, packages: {} })
  })

  test('lists that were never fetched, and lists from the future', () => {
    expect(valueOf(aptFact.parse(said('lists none\n'), [['git']])[0]).listsAge).toBeNull()
    expect(valueOf(aptFact.parse(said('lists -100\n'), [['git']])[0]).listsAge).toBe(0)
  })

  test.each([
    ['no dpkg', said('lists none\n', 127, 'sh: dpkg-query: not found')],
    ['nothing', said('')],
    ['a row that is torn', said('lists 1\ngit\tamd64\tinst')],
    ['noise', said('\u0000\u0001')],
  ])('are unknown after %s', (_, output) => {
    expect(aptFact.parse(output, [['git'], ['curl']]).map((fact) => fact.is)).toEqual(['unknown', 'unknown'])
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
    [{ onlyIf: 'false', unless: 'exit 127' }, { is: 'holds', guard: 'onlyIf' }],
    [{ onlyIf: 'true', unless: 'true' }, { is: 'holds', guard: 'unless' }],
    [{ unless: ['no-such-program'] }, { is: 'failed', guard: 'unless', status: 127 }],
    [{ onlyIf: 'no-such-program' }, { is: 'failed', guard: 'onlyIf', status: 127 }],
    [{ onlyIf: [program] }, { is: 'failed', guard: 'onlyIf', status: 126 }],
    [{ unless: 'kill -9 $$' }, { is: 'failed', guard: 'unless', status: 137 }],
    [{ unless: ['test', '-e', "it's here"], cwd: root }, { is: 'holds', guard: 'unless' }],
    [{ unless: 'true', cwd: '/nonexistent' }, { is: 'failed', guard: 'cwd', status: 1 }],
    [{ unless: 'cat; echo noise; echo noise >&2; false' }, { is: 'due' }],
  ])('%j', (guards, verdict) => {
    const output = runIn(shell, guardFact.script([{ creates: here }, guards, { unless: 'true' }]))
    expect(guardFact.parse(output, [{}, guards, {}])).toEqual([{ is: 'present', value: { is: 'holds', guard: 'creates' } }, { is: 'present', value: verdict }, { is: 'present', value: { is: 'holds', guard: 'unless' } }])
  })

  test.each([said('due\n'), said('due\nperhaps\n'), said('due\nunless x\n'), said('', 1, 'no shell')])('are unknown after %j', (output) => {
    expect(guardFact.parse(output, [{}, {}]).map((fact) => fact.is)).toEqual(['unknown', 'unknown'])
  })
})

test('silence of an HTTP server is an answer that says why', async () => {
  const probe = { url: 'http://localhost/', from: 'host', timeout: 1 } as const
  const silent: HttpReader = { request: () => Promise.reject(new Error('connection refused')) }
  const speaks: HttpReader = { request: () => Promise.resolve({ status: 200, body: 'OK' }) }
  expect(await httpFact.read(silent, probe)).toEqual({ is: 'present', value: { silent: 'connection refused' } })
  expect(await httpFact.read(speaks, probe)).toEqual({ is: 'present', value: { status: 200, body: 'OK' } })
})

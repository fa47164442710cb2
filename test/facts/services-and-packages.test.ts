import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { guardFact, type Guards } from '../../src/facts/commands/guard.js'
import { httpFact, type HttpReader } from '../../src/facts/commands/http.js'
import { unitInstancesFact } from '../../src/facts/systemd/unit-instances.js'
import { unitFact } from '../../src/facts/systemd/unit.js'
import { runIn, shells } from '../shells.js'
import { said, valueOf } from './said.js'

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

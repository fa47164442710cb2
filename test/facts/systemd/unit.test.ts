import { describe, expect, test } from '@jest/globals'
import { unitFact, type UnitState } from '../../../src/facts/systemd/unit.js'
import { said } from '../said.js'

// systemd 252.39
const block = `Result=success
CanReload=yes
Id=app.service
Names=app.service web.service
LoadState=loaded
ActiveState=active
SubState=running
FragmentPath=/etc/systemd/system/app.service
UnitFileState=enabled
NeedDaemonReload=no
InvocationID=5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e
`
const app: UnitState = {
  id: 'app.service',
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file: 'enabled',
  path: '/etc/systemd/system/app.service',
  needsReload: false,
  canReload: true,
  invocation: '5c8d1f7a4c0e4f0f9d6b7a1e2f3c4d5e',
  result: 'success',
}
const least =
  'Id=app.service\nLoadState=masked\nActiveState=inactive\nSubState=dead\nInvocationID=\n'
const isMasked = { id: 'app.service', load: 'masked', active: 'inactive', sub: 'dead' }
const gone = block.replace('=loaded', '=not-found')

test.each<[string, string, UnitState | null]>([
  ['a unit that runs', block, app],
  ['lines without a name or a value', `=x\nnoise\n${block}Slice\n`, app],
  ['a value in which `=` stands', block.replace('=success', '=a=b'), { ...app, result: 'a=b' }],
  [
    'a file that is newer than what is loaded',
    block.replace('NeedDaemonReload=no', 'NeedDaemonReload=yes'),
    { ...app, needsReload: true },
  ],
  [
    'a unit that cannot reload',
    block.replace('CanReload=yes', 'CanReload=no'),
    { ...app, canReload: false },
  ],
  [
    'a unit that is masked and never ran, of which little is said',
    least,
    {
      ...isMasked,
      file: '',
      path: '',
      needsReload: false,
      canReload: false,
      invocation: null,
      result: '',
    },
  ],
  [
    'a unit that has no instance',
    block.replace(/InvocationID=.*\n/, ''),
    { ...app, invocation: null },
  ],
  ['a unit whose file is gone while it runs', gone, { ...app, load: 'not-found' }],
  [
    'a unit whose file is gone while it stops',
    gone.replace('=active', '=deactivating'),
    { ...app, load: 'not-found', active: 'deactivating' },
  ],
  ['a unit that is stopped', block.replace('=active', '=inactive'), { ...app, active: 'inactive' }],
  ['a unit that has failed', block.replace('=active', '=failed'), { ...app, active: 'failed' }],
  ['no unit', gone.replace('=active', '=inactive'), null],
  ['no unit any more, since it failed', gone.replace('=active', '=failed'), null],
])('%s', (_, stdout, value) => {
  expect(unitFact.parse(said(stdout), ['app.service'])).toEqual([
    value === null ? { is: 'absent' } : { is: 'present', value },
  ])
})

test('units are told in the order of their names, by an alias too', () => {
  const two = `${block}\n\n${least.replace('app', 'db')}`
  expect(unitFact.parse(said(two), ['web.service', 'db.service'])).toMatchObject([
    { is: 'present', value: { id: 'app.service' } },
    { is: 'present', value: { id: 'db.service' } },
  ])
})

test('names do not replace an id', () => {
  expect(
    unitFact.parse(said(block.replace('Id=app.service\n', '')), ['web.service']),
  ).toMatchObject([{ is: 'unknown' }])
})

test.each([
  ['Id=app.service', ''],
  ['Id=app.service', 'Id=app'],
  ['LoadState=loaded', ''],
  ['ActiveState=active', ''],
  ['SubState=running', ''],
])('without %j, which is %j, a unit cannot be understood', (line, other) => {
  const answer = block.replace('Names=app.service web.service\n', '').replace(line, other)
  expect(unitFact.parse(said(answer.replace(/^\n/gm, '')), ['app.service'])).toEqual([
    {
      is: 'unknown',
      reason: "systemd's answer about app.service could not be understood",
      remedy: 'run systemctl show app.service on the host and look at its lines',
    },
  ])
})

describe('all are unknown', () => {
  const [count, show, status] = [
    (answers: number) => `systemd was asked for 2 units and answered for ${String(answers)}`,
    'run systemctl show on the host and look at its lines',
    'see systemctl status on the host',
  ]
  const noBus = 'Failed to connect to bus: Host is down'
  test.each([
    ['without a bus', said('', 1, `${noBus}\n`), `the units could not be read: ${noBus}`, status],
    [
      'after a status',
      said(`${block}\n${block}`, 4),
      'the units could not be read: status 4',
      status,
    ],
    ['after nothing', said(''), count(0), show],
    ['after empty lines', said('\n\n\n'), count(0), show],
    ['after one answer', said(block), count(1), show],
    ['after three', said(`${block}\n${block}\n${block}`), count(3), show],
  ])('%s', (_, output, reason, remedy) => {
    const fact = { is: 'unknown', reason, remedy }
    expect(unitFact.parse(output, ['app.service', 'web.service'])).toEqual([fact, fact])
  })
})

test('systemctl is asked for what is read, where systemd runs', () => {
  expect(unitFact.script(['app.service', 'a@b.timer']).script.body).toBe(
    "[ -d /run/systemd/system ] || { echo 'this host was not started by systemd' >&2; exit 1; }; " +
      'systemctl show --no-pager -p Id,Names,LoadState,ActiveState,SubState,UnitFileState,' +
      'FragmentPath,NeedDaemonReload,CanReload,InvocationID,Result -- app.service a@b.timer',
  )
})

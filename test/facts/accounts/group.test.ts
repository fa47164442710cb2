import { expect, test } from '@jest/globals'
import { groupFact } from '../../../src/facts/accounts/group.js'
import { said } from '../said.js'

test.each([
  ['domain users:x:5513:DOM\\alice,bob\n', { gid: 5513, members: ['DOM\\alice', 'bob'] }],
  ['adm:x:4:\ndomain users:x:5513:\n', { gid: 5513, members: [] }],
  ['domain users:x:5513:,bob,\n', { gid: 5513, members: ['bob'] }],
])('a group with a space: %j', (stdout, value) => {
  expect(groupFact.parse(said(stdout), ['domain users'])).toEqual([{ is: 'present', value }])
})

test.each(['', 'adm:x:4:app\n', '+:::\n', '-bob\n', '#\n'])('absent after %j', (stdout) => {
  for (const code of [0, 2])
    expect(groupFact.parse(said(stdout, code), ['app'])).toEqual([{ is: 'absent' }])
})

test.each(['app:x:4\n', 'app:x\n', 'app:x:4a:\n', 'app:x:a4:\n', 'app:x::\n'])(
  'a group cannot be understood: %j',
  (stdout) => {
    expect(groupFact.parse(said(stdout), ['app'])).toEqual([
      {
        is: 'unknown',
        reason: 'the group app could not be understood',
        remedy: 'run getent group on the host and look at its line',
      },
    ])
  },
)

test.each(['odd:x:4\n', 'odd\n'])('among lines such as %j a group may be', (stdout) => {
  expect(groupFact.parse(said(`adm:x:4:\n${stdout}`, 2), ['app', 'adm'])).toEqual([
    {
      is: 'unknown',
      reason: 'the list of groups, in which app was not found, could not be understood',
      remedy: 'run getent group on the host and look at its lines',
    },
    { is: 'present', value: { gid: 4, members: [] } },
  ])
})

test.each([
  ['a source that failed', said('app:x:4:\n', 3), 'status 3'],
  ['an error', said('', 1, 'getent: no such database\n'), 'getent: no such database'],
])('unknown after %s', (_, output, why) => {
  const fact = {
    is: 'unknown',
    reason: `the groups could not be read: ${why}`,
    remedy: 'see getent(1) on the host',
  }
  expect(groupFact.parse(output, ['app', 'adm'])).toEqual([fact, fact])
})

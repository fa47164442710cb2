import { group } from '../../../src/resources/accounts/group.js'
import type { Case } from '../../../src/testing/case.js'

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => group('deploy', { system: true }),
    facts: { group: null },
    changes: ['create group deploy'],
    effects: ['create'],
    scripts: ['groupadd -r  -- deploy'],
    keys: { group: 'deploy' },
  },
  {
    name: 'created with a gid',
    resource: () => group('deploy', { gid: 990 }),
    facts: { group: null },
    changes: ['create group deploy'],
    scripts: ['groupadd  -g 990 -- deploy'],
  },
  {
    name: 'there',
    resource: () => group('deploy', { system: true }),
    facts: { group: { gid: 990, members: [] } },
    changes: [],
    reason: 'gid 990',
  },
  {
    name: 'there, with its gid',
    resource: () => group('deploy', { gid: 990 }),
    facts: { group: { gid: 990, members: [] } },
    changes: [],
    reason: 'gid 990',
  },
  {
    name: 'another gid',
    resource: () => group('deploy', { gid: 990 }),
    facts: { group: { gid: 5, members: [] } },
    changes: ['gid 5 → 990'],
    effects: ['change'],
    scripts: ['groupmod -g 990 -- deploy'],
  },
  {
    name: 'removed',
    resource: () => group('deploy', { state: 'absent' }),
    facts: { group: { gid: 5, members: [] } },
    changes: ['remove group deploy'],
    effects: ['remove'],
    scripts: ['groupdel -- deploy'],
  },
  {
    name: 'already removed',
    resource: () => group('deploy', { state: 'absent' }),
    facts: { group: null },
    changes: [],
    reason: 'there is no such group',
  },
]

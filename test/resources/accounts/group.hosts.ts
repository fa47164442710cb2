import { group } from '../../../src/resources/accounts/group.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a group with an id',
    resource: () => group('painters', { gid: 4242 }),
    changes: ['create group painters'],
    drifts: [
      { by: 'groupmod -g 4300 painters', changes: ['gid 4300 → 4242'] },
      { by: 'groupdel painters', changes: ['create group painters'] },
    ],
    errors: [
      {
        by: 'groupdel painters; chattr +i /etc/group',
        says: /groupadd: cannot open \/etc\/group/,
        after: 'chattr -i /etc/group',
      },
    ],
  },
  {
    name: 'a group of others, with another id',
    before: `groupadd -g 4500 tribe; useradd -M -g tribe elder; useradd -M -G tribe guest
      gpasswd -A elder tribe`,
    resource: () => group('tribe', { gid: 4501 }),
    changes: ['gid 4500 → 4501'],
    errors: [
      {
        by: 'groupmod -g 4500 tribe; groupadd -g 4501 robbers',
        says: /gid 4501 is taken by group robbers/,
        after: 'groupdel robbers',
      },
      {
        by: 'userdel elder; userdel guest; groupdel tribe; groupadd -g 4501 robbers',
        says: /gid 4501 is taken by group robbers/,
        after: 'groupdel robbers',
      },
    ],
  },
  {
    name: 'a group between others that is to go',
    before: 'groupadd hall; useradd -M -G hall,games visitor; groupadd porch',
    resource: () => group('hall', { state: 'absent' }),
  },
  {
    name: 'a group that is to go',
    before: 'groupadd ruins',
    resource: () => group('ruins', { state: 'absent' }),
    drifts: [{ by: 'groupadd ruins', changes: ['remove group ruins'] }],
    errors: [
      {
        by: 'groupadd ruins; useradd -M -g ruins ruined',
        says: /it is the primary group of ruined/,
        after: 'userdel ruined',
      },
    ],
  },
]

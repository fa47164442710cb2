import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a key of an account',
    before: 'install -d -o deploy -g deploy -m 0700 /srv/keys',
    resource: () => sshKey('/srv/keys/id', { owner: 'deploy', comment: 'deploys' }),
    changes: ['create ed25519 key: 0600, owner deploy'],
    drifts: [
      { by: 'chmod 0640 /srv/keys/id', changes: ['mode 0640 → 0600'] },
      { by: 'chown admin /srv/keys/id', changes: ['owner admin → deploy'] },
      { by: 'chmod 0666 /srv/keys/id.pub', changes: ['public key: mode 0666 → 0644'] },
      {
        by: 'rm /srv/keys/id.pub',
        changes: ['create /srv/keys/id.pub: 0644, owner deploy'],
      },
      {
        by: 'rm /srv/keys/id /srv/keys/id.pub',
        changes: ['create ed25519 key: 0600, owner deploy'],
      },
    ],
    errors: [
      {
        by: 'rm /srv/keys/id /srv/keys/id.pub; chattr +i /srv/keys',
        says: /root may not write to \/srv\/keys/,
        after: 'chattr -i /srv/keys',
      },
    ],
  },
  {
    name: 'a key that is to go',
    before: 'mkdir /srv/old-keys; ssh-keygen -q -t ed25519 -N "" -f /srv/old-keys/id',
    resource: () => sshKey('/srv/old-keys/id', { state: 'absent' }),
    changes: ['remove key'],
    drifts: [{ by: 'touch /srv/old-keys/id.pub', changes: ['remove key'] }],
  },
]

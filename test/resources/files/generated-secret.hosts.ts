import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a secret',
    before: 'mkdir /srv/secrets',
    resource: () => generatedSecret('/srv/secrets/token', { bytes: 16 }),
    changes: ['make a secret of 16 random bytes: 0600 root:root'],
    drifts: [
      { by: 'chmod 0644 /srv/secrets/token', changes: ['mode 0644 → 0600'] },
      { by: 'chown deploy /srv/secrets/token', changes: ['owner deploy → root'] },
      { by: 'chgrp users /srv/secrets/token', changes: ['group users → root'] },
      {
        by: 'rm /srv/secrets/token',
        changes: ['make a secret of 16 random bytes: 0600 root:root'],
      },
    ],
    errors: [
      {
        by: 'rm /srv/secrets/token; chattr +i /srv/secrets',
        says: /root may not write to/,
        after: 'chattr -i /srv/secrets',
      },
    ],
  },
]

import { symlink } from '../../../src/resources/files/symlink.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a link',
    before: 'mkdir /srv/sites',
    resource: () => symlink('/srv/sites/demo', { target: '../available/demo', force: true }),
    changes: ['create link to ../available/demo'],
    drifts: [
      {
        by: 'ln -sfn other /srv/sites/demo',
        changes: ['target other → ../available/demo'],
      },
      {
        by: 'rm /srv/sites/demo; touch /srv/sites/demo',
        changes: ['replace file by a link to ../available/demo'],
      },
      {
        by: 'rm /srv/sites/demo; mkdir /srv/sites/demo',
        changes: ['replace empty directory by a link to ../available/demo'],
      },
    ],
    errors: [
      {
        by: 'rm /srv/sites/demo; mkdir -p /srv/sites/demo/full',
        says: /not empty/,
        after: 'rmdir /srv/sites/demo/full',
      },
      {
        by: 'ln -sfn other /srv/sites/demo; chattr +i /srv/sites',
        says: /root may not write to/,
        after: 'chattr -i /srv/sites',
      },
    ],
  },
]

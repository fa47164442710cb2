import { absent } from '../../../src/resources/files/absent.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a file that is to go',
    before: 'mkdir /srv/tidy; touch /srv/tidy/file',
    resource: () => absent('/srv/tidy/file'),
    changes: ['remove file'],
    drifts: [
      { by: 'ln -s /etc/passwd /srv/tidy/file', changes: ['remove link to /etc/passwd'] },
      { by: 'echo again >/srv/tidy/file', changes: ['remove file'] },
    ],
    errors: [
      {
        by: 'touch /srv/tidy/file; chattr +i /srv/tidy/file',
        says: /\/srv\/tidy\/file is immutable/,
        after: 'chattr -i /srv/tidy/file',
      },
      { by: 'mkdir /srv/tidy/file', says: /is a directory/, after: 'rmdir /srv/tidy/file' },
    ],
  },
  {
    name: 'a tree that is to go, and not what its links point to',
    before: 'mkdir -p /srv/former/a /srv/kept; touch /srv/kept/b; ln -s /srv/kept /srv/former/link',
    resource: () => absent('/srv/former', { recurse: true }),
    changes: ['remove directory and 2 entries in it'],
    drifts: [
      { by: 'mkdir /srv/former', changes: ['remove empty directory'] },
      {
        by: 'install -d -o deploy -m 2710 /srv/former/a; echo text >/srv/former/a/c; mkfifo /srv/former/b',
        changes: ['remove directory and 3 entries in it'],
      },
    ],
  },
]

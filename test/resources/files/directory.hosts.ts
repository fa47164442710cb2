import { directory } from '../../../src/resources/files/directory.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const settings = { owner: 'deploy', group: 'games' } as const

export const hostCases: readonly HostCase[] = [
  {
    name: 'a directory',
    before: 'mkdir /srv/place',
    resource: () => directory('/srv/place/in/side', { mode: '2750', ...settings }),
    changes: ['create directory: 2750 deploy:games, and its parents /srv/place/in'],
    drifts: [
      { by: 'chmod 0700 /srv/place/in/side', changes: ['mode 2700 → 2750'] },
      { by: 'chown root /srv/place/in/side', changes: ['owner root → deploy'] },
      { by: 'chgrp users /srv/place/in/side', changes: ['group users → games'] },
      { by: 'rmdir /srv/place/in/side', changes: ['create directory: 2750 deploy:games'] },
    ],
    errors: [
      {
        by: 'rm -r /srv/place/in; chattr +i /srv/place',
        says: /root may not write to \/srv\/place/,
        after: 'chattr -i /srv/place',
      },
      {
        by: 'rmdir /srv/place/in/side; touch /srv/place/in/side',
        says: /is there and no directory/,
        after: 'rm /srv/place/in/side',
      },
    ],
  },
  {
    name: 'a tree',
    before: 'mkdir -p /srv/tree/a; touch /srv/tree/a/b /srv/tree/c; ln -s c /srv/tree/d',
    resource: () => directory('/srv/tree', { recurse: true, mode: 'u=rwX,go=rX', ...settings }),
    changes: ['owner of 5 entries → deploy', 'group of 5 entries → games'],
    drifts: [
      { by: 'chmod 0666 /srv/tree/a/b', changes: ['mode of 1 entry → u=rwX,go=rX'] },
      { by: 'chown root /srv/tree/a', changes: ['owner of 1 entry → deploy'] },
      { by: 'chgrp -h users /srv/tree/d', changes: ['group of 1 entry → games'] },
      {
        by: 'chown root /srv/tree/c; chgrp users /srv/tree/a/b; chmod 6775 /srv/tree/c /srv/tree/a/b; chmod 4775 /srv/tree/a',
        changes: [
          'owner of 1 entry → deploy',
          'group of 1 entry → games',
          'mode of 3 entries → u=rwX,go=rX',
        ],
      },
      {
        by: 'chown -R root:users /srv/tree; chmod 0711 /srv/tree/c; touch "/srv/tree/a/two  words"; mkfifo -m 0600 /srv/tree/e',
        changes: [
          'owner of 7 entries → deploy',
          'group of 7 entries → games',
          'mode of 1 entry → u=rwX,go=rX',
        ],
      },
    ],
    errors: [
      {
        by: 'chown root /srv/tree/c; chattr +i /srv/tree/c',
        says: /\/srv\/tree\/c is immutable/,
        after: 'chattr -i /srv/tree/c',
      },
    ],
  },
]

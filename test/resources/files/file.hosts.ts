import { file } from '../../../src/resources/files/file.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const hostCases: readonly HostCase[] = [
  {
    name: 'a file with everything that can be said of one',
    before: 'mkdir /srv/page',
    resource: () =>
      file('/srv/page/index', {
        content: 'hello\n',
        mode: '0640',
        owner: 'deploy',
        group: 'games',
        validate: 'test ! -e /srv/page/invalid && grep -q hello %s',
        confirm: 'test ! -e /srv/page/refused',
        backup: true,
      }),
    changes: ['create file: 0640 deploy:games, 6 bytes'],
    drifts: [
      {
        by: 'echo bye >/srv/page/index',
        changes: ['content changed, a copy kept'],
        also: ['/var/lib/fettle/backups'],
      },
      { by: 'chmod 0600 /srv/page/index', changes: ['mode 0600 → 0640'] },
      { by: 'chown root /srv/page/index', changes: ['owner root → deploy'] },
      { by: 'chgrp users /srv/page/index', changes: ['group users → games'] },
      { by: 'rm /srv/page/index', changes: ['create file: 0640 deploy:games, 6 bytes'] },
    ],
    errors: [
      {
        by: 'echo bye >/srv/page/index; touch /srv/page/invalid',
        says: /refused the new \/srv\/page\/index/,
        after: 'rm /srv/page/invalid',
      },
      {
        by: 'echo bye >/srv/page/index; touch /srv/page/refused',
        says: /refused what there is.*the former one is back/,
        after: 'rm /srv/page/refused',
        except: ['/var/lib/fettle/backups'],
      },
      {
        by: 'rm /srv/page/index; chattr +i /srv/page',
        says: /root may not write to \/srv\/page/,
        after: 'chattr -i /srv/page',
      },
    ],
  },
  {
    name: 'a file that a plan tries beside the others of its folder',
    before: 'mkdir -p /srv/tried/parts; echo part >/srv/tried/parts/a; echo old >/srv/tried/conf',
    resource: () =>
      file('/srv/tried/conf', {
        content: 'new\n',
        owner: 'deploy',
        validate:
          'grep -q new %s && grep -q part "$(dirname %s)"/parts/a && [ ! -e /srv/tried/refused ]',
      }),
    changes: ['content changed, owner root → deploy'],
    shows: 'find /dev/shm /run -maxdepth 1 -name "fettle-try*"',
    errors: [
      {
        by: 'rm /srv/tried/conf; touch /srv/tried/refused',
        says: /`grep -q new` refused the new \/srv\/tried\/conf/,
        after: 'rm /srv/tried/refused',
      },
      {
        by: 'rm /srv/tried/conf; mount -t tmpfs -o ro none /srv/tried',
        says: /root may not write to \/srv\/tried/,
        after: 'umount /srv/tried',
      },
      {
        by: 'rm /srv/tried/conf; userdel deploy',
        says: /there is no user deploy/,
        after: 'useradd -d /home/deploy -u "$(stat -c %u /home/deploy)" deploy',
        except: ['/etc', '/var/spool', '/home'],
      },
      {
        by: 'mount -t tmpfs -o size=4k none /srv/tried; echo full >/srv/tried/other; cp -r /etc/services /srv/tried/conf || :',
        says: /there is no room for \/srv\/tried\/conf/,
        after: 'umount /srv/tried',
      },
    ],
  },
  {
    name: 'a file that is written once',
    resource: () => file('/srv/once', { content: 'first\n', onlyIfAbsent: true, mode: '0644' }),
    changes: ['create file: 0644, 6 bytes'],
    drifts: [
      { by: 'echo second >/srv/once', changes: [] },
      { by: 'chmod 0666 /srv/once', changes: ['mode 0666 → 0644'] },
    ],
  },
  {
    name: 'the target of a link',
    before: 'echo old >/srv/target; ln -s target /srv/link',
    resource: () => file('/srv/link', { content: 'new\n', follow: true }),
    changes: ['content changed'],
    drifts: [{ by: 'echo old >/srv/target', changes: ['content changed'] }],
  },
]

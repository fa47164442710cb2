import { user } from '../../../src/resources/accounts/user.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const hash = `$6$salt$${'a'.repeat(86)}`
const other = `$6$salt$${'b'.repeat(86)}`

export const hostCases: readonly HostCase[] = [
  {
    name: 'an account with everything that can be said of one',
    resource: () =>
      user('ada', {
        uid: 4100,
        group: 'users',
        groups: ['games'],
        exactGroups: true,
        shell: '/bin/sh',
        home: '/srv/ada',
        comment: 'Ada',
        passwordHash: hash,
        locked: false,
      }),
    changes: ['create user ada with the home /srv/ada'],
    drifts: [
      { by: 'usermod -u 4101 ada', changes: ['uid 4101 → 4100, also of the files in /srv/ada'] },
      {
        by: 'usermod -g daemon ada',
        changes: ['group daemon → users, also of the files in /srv/ada'],
      },
      { by: 'usermod -G audio ada', changes: ['groups + games - audio'] },
      { by: 'usermod -s /bin/bash ada', changes: ['shell /bin/bash → /bin/sh'] },
      { by: 'usermod -d /srv ada', changes: ['home /srv → /srv/ada'] },
      { by: 'usermod -c Bob ada', changes: ['comment "Bob" → Ada'] },
      { by: `usermod -p '${other}' ada`, changes: ['password changed'] },
      { by: 'usermod -L ada', changes: ['unlock password'] },
    ],
    errors: [
      {
        by: 'userdel ada; chattr +i /etc/passwd',
        says: /useradd: cannot open \/etc\/passwd/,
        after: 'chattr -i /etc/passwd',
      },
      {
        by: 'usermod -s /bin/bash ada; chattr +i /etc/shadow',
        says: /usermod: /,
        after: 'chattr -i /etc/shadow',
      },
    ],
  },
  {
    name: 'an account that is to go, with its home',
    before: 'useradd -m gone',
    resource: () => user('gone', { state: 'absent', removeHome: true }),
    changes: ['remove user gone with its group, its home /home/gone, its mail'],
    errors: [
      {
        by: 'useradd -m gone; systemd-run --quiet --unit=of-gone --uid=gone sleep 600',
        says: /user gone is currently used by process/,
        after: 'systemctl stop of-gone.service',
      },
      {
        by: 'useradd -m gone; chown root /home/gone',
        says: /the home \/home\/gone belongs to root/,
        after: 'chown gone /home/gone',
      },
    ],
  },
  {
    name: 'an account that needs others',
    before: 'groupadd hands; mkdir /srv/berth',
    resource: () =>
      user('hand', { uid: 4110, groups: ['hands'], home: '/srv/berth/hand', shell: '/bin/sh' }),
    errors: [
      {
        by: 'userdel -r hand; groupdel hands',
        says: /there is no group hands/,
        after: 'groupadd hands',
      },
      {
        by: 'gpasswd -d hand hands; groupdel hands',
        says: /there is no group hands/,
        after: 'groupadd hands',
      },
      {
        by: 'userdel -r hand; useradd -M -u 4110 thief',
        says: /uid 4110 is taken by user thief/,
        after: 'userdel thief',
      },
      {
        by: 'usermod -u 4111 hand; systemd-run --quiet --unit=of-hand --uid=hand sleep 600',
        says: /user hand is currently used by process/,
        after: 'systemctl stop of-hand.service',
      },
      {
        by: 'userdel -r hand; rmdir /srv/berth; touch /srv/berth',
        says: /the home \/srv\/berth\/hand cannot be made: \/srv\/berth is no directory/,
        after: 'rm /srv/berth',
      },
    ],
  },
  {
    name: 'an account between others that is to go, with what is in its home',
    before: `groupadd crew; useradd -m -G crew,audio bosun; useradd -G crew,bosun mate
      echo tide >/home/bosun/log; ln -s log /home/bosun/latest; chown -h bosun:audio /home/bosun/l*`,
    resource: () => user('bosun', { state: 'absent', removeHome: true }),
    changes: ['remove user bosun with its home /home/bosun, its mail'],
  },
  {
    name: 'a system account, with a home in directories that are made, and a group that is there',
    before: 'groupadd diver',
    resource: () =>
      user('diver', {
        system: true,
        home: '/srv/deep/down/diver',
        createHome: true,
        groups: ['audio', 'games'],
      }),
    changes: ['create user diver with the home /srv/deep/down/diver'],
  },
]

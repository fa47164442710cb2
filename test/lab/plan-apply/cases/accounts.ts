import { group } from '../../../../src/resources/accounts/group.js'
import { knownHost } from '../../../../src/resources/accounts/known-host.js'
import { sshKey } from '../../../../src/resources/accounts/ssh-key.js'
import { sudoers } from '../../../../src/resources/accounts/sudoers.js'
import { user } from '../../../../src/resources/accounts/user.js'
import type { UserOptions } from '../../../../src/resources/accounts/user-options.js'
import { directory } from '../../../../src/resources/files/directory.js'
import { file } from '../../../../src/resources/files/file.js'
import { timezone } from '../../../../src/resources/system/timezone.js'
import type { PlanApplyCase } from '../case.js'

const hash = `$6$salt$${'a'.repeat(86)}`
const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`

/** New users, each with something that may be wrong. */
const newUsers: readonly (readonly [
  what: string,
  name: string,
  options: UserOptions,
  before?: string,
])[] = [
  ['nothing said', 'plain', {}],
  ['a group of its name', 'grouped', {}, 'groupadd grouped'],
  ['a primary group', 'primary', { group: 'users', groups: ['games', 'audio'] }],
  ['a primary group that is missing', 'lost', { group: 'nowhere' }],
  ['a primary group id that is missing', 'lost-id', { group: 4999 }],
  ['a further group that is missing', 'lost-too', { groups: ['games', 'nowhere'] }],
  ['the uid of another', 'doppel', { uid: 4201 }, 'useradd -u 4201 first'],
  ['a free uid', 'free', { uid: 4202 }],
  ['a shell that is missing', 'shellless', { shell: '/usr/bin/fish' }],
  ['a shell', 'shelled', { shell: '/bin/sh', comment: 'Has a shell' }],
  ['a home in a missing directory', 'homeless', { home: '/srv/none/homeless' }],
  ['a home that is there', 'at-home', {}, 'mkdir /home/at-home'],
  ['a home that is a file', 'boxed', { home: '/srv/boxed' }, 'touch /srv/boxed'],
  ['no home', 'nomad', { system: true, createHome: false }],
  ['a password', 'secretive', { passwordHash: hash, locked: true }],
  ['no password to unlock', 'open', { locked: false }],
]

const present: readonly (readonly [
  what: string,
  name: string,
  options: UserOptions,
  before?: string,
])[] = [
  ['as it should be', 'fine', { shell: '/bin/sh' }, 'useradd -s /bin/sh fine'],
  ['with another uid', 'moved', { uid: 4301 }, 'useradd -m -u 4300 moved'],
  [
    'with another uid, which is taken',
    'taken',
    { uid: 4303 },
    'useradd -u 4302 taken; useradd -u 4303 taker',
  ],
  [
    'with another uid, while it is logged in',
    'busy',
    { uid: 4305 },
    'useradd -u 4304 busy; systemd-run -q --unit=of-busy --uid=busy sleep 600',
  ],
  ['with another group', 'regrouped', { group: 'games' }, 'useradd regrouped'],
  ['with another group, which is missing', 'degrouped', { group: 'nowhere' }, 'useradd degrouped'],
  ['with more groups', 'joined', { groups: ['games', 'audio'] }, 'useradd -G audio joined'],
  ['with a group that is missing', 'unjoined', { groups: ['nowhere'] }, 'useradd unjoined'],
  ['with fewer groups', 'left', { groups: [], exactGroups: true }, 'useradd -G audio left'],
  ['with another shell, which is missing', 'reshelled', { shell: '/bin/zsh' }, 'useradd reshelled'],
  ['with another home', 'rehomed', { home: '/srv/rehomed' }, 'useradd rehomed'],
  ['with a password', 'passworded', { passwordHash: hash }, 'useradd passworded'],
  ['locked', 'locked', { locked: true }, `useradd -p '${hash}' locked`],
  ['unlocked without a password', 'unlocked', { locked: false }, 'useradd unlocked'],
]

const absentUsers: readonly (readonly [
  what: string,
  name: string,
  options: UserOptions,
  before?: string,
])[] = [
  ['who is not there', 'nobody-here', {}],
  ['with its home', 'leaving', { removeHome: true }, 'useradd -m leaving'],
  ['whose home is not there', 'gone', { removeHome: true }, 'useradd gone'],
  [
    'whose home is another’s',
    'guest',
    { removeHome: true },
    'mkdir /srv/hers; useradd -d /srv/hers guest',
  ],
  [
    'who is logged in',
    'active',
    {},
    'useradd active; systemd-run -q --unit=of-active --uid=active sleep 600',
  ],
  ['whose group others have', 'shared', {}, 'useradd shared; usermod -aG shared games'],
]

const groups: readonly (readonly [
  what: string,
  before: string,
  options: Parameters<typeof group>[1],
])[] = [
  ['that is there', 'groupadd NAME', {}],
  ['that is new', ':', {}],
  ['with a gid', ':', { gid: 4401 }],
  ['with a gid that is taken', 'groupadd -g 4402 NAME-other', { gid: 4402 }],
  ['with another gid', 'groupadd -g 4403 NAME', { gid: 4404 }],
  [
    'with another gid that is taken',
    'groupadd -g 4405 NAME; groupadd -g 4406 NAME-other',
    { gid: 4406 },
  ],
  ['that is to go', 'groupadd NAME', { state: 'absent' }],
  ['that is to go and is not there', ':', { state: 'absent' }],
  [
    'that is to go and is a user’s primary',
    'groupadd NAME; useradd -g NAME NAME-user',
    { state: 'absent' },
  ],
]

const rules = [{ user: 'deploy', nopasswd: true, commands: ['/usr/bin/systemctl restart app'] }]
const sudoersCases: readonly PlanApplyCase[] = [
  { name: 'sudoers by rules', run: () => [sudoers('by-rules', { rules })] },
  {
    name: 'sudoers for somebody who is missing',
    run: () => [sudoers('for-nobody', { rules: [{ user: 'missing', commands: ['/bin/true'] }] })],
  },
  {
    name: 'sudoers as they are',
    before: 'printf "# none\\n" >/etc/sudoers.d/same; chmod 0440 /etc/sudoers.d/same',
    run: () => [sudoers('same', { content: '# none\n' })],
  },
  {
    name: 'sudoers with a wrong mode and owner',
    before: 'printf "# none\\n" >/etc/sudoers.d/drifted; chown deploy /etc/sudoers.d/drifted',
    run: () => [sudoers('drifted', { content: '# none\n' })],
  },
  {
    name: 'sudoers with an error',
    run: () => [sudoers('wrong', { content: 'deploy ALL=(ALL\n' })],
  },
  {
    name: 'sudoers with an error, changed',
    before: 'echo "# none" >/etc/sudoers.d/now-wrong; chmod 0440 /etc/sudoers.d/now-wrong',
    run: () => [sudoers('now-wrong', { content: 'deploy ALL=NOPASSWD ALL\n' })],
  },
  {
    name: 'sudoers with an alias of another file',
    before:
      'echo "User_Alias CREW = deploy" >/etc/sudoers.d/a-crew; chmod 0440 /etc/sudoers.d/a-crew',
    run: () => [sudoers('crew', { content: 'CREW ALL=(ALL) ALL\n' })],
    after: 'rm -f /etc/sudoers.d/crew',
  },
  {
    name: 'sudoers that define an alias again',
    before:
      'echo "User_Alias BAND = deploy" >/etc/sudoers.d/a-band; chmod 0440 /etc/sudoers.d/a-band',
    run: () => [sudoers('band', { content: 'User_Alias BAND = admin\n' })],
    after: 'rm -f /etc/sudoers.d/a-band /etc/sudoers.d/band',
  },
  {
    name: 'sudoers whose directory is in the way',
    before: 'mkdir /etc/sudoers.d/in-the-way',
    run: () => [sudoers('in-the-way', { rules })],
    after: 'rmdir /etc/sudoers.d/in-the-way',
  },
  {
    name: 'sudoers in a directory that cannot be changed',
    before: 'chattr +i /etc/sudoers.d',
    run: () => [sudoers('immutable', { rules })],
    after: 'chattr -i /etc/sudoers.d',
  },
  {
    name: 'sudoers that are to go',
    before: 'echo "# none" >/etc/sudoers.d/going; chmod 0440 /etc/sudoers.d/going',
    run: () => [sudoers('going', { state: 'absent' }), sudoers('not-there', { state: 'absent' })],
  },
  {
    name: 'sudoers that others need',
    before: `echo "User_Alias GANG = deploy" >/etc/sudoers.d/a-gang; echo "GANG ALL=(ALL) ALL" >/etc/sudoers.d/gang
      chmod 0440 /etc/sudoers.d/a-gang /etc/sudoers.d/gang`,
    run: () => [sudoers('a-gang', { state: 'absent' })],
    after: 'rm -f /etc/sudoers.d/gang /etc/sudoers.d/a-gang',
  },
]

const keys: readonly PlanApplyCase[] = [
  {
    name: 'SSH keys in directories that are there and not',
    before: 'install -d -o deploy -g deploy -m 0700 /srv/keys',
    run: () => [
      sshKey('/srv/keys/id', { owner: 'deploy' }),
      sshKey('/srv/no-keys/id', { ignoreFailure: true }),
    ],
  },
  {
    name: 'an SSH key of somebody who is missing',
    before: 'mkdir /srv/keys-lost',
    run: () => [sshKey('/srv/keys-lost/id', { owner: 'missing' })],
  },
  {
    name: 'SSH keys that are there',
    before: `mkdir /srv/keys-there; cd /srv/keys-there
      for each in fine open bare other; do ssh-keygen -q -t ed25519 -N '' -f $each; done
      chmod 0640 open; rm bare.pub
      ssh-keygen -q -t ed25519 -N 'a pass phrase' -f locked; ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
      echo nonsense >garbage; mkdir folder; echo 'ssh-ed25519 none' >half.pub`,
    run: () => [
      sshKey('/srv/keys-there/fine'),
      sshKey('/srv/keys-there/open'),
      sshKey('/srv/keys-there/bare'),
      sshKey('/srv/keys-there/other', { owner: 'deploy' }),
      sshKey('/srv/keys-there/rsa'),
      ...['rsa', 'locked', 'garbage', 'folder', 'half'].map((each, index) =>
        sshKey(`/srv/keys-there/${each}${index === 0 ? '2' : ''}`, { ignoreFailure: true }),
      ),
    ],
  },
  {
    name: 'an SSH key of a kind that is not wanted',
    before: "mkdir /srv/keys-rsa; ssh-keygen -q -t rsa -b 2048 -N '' -f /srv/keys-rsa/id",
    run: () => [sshKey('/srv/keys-rsa/id', { type: 'ed25519' })],
  },
  {
    name: 'SSH keys that are to go',
    before: `mkdir /srv/keys-old; ssh-keygen -q -t ed25519 -N '' -f /srv/keys-old/id; mkdir /srv/keys-old/dir`,
    run: () => [
      sshKey('/srv/keys-old/id', { state: 'absent' }),
      sshKey('/srv/keys-old/none', { state: 'absent' }),
      sshKey('/srv/keys-old/dir', { state: 'absent' }),
    ],
  },
  {
    name: 'known hosts',
    before: `mkdir /srv/known /srv/known/folder; echo 'a.example ${key}' >/srv/known/file; ln -s file /srv/known/link`,
    run: () => [
      knownHost('a.example', { path: '/srv/known/file', keys: [key] }),
      knownHost('b.example:2222', { path: '/srv/known/file', keys: [key] }),
      knownHost('c.example', { path: '/srv/known/new', keys: [key] }),
      knownHost('d.example', { path: '/srv/known/new', keys: [key] }),
      knownHost('e.example', { path: '/srv/known/link', keys: [key], ignoreFailure: true }),
      knownHost('f.example', { path: '/srv/known/folder', keys: [key], ignoreFailure: true }),
      knownHost('g.example', { path: '/srv/known-none/file', keys: [key], ignoreFailure: true }),
      knownHost('h.example', { path: '/srv/known/other', state: 'absent' }),
    ],
  },
]

const withUser: readonly PlanApplyCase[] = [
  {
    name: 'a user and all that is theirs',
    run: () => [
      group('crew', { gid: 4501 }),
      user('ada', { group: 'crew', groups: ['games'], uid: 4501 }),
      directory('/home/ada/site', { owner: 'ada', group: 'crew', mode: '2750' }),
      file('/home/ada/site/index', { content: 'hello\n', owner: 'ada', group: 'crew' }),
      sshKey('/home/ada/site/key', { owner: 'ada' }),
      sudoers('ada', { rules: [{ user: 'ada', commands: ['/bin/true'] }] }),
      knownHost('git.example', { path: '/home/ada/known', keys: [key] }),
    ],
  },
  {
    name: 'a user whose group is made after them',
    run: () => [user('early', { group: 'later' }), group('later')],
  },
  {
    name: 'two new users of one uid',
    run: () => [user('one', { uid: 4601 }), user('two', { uid: 4601 })],
  },
  {
    name: 'a file of somebody who goes before it',
    before: 'useradd -m parting',
    run: () => [
      user('parting', { state: 'absent' }),
      file('/srv/of-parting', { content: 'x', owner: 'parting' }),
    ],
  },
  {
    name: 'a user of a group that goes before them',
    before: 'groupadd vanishing',
    run: () => [group('vanishing', { state: 'absent' }), user('late', { groups: ['vanishing'] })],
  },
  {
    name: 'a user who goes, then their group',
    before: 'groupadd team; useradd -g team member',
    run: () => [user('member', { state: 'absent' }), group('team', { state: 'absent' })],
  },
  {
    name: 'a user who goes with their group, then that group',
    before: 'useradd solo',
    run: () => [user('solo', { state: 'absent' }), group('solo', { state: 'absent' })],
  },
  {
    name: 'the time zone',
    run: () => [timezone('Europe/Berlin')],
  },
  { name: 'the time zone as it is', run: () => [timezone('Europe/Berlin')] },
  { name: 'a time zone that is missing', run: () => [timezone('Mars/Base')] },
]

export const accountCases: readonly PlanApplyCase[] = [
  ...newUsers.map(([what, name, options, before = ':']) => ({
    name: `a new user with ${what}`,
    before,
    run: () => [user(name, options)],
  })),
  ...present.map(([what, name, options, before = ':']) => ({
    name: `a user ${what}`,
    before,
    run: () => [user(name, options)],
  })),
  ...absentUsers.map(([what, name, options, before = ':']) => ({
    name: `a user to remove ${what}`,
    before,
    run: () => [user(name, { ...options, state: 'absent' })],
  })),
  ...groups.map(([what, before, options], index) => ({
    name: `a group ${what}`,
    before: before.replaceAll('NAME', `group${String(index)}`),
    run: () => [group(`group${String(index)}`, options)],
  })),
  ...sudoersCases,
  ...keys,
  ...withUser,
]

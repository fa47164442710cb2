import { Secret } from '../../../src/core/secret.js'
import type { UserEntry } from '../../../src/facts/accounts/user.js'
import { user } from '../../../src/resources/accounts/user.js'
import type { Case } from '../../../src/testing/case.js'
import { directoryEntry, fileEntry } from '../files/entry.js'

const hash = '$y$j9T$saltsalt$hashhashhash'
const now = (changed: Partial<UserEntry> = {}): UserEntry => ({
  uid: 990,
  gid: 990,
  group: 'app',
  comment: '',
  home: '/srv/app',
  shell: '/usr/sbin/nologin',
  groups: ['adm'],
  password: { hash: null, locked: true },
  ...changed,
})
const shell = fileEntry({ mode: 0o755 })
const none = { user: null, group: null, shell }
const is = (changed: Partial<UserEntry> = {}): Readonly<Record<string, unknown>> => ({
  user: now(changed),
  group: { gid: 990, members: [] },
  shell,
})

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () =>
      user('webhook', {
        system: true,
        home: '/var/lib/webhook',
        createHome: true,
        shell: '/usr/sbin/nologin',
        groups: ['demo', 'demo-hook'],
      }),
    facts: none,
    changes: ['create user webhook with its group and the home /var/lib/webhook'],
    scripts: [
      'useradd -U -G demo,demo-hook -s /usr/sbin/nologin -d /var/lib/webhook -r -m -- webhook',
    ],
    keys: {
      user: { name: 'webhook', password: false },
      group: 'webhook',
      shell: { path: '/usr/sbin/nologin', follow: true },
    },
  },
  {
    name: 'created, plainly',
    resource: () => user('app'),
    facts: none,
    changes: ['create user app with its group and its home'],
    scripts: ['useradd -U -m -- app'],
    keys: { shell: { path: '/', follow: true } },
  },
  {
    name: 'created where a group has its name',
    resource: () => user('app', { system: true }),
    facts: { ...none, group: { gid: 990, members: [] } },
    changes: ['create user app'],
    scripts: ['useradd -g app -r -M -- app'],
  },
  {
    name: 'created with all',
    resource: () =>
      user('app', { uid: 1234, group: 'staff', comment: "it's $(x)", createHome: false }),
    facts: none,
    changes: ['create user app'],
    scripts: [`useradd -u 1234 -g staff -c 'it'\\''s $(x)' -M -- app`],
  },
  {
    name: 'created with a password',
    resource: () => user('app', { passwordHash: new Secret(hash) }),
    facts: none,
    changes: ['create user app with its group and its home'],
    scripts: ['useradd -U -m -- app', 'chpasswd -e'],
    keys: { user: { name: 'app', password: true } },
  },
  {
    name: 'a shell that is not there',
    resource: () => user('app', { shell: '/bin/zsh' }),
    facts: { ...none, shell: null },
    changes: ['blocked: the shell /bin/zsh does not exist'],
    remedy: 'add the package that has it before this',
  },
  {
    name: 'a shell that is a directory',
    resource: () => user('app', { shell: '/bin' }),
    facts: { ...is(), shell: directoryEntry() },
    changes: ['blocked: the shell /bin does not exist'],
    remedy: 'add the package that has it before this',
  },
  {
    name: 'the shell that it has already is not asked for',
    resource: () => user('app', { shell: '/bin/zsh' }),
    facts: { ...is({ shell: '/bin/zsh' }), shell: null },
    changes: [],
    reason: 'uid 990',
  },
  {
    name: 'as wanted',
    resource: () =>
      user('app', {
        uid: 990,
        group: 'app',
        groups: ['adm', 'app'],
        shell: '/usr/sbin/nologin',
        home: '/srv/app',
        comment: '',
        locked: true,
        createHome: true,
        system: true,
      }),
    facts: is(),
    changes: [],
    reason: 'uid 990',
    keys: { user: { name: 'app', password: true } },
  },
  {
    name: 'left out is not managed',
    resource: () => user('app'),
    facts: is({ groups: ['sudo'], shell: '/bin/bash', password: null }),
    changes: [],
    reason: 'uid 990',
    keys: { user: { name: 'app', password: false } },
  },
  {
    name: 'groups are added',
    resource: () => user('app', { groups: ['demo', 'adm', 'hook'] }),
    facts: is(),
    changes: ['groups + demo, hook'],
    scripts: ['usermod -aG demo,hook -- app'],
  },
  {
    name: 'groups as a whole',
    resource: () => user('app', { groups: ['demo'], exactGroups: true }),
    facts: is(),
    changes: ['groups + demo - adm'],
    scripts: ['usermod -G demo -- app'],
  },
  {
    name: 'no groups at all',
    resource: () => user('app', { groups: [], exactGroups: true }),
    facts: is(),
    changes: ['groups - adm'],
    scripts: [`usermod -G '' -- app`],
  },
  {
    name: 'several groups for several others',
    resource: () => user('app', { groups: ['demo', 'hook'], exactGroups: true }),
    facts: is({ groups: ['adm', 'web'] }),
    changes: ['groups + demo, hook - adm, web'],
    scripts: ['usermod -G demo,hook -- app'],
  },
  {
    name: 'the primary group is no group to add',
    resource: () => user('app', { groups: ['app'] }),
    facts: is({ groups: [] }),
    changes: [],
  },
  {
    name: 'the primary group is no surplus',
    resource: () => user('app', { groups: ['adm'], exactGroups: true }),
    facts: is(),
    changes: [],
  },
  {
    name: 'one change for each field',
    resource: () =>
      user('app', { uid: 5, group: 'web', shell: '/bin/sh', home: '/home/app', comment: 'App' }),
    facts: is(),
    changes: [
      'uid 990 → 5, also of the files in /srv/app',
      'group app → web, also of the files in /srv/app',
      'shell /usr/sbin/nologin → /bin/sh',
      'home /srv/app → /home/app',
      'comment "" → App',
    ],
    scripts: [
      'usermod -u 5 -- app',
      'usermod -g web -- app',
      'usermod -s /bin/sh -- app',
      'usermod -d /home/app -- app',
      'usermod -c App -- app',
    ],
  },
  {
    name: 'the primary group by id',
    resource: () => user('app', { group: 990 }),
    facts: is(),
    changes: [],
  },
  {
    name: 'a primary group that has no name',
    resource: () => user('app', { group: 'web' }),
    facts: is({ gid: 5, group: null }),
    changes: ['group 5 → web, also of the files in /srv/app'],
    scripts: ['usermod -g web -- app'],
  },
  {
    name: 'the same password',
    resource: () => user('app', { passwordHash: hash }),
    facts: is({ password: { hash: new Secret(hash), locked: false } }),
    changes: [],
  },
  {
    name: 'the same password, locked',
    resource: () => user('app', { passwordHash: hash }),
    facts: is({ password: { hash: new Secret(hash), locked: true } }),
    changes: [],
    keys: { user: { name: 'app', password: true } },
  },
  {
    name: 'another password',
    resource: () => user('app', { passwordHash: hash }),
    facts: is({ password: { hash: new Secret('$6$other'), locked: false } }),
    changes: ['password changed'],
    scripts: ['chpasswd -e'],
  },
  {
    name: 'another password, unlocked as well',
    resource: () => user('app', { passwordHash: hash, locked: false }),
    facts: is(),
    changes: ['password changed, unlocked'],
    scripts: ['chpasswd -e'],
  },
  {
    name: 'locked',
    resource: () => user('app', { locked: true }),
    facts: is({ password: { hash: new Secret(hash), locked: false } }),
    changes: ['lock password'],
    scripts: ['usermod -L -- app'],
  },
  {
    name: 'unlocked',
    resource: () => user('app', { locked: false }),
    facts: is({ password: { hash: new Secret(hash), locked: true } }),
    changes: ['unlock password'],
    scripts: ['usermod -U -- app'],
  },
  {
    name: 'nothing to unlock',
    resource: () => user('app', { locked: false }),
    facts: is(),
    changes: ['blocked: user app has no password that could be unlocked'],
    remedy: 'give passwordHash, or leave locked out',
  },
  {
    name: 'a password that may not be read',
    resource: () => user('app', { locked: true }),
    facts: is({ password: null }),
    changes: ['blocked: the password of app cannot be read'],
    remedy: 'only root may read it: use become',
  },
  {
    name: 'a Secret that is no hash',
    resource: () => user('app', { passwordHash: new Secret('correct horse') }),
    facts: none,
    changes: ['blocked: the password of app is no hash'],
    remedy: "must be a hash that crypt(3) made, such as '$y$…' or '$6$…'",
  },
  {
    name: 'removed',
    resource: () => user('app', { state: 'absent' }),
    facts: is(),
    changes: ['remove user app with its group'],
    scripts: ['userdel  -- app'],
  },
  {
    name: 'removed with its home',
    resource: () => user('app', { state: 'absent', removeHome: true }),
    facts: is(),
    changes: ['remove user app with its group, its home /srv/app, its mail'],
    scripts: ['userdel -r -- app'],
  },
  {
    name: 'removed, while others are in its group',
    resource: () => user('app', { state: 'absent' }),
    facts: { ...is(), group: { gid: 990, members: ['app', 'web'] } },
    changes: ['remove user app'],
  },
  {
    name: 'removed, being alone in its group',
    resource: () => user('app', { state: 'absent' }),
    facts: { ...is(), group: { gid: 990, members: ['app'] } },
    changes: ['remove user app with its group'],
  },
  {
    name: 'removed with its home, and no group has its name',
    resource: () => user('app', { state: 'absent', removeHome: true }),
    facts: { ...is({ group: 'staff' }), group: null },
    changes: ['remove user app with its home /srv/app, its mail'],
    scripts: ['userdel -r -- app'],
  },
  {
    name: 'already removed',
    resource: () => user('app', { state: 'absent' }),
    facts: none,
    changes: [],
    reason: 'there is no such user',
  },
]

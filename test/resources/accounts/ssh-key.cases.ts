import { Sh } from '../../../src/core/sh.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import type { Case } from '../../../src/testing/case.js'
import { holding, mayWriteFunctions, writing } from '../../../src/resources/files/write-file.js'
import { directoryEntry, fileEntry, linkEntry } from '../files/entry.js'

const path = '/var/lib/webhook/.ssh/id_demo'
const key = { publicKey: 'ssh-ed25519 AAAAC3Nz deploy', hasPublicFile: true }
const there = {
  missingParent: null,
  path: fileEntry({ mode: 0o600, owner: 'webhook', uid: 7 }),
  publicPath: fileEntry({ owner: 'webhook', uid: 7 }),
  key,
}
const none = { missingParent: null, path: null, publicPath: null, key: null }

/** The script that makes a pair; `chown` is a line of it. */
function creation(comment: string, ...chown: readonly string[]): string {
  const steps = [
    'umask 077',
    'fettle_enter /var/lib/webhook/.ssh',
    'fettle_may_write_here',
    't_=$(mktemp -d -- .fettle-key.XXXXXXXX)',
    `trap 'rmdir -- "./$t_"' EXIT`,
    "trap 'exit 143' TERM INT HUP",
    'fettle_enter_child "$t_"',
    `trap 'rm -f -- ./key ./key.pub; cd .. && rmdir -- "./$t_"' EXIT`,
    `ssh-keygen -q -t ed25519 -N '' -C ${comment} -f ./key </dev/null`,
    ...chown,
    'chmod -- 0600 ./key && chmod -- 0644 ./key.pub',
    'sync -- ./key ./key.pub',
    'ln -T -- ./key ../id_demo',
    'ln -T -- ./key.pub ../id_demo.pub',
    'rm -f -- ./key ./key.pub && cd .. && rmdir -- "./$t_"',
    'trap - EXIT',
    'sync -- .',
  ]
  return mayWriteFunctions.text + steps.join(' &&\n')
}

/** The script that removes one of the two files. */
const removal = (name: string): string =>
  `${mayWriteFunctions.text}fettle_enter /var/lib/webhook/.ssh &&\nfettle_may_write_here &&\nrm -f -- ./${name} &&\nsync -- .`

/** The script that changes attributes of one of the two files. */
const held = (name: string, step: string): string =>
  holding(`/var/lib/webhook/.ssh/${name}`, Sh.of(step)).text

/** The script that writes a public half which is missing. */
const publicHalf = (owner: string | number): string =>
  writing({ path: `${path}.pub`, mode: 0o644, owner, group: 0 }).text

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => sshKey(path, { owner: 'webhook', comment: 'deploy key' }),
    facts: none,
    changes: ['create ed25519 key: 0600, owner webhook'],
    effects: ['create'],
    scripts: [creation("'deploy key'", 'chown -- webhook: ./key ./key.pub')],
    keys: { path: { path }, publicPath: { path: `${path}.pub` }, missingParent: path, key: path },
  },
  {
    name: 'created for the user who acts',
    resource: () => sshKey(path),
    facts: none,
    changes: ['create ed25519 key: 0600'],
    scripts: [creation('fettle')],
  },
  {
    name: 'created for an id, which may have no group',
    resource: () => sshKey(path, { owner: 990 }),
    facts: none,
    changes: ['create ed25519 key: 0600, owner 990'],
    scripts: [creation('fettle', 'chown -- 990 ./key ./key.pub')],
  },
  {
    name: 'created for a name of digits and letters',
    resource: () => sshKey(path, { owner: '7up7' }),
    facts: none,
    changes: ['create ed25519 key: 0600, owner 7up7'],
    scripts: [creation('fettle', 'chown -- 7up7: ./key ./key.pub')],
  },
  {
    name: 'as wanted',
    resource: () => sshKey(path, { owner: 'webhook', type: 'ed25519', comment: 'another' }),
    facts: there,
    changes: [],
    reason: 'ssh-ed25519 key',
  },
  {
    name: 'too open and with another owner',
    resource: () => sshKey(path, { owner: 'webhook' }),
    facts: { ...there, path: fileEntry({ mode: 0o640 }) },
    changes: ['owner root → webhook', 'mode 0640 → 0600'],
    effects: ['change', 'change'],
    scripts: [
      held('id_demo', 'chown -- webhook:0 /proc/self/fd/3'),
      held('id_demo', 'chmod -- 00600 /proc/self/fd/3'),
    ],
  },
  {
    name: 'a public half that others may write',
    resource: () => sshKey(path),
    facts: { ...there, publicPath: fileEntry({ mode: 0o666 }) },
    changes: ['public key: mode 0666 → 0644'],
    effects: ['change'],
    scripts: [held('id_demo.pub', 'chmod -- 00644 /proc/self/fd/3')],
  },
  {
    name: 'without its public half',
    resource: () => sshKey(path),
    facts: { ...there, publicPath: null, key: { ...key, hasPublicFile: false } },
    changes: [`create ${path}.pub: 0644`],
    scripts: [publicHalf(7)],
  },
  {
    name: 'without its public half, and of another owner',
    resource: () => sshKey(path, { owner: 'deploy' }),
    facts: { ...there, publicPath: null, key: { ...key, hasPublicFile: false } },
    changes: ['owner webhook → deploy', `create ${path}.pub: 0644, owner deploy`],
    scripts: [held('id_demo', 'chown -- deploy:0 /proc/self/fd/3'), publicHalf('deploy')],
  },
  {
    name: 'a public half alone',
    resource: () => sshKey(path),
    facts: { ...none, publicPath: fileEntry() },
    changes: [`blocked: ${path}.pub is there without its private half`],
    remedy: 'move it away to have a new pair made, or bring the private half',
    lacks: [[`path:${path}`, `path:${path}.pub`]],
  },
  {
    name: 'another kind, none given',
    resource: () => sshKey(path),
    facts: { ...there, key: { ...key, publicKey: 'ssh-rsa AAAA x' } },
    changes: [],
    reason: 'ssh-rsa key',
  },
  {
    name: 'another kind than given',
    resource: () => sshKey(path, { type: 'ed25519' }),
    facts: { ...there, key: { ...key, publicKey: 'ssh-rsa AAAA x' } },
    changes: [`blocked: ${path} is a key of the kind ssh-rsa`],
    remedy: 'remove it to have a new one made, or leave type out',
    lacks: ['path:/var/lib/webhook/.ssh/id_demo'],
  },
  {
    name: 'a missing directory',
    resource: () => sshKey(path),
    facts: { ...none, missingParent: { path: '/var/lib/webhook', taken: false } },
    changes: ['blocked: directory /var/lib/webhook does not exist'],
    remedy: "add directory('/var/lib/webhook/.ssh') before this",
    lacks: ['path:/var/lib/webhook/.ssh'],
    then: ['create ed25519 key: 0600'],
  },
  {
    name: 'a directory in its place',
    resource: () => sshKey(path),
    facts: { ...none, path: directoryEntry() },
    changes: [`blocked: ${path} is a directory`],
    remedy: 'remove the directory, or choose another path',
    lacks: ['path:/var/lib/webhook/.ssh/id_demo'],
  },
  {
    name: 'a link to a key',
    resource: () => sshKey(path),
    facts: { ...there, path: linkEntry('/root/key') },
    changes: [`blocked: ${path} is a symbolic link to /root/key`],
    remedy: 'remove the link, or manage the path that it points to',
    lacks: ['path:/var/lib/webhook/.ssh/id_demo'],
  },
  {
    name: 'a file that is no key',
    resource: () => sshKey(path),
    facts: { ...there, key: null },
    changes: [`blocked: ${path} cannot be read as a key`],
    remedy: 'remove it to have a new one made',
    lacks: ['path:/var/lib/webhook/.ssh/id_demo'],
  },
  {
    name: 'a public half that is a link',
    resource: () => sshKey(path),
    facts: { ...there, publicPath: linkEntry('/etc/shadow') },
    changes: [`blocked: ${path}.pub is a symbolic link to /etc/shadow`],
    remedy: 'remove the link, or manage the path that it points to',
    lacks: ['path:/var/lib/webhook/.ssh/id_demo.pub'],
  },
  {
    name: 'removed',
    resource: () => sshKey(path, { state: 'absent' }),
    facts: there,
    changes: ['remove key'],
    effects: ['remove'],
    scripts: [removal('id_demo'), removal('id_demo.pub')],
  },
  {
    name: 'a public half that was left is removed',
    resource: () => sshKey(path, { state: 'absent' }),
    facts: { ...none, publicPath: fileEntry() },
    changes: ['remove key'],
    effects: ['remove'],
    scripts: [removal('id_demo.pub')],
  },
  {
    name: 'a directory is not removed',
    resource: () => sshKey(path, { state: 'absent' }),
    facts: { ...there, publicPath: directoryEntry() },
    changes: [`blocked: ${path}.pub is a directory`],
    remedy: 'remove the directory, or choose another path',
    lacks: ['path:/var/lib/webhook/.ssh/id_demo.pub'],
  },
  {
    name: 'already removed',
    resource: () => sshKey(path, { state: 'absent' }),
    facts: none,
    changes: [],
    reason: 'there is no such key',
  },
]

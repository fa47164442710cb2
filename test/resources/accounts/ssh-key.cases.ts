import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import type { Case } from '../../../src/testing/case.js'
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

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => sshKey(path, { owner: 'webhook', comment: 'deploy key' }),
    facts: none,
    changes: ['create ed25519 key'],
  },
  {
    name: 'as wanted',
    resource: () => sshKey(path, { owner: 'webhook', type: 'ed25519', comment: 'another' }),
    facts: there,
    changes: [],
  },
  {
    name: 'too open and with another owner',
    resource: () => sshKey(path, { owner: 'webhook' }),
    facts: { ...there, path: fileEntry({ mode: 0o640 }) },
    changes: ['owner root → webhook', 'mode 0640 → 0600'],
  },
  {
    name: 'a public half that others may write',
    resource: () => sshKey(path),
    facts: { ...there, publicPath: fileEntry({ mode: 0o666 }) },
    changes: ['public key: mode 0666 → 0644'],
  },
  {
    name: 'without its public half',
    resource: () => sshKey(path),
    facts: { ...there, publicPath: null, key: { ...key, hasPublicFile: false } },
    changes: [`create ${path}.pub`],
  },
  {
    name: 'a public half alone',
    resource: () => sshKey(path),
    facts: { ...none, publicPath: fileEntry() },
    changes: [`blocked: ${path}.pub is there without its private half`],
  },
  {
    name: 'another kind, none given',
    resource: () => sshKey(path),
    facts: { ...there, key: { ...key, publicKey: 'ssh-rsa AAAA x' } },
    changes: [],
  },
  {
    name: 'another kind than given',
    resource: () => sshKey(path, { type: 'ed25519' }),
    facts: { ...there, key: { ...key, publicKey: 'ssh-rsa AAAA x' } },
    changes: [`blocked: ${path} is a key of the kind ssh-rsa`],
  },
  {
    name: 'a missing directory',
    resource: () => sshKey(path),
    facts: { ...none, missingParent: { path: '/var/lib/webhook', taken: false } },
    changes: ['blocked: directory /var/lib/webhook does not exist'],
  },
  {
    name: 'a directory in its place',
    resource: () => sshKey(path),
    facts: { ...none, path: directoryEntry() },
    changes: [`blocked: ${path} is a directory`],
  },
  {
    name: 'a public half that is a link',
    resource: () => sshKey(path),
    facts: { ...there, publicPath: linkEntry('/etc/shadow') },
    changes: [`blocked: ${path}.pub is a symbolic link to /etc/shadow`],
  },
  {
    name: 'removed',
    resource: () => sshKey(path, { state: 'absent' }),
    facts: there,
    changes: ['remove key'],
  },
  {
    name: 'already removed',
    resource: () => sshKey(path, { state: 'absent' }),
    facts: none,
    changes: [],
  },
]

import { knownHost } from '../../../src/resources/accounts/known-host.js'
import { writing } from '../../../src/resources/files/write-file.js'
import type { Case } from '../../../src/testing/case.js'
import { fileEntry, holdingText } from '../files/entry.js'

const one = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'
const two = 'ecdsa-sha2-nistp256 AAAAE2VjZHNh'
const here = { missingParent: null }

export const cases: readonly Case[] = [
  {
    name: 'a new file',
    example: true,
    resource: () => knownHost('github.com', { keys: [one, two] }),
    facts: { ...here, path: null },
    changes: ['set the keys of github.com, create file: 0644, 88 bytes'],
    effects: ['create'],
    scripts: [writing({ path: '/etc/ssh/ssh_known_hosts', mode: 0o644 }).text],
    keys: {
      path: { path: '/etc/ssh/ssh_known_hosts', follow: false, contentUnless: '' },
      missingParent: '/etc/ssh/ssh_known_hosts',
    },
  },
  {
    name: 'known',
    resource: () => knownHost('github.com', { keys: [two, `${one} a comment`] }),
    facts: {
      ...here,
      path: holdingText(`# pinned\n\ngithub.com ${one}\nother ${two}\nGitHub.com,x ${two} y\n`),
    },
    changes: [],
    reason: '2 keys of the host are known',
  },
  {
    name: 'a key more',
    resource: () => knownHost('github.com', { keys: [one, two] }),
    facts: { ...here, path: holdingText(`github.com ${one}\n`) },
    changes: ['set the keys of github.com'],
    effects: ['change'],
  },
  {
    name: 'a key that is not its own',
    resource: () => knownHost('github.com', { keys: [one] }),
    facts: { ...here, path: holdingText(`github.com ${one}\ngithub.com ${two}\n`) },
    changes: ['set the keys of github.com'],
  },
  {
    name: 'on another port',
    resource: () => knownHost('git.example:2222', { keys: [one] }),
    facts: { ...here, path: holdingText(`[git.example]:2222 ${one}\ngit.example ${two}\n`) },
    changes: [],
  },
  {
    name: 'port 22 is no port',
    resource: () => knownHost('[git.example]:22', { keys: [one] }),
    facts: { ...here, path: holdingText(`git.example ${one}\n`) },
    changes: [],
  },
  {
    name: 'a missing directory',
    resource: () => knownHost('h', { keys: [one], path: '/x/known' }),
    facts: { path: null, missingParent: { path: '/x', taken: false } },
    changes: ['blocked: directory /x does not exist'],
    remedy: "add directory('/x') before this",
    lacks: ['path:/x'],
    then: ['set the keys of h, create file: 0644, 35 bytes'],
    keys: { missingParent: '/x/known' },
  },
  {
    name: 'a file that is too long',
    resource: () => knownHost('h', { keys: [one] }),
    facts: { ...here, path: fileEntry({ size: 1e7 }) },
    changes: ['blocked: /etc/ssh/ssh_known_hosts is longer than 256 KiB'],
    remedy: 'choose another path, or shorten the file',
    lacks: ['path:/etc/ssh/ssh_known_hosts'],
  },
  {
    name: 'keys from the host that are none',
    resource: () => knownHost('h', { keys: [one] }),
    values: { keys: ['ssh-ed25519 AAAA\nevil ssh-rsa AAAA'] },
    facts: { ...here, path: null },
    changes: ['blocked: the keys are not public keys: each must be one line'],
    remedy: "give each key as 'type base64'",
    lacks: undefined,
  },
  {
    name: 'no keys from the host',
    resource: () => knownHost('h', { keys: [one] }),
    values: { keys: [] },
    facts: { ...here, path: null },
    changes: ['blocked: the keys must hold at least one key'],
    remedy: "give each key as 'type base64'",
    lacks: undefined,
  },
  {
    name: 'one key from the host where a list is due',
    resource: () => knownHost('h', { keys: [one] }),
    values: { keys: one },
    facts: { ...here, path: null },
    changes: ['blocked: the keys must be a list'],
    lacks: undefined,
  },
  {
    name: 'a key from the host without its type',
    resource: () => knownHost('h', { keys: [one] }),
    values: { keys: ['AAAAC3NzaC1lZDI1NTE5'] },
    facts: { ...here, path: null },
    changes: ["blocked: the keys are not public keys: each must be a public key: 'type base64'"],
    remedy: "give each key as 'type base64'",
    lacks: undefined,
  },
  {
    name: 'forgotten',
    resource: () => knownHost('h', { state: 'absent' }),
    facts: { ...here, path: holdingText(`h ${one}\n`) },
    changes: ['forget the keys of h'],
    effects: ['remove'],
  },
  {
    name: 'forgotten under its name in lower case',
    resource: () => knownHost('H', { state: 'absent' }),
    facts: { ...here, path: holdingText(`h ${one}\nother ${two}\n`) },
    changes: ['forget the keys of h'],
  },
  {
    name: 'never known',
    resource: () => knownHost('h', { state: 'absent' }),
    facts: { ...here, path: null },
    changes: [],
    reason: 'the host is not known',
  },
  {
    name: 'odd lines stay as they are',
    resource: () => knownHost('git.example', { keys: [one] }),
    facts: {
      ...here,
      path: holdingText(
        [
          '',
          `@revoked git.example ${two}`,
          `# git.example ${two}`,
          `a,git.example,b  ${two}`,
          ` git.example   ${two}`,
          `x|1|c2FsdA==|aGFzaA== ${two}`,
          `|1|c2FsdA==|aGFzaA==x|y ${two}`,
          '@cert-authority',
          '',
        ].join('\n'),
      ),
    },
    changes: ['set the keys of git.example'],
  },
  {
    name: 'an address of IPv6',
    resource: () => knownHost('2001:db8::1', { keys: [one] }),
    facts: { ...here, path: null },
    changes: ['set the keys of 2001:db8::1, create file: 0644, 45 bytes'],
  },
  {
    name: 'an address on another port',
    resource: () => knownHost('[2001:db8::1]:2222', { keys: [one] }),
    facts: { ...here, path: null },
    changes: ['set the keys of [2001:db8::1]:2222, create file: 0644, 52 bytes'],
  },
]

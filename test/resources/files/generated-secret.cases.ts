import { Secret } from '../../../src/core/secret.js'
import { sh, type Sh } from '../../../src/core/sh.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import { holding, writing } from '../../../src/resources/files/write-file.js'
import type { Case } from '../../../src/testing/case.js'
import { fileEntry, linkEntry } from './entry.js'

const path = '/etc/demo/hook-secret'
const secret = new Secret('0123456789abcdef0123456789abcdef')

/** The secret is made as a new file of root's. */
const made = (from: Sh): string =>
  writing({ path, mode: 0o600, owner: 'root', group: 'root', from, onlyNew: true }).text

export const cases: readonly Case[] = [
  {
    name: 'made',
    example: true,
    resource: () => generatedSecret(path),
    facts: { missingParent: null, path: null, secret: null },
    changes: ['make a secret of 32 random bytes: 0600 root:root'],
    effects: ['create'],
    scripts: [
      made(
        sh`od -An -v -tx1 -N 32 /dev/urandom | tr -d ' \\n' >&3 && [ "$(wc -c </proc/self/fd/3)" -eq 64 ]`,
      ),
    ],
    keys: { path: { path }, missingParent: path, secret: path },
  },
  {
    name: 'there, of another length',
    resource: () => generatedSecret(path, { bytes: 16 }),
    facts: { missingParent: null, path: fileEntry({ mode: 0o600 }), secret },
    changes: [],
    reason: 'the secret is there',
  },
  {
    name: 'too open, with another owner',
    resource: () => generatedSecret(path),
    facts: { missingParent: null, path: fileEntry({ mode: 0o644, owner: 'demo', uid: 7 }), secret },
    changes: ['owner demo → root', 'mode 0644 → 0600'],
    effects: ['change', 'change'],
    scripts: [
      holding(path, sh`chown -- root:0 /proc/self/fd/3`).text,
      holding(path, sh`chmod -- 00600 /proc/self/fd/3`).text,
    ],
  },
  {
    name: 'a missing directory',
    resource: () => generatedSecret(path),
    facts: { missingParent: { path: '/etc/demo', taken: false }, path: null, secret: null },
    changes: ['blocked: directory /etc/demo does not exist'],
    remedy: "add directory('/etc/demo') before this",
    lacks: ['path:/etc/demo'],
    then: ['make a secret of 32 random bytes: 0600 root:root'],
  },
  {
    name: 'made of as many bytes as are wanted',
    resource: () => generatedSecret(path, { bytes: 16 }),
    facts: { missingParent: null, path: null, secret: null },
    changes: ['make a secret of 16 random bytes: 0600 root:root'],
    scripts: [
      made(
        sh`od -An -v -tx1 -N 16 /dev/urandom | tr -d ' \\n' >&3 && [ "$(wc -c </proc/self/fd/3)" -eq 32 ]`,
      ),
    ],
  },
  {
    name: 'a file of another group',
    resource: () => generatedSecret(path),
    facts: {
      missingParent: null,
      path: fileEntry({ mode: 0o600, group: 'demo', gid: 7 }),
      secret,
    },
    changes: ['group demo → root'],
    effects: ['change'],
  },
  {
    name: 'a link in its place',
    resource: () => generatedSecret(path),
    facts: { missingParent: null, path: linkEntry('/srv/secret'), secret },
    changes: ['blocked: /etc/demo/hook-secret is a symbolic link to /srv/secret'],
    remedy: 'remove the link, or manage the path that it points to',
    lacks: ['path:/etc/demo/hook-secret'],
  },
]

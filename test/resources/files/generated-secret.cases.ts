import { Secret } from '../../../src/core/secret.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import type { Case } from '../../../src/testing/case.js'
import { fileEntry } from './entry.js'

const path = '/etc/demo/hook-secret'
const secret = new Secret('0123456789abcdef0123456789abcdef')

export const cases: readonly Case[] = [
  {
    name: 'made',
    example: true,
    resource: () => generatedSecret(path),
    facts: { missingParent: null, path: null, secret: null },
    changes: ['make a secret of 32 random bytes'],
  },
  {
    name: 'there, of another length',
    resource: () => generatedSecret(path, { bytes: 16 }),
    facts: { missingParent: null, path: fileEntry({ mode: 0o600 }), secret },
    changes: [],
  },
  {
    name: 'too open, with another owner',
    resource: () => generatedSecret(path),
    facts: { missingParent: null, path: fileEntry({ mode: 0o644, owner: 'demo', uid: 7 }), secret },
    changes: ['owner demo → root', 'mode 0644 → 0600'],
  },
  {
    name: 'a missing directory',
    resource: () => generatedSecret(path),
    facts: { missingParent: { path: '/etc/demo', taken: false }, path: null, secret: null },
    changes: ['blocked: directory /etc/demo does not exist'],
  },
]

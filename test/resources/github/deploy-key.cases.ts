import type { DeployKey } from '../../../src/facts/github/api.js'
import { githubDeployKey } from '../../../src/resources/github/deploy-key.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import type { Case } from '../../../src/testing/case.js'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8kGCT3gkxpJVzD5sXKZ0d1zkQyYVJpZrCz0bY8aQm'
const deploy = sshKey('/var/lib/webhook/.ssh/id_demo', { owner: 'webhook' })
const there = (other: Partial<DeployKey> = {}): DeployKey => ({
  id: 3,
  title: 'demo on web1',
  key,
  readOnly: true,
  ...other,
})

export const cases: readonly Case[] = [
  {
    name: 'added',
    example: true,
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key: deploy.publicKey }),
    values: { key: `${key} demo@web1` },
    facts: { keys: [] },
    changes: ['add key demo on web1: read-only'],
    effects: ['create ! nothing is taken back on GitHub'],
    scripts: ['POST /repos/{owner}/{repo}/keys'],
    keys: { keys: { repo: 'acme/demo' } },
  },
  {
    name: 'added for writing',
    resource: () => githubDeployKey('acme/demo', { title: 'demo', key, readOnly: false }),
    facts: { keys: [] },
    changes: ['add key demo: read and write'],
  },
  {
    name: 'there, whatever its comment',
    resource: () =>
      githubDeployKey('acme/demo', {
        title: 'demo on web1',
        key: `${key} somebody\n`,
        readOnly: true,
      }),
    facts: { keys: [there()] },
    changes: [],
    reason: 'key 3 is read-only',
  },
  {
    name: 'access left out is left as it is',
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key }),
    facts: { keys: [there({ readOnly: false })] },
    changes: [],
    reason: 'key 3 is read and write',
  },
  {
    name: 'writing taken away',
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key, readOnly: true }),
    facts: { keys: [there({ readOnly: false })] },
    changes: ['replace key demo on web1: read and write → read-only (deleted, then added)'],
    effects: ['change ! nothing is taken back on GitHub'],
    scripts: ['DELETE /repos/{owner}/{repo}/keys/{key_id}', 'POST /repos/{owner}/{repo}/keys'],
  },
  {
    name: 'another title',
    resource: () => githubDeployKey('acme/demo', { title: 'new', key }),
    facts: { keys: [there()] },
    changes: ['replace key demo on web1: title demo on web1 → new (deleted, then added)'],
  },
  {
    name: 'another key of the title is named and left',
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key }),
    facts: { keys: [there({ id: 4, key: 'ssh-ed25519 AAAAolder' })] },
    changes: ['add key demo on web1: read-only; another key of this title stays: 4'],
    scripts: ['POST /repos/{owner}/{repo}/keys'],
  },
  {
    name: 'another title and other access',
    resource: () => githubDeployKey('acme/demo', { title: 'new', key, readOnly: false }),
    facts: { keys: [there()] },
    changes: [
      'replace key demo on web1: title demo on web1 → new, read-only → read and write (deleted, then added)',
    ],
  },
  {
    name: 'several keys of the title beside one of another',
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key }),
    facts: {
      keys: [
        there({ id: 4, key: 'ssh-ed25519 AAAAolder' }),
        there({ id: 5, key: 'ssh-ed25519 AAAAother', title: 'another' }),
        there({ id: 6, key: 'ssh-ed25519 AAAAoldest' }),
      ],
    },
    changes: ['add key demo on web1: read-only; another key of this title stays: 4, 6'],
  },
  {
    name: 'removed',
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key, state: 'absent' }),
    facts: { keys: [there()] },
    changes: ['remove key demo on web1'],
    effects: ['remove ! nothing is taken back on GitHub'],
    scripts: ['DELETE /repos/{owner}/{repo}/keys/{key_id}'],
  },
  {
    name: 'removed by its key alone, whatever its title',
    resource: () => githubDeployKey('acme/demo', { key: `${key} somebody`, state: 'absent' }),
    facts: { keys: [there({ id: 4, key: 'ssh-ed25519 AAAAolder' }), there()] },
    changes: ['remove key demo on web1'],
    scripts: ['DELETE /repos/{owner}/{repo}/keys/{key_id}'],
  },
  {
    name: 'removed by the key that a host has',
    resource: () => githubDeployKey('acme/demo', { key: deploy.publicKey, state: 'absent' }),
    values: { key },
    facts: { keys: [there()] },
    changes: ['remove key demo on web1'],
  },
  {
    name: 'already removed',
    resource: () => githubDeployKey('acme/demo', { title: 'demo on web1', key, state: 'absent' }),
    facts: { keys: [there({ key: 'ssh-ed25519 AAAAother' })] },
    changes: [],
    reason: 'there is no such key',
  },
  {
    name: 'a key of the host that is none',
    resource: () => githubDeployKey('acme/demo', { title: 'demo', key }),
    facts: { keys: [] },
    values: { key: 'not a key' },
    changes: ["blocked: the key for acme/demo is not a public key in OpenSSH's form"],
    remedy: 'look at the public key on the host: ssh-keygen -l -f FILE.pub',
    lacks: undefined,
  },
]

import { knownHost } from '../../../src/resources/accounts/known-host.js'
import type { HostCase } from '../../../src/testing/host-case.js'

const path = '/etc/ssh/ssh_known_hosts'
const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`
const other = key.replace(/A$/, 'B')

export const hostCases: readonly HostCase[] = [
  {
    name: 'the key of a host',
    before: `echo 'other.example ${key}' >${path}`,
    resource: () => knownHost('git.example:2222', { keys: [key] }),
    changes: ['set the keys of [git.example]:2222'],
    drifts: [
      { by: `sed -i '/git/d' ${path}`, changes: ['set the keys of [git.example]:2222'] },
      {
        by: `echo '[git.example]:2222 ${other}' >>${path}`,
        changes: ['set the keys of [git.example]:2222'],
      },
    ],
    errors: [
      {
        by: `sed -i '/git/d' ${path}; chattr +i ${path}`,
        says: /ssh_known_hosts is immutable/,
        after: `chattr -i ${path}`,
      },
    ],
  },
  {
    name: 'a host that is to be forgotten',
    before: `echo 'old.example ${key}' >/srv/known_hosts`,
    resource: () => knownHost('old.example', { path: '/srv/known_hosts', state: 'absent' }),
    changes: ['forget the keys of old.example'],
  },
]

import { aptPackages } from '../../../src/resources/apt/packages.js'
import type { HostCase } from '../../../src/testing/host-case.js'
import { archive } from './archive.js'

const dpkg = ['/var/lib/dpkg', '/var/lib/apt']

const packages = archive([
  { name: 'tool', version: '1' },
  { name: 'tool', version: '2' },
  { name: 'other', version: '1' },
])

export const hostCases: readonly HostCase[] = [
  {
    name: 'a package in a version',
    before: packages,
    resource: () => aptPackages(['tool=1']),
    changes: ['install tool=1'],
    drifts: [{ by: 'dpkg --remove tool', changes: ['install tool=1'], also: dpkg }],
    errors: [
      {
        by: 'dpkg --remove tool; touch /srv/sick',
        says: /the disk is on fire/,
        after: 'rm /srv/sick',
        except: [...dpkg, '/srv/tool'],
      },
    ],
  },
  {
    name: 'a package that is to go, with its settings',
    before: 'apt-get -q -y install other',
    resource: () => aptPackages(['other'], { state: 'absent', purge: true }),
    changes: ['purge other'],
    drifts: [{ by: 'apt-get -q -y install other', changes: ['purge other'], also: dpkg }],
  },
]

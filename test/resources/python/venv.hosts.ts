import { pythonVenv } from '../../../src/resources/python/venv.js'
import type { HostCase } from '../../../src/testing/host-case.js'
import { wheels } from './wheels.js'

export const image = 'stack'

const venv = '/srv/venv'
const pip = `runuser -u deploy -- ${venv}/bin/python -m pip --quiet --disable-pip-version-check`

export const hostCases: readonly HostCase[] = [
  {
    name: 'an environment with a package',
    before: `${wheels}
      install -d -o deploy ${venv}`,
    resource: () =>
      pythonVenv(venv, {
        owner: 'deploy',
        findLinks: '/srv/wheels',
        packages: ['greeting==1.0'],
      }),
    changes: ['create a virtual environment of Python 3.11', 'install greeting==1.0'],
    drifts: [
      {
        by: `${pip} uninstall --yes greeting`,
        changes: ['install greeting==1.0'],
        also: [`${venv}/lib`],
      },
      {
        by: `${pip} install --no-index --find-links /srv/wheels greeting==1.1`,
        changes: ['install greeting==1.0 (1.1 is installed)'],
        also: [`${venv}/lib`],
      },
      {
        by: `ln -sf /usr/bin/python3.10 ${venv}/bin/python3`,
        changes: [
          'make it anew: its interpreter is gone (removes greeting 1.0)',
          'install greeting==1.0',
        ],
        also: [venv],
      },
    ],
    errors: [
      {
        by: `${pip} uninstall --yes greeting; mv /srv/wheels /srv/aside; mkdir /srv/wheels`,
        says: /pip finds no package greeting for the Python of the environment/,
        after: 'rmdir /srv/wheels; mv /srv/aside /srv/wheels',
      },
    ],
  },
]

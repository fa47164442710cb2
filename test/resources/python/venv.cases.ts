import { enter } from '../../../src/core/enter.js'
import { steps } from '../../../src/core/sh.js'
import { chownTree, removeTree } from '../../../src/resources/files/change-tree.js'
import { pythonVenv } from '../../../src/resources/python/venv.js'
import type { Case } from '../../../src/testing/case.js'
import { installed, installedFrom, made } from './shell.js'
import { facts, file, flask, fromFile, owner, pip, python, venv } from './state.js'

export const cases: readonly Case[] = [
  {
    name: 'made, with what the checkout asks for',
    example: true,
    resource: () =>
      pythonVenv('/srv/app/venv', {
        requirements: '/srv/app/src/requirements.txt',
        owner: 'webhook',
        systemSitePackages: true,
      }),
    facts: facts({ own: [], system: [flask], requirements: 'flask>=2\nPyMySQL==1.0.2\n' }, null),
    changes: ['create a virtual environment of Python 3.11', 'install PyMySQL==1.0.2'],
    scripts: [made('webhook', 'python3', '--system-site-packages'), installedFrom(file, 'webhook')],
    keys: {
      venv: {
        path: '/srv/app/venv',
        python: 'python3',
        systemSitePackages: true,
        requirements: { file },
      },
      missingParent: '/srv/app/venv',
    },
  },
  {
    name: 'made, without more, for the owner of its directory',
    resource: venv({ packages: ['flask'] }),
    facts: facts({ own: [], system: [flask], requirements: 'flask' }, null),
    changes: ['create a virtual environment of Python 3.11', 'install flask'],
    scripts: [made(undefined, 'python3'), installed(undefined)],
  },
  {
    name: 'no directory for it',
    resource: venv(),
    facts: { ...facts({}, null), missingParent: { path: '/srv/app', taken: false } },
    changes: ['blocked: directory /srv/app does not exist'],
    remedy: "add directory('/srv/app') before this",
  },
  {
    name: 'no directory, and nothing is to be there',
    resource: venv({ state: 'absent' }),
    facts: { ...facts({}, null), missingParent: { path: '/srv/app', taken: false } },
    changes: [],
    reason: 'there is no virtual environment',
  },
  {
    name: 'the host does not say what is there',
    resource: venv(),
    facts: { venv: null, missingParent: null },
    changes: ['blocked: /srv/app/venv could not be read'],
    remedy: 'report this',
  },
  {
    name: 'something else that is not to be there',
    resource: venv({ state: 'absent' }),
    facts: facts({ other: 'a file' }, null),
    changes: ['blocked: /srv/app/venv is a file'],
    remedy: 'remove what is there, or choose another path',
  },
  {
    name: 'the file comes later in the run',
    resource: venv(fromFile),
    facts: facts({}, null),
    changes: ['blocked: /srv/app/src/requirements.txt does not exist'],
    remedy: 'add what brings it, such as git.checkout, before this',
  },
  {
    name: 'its interpreter is gone',
    resource: venv({ packages: ['flask'] }),
    facts: facts({ own: [pip, flask], requirements: 'flask' }, { interpreter: null }),
    changes: ['make it anew: its interpreter is gone (removes Flask 2.2.2)', 'install flask'],
    scripts: [made(owner, 'python3', '--clear'), installed(owner)],
  },
  {
    name: 'made anew: pip and setuptools come again, and the rest is named',
    resource: venv(),
    facts: facts(
      {
        own: [
          pip,
          { name: 'setuptools', version: '66.1.1' },
          flask,
          { name: 'gunicorn', version: '20.1.0' },
        ],
      },
      { interpreter: null },
    ),
    changes: ['make it anew: its interpreter is gone (removes Flask 2.2.2, gunicorn 20.1.0)'],
  },
  {
    name: "made anew, with the system's packages, which count",
    resource: venv({ packages: ['flask'], systemSitePackages: true }),
    facts: facts({ system: [flask], requirements: 'flask' }, { interpreter: null }),
    changes: ["make it anew: its interpreter is gone, the system's packages not seen → seen"],
    scripts: [made(owner, 'python3', '--system-site-packages', '--clear')],
  },
  {
    name: 'the system was upgraded',
    resource: venv(),
    facts: facts({}, { interpreter: '/usr/bin/python3.13', outdated: true }),
    changes: ['make it anew: it was made for another Python than 3.13'],
    scripts: [made(owner, '/usr/bin/python3.13', '--clear')],
  },
  {
    name: 'another interpreter is wanted',
    resource: venv({ python: '/usr/bin/python3.12' }),
    facts: facts({ python: '/usr/bin/python3.12' }),
    changes: ['make it anew: Python 3.11 → 3.12'],
    scripts: [made(owner, '/usr/bin/python3.12', '--clear')],
    keys: {
      venv: {
        path: '/srv/app/venv',
        python: '/usr/bin/python3.12',
        systemSitePackages: false,
        requirements: null,
      },
    },
  },
  {
    name: 'an interpreter that does not name its version',
    resource: venv({ python: '/opt/pypy/bin/pypy3' }),
    facts: facts({ python: '/opt/pypy/bin/pypy3' }),
    changes: ['make it anew: Python 3.11 → /opt/pypy/bin/pypy3'],
  },
  {
    name: 'the interpreter that is wanted',
    resource: venv({ python: 'python3.11' }),
    facts: facts(),
    changes: [],
    reason: 'the requirements are met',
  },
  {
    name: 'another interpreter is not wanted',
    resource: venv(),
    facts: facts({ python: '/usr/bin/python3.12' }),
    changes: [],
  },
  {
    name: 'another package is not pip',
    resource: venv(),
    facts: facts({ own: [flask] }),
    changes: ['install pip'],
  },
  {
    name: 'made without pip',
    resource: venv(),
    facts: facts({ own: [] }),
    changes: ['install pip'],
    scripts: [made(owner, python)],
  },
  {
    name: 'pip of the system is pip, where the environment sees it',
    resource: venv(),
    facts: facts(
      { own: [], system: [{ name: 'PIP', version: '23.0.1' }] },
      { systemSitePackages: true },
    ),
    changes: [],
  },
  {
    name: "the system's packages, and pip, by one command",
    resource: venv({ systemSitePackages: true }),
    facts: facts({ own: [] }),
    changes: ["the system's packages not seen → seen, install pip"],
    scripts: [made(owner, python, '--system-site-packages')],
  },
  {
    name: "the system's packages are seen",
    resource: venv({ systemSitePackages: true }),
    facts: facts({}, { systemSitePackages: true }),
    changes: [],
  },
  {
    name: "the system's packages",
    resource: venv({ systemSitePackages: true }),
    facts: facts(),
    changes: ["the system's packages not seen → seen"],
    scripts: [made(owner, python, '--system-site-packages')],
  },
  {
    name: "without the system's packages, what they met is missing",
    resource: venv({ systemSitePackages: false, packages: ['flask'] }),
    facts: facts({ system: [flask], requirements: 'flask' }, { systemSitePackages: true }),
    changes: ["the system's packages seen → not seen", 'install flask'],
    scripts: [made(owner, python), installed(owner)],
  },
  {
    name: 'another owner',
    resource: venv({ owner: 'deploy' }),
    facts: facts(),
    changes: ['owner webhook → deploy'],
    scripts: [steps([enter('/srv/app/venv'), chownTree('deploy')]).text],
  },
  {
    name: 'the owner, by his number',
    resource: venv({ owner: '990' }),
    facts: facts(),
    changes: [],
  },
  {
    name: 'another owner, who installs pip then',
    resource: venv({ owner: 'deploy' }),
    facts: facts({ own: [] }),
    changes: ['owner webhook → deploy', 'install pip'],
    scripts: [steps([enter('/srv/app/venv'), chownTree('deploy')]).text, made('deploy', python)],
  },
  {
    name: 'something else in its place',
    resource: venv(),
    facts: facts({ other: 'a directory that holds other things' }, null),
    changes: ['blocked: /srv/app/venv is a directory that holds other things'],
    remedy: 'remove what is there, or choose another path',
  },
  {
    name: 'removed',
    resource: venv({ state: 'absent' }),
    facts: facts(),
    changes: ['remove the virtual environment'],
    scripts: [steps([enter('/srv/app'), removeTree('./venv')]).text],
    keys: {
      venv: {
        path: '/srv/app/venv',
        python: null,
        systemSitePackages: false,
        requirements: null,
      },
    },
  },
  {
    name: 'not removed with what else is there',
    resource: venv({ state: 'absent' }),
    facts: facts({}, { strange: ['app.py', 'static'] }),
    changes: ['blocked: /srv/app/venv holds more than a virtual environment: app.py, static'],
    remedy: 'move that elsewhere: it would be removed with the environment',
  },
  {
    name: 'not made anew over what else is there',
    resource: venv(),
    facts: facts({}, { interpreter: null, strange: ['app.py'] }),
    changes: ['blocked: /srv/app/venv holds more than a virtual environment: app.py'],
  },
  {
    name: 'what else is there does not matter to what is installed',
    resource: venv({ packages: ['flask'] }),
    facts: facts({ requirements: 'flask' }, { strange: ['app.py'] }),
    changes: ['install flask'],
  },
  {
    name: 'already removed',
    resource: venv({ state: 'absent' }),
    facts: facts({}, null),
    changes: [],
    reason: 'there is no virtual environment',
  },
]

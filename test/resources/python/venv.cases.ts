import { enter } from '../../../src/core/enter.js'
import { steps } from '../../../src/core/sh.js'
import { chownTree, removeTree } from '../../../src/resources/files/change-tree.js'
import type { PythonVenvOptions } from '../../../src/resources/python/venv-options.js'
import { pythonVenv } from '../../../src/resources/python/venv.js'
import type { Case } from '../../../src/testing/case.js'

const venv =
  (options: PythonVenvOptions = {}) =>
  () =>
    pythonVenv('/srv/app/venv', options)
const python = '/usr/bin/python3.11'
const pip = { name: 'pip', version: '23.0.1' }
const flask = { name: 'Flask', version: '2.2.2' }
const environment = {
  owner: { name: 'webhook', id: '990' },
  systemSitePackages: false,
  interpreter: python,
  outdated: false,
  strange: [],
}
const facts = (
  rest: object = {},
  environmentRest: object | null = {},
): Readonly<Record<string, unknown>> => ({
  venv: {
    environment: environmentRest === null ? null : { ...environment, ...environmentRest },
    other: null,
    python,
    own: [pip],
    system: [],
    requirements: null,
    judged: null,
    ...rest,
  },
  missingParent: null,
})
const fromFile = { requirements: '/srv/app/src/requirements.txt' }

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
  },
  {
    name: 'the file comes later in the run',
    resource: venv(fromFile),
    facts: facts({}, null),
    changes: ['blocked: /srv/app/src/requirements.txt does not exist'],
  },
  {
    name: 'the requirements are met',
    resource: venv(fromFile),
    facts: facts({ own: [pip, flask], requirements: 'flask>=2,<3' }),
    changes: [],
  },
  {
    name: 'another version is wanted',
    resource: venv({ packages: ['flask>=3'] }),
    facts: facts({ own: [pip, flask], requirements: 'flask>=3' }),
    changes: ['install flask>=3 (2.2.2 is installed)'],
  },
  {
    name: "its own come before the system's",
    resource: venv({ packages: ['flask>=3'] }),
    facts: facts(
      { own: [pip, { name: 'flask', version: '3.0' }], system: [flask], requirements: 'flask>=3' },
      { systemSitePackages: true },
    ),
    changes: [],
  },
  {
    name: 'many are counted',
    resource: venv({ packages: [] }),
    facts: facts({ requirements: [...'abcdefgh'].join('\n') }),
    changes: ['install a, b, c, d, e, f, and 2 more'],
  },
  {
    name: 'Python says that markers are met',
    resource: venv(fromFile),
    facts: facts({ requirements: 'x; python_version > "3"', judged: 'met' }),
    changes: [],
  },
  {
    name: 'Python says that they are not',
    resource: venv(fromFile),
    facts: facts({ requirements: 'x; python_version > "3"', judged: 'unmet' }),
    changes: ['install x; python_version > "3"'],
  },
  {
    name: 'Python cannot say',
    resource: venv(fromFile),
    facts: facts({ requirements: 'x; python_version > "3"', judged: { failed: 'status 137' } }),
    changes: ["blocked: the environment's Python cannot judge the requirements: status 137"],
  },
  {
    name: 'what cannot be compared in another file',
    resource: venv(fromFile),
    facts: facts({ requirements: '-r base.txt', judged: { cannot: '-e .' } }),
    changes: ['blocked: the requirement "-e ." cannot be compared with what is installed'],
  },
  {
    name: 'what it said before pip is there does not count',
    resource: venv(fromFile),
    facts: facts({
      own: [],
      requirements: '-r base.txt',
      judged: { failed: "No module named 'pip'" },
    }),
    changes: ['install pip', 'install -r base.txt'],
  },
  {
    name: 'what cannot be compared',
    resource: venv(fromFile),
    facts: facts({ requirements: '-e .' }),
    changes: ['blocked: the requirement "-e ." cannot be compared with what is installed'],
  },
  {
    name: 'its interpreter is gone',
    resource: venv({ packages: ['flask'] }),
    facts: facts({ own: [pip, flask], requirements: 'flask' }, { interpreter: null }),
    changes: ['make it anew: its interpreter is gone (removes Flask 2.2.2)', 'install flask'],
  },
  {
    name: 'the system was upgraded',
    resource: venv(),
    facts: facts({}, { interpreter: '/usr/bin/python3.13', outdated: true }),
    changes: ['make it anew: it was made for another Python than 3.13'],
  },
  {
    name: 'another interpreter is wanted',
    resource: venv({ python: '/usr/bin/python3.12' }),
    facts: facts({ python: '/usr/bin/python3.12' }),
    changes: ['make it anew: Python 3.11 → 3.12'],
  },
  {
    name: 'another interpreter is not wanted',
    resource: venv(),
    facts: facts({ python: '/usr/bin/python3.12' }),
    changes: [],
  },
  {
    name: 'made without pip',
    resource: venv(),
    facts: facts({ own: [] }),
    changes: ['install pip'],
  },
  {
    name: "the system's packages",
    resource: venv({ systemSitePackages: true }),
    facts: facts(),
    changes: ["the system's packages not seen → seen"],
  },
  {
    name: "without the system's packages, what they met is missing",
    resource: venv({ systemSitePackages: false, packages: ['flask'] }),
    facts: facts({ system: [flask], requirements: 'flask' }, { systemSitePackages: true }),
    changes: ["the system's packages seen → not seen", 'install flask'],
  },
  {
    name: 'another owner',
    resource: venv({ owner: 'deploy' }),
    facts: facts(),
    changes: ['owner webhook → deploy'],
    scripts: [steps([enter('/srv/app/venv'), chownTree('deploy')]).text],
  },
  {
    name: 'something else in its place',
    resource: venv(),
    facts: facts({ other: 'a directory that holds other things' }, null),
    changes: ['blocked: /srv/app/venv is a directory that holds other things'],
  },
  {
    name: 'removed',
    resource: venv({ state: 'absent' }),
    facts: facts(),
    changes: ['remove the virtual environment'],
    scripts: [steps([enter('/srv/app'), removeTree('./venv')]).text],
  },
  {
    name: 'not removed with what else is there',
    resource: venv({ state: 'absent' }),
    facts: facts({}, { strange: ['app.py', 'static'] }),
    changes: ['blocked: /srv/app/venv holds more than a virtual environment: app.py, static'],
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
  },
  {
    name: 'installed from another index and other links',
    resource: venv({
      packages: ['flask'],
      indexUrl: 'https://pypi.example.org/simple',
      findLinks: '/srv/wheels',
    }),
    facts: facts({ requirements: 'flask' }),
    changes: ['install flask'],
  },
  {
    name: 'installed from a directory alone',
    resource: venv({ packages: ['flask'], findLinks: '/srv/wheels' }),
    facts: facts({ requirements: 'flask' }),
    changes: ['install flask'],
  },
]

import type { Case } from '../../../src/testing/case.js'
import { installed, installedFrom, made } from './shell.js'
import { facts, file, flask, fromFile, owner, pip, python, venv } from './state.js'

const unclear = 'install it by a command, and leave it out here'

/** What `python.venv` installs. */
export const cases: readonly Case[] = [
  {
    name: 'the requirements are met',
    resource: venv(fromFile),
    facts: facts({ own: [pip, flask], requirements: 'flask>=2,<3' }),
    changes: [],
    reason: 'the requirements are met',
  },
  {
    name: 'another version is wanted',
    resource: venv({ packages: ['flask>=3'] }),
    facts: facts({ own: [pip, flask], requirements: 'flask>=3' }),
    changes: ['install flask>=3 (2.2.2 is installed)'],
    effects: ['change'],
    scripts: [installed(owner)],
    keys: {
      venv: {
        path: '/srv/app/venv',
        python: 'python3',
        systemSitePackages: false,
        requirements: { text: 'flask>=3' },
      },
    },
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
    name: "the system's count where the environment sees them already",
    resource: venv({ packages: ['flask'] }),
    facts: facts(
      { own: [], system: [pip, flask], requirements: 'flask' },
      { systemSitePackages: true },
    ),
    changes: [],
  },
  {
    name: 'and do not where it does not',
    resource: venv({ packages: ['flask'] }),
    facts: facts({ system: [flask], requirements: 'flask' }),
    changes: ['install flask'],
  },
  {
    name: 'six are named',
    resource: venv({ packages: [] }),
    facts: facts({ requirements: [...'abcdef'].join('\n') }),
    changes: ['install a, b, c, d, e, f'],
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
    name: 'what Python need not say is missing',
    resource: venv(fromFile),
    facts: facts({ requirements: 'flask\nx; python_version > "3"', judged: 'met' }),
    changes: ['install flask'],
  },
  {
    name: 'Python has not been asked, since there is no environment',
    resource: venv(fromFile),
    facts: facts({ own: [], requirements: '-r base.txt', judged: { failed: 'none' } }, null),
    changes: ['create a virtual environment of Python 3.11', 'install -r base.txt'],
    effects: ['create', 'change'],
  },
  {
    name: 'what Python said of an environment that is made anew does not count',
    resource: venv(fromFile),
    facts: facts({ requirements: '-r base.txt', judged: 'met' }, { outdated: true }),
    changes: ['make it anew: it was made for another Python than 3.11', 'install -r base.txt'],
    effects: ['change', 'change'],
  },
  {
    name: 'Python cannot say',
    resource: venv(fromFile),
    facts: facts({ requirements: 'x; python_version > "3"', judged: { failed: 'status 137' } }),
    changes: ["blocked: the environment's Python cannot judge the requirements: status 137"],
    remedy: 'see what it says to import pip; remove the environment to have it made anew',
    lacks: ['tree:/srv/app/venv'],
  },
  {
    name: 'what cannot be compared in another file',
    resource: venv(fromFile),
    facts: facts({ requirements: '-r base.txt', judged: { cannot: '-e .' } }),
    changes: ['blocked: the requirement "-e ." cannot be compared with what is installed'],
    remedy: unclear,
    lacks: undefined,
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
    scripts: [made(owner, python), installedFrom(file, owner)],
  },
  {
    name: 'what cannot be compared',
    resource: venv(fromFile),
    facts: facts({ requirements: '-e .' }),
    changes: ['blocked: the requirement "-e ." cannot be compared with what is installed'],
    remedy: unclear,
    lacks: ['path:/srv/app/src/requirements.txt'],
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
    scripts: [
      installed(
        owner,
        '--index-url',
        'https://pypi.example.org/simple',
        '--find-links',
        '/srv/wheels',
      ),
    ],
  },
  {
    name: 'what a file of the project asks for is sent, since the host has no such file',
    resource: venv({ requirements: 'requirements.txt' }),
    facts: facts({ requirements: 'flask' }),
    changes: ['install flask'],
    scripts: [installed(owner)],
  },
  {
    name: 'two packages, each on a line of its own',
    resource: venv({ packages: ['flask', 'gunicorn'] }),
    facts: facts({ requirements: 'flask\ngunicorn' }),
    changes: ['install flask, gunicorn'],
    keys: {
      venv: {
        path: '/srv/app/venv',
        python: 'python3',
        systemSitePackages: false,
        requirements: { text: 'flask\ngunicorn' },
      },
    },
  },
  {
    name: 'installed from a directory alone',
    resource: venv({ packages: ['flask'], findLinks: '/srv/wheels' }),
    facts: facts({ requirements: 'flask' }),
    changes: ['install flask'],
    scripts: [installed(owner, '--find-links', '/srv/wheels', '--no-index')],
  },
]

import { expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { planOf } from '../../../src/testing/outcome.js'
import { facts, file, flask, fromFile, pip, venv } from './state.js'

type Facts = Readonly<Record<string, unknown>>

const changesFrom = (made: Resource, known: Facts) => changesOf(planOf({ facts: known }, made))

/** What a trial may find: what pip offers, or any of the other facts. */
const offered = (
  versions: readonly string[],
  mayBeMore = false,
  unread: readonly string[] = [],
) => ({
  offers: new Map([['flask', { versions, mayBeMore }]]),
  unread,
})
const found: Readonly<Record<string, readonly unknown[]>> = {
  'python.pip-offers': [
    null,
    offered(['2.2.2', '2.0']),
    offered(['1.0']),
    offered(['1.6', '1.5', '1.4', '1.3', '1.2', '1.1']),
    offered([]),
    offered([], true),
    offered(['1.0'], true, ['pypi.org', 'example.org']),
  ],
}

/** The trials of all changes: the kind of fact, its key, and what an absent or a false one means. */
const trialsOf = (made: Resource, known: Facts): readonly unknown[] =>
  changesFrom(made, known).flatMap(({ trials = [] }) =>
    trials.map(({ reads, needs, judge }) => [
      reads.kind.name,
      reads.key,
      needs,
      (found[reads.kind.name] ?? [null, false, true, 64 * 1024, 64 * 1024 + 1]).map((value) => {
        const verdict = judge(value)
        return verdict === null ? '' : Object.values(verdict)[0]
      }),
    ]),
  )

const path = '/srv/app/venv'
const absent = facts({ own: [] }, null)
const noVenv = 'python3 has no module venv'
const modules = (owner: object, ...needs: readonly string[]) => [
  'python.venv-modules',
  { python: 'python3', path, ...owner },
  ['program:python3', 'package:python3-venv', ...needs],
  ['', noVenv, '', '', ''],
]
const ownerThere = [
  'user',
  { name: 'app', password: false },
  ['user:app'],
  ['there is no user app', '', '', '', ''],
]
const size = ['tree-size', path, [], ['', '', '', '', 'it is larger than the 64 MiB that are kept']]
const noWheels = '/srv/wheels does not exist, so pip would find no packages'
const wheels = ['path', { path: '/srv/wheels' }, ['path:/srv/wheels'], [noWheels, '', '', '', '']]
const offers = (key: object, needs: readonly string[], ...verdicts: readonly string[]) => [
  'python.pip-offers',
  { path, python: null, source: [], names: ['flask'], ...key },
  needs,
  ['', ...verdicts],
]
const noFlask = 'pip finds no package flask for the Python of the environment'
const unread = 'may fail: pip cannot read pypi.org, example.org'
const local = { source: ['--find-links', '/srv/wheels', '--no-index'] }

test.each<[string, Resource, Facts, readonly unknown[]]>([
  ['a new one needs its modules', venv()(), absent, [modules({})]],
  [
    'as its owner, who may be made before',
    venv({ owner: 'app' })(),
    absent,
    [ownerThere, modules({ owner: 'app' }, 'user:app')],
  ],
  [
    'packages come from the only place that is given',
    venv({ packages: ['flask'], findLinks: '/srv/wheels' })(),
    facts({ requirements: 'flask' }),
    [wheels, offers(local, ['tree:/srv/wheels'], '', '', '', noFlask, '', unread), size],
  ],
  [
    'or from an index',
    venv({ packages: ['flask'], findLinks: '/srv/wheels', indexUrl: 'https://example.org/' })(),
    facts({ requirements: 'flask' }),
    [
      offers(
        { source: ['--index-url', 'https://example.org/', '--find-links', '/srv/wheels'] },
        ['tree:/srv/wheels'],
        ...['', '', '', noFlask, '', unread],
      ),
      size,
    ],
  ],
  [
    'in a version that pip finds',
    venv({ packages: ['Flask>=2'] })(),
    facts({ requirements: 'Flask>=2' }),
    [
      offers(
        {},
        [],
        '',
        'pip finds nothing that meets Flask>=2: flask has 1.0',
        'pip finds nothing that meets Flask>=2: flask has 1.6, 1.5, 1.4, 1.3, 1.2, …',
        noFlask,
        '',
        unread,
      ),
      size,
    ],
  ],
  [
    'in a new one the pip is asked that it will get, for what is missing',
    venv({ packages: ['flask', 'six'], owner: 'app', systemSitePackages: true })(),
    facts({ own: [], system: [{ name: 'six', version: '1' }], requirements: 'flask\nsix' }, null),
    [
      ownerThere,
      modules({ owner: 'app' }, 'user:app'),
      offers(
        { python: 'python3', owner: 'app' },
        ['program:python3', 'package:python3-venv', 'user:app'],
        ...['', '', '', noFlask, '', unread],
      ),
    ],
  ],
  [
    'from a file that may change',
    venv(fromFile)(),
    facts({ requirements: 'flask' }),
    [offers({}, [`tree:${file}`], '', '', '', noFlask, '', unread), size],
  ],
  [
    'not where the requirements say themselves where packages are',
    venv(fromFile)(),
    facts({ requirements: '--extra-index-url https://example.org/simple\nflask' }),
    [size],
  ],
])('trials: %s', (_, made, known, expected) => expect(trialsOf(made, known)).toEqual(expected))

test.each<[string, Resource, Facts, readonly unknown[]]>([
  ['a new one is removed', venv()(), absent, [[['python.venv', { path }]]]],
  [
    'from a copy',
    venv({ packages: ['flask>=3'] })(),
    facts({ own: [pip, flask], requirements: 'flask>=3' }),
    [[['python.venv', { path }]]],
  ],
  [
    'not where it shares its directory',
    venv({ packages: ['flask>=3'] })(),
    facts({ own: [pip, flask], requirements: 'flask>=3' }, { strange: ['app.py'] }),
    ['its directory holds more than the environment, and is not kept'],
  ],
])('it is taken back: %s', (_, made, known, expected) =>
  expect(
    changesFrom(made, known).map(
      ({ undo = [], final }) => final ?? undo.map(({ kind, key }) => [kind.name, key]),
    ),
  ).toEqual(expected),
)

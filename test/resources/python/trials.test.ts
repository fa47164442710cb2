import { expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { planOf } from '../../../src/testing/outcome.js'
import { facts, flask, pip, venv } from './state.js'

type Facts = Readonly<Record<string, unknown>>

const changesFrom = (made: Resource, known: Facts) => changesOf(planOf({ facts: known }, made))

/** The trials of all changes: the kind of fact, its key, and what an absent or a false one means. */
const trialsOf = (made: Resource, known: Facts): readonly unknown[] =>
  changesFrom(made, known).flatMap(({ trials = [] }) =>
    trials.map(({ reads, needs, judge }) => [
      reads.kind.name,
      reads.key,
      needs,
      [null, false, true, 64 * 1024, 64 * 1024 + 1].map((value) => {
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
const size = ['tree-size', path, [], ['', '', '', '', 'it is larger than the 64 MiB that are kept']]
const noWheels = '/srv/wheels does not exist, so pip would find no packages'
const wheels = ['path', { path: '/srv/wheels' }, ['path:/srv/wheels'], [noWheels, '', '', '', '']]

test.each<[string, Resource, Facts, readonly unknown[]]>([
  ['a new one needs its modules', venv()(), absent, [modules({})]],
  [
    'as its owner, who may be made before',
    venv({ owner: 'app' })(),
    absent,
    [modules({ owner: 'app' }, 'user:app')],
  ],
  [
    'packages come from the only place that is given',
    venv({ packages: ['flask'], findLinks: '/srv/wheels' })(),
    facts({ requirements: 'flask' }),
    [wheels, size],
  ],
  [
    'or from an index',
    venv({ packages: ['flask'], findLinks: '/srv/wheels', indexUrl: 'https://example.org/' })(),
    facts({ requirements: 'flask' }),
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

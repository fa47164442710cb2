import { describe, expect, test } from '@jest/globals'
import { change, leaves, type Change } from '../../../src/core/change.js'
import { FettleError } from '../../../src/core/errors.js'
import type { CommonOptions, Resource } from '../../../src/core/resource.js'
import { present } from '../../../src/core/fact.js'
import { type FactRequest, type FactSource, type Read, request } from '../../../src/core/later.js'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import { sh } from '../../../src/core/sh.js'
import type { Brings, Thing } from '../../../src/core/thing.js'
import { Links } from '../../../src/engine/host/links.js'
import { Forecast } from '../../../src/engine/host/outlook.js'
import type { StepPlan } from '../../../src/engine/host/plan-step.js'
import { pathFact } from '../../../src/facts/files/path.js'
import { treeFact } from '../../../src/facts/files/tree.js'
import { Supply } from '../../../src/engine/host/supply.js'
import { bareResource } from '../bare-resource.js'
import { stepsOf } from '../toy.js'

let count = 0

const bringing = (brings: Brings | undefined, more: object = {}): Resource =>
  bareResource({
    type: 'thing',
    id: String(count++),
    options: {} satisfies CommonOptions,
    reads: {},
    plan: () => [],
    ...omitUndefined({ brings }),
    ...more,
  })

const changes = (more: Partial<Change> = {}): StepPlan => ({
  is: 'changes',
  changes: [change('made', sh`true`, more)],
})

const lacking = (lacks: readonly Thing[] | undefined, then?: readonly Change[]): StepPlan => ({
  is: 'blocked',
  reason: 'something is missing',
  remedy: 'make it',
  lacks,
  then,
})

const fine: StepPlan = { is: 'fine', reason: null }

type Row = readonly [Resource, StepPlan | FettleError]

/** What becomes of each of these resources. */
function outlooks(...rows: readonly Row[]): readonly string[] {
  const forecast = new Forecast(new Supply(), new Links())
  const steps = stepsOf(rows.map(([resource]) => resource))
  for (const [index, step] of steps.entries()) {
    const [, plan] = rows[index] as Row
    forecast.add(step, plan)
  }
  return forecast.outlooks.map(({ outlook: { is } }) => is)
}

describe('what lacks something is known after apply where an earlier change can bring it', () => {
  test.each<[string, Brings | undefined, readonly Thing[] | undefined, string]>([
    ['the very thing', ['user:app'], ['user:app'], 'unknown'],
    ['another one', ['user:web'], ['user:app'], 'failed'],
    ['one of another kind', ['group:app'], ['user:app'], 'failed'],
    ['one of two', ['user:app'], ['user:app', 'group:app'], 'failed'],
    ['two', ['user:app', 'group:app'], ['user:app', 'group:app'], 'unknown'],
    ['anything', 'anything', ['user:app'], 'unknown'],
    ['what says nothing', undefined, ['user:app'], 'unknown'],
    ['nothing', [], ['user:app'], 'failed'],
    ['anything, for what cannot be brought', 'anything', [], 'failed'],
    ['nothing, for something unknown', [], undefined, 'unknown'],
    ['a tree around a path', ['tree:/srv'], ['path:/srv/app/run'], 'unknown'],
    ['the tree of a path', ['tree:/srv'], ['path:/srv'], 'unknown'],
    ['a tree beside a path', ['tree:/srv'], ['path:/srv2/app'], 'failed'],
    ['a tree for a user', ['tree:/'], ['user:/a'], 'failed'],
    ['the root', ['tree:/'], ['path:/a'], 'unknown'],
    ['a path above', ['path:/srv'], ['path:/srv/app'], 'failed'],
    ['a path with a slash at its end', ['path:/srv/'], ['path:/srv'], 'unknown'],
    ['a path through a link of the system', ['path:/usr/bin/zsh'], ['path:/bin/zsh'], 'unknown'],
    ['a tree through such a link', ['tree:/run/app'], ['path:/var/run/app/pid'], 'unknown'],
    ['what is in a tree', ['path:/srv/app/x'], ['tree:/srv/app'], 'unknown'],
    ['a tree in a tree', ['tree:/srv/app/x'], ['tree:/srv/app'], 'unknown'],
    ['what is beside a tree', ['path:/srv/app2'], ['tree:/srv/app'], 'failed'],
    ['what is above a tree', ['path:/srv'], ['tree:/srv/app'], 'failed'],
    ['the file of a unit', ['path:/lib/systemd/system/a.service'], ['unit:a.service'], 'unknown'],
    ['the link of a unit', ['tree:/etc/systemd/system/a.service'], ['unit:a.service'], 'unknown'],
    ['its drop-in', ['path:/etc/systemd/system/a.service.d/x.conf'], ['unit:a.service'], 'unknown'],
    ['another file', ['path:/etc/systemd/system/b.service'], ['unit:a.service'], 'failed'],
    ['another unit', ['unit:b.service'], ['unit:a.service'], 'failed'],
    ['the template of an instance', ['unit:a@.service'], ['unit:a@1.service'], 'unknown'],
    ['an instance with a file of its own', ['unit:a@1.service'], ['unit:a@.service'], 'unknown'],
    ['the file of a program', ['path:/usr/local/bin/git'], ['program:git'], 'unknown'],
    ['the link of a program', ['tree:/usr/local/bin/git'], ['program:git'], 'unknown'],
    ['another program', ['path:/usr/local/bin/hg'], ['program:git'], 'failed'],
  ])('%s', (_, brings, lacks, expected) => {
    expect(outlooks([bringing(brings), changes()], [bringing([]), lacking(lacks)])).toEqual([
      'changed',
      expected,
    ])
  })
})

test('what a step removes is absent for those after it, until another makes it again', () => {
  const forecast = new Forecast(new Supply(), new Links())
  const there: FactSource = { standIns: false, fact: () => present(null as never) }
  const seen = (path: string): string =>
    forecast.expecting(there, ({ key }) => key).fact(request(pathFact, { path })).is
  const removal = changes({ effect: 'remove', brings: ['tree:/srv/a'] })
  const creation = changes({ effect: 'create', brings: ['path:/srv/a'] })
  const stop = changes({ effect: 'remove', brings: 'anything' })
  const found = [removal, stop, creation].map((plan) => {
    for (const step of stepsOf([bringing([])])) forecast.add(step, plan)
    return [seen('/srv/a'), seen('/srv/a/b'), seen('/srv'), forecast.things.makes('path:/srv/a')]
  })
  expect(found).toEqual([
    ['absent', 'absent', 'present', false],
    ['absent', 'absent', 'present', false],
    ['present', 'absent', 'present', true],
  ])
})

test('what a step leaves is there for those after it, until another makes or removes it', () => {
  const forecast = new Forecast(new Supply(), new Links())
  const tree = (path: string) => request(treeFact, path)
  const there: FactSource = { standIns: false, fact: () => present('as it is' as never) }
  const seen = (wanted: FactRequest<unknown>): unknown => {
    const fact = forecast.expecting(there, ({ key }) => key).fact(wanted)
    return fact.is === 'present' ? fact.value : fact.is
  }
  const leaving = (count: number): StepPlan => {
    const entry = {
      kind: 'file',
      mode: 0,
      uid: 0,
      gid: 0,
      owner: null,
      group: null,
      count,
    } as const
    return changes({ leaves: [leaves(treeFact, 'path:/srv/a', () => [entry])] })
  }
  const removal = changes({ effect: 'remove', brings: ['path:/srv/a'] })
  const creation = changes({ effect: 'create', brings: ['path:/srv/a'] })
  const found = [leaving(1), leaving(2), removal, creation].map((plan) => {
    for (const step of stepsOf([bringing([])])) forecast.add(step, plan)
    return [tree('/srv/a'), tree('/srv/b'), request(pathFact, { path: '/srv/a' })].map(seen)
  })
  expect(found).toMatchObject([
    [[{ count: 1 }], 'as it is', 'as it is'],
    [[{ count: 2 }], 'as it is', 'as it is'],
    ['absent', 'as it is', 'absent'],
    ['as it is', 'as it is', 'as it is'],
  ])
})

describe('what a step brings', () => {
  const needing: Row = [bringing([]), lacking(['user:app'])]
  test.each<[string, readonly Row[], readonly string[]]>([
    ['nothing, where it has nothing to do', [[bringing('anything'), fine]], ['ok', 'failed']],
    [
      'what its change says, else what its resource says',
      [[bringing([]), changes({ brings: ['user:app'] })]],
      ['changed', 'unknown'],
    ],
    [
      'all that its changes say',
      [
        [
          bringing([]),
          {
            is: 'changes',
            changes: [
              change('a', sh`true`, { brings: ['group:app'] }),
              change('b', sh`true`, { brings: ['user:app'] }),
            ],
          },
        ],
      ],
      ['changed', 'unknown'],
    ],
    [
      'what its resource says, while its changes are not known',
      [
        [bringing(['path:/a']), changes()],
        [bringing(['user:app']), lacking(['path:/a'])],
      ],
      ['changed', 'unknown', 'unknown'],
    ],
    [
      'its things, where it fails: what needs them is not to blame',
      [[bringing(['user:app']), new FettleError('internal', { message: 'x' })]],
      ['failed', 'unknown'],
    ],
    [
      'nothing, where it fails and the run goes on',
      [
        [
          bringing(['user:app'], { options: { ignoreFailure: true } }),
          new FettleError('internal', { message: 'x' }),
        ],
      ],
      ['failed', 'failed'],
    ],
    [
      'nothing, where it is a check',
      [[bringing('anything', { check: { within: 0 } }), lacking([])]],
      ['failed', 'failed'],
    ],
  ])('%s', (_, rows, expected) => {
    expect(outlooks(...rows, needing)).toEqual(expected)
  })
})

test.each<[string, Thing, Thing, string]>([
  ['its file', 'path:/etc/systemd/system/a.service', 'unit:a.service', 'changed'],
  ['a link to it', 'tree:/etc/systemd/system/a.service', 'unit:a.service', 'changed'],
  [
    'the file of a template',
    'path:/usr/lib/systemd/system/a@.service',
    'unit:a@.service',
    'changed',
  ],
  ['a file elsewhere', 'path:/srv/systemd/system/a.service', 'unit:a.service', 'unknown'],
  ['a drop-in', 'path:/etc/systemd/system/a.service.d/a.conf', 'unit:a.service', 'unknown'],
  ['the tree around', 'tree:/etc/systemd/system', 'unit:a.service', 'failed'],
])('what follows from a unit, where an earlier step brings %s', (_, brings, lacks, expected) => {
  const then = [change('start it', sh`true`)]
  const rows: readonly Row[] = [
    [bringing([brings]), changes()],
    [bringing([]), lacking([lacks], then)],
  ]
  expect(outlooks(...rows)).toEqual(['changed', expected])
})

test('what certainly follows is a change already, with what it waits for', () => {
  const forecast = new Forecast(new Supply(), new Links())
  const [first, second] = stepsOf([bringing(['user:app']), bringing([])])
  if (first === undefined || second === undefined) throw new Error('no steps')
  const then = [change('create it', sh`true`)]
  forecast.add(first, changes())
  forecast.add(second, lacking(['user:app'], then))
  expect(forecast.outlooks[1]?.outlook).toEqual({
    is: 'changed',
    changes: then,
    reason: 'something is missing',
    trials: [],
  })
})

describe('what a step would make', () => {
  const creation = changes({ effect: 'create' })
  test.each<[string, readonly Row[], readonly string[]]>([
    [
      'is not known where an earlier one makes it',
      [
        [bringing(['user:a', 'path:/home/a']), creation],
        [bringing(['path:/home/a']), creation],
      ],
      ['changed', 'unknown'],
    ],
    [
      'is known where the earlier one only changes',
      [
        [bringing(['user:a', 'path:/home/a']), changes()],
        [bringing(['path:/home/a']), creation],
      ],
      ['changed', 'changed'],
    ],
    [
      'is known where only something else of it is made earlier',
      [
        [bringing(['path:/srv']), creation],
        [bringing(['path:/srv/app', 'path:/srv']), creation],
      ],
      ['changed', 'changed'],
    ],
    [
      'is known where an earlier one makes anything',
      [
        [bringing('anything'), creation],
        [bringing(['path:/home/a']), creation],
      ],
      ['changed', 'changed'],
    ],
    [
      'is known where it is only changed',
      [
        [bringing(['path:/home/a']), creation],
        [bringing(['path:/home/a']), changes()],
      ],
      ['changed', 'changed'],
    ],
  ])('%s', (_, rows, expected) => expect(outlooks(...rows)).toEqual(expected))
})

describe('what a read of the user’s finds', () => {
  const change1 = (brings: Brings): Row => [bringing(brings), changes()]
  test.each<[string, Row, Partial<Read>, 'present' | 'absent' | 'unknown']>([
    ['is known behind what has nothing to do', [bringing('anything'), fine], {}, 'present'],
    ['is known behind a change of another thing', change1(['path:/b']), {}, 'present'],
    ['is not known behind a change of it', change1(['path:/a']), {}, 'unknown'],
    ['is not known behind a change of anything', change1('anything'), {}, 'unknown'],
    ['is not known behind what is unknown', [bringing(['path:/a']), lacking([])], {}, 'unknown'],
    [
      'is absent behind its removal',
      [bringing(['path:/a']), changes({ effect: 'remove' })],
      {},
      'absent',
    ],
    ['is not known behind any, where that may matter', change1([]), { of: 'anything' }, 'unknown'],
    [
      'is known behind a change that it does not depend on',
      change1('anything'),
      { dependsOn: ['thing[other]'] },
      'present',
    ],
  ])('%s', (_, [resource, plan], more, is) => {
    const forecast = new Forecast(new Supply(), new Links())
    for (const step of stepsOf([resource])) forecast.add(step, plan)
    const wanted = {
      ...request(pathFact, { path: '/a' }),
      read: { text: 'read.stat[/a]', of: ['path:/a'] as const, ...more },
    }
    const host: FactSource = { standIns: false, fact: () => present({}) as never }
    expect(forecast.expecting(host, ({ key }) => key).fact(wanted).is).toBe(is)
  })

  test('is not known behind a change that it depends on', () => {
    const forecast = new Forecast(new Supply(), new Links())
    const [step] = stepsOf([bringing([])])
    if (step === undefined) throw new Error('no step')
    forecast.add(step, changes())
    const read = { text: 'x', of: 'anything', dependsOn: [step.resource.address] } as const
    const host: FactSource = { standIns: false, fact: () => present({}) as never }
    const wanted = { ...request(pathFact, { path: '/a' }), read }
    expect(forecast.expecting(host, ({ key }) => key).fact(wanted)).toMatchObject({
      is: 'unknown',
      reason: 'what x finds may change before',
    })
  })
})

test('a change of an earlier play counts', () => {
  const earlier = new Supply()
  earlier.add(['server:db'])
  const forecast = new Forecast(earlier, new Links())
  const [step] = stepsOf([bringing([])])
  if (step === undefined) throw new Error('no step')
  forecast.add(step, lacking(['server:db']))
  expect(forecast.outlooks[0]?.outlook.is).toBe('unknown')
})

import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { play, task, type Play, type PlayOptions } from '../../../src/core/play.js'
import type { Share } from '../../../src/core/percentage.js'
import { batchesOf, FailureLimit } from '../../../src/engine/fleet/rolling.js'
import type { z } from 'zod'
import { inEachTest, note, playOf, runOn, type Fleet, type Ran } from '../toy.js'

describe('batches', () => {
  // For values of `serial` that Ansible has too, _get_serialized_batches of ansible-core 2.14 gives
  // the same.
  test.each<[serial: readonly Share[], hosts: number, sizes: readonly number[]]>([
    [[], 5, [5]],
    [[1], 3, [1, 1, 1]],
    [[2], 5, [2, 2, 1]],
    [[7], 5, [5]],
    [['50%'], 5, [2, 2, 1]],
    [['30%'], 10, [3, 3, 3, 1]],
    [['10%'], 5, [1, 1, 1, 1, 1]],
    [['100%'], 5, [5]],
    [['29%'], 100, [29, 29, 29, 13]],
    [[1, '50%'], 3, [1, 1, 1]],
    [[1, '50%'], 10, [1, 5, 4]],
    [[1, 5, '20%'], 20, [1, 5, 4, 4, 4, 2]],
    [[1, 2, 3], 2, [1, 1]],
    [['50%'], 0, []],
  ])('serial %j of %i hosts: %j', (serial, hosts, sizes) => {
    const all = Array.from({ length: hosts }, (_, index) => index)
    const batches = batchesOf(all, serial)
    expect(batches.map((batch) => batch.length)).toEqual(sizes)
    expect(batches.flat()).toEqual(all)
  })
})

describe('failures', () => {
  /**
   * Takes the size and the failures of each batch; returns after how many failed hosts the run has
   * ended.
   */
  const endsAfter = (
    given: Pick<Play, 'serial' | 'maxFailures'>,
    ...batches: readonly (readonly [hosts: number, failed: number])[]
  ): number | null => {
    const failures = new FailureLimit({ name: 'Web', ...given })
    let failed = 0
    for (const [hosts, bad] of batches) {
      failures.begin(hosts)
      for (let index = 0; index < bad; index++) {
        failures.count()
        failed++
        if (failures.verdict !== null) return failed
      }
    }
    return null
  }

  test.each<
    [
      maxFailures: Share | null,
      batches: readonly (readonly [number, number])[],
      after: number | null,
    ]
  >([
    // As in ansible-core 2.14, max_fail_percentage must be exceeded, and each batch counts anew.
    ['20%', [[5, 1]], null],
    ['19%', [[5, 1]], 1],
    [
      '30%',
      [
        [5, 1],
        [5, 1],
      ],
      null,
    ],
    [
      '30%',
      [
        [5, 1],
        [5, 2],
      ],
      3,
    ],
    ['0%', [[5, 1]], 1],
    ['100%', [[5, 4]], null],
    // A number counts over the whole play.
    [0, [[5, 1]], 1],
    [
      1,
      [
        [5, 1],
        [5, 1],
      ],
      2,
    ],
    [
      2,
      [
        [5, 1],
        [5, 1],
        [5, 1],
      ],
      3,
    ],
    [
      2,
      [
        [5, 1],
        [5, 1],
      ],
      null,
    ],
    // Every host of a batch.
    [
      null,
      [
        [5, 4],
        [5, 4],
      ],
      null,
    ],
    [
      null,
      [
        [2, 1],
        [1, 1],
      ],
      2,
    ],
    [9, [[2, 2]], 2],
  ])('maxFailures %j with batches %j: ends after %j', (maxFailures, batches, after) => {
    expect(endsAfter({ serial: [1], maxFailures }, ...batches)).toBe(after)
  })

  test('without serial and maxFailures a run goes on after all have failed, into the next play', () => {
    expect(endsAfter({ serial: [], maxFailures: null }, [2, 2])).toBeNull()
  })

  test.each<
    [given: Pick<Play, 'serial' | 'maxFailures'>, hosts: number, failed: number, expected: string]
  >([
    [
      { serial: [], maxFailures: 1 },
      5,
      2,
      '2 hosts of the play "Web" failed, and its maxFailures is 1',
    ],
    [
      { serial: [4], maxFailures: '20%' },
      4,
      1,
      '1 host of a batch of 4 of the play "Web" failed, and its maxFailures is 20%',
    ],
    [{ serial: [1], maxFailures: 1 }, 1, 1, 'all of a batch of 1 host of the play "Web" failed'],
    [
      { serial: [2], maxFailures: null },
      2,
      2,
      'all of a batch of 2 hosts of the play "Web" failed',
    ],
  ])('%j: the reason', (given, hosts, failed, expected) => {
    const failures = new FailureLimit({ name: 'Web', ...given })
    failures.begin(hosts)
    for (let index = 0; index < failed + 1; index++) failures.count()
    expect(failures.verdict?.message).toBe(`the run ended before the host's turn: ${expected}`)
  })
})

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

const hosts = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `web${String(index + 1)}`)
const rolling = (given: Partial<PlayOptions<z.ZodType>>, ...bad: readonly string[]): Play =>
  play({
    name: 'Web',
    hosts: 'all',
    tasks: [
      task('note', ({ host: { name } }) => [
        note('a', { text: 'a', by: bad.includes(name) ? 'exit 1' : undefined }),
      ]),
    ],
    ...given,
  })
/** The history of hosts, in order: `+` for connecting, and how they ended. */
const course = ({ events }: Ran): readonly string[] =>
  events.flatMap((event) => {
    if (event.type === 'progress' && event.doing === 'connecting') return [`+${event.host}`]
    if (event.type !== 'host') return []
    return [`${event.host} ${event.error?.code ?? event.status}`]
  })

describe('serial', () => {
  test('a batch starts when every host of the one before has ended', async () => {
    fleet.before = (host) => (host === 'web2' ? sleep(20) : undefined)
    const ran = await runOn(fleet, hosts(5), rolling({ serial: [1, '40%'] }))
    expect(course(ran)).toEqual([
      '+web1',
      'web1 ok',
      '+web2',
      '+web3',
      'web3 ok',
      'web2 ok',
      '+web4',
      '+web5',
      'web4 ok',
      'web5 ok',
    ])
    expect(ran.exitCode).toBe(0)
  })

  test('forks count within a batch', async () => {
    fleet.before = () => sleep(5)
    await runOn(fleet, hosts(6), rolling({ serial: 3, forks: 2 }))
    expect(fleet.mostAtOnce).toBe(2)
  })

  test('after a failure and a success the next batch starts', async () => {
    const ran = await runOn(fleet, hosts(4), rolling({ serial: 2 }, 'web1'))
    expect([...ran.ends].sort()).toEqual(['web1 failed', 'web2 ok', 'web3 ok', 'web4 ok'])
    expect(ran.exitCode).toBe(1)
  })

  test('a batch in which every host failed ends the run, including later plays', async () => {
    fleet.down.add('web2')
    const ran = await runOn(fleet, hosts(5), [
      rolling({ serial: 2 }, 'web1'),
      playOf(task('later', () => [note('b', { text: 'b' })])),
    ])
    expect([...ran.ends].sort()).toEqual([
      'web1 failed',
      'web2 unreachable: unreachable',
      'web3 failed: not-begun',
      'web4 failed: not-begun',
      'web5 failed: not-begun',
    ])
    expect(fleet.sessions.map(({ host }) => host)).toEqual(['web1'])
    expect(ran.exitCode).toBe(1)
  })

  test('percentages refer to the hosts that are still in the run', async () => {
    const first = playOf(
      task('first', ({ host }) => [
        note('x', { text: 'x', by: host.name < 'web3' ? 'exit 1' : undefined }),
      ]),
    )
    const { events } = await runOn(fleet, hosts(6), [first, rolling({ serial: '50%' })])
    const second = events.slice(
      events.findIndex((event) => event.type === 'resource' && event.play === 'Web'),
    )
    expect(
      second.flatMap((event) =>
        event.type === 'host' || (event.type === 'progress' && event.doing === 'connecting')
          ? [`${event.type} ${event.host}`]
          : [],
      ),
    ).toEqual([
      'host web3',
      'host web4',
      'progress web5',
      'progress web6',
      'host web5',
      'host web6',
    ])
  })

  test('a plan reads all hosts at once, and shows the problems of each', async () => {
    fleet.before = () => sleep(5)
    fleet.down.add('web1')
    const { ends } = await runOn(fleet, hosts(4), rolling({ serial: 1, maxFailures: 0 }), {
      mode: 'plan',
    })
    expect([...ends].sort()).toEqual([
      'web1 unreachable: unreachable',
      'web2 ok',
      'web3 ok',
      'web4 ok',
    ])
    expect(fleet.mostAtOnce).toBe(3)
  })

  test('after a stop hosts of later batches are reported as stopped', async () => {
    const stop = new AbortController()
    fleet.before = () => stop.abort()
    const { ends } = await runOn(fleet, hosts(3), rolling({ serial: 1 }), { stop: stop.signal })
    expect(ends).toEqual(['web1 failed: stopped', 'web2 failed: stopped', 'web3 failed: stopped'])
  })
})

describe('maxFailures', () => {
  test('exceeded: no further host starts; those under way go on', async () => {
    // web1 still works when web2 and web3 have failed.
    fleet.before = (host) => (host === 'web1' ? sleep(60) : undefined)
    const ran = await runOn(fleet, hosts(6), rolling({ forks: 2, maxFailures: 1 }, 'web2', 'web3'))
    expect(ran.ends).toEqual([
      'web2 failed',
      'web3 failed',
      'web4 failed: not-begun',
      'web5 failed: not-begun',
      'web6 failed: not-begun',
      'web1 ok',
    ])
    expect(ran.events).toContainEqual(
      expect.objectContaining({
        type: 'host',
        host: 'web6',
        error: expect.objectContaining({
          message:
            'the run ended before the host\'s turn: 2 hosts of the play "Web" failed, and its maxFailures is 1',
        }),
      }),
    )
    expect(ran.of('web4')).toEqual([])
    expect(ran.summary['web4']).toMatchObject({
      ok: 0,
      changed: 0,
      failed: 0,
      skipped: 0,
      unreachable: false,
      seconds: expect.any(Number),
    })
    expect(ran.exitCode).toBe(1)
  })

  test('reached but not exceeded: all start', async () => {
    const { ends } = await runOn(fleet, hosts(4), rolling({ forks: 1, maxFailures: 1 }, 'web1'))
    expect(ends).toEqual(['web1 failed', 'web2 ok', 'web3 ok', 'web4 ok'])
  })

  test('unreachable hosts count', async () => {
    fleet.down.add('web1')
    expect((await runOn(fleet, hosts(3), rolling({ forks: 1, maxFailures: 0 }))).ends).toEqual([
      'web1 unreachable: unreachable',
      'web2 failed: not-begun',
      'web3 failed: not-begun',
    ])
  })

  test('an ignored failure does not', async () => {
    const ignored = play({
      name: 'x',
      hosts: 'all',
      forks: 1,
      maxFailures: 0,
      tasks: [task('t', () => [note('a', { text: 'a', by: 'exit 1', ignoreFailure: true })])],
    })
    expect((await runOn(fleet, hosts(2), ignored)).ends).toEqual(['web1 ok', 'web2 ok'])
  })

  test('exceeded in the last batch: later plays do not start; hosts without anything to do there are ok', async () => {
    const later = play({
      name: 'later',
      hosts: 'all',
      tasks: [
        task('later', () => [note('b', { text: 'b' })], {
          when: ({ host }) => host.name !== 'web3',
        }),
      ],
    })
    const { ends, of } = await runOn(fleet, hosts(3), [
      rolling({ forks: 1, maxFailures: 0 }, 'web3'),
      later,
    ])
    expect([...ends].sort()).toEqual([
      'web1 failed: not-begun',
      'web2 failed: not-begun',
      'web3 failed',
    ])
    expect(of('web1')).toEqual(['a changed: create a'])
  })

  test('failures of earlier plays do not count', async () => {
    const { ends } = await runOn(fleet, hosts(3), [
      rolling({}, 'web1', 'web2'),
      rolling({ maxFailures: 0 }),
    ])
    expect(ends).toEqual(['web1 failed', 'web2 failed', 'web3 ok'])
  })
})

describe('once, with batches', () => {
  const once = (given: Partial<Parameters<typeof note>[1]> = {}) =>
    task('migrate', () => [note('migrate', { text: 'x', ...given })], { once: true })
  const after = task('after', () => [note('after', { text: 'x' })])

  test('it runs for one host of the play, not for one of each batch', async () => {
    const { of, ends } = await runOn(
      fleet,
      hosts(3),
      play({ name: 'x', hosts: 'all', serial: 1, tasks: [once(), after] }),
    )
    expect(of('web1')).toEqual(['migrate changed: create migrate', 'after changed: create after'])
    expect([of('web2'), of('web3')]).toEqual([
      ['after changed: create after'],
      ['after changed: create after'],
    ])
    expect(ends).toEqual(['web1 ok', 'web2 ok', 'web3 ok'])
  })

  test('if the first batch has a reachable host, that one runs it', async () => {
    fleet.down.add('web1')
    const { of } = await runOn(
      fleet,
      hosts(4),
      play({ name: 'x', hosts: 'all', serial: 2, tasks: [once(), after] }),
    )
    expect([of('web2').length, of('web3').length, of('web4').length]).toEqual([2, 1, 1])
  })

  test('hosts of later batches fail with it', async () => {
    const first = task('first', () => [note('first', { text: 'x' })])
    const { ends } = await runOn(
      fleet,
      hosts(3),
      play({ name: 'x', hosts: 'all', serial: 2, tasks: [first, once({ by: 'exit 1' }), after] }),
    )
    expect([...ends].sort()).toEqual([
      'web1 failed',
      'web2 failed: once-failed',
      'web3 failed: not-begun',
    ])
  })

  test('a failed task that nobody waits for: the next batch starts, because the batch has a success', async () => {
    const first = task('first', () => [note('first', { text: 'x' })])
    const { ends } = await runOn(
      fleet,
      hosts(3),
      play({ name: 'x', hosts: 'all', serial: 2, tasks: [first, once({ by: 'exit 1' })] }),
    )
    expect([...ends].sort()).toEqual(['web1 failed', 'web2 ok', 'web3 ok'])
  })
})

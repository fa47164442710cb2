import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { play, task, type Play } from '../../../src/core/play.js'
import type { Event } from '../../../src/engine/events.js'
import type { RunOptions } from '../../../src/engine/options.js'
import { run } from '../../../src/engine/run.js'
import type { Session } from '../../../src/ssh/session.js'
import { inEachTest, inventoryOf, note, options, type Fleet } from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

/** Open sessions, by machine. Each takes the lock and shares it with the earlier ones. */
const open = new Map<string, string[]>()
/**
 * Hosts that change something on the shared machine, and those that did so while another one did.
 */
const acting = new Set<string>()
const overlaps: string[] = []
beforeEach(() => {
  open.clear()
  acting.clear()
  overlaps.length = 0
  fleet.user = 'root'
})

const names = ['shop', 'blog', 'wiki', 'db']
/** The first three are one machine. */
const machineOf = (name: string): string => (name === 'db' ? 'db' : 'shop')

const inventories = {
  'in the inventory':
    'all: { hosts: { shop: { ansible_host: 192.0.2.7 }, blog: { ansible_host: 192.0.2.7 }, wiki: { ansible_host: 192.0.2.7 }, db: {} } }',
  'by its lock': 'all: { hosts: { shop: {}, blog: {}, wiki: {}, db: {} } }',
} as const

/**
 * A session in the folder of its machine. The answer of the lock is simulated, because the shells
 * of a folder end with each block.
 */
async function connect({ name }: { readonly name: string }): Promise<Session> {
  const session = await fleet.connect({ name })
  const sharing = open.get(machineOf(name)) ?? []
  open.set(machineOf(name), [...sharing, name])
  const [exchange, close] = [session.exchange.bind(session), session.close.bind(session)]
  return Object.assign(session, {
    exchange: async (blocks: Parameters<typeof exchange>[0]) => {
      const changes =
        machineOf(name) === 'shop' && blocks.some(({ script }) => script.text.startsWith('eval'))
      if (changes) overlaps.push(...[...acting].map((other) => `${name} beside ${other}`))
      if (changes) acting.add(name)
      const outputs = await exchange(blocks)
      if (changes) acting.delete(name)
      const twin = open.get(machineOf(name))?.find((other) => other !== name)
      return outputs.map((output, index) =>
        twin !== undefined && blocks[index]?.script.text.includes('ln -sT') === true
          ? { ...output, stdout: Buffer.from(`twin ${String(names.indexOf(twin))}\n`) }
          : output,
      )
    },
    close: () => {
      open.set(
        machineOf(name),
        (open.get(machineOf(name)) ?? []).filter((other) => other !== name),
      )
      return close()
    },
  })
}

interface Done {
  readonly exitCode: number
  readonly events: readonly Event[]
  /** The changes on the shared machine, in order, as `host id`. */
  readonly changed: readonly string[]
}

async function apply(
  known: keyof typeof inventories,
  plays: readonly Play[],
  given: Partial<RunOptions> = {},
  before: Fleet['before'] = () => undefined,
): Promise<Done> {
  const folder = fleet.folder.bind(fleet)
  fleet.folder = (host) => folder(machineOf(host))
  // A pause in which another host could interfere.
  fleet.before = async (host, exchange) => {
    await sleep(5)
    await before(host, exchange)
  }
  const events: Event[] = []
  const { exitCode } = await run(
    plays,
    await inventoryOf(inventories[known]),
    options(given),
    (event) => events.push(event),
    connect,
  )
  return {
    exitCode,
    events,
    changed: events.flatMap((event) =>
      event.type === 'resource' && event.status === 'changed' && machineOf(event.host) === 'shop'
        ? [`${event.host} ${event.id}`]
        : [],
    ),
  }
}

/** A task with a different note for each host. */
const own = (name: string, given: { readonly once?: true } = {}) =>
  task<unknown>(name, ({ host }) => [note(`${host.name}-${name}`, { text: name })], given)
const all = (tasks: Play['tasks'], given: Partial<Play> = {}): Play => ({
  ...play({ name: 'play', hosts: 'all', tasks: [] }),
  tasks,
  ...given,
})
/** The order of the hosts, without repetitions. */
const turns = (changed: readonly string[]): readonly string[] =>
  changed
    .map((each) => each.split(' ')[0] ?? '')
    .filter((host, index, hosts) => host !== hosts[index - 1])
const sharing = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))

describe.each(Object.keys(inventories) as (keyof typeof inventories)[])(
  'hosts that are one machine, recognised %s',
  (known) => {
    test.each<[what: string, plays: readonly Play[], given: Partial<RunOptions>, changes: number]>([
      ['take turns', [all([own('a'), own('b')])], {}, 6],
      ['one at a time', [all([own('a'), own('b')])], { forks: 1 }, 6],
      ['in batches of one', [all([own('a'), own('b')], { serial: [1] })], {}, 6],
      [
        'in two plays, with sessions that are kept',
        [all([own('a'), own('b')]), all([own('c')])],
        {},
        9,
      ],
      [
        'in two plays, one at a time',
        [all([own('a'), own('b')]), all([own('c')])],
        { forks: 1 },
        9,
      ],
      [
        'in two plays that not all of them have',
        [all([own('a'), own('b')], { hosts: 'shop:db' }), all([own('c')], { hosts: 'blog:shop' })],
        {},
        4,
      ],
    ])('%s', async (_, plays, given, changes) => {
      const { exitCode, changed } = await apply(known, plays, given)
      expect([exitCode, overlaps, changed.length]).toEqual([0, [], changes])
      // No other host came between the two tasks of the first play.
      const [first, second] = ['a', 'b'].map((task) =>
        changed.flatMap((each, index) => (each.endsWith(`-${task}`) ? [index] : [])),
      )
      expect(second).toEqual(first?.map((index) => index + 1))
    })

    test('plan from what the one before has left', async () => {
      const { exitCode, changed } = await apply(known, [
        all([task('same', () => [note('a', { text: 'a' }), note('b', { text: 'b' })])]),
      ])
      expect([exitCode, changed.map((each) => each.split(' ')[1]), turns(changed).length]).toEqual([
        0,
        ['a', 'b'],
        1,
      ])
    })

    test('give up their turn while they wait for a once task of one of them', async () => {
      const migrate = task<unknown>(
        'migrate',
        ({ host }) => [note('migrated', { text: host.name })],
        { once: true },
      )
      const { exitCode, changed, events } = await apply(known, [
        all([
          own('before'),
          migrate,
          task('after', ({ host }) => [note('last', { text: host.name })]),
        ]),
      ])
      expect(exitCode).toBe(0)
      expect(changed).toContain('shop migrated')
      for (const host of ['blog', 'wiki'])
        expect(changed.indexOf(`${host} last`)).toBeGreaterThan(changed.indexOf('shop migrated'))
      // Notes of the others were read again: each host saw the other's text.
      expect(
        events.filter(
          (event) => event.type === 'resource' && event.id === 'last' && event.status !== 'changed',
        ),
      ).toEqual([])
      expect(['shop', 'blog', 'wiki']).toContain(fleet.note('shop', 'last'))
    })

    test('are reported, once', async () => {
      const { events } = await apply(known, [all([own('a')]), all([own('b')])])
      const said = sharing(events)
      if (known === 'in the inventory')
        expect(said).toEqual([
          'shop, blog and wiki are one machine (192.0.2.7): apply takes them one after the other, and what their tasks set differently changes back and forth with every run',
        ])
      else
        expect(said.map((message) => message.replace(/:.*/, ''))).toEqual([
          expect.stringMatching(/ and \w+ are one machine$/),
          expect.stringMatching(/ and \w+ are one machine$/),
        ])
    })

    test('are not awaited after one of them has failed', async () => {
      const { exitCode, changed } = await apply(known, [
        all([
          task('a', ({ host }) => [
            note(`${host.name}-a`, { text: 'a', by: host.name === 'shop' ? 'exit 1' : undefined }),
          ]),
        ]),
      ])
      expect([exitCode, [...changed].sort()]).toEqual([1, ['blog blog-a', 'wiki wiki-a']])
    })
  },
)

test('the lock of a session with a lost link is not shared', async () => {
  const locks: string[] = []
  const folder = fleet.folder.bind(fleet)
  fleet.folder = (host) => folder(machineOf(host))
  fleet.before = (host, exchange) => {
    if (host === 'shop' && exchange === 2)
      throw new FettleError('connection-lost', { message: 'gone' })
  }
  const spied = async (target: { readonly name: string }): Promise<Session> => {
    const session = await fleet.connect(target)
    const exchange = session.exchange.bind(session)
    return Object.assign(session, {
      exchange: (blocks: Parameters<typeof exchange>[0]) => {
        const lock = blocks.find(({ script }) => script.text.includes('ln -sT'))
        if (lock !== undefined)
          locks.push(
            `${target.name}${/^lost_hosts=(.*) patience/m.exec(lock.script.body)?.[1] ?? ''}`,
          )
        return exchange(blocks)
      },
    })
  }
  await run(
    [all([own('a')])],
    await inventoryOf(inventories['in the inventory']),
    options({ forks: 1, limit: 'shop:blog' }),
    () => undefined,
    spied,
  )
  expect(locks).toEqual(["shop'  '", "blog' 0 '"])
})

test('hosts on a machine that one of them has restarted connect anew at their turns', async () => {
  const restart = note('boot', {
    text: 'new',
    newSession: { why: 'the host restarts', within: 30, endsLink: true },
  })
  const restarting = task<unknown>('restart', ({ host }) => (host.name === 'shop' ? [restart] : []))
  const lost = (): never => {
    throw new FettleError('connection-lost', { message: 'gone' })
  }
  const { exitCode, changed } = await apply(
    'in the inventory',
    [all([restarting, own('a')], { hosts: 'shop:blog' })],
    {},
    (host, exchange) => {
      const [first, ...others] = fleet.sessions.filter((each) => each.host === host)
      if (host === 'shop' && exchange === 2 && others.length === 0) {
        fleet.write(host, 'boot', 'new')
        for (const { session } of fleet.sessions) session.over = true
        lost()
      }
      if (others.length === 0 && first?.session.over === true) lost()
    },
  )
  expect([exitCode, changed]).toEqual([0, ['shop boot', 'shop shop-a', 'blog blog-a']])
  expect(fleet.sessions.map(({ host }) => host).sort()).toEqual(['blog', 'blog', 'shop', 'shop'])
})

test('a plan takes no turns', async () => {
  const { exitCode, events } = await apply('in the inventory', [all([own('a')])], { mode: 'plan' })
  expect([
    exitCode,
    events.some((event) => event.type === 'progress' && event.doing === 'waiting'),
  ]).toEqual([2, false])
})

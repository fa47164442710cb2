import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { play, task, type Task } from '../../../src/core/play.js'
import type { Event } from '../../../src/engine/events.js'
import type { RunOptions } from '../../../src/engine/options.js'
import { Fleet, note, runOn } from '../toy.js'

let fleet: Fleet
beforeEach(() => {
  fleet = new Fleet()
  fleet.user = 'root'
})
afterEach(() => {
  expect(fleet.open).toBe(0)
  fleet.remove()
})

const writing = (
  name: string,
  more: {
    readonly hosts?: string
    readonly become?: true | string
    readonly tasks?: readonly Task<unknown>[]
  } = {},
) =>
  play({
    name: `play ${name}`,
    hosts: 'all',
    tasks: [task(name, () => [note(name, { text: name })])],
    become: true,
    ...more,
  })

/** The exchanges of each session of web1, in order. */
async function sessionsOf(
  plays: Parameters<typeof runOn>[2],
  given: Partial<RunOptions> = {},
  view?: (event: Event) => void,
): Promise<readonly number[]> {
  await runOn(fleet, ['web1', 'web2'], plays, given, view)
  return fleet.sessions
    .filter(({ host }) => host === 'web1')
    .map(({ session }) => session.roundTrips)
}

test('a host keeps its session for its next play and connects once', async () => {
  const events: Event[] = []
  expect(
    await sessionsOf([writing('a'), writing('b', { hosts: 'web2' }), writing('c')], {}, (event) =>
      events.push(event),
    ),
  ).toEqual([4])
  expect(
    events.filter((event) => event.type === 'progress' && event.doing === 'connecting'),
  ).toHaveLength(2)
  expect(events).toContainEqual({ type: 'exchanges', host: 'web1', counts: { shell: 4 } })
  expect(events).toContainEqual({ type: 'exchanges', host: 'web2', counts: { shell: 6 } })
})

test('it reconnects if the next play acts as another user', async () => {
  expect(await sessionsOf([writing('a'), writing('b', { become: 'app' }), writing('c')])).toEqual([
    2, 2, 2,
  ])
})

test("a session that is not root's is not kept: groups of its user may have changed", async () => {
  fleet.user = 'tester'
  expect(await sessionsOf([writing('a'), writing('b')])).toEqual([2, 2])
})

test('a link that has ended in between is replaced', async () => {
  const cut = (event: Event): void => {
    if (event.type === 'resource' && event.id === 'a')
      for (const { host, session } of fleet.sessions) session.over = host === 'web1'
  }
  expect(await sessionsOf([writing('a'), writing('b')], { forks: 1 }, cut)).toEqual([2, 2])
})

test('it is closed where no later play needs the host', async () => {
  const open: number[] = []
  const count = (event: Event): void => {
    if (event.type === 'resource' && event.id === 'b') open.push(fleet.open)
  }
  await sessionsOf(
    [
      writing('a'),
      writing('b', { hosts: 'web2' }),
      play({ name: 'nothing', hosts: 'web1', tasks: [task('nothing', () => [])] }),
    ],
    {},
    count,
  )
  expect(open).toEqual([1])
})

test.each(['a', 'b'])('a run that is stopped at %s leaves none open', async (id) => {
  const stop = new AbortController()
  const view = (event: Event): void => {
    if (event.type === 'resource' && event.host === 'web2' && event.id === id) stop.abort()
  }
  await sessionsOf(
    [writing('a'), writing('b', { hosts: 'web2' }), writing('c')],
    { stop: stop.signal, forks: 1 },
    view,
  )
  expect(fleet.sessions.length).toBe(2)
})

test('one of a host that has failed is closed', async () => {
  expect(
    await sessionsOf([
      writing('a', { tasks: [task('a', () => [note('a', { text: 'a', by: 'exit 1' })])] }),
      writing('b'),
    ]),
  ).toEqual([2])
})

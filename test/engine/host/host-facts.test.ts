import { hostname, totalmem } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { FettleError } from '../../../src/core/errors.js'
import type { HostFacts } from '../../../src/core/host-facts.js'
import { play, task, type Task, type WithFacts } from '../../../src/core/play.js'
import { run } from '../../../src/engine/run.js'
import { listRun } from '../../../src/engine/prepare/select.js'
import { file } from '../../../src/resources/files/file.js'
import type { Resource } from '../../../src/core/resource.js'
import { problem } from '../../inventory/project.js'
import { hostsNamed, inEachTest, note, options, playOf, runOn, type Fleet } from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

const hosts = ['web1', 'web2']
/** A play that reads facts and builds its tasks from them. */
const knowing = (...tasks: readonly Task<unknown, WithFacts>[]) =>
  play({ name: 'knowing', hosts: 'all', facts: true, tasks })
const write = (
  name: string,
  made: (facts: HostFacts, host: string) => readonly (Resource | false)[] = () => [
    note(name, { text: name }),
  ],
) => task<unknown, WithFacts>(name, ({ facts, host }) => made(facts, host.name))

test('they are read in a round trip of their own, and the tasks use them', async () => {
  const { of, events, exitCode } = await runOn(
    fleet,
    hosts,
    knowing(
      write('memory', ({ memory, hostname }) => [
        note('memory', { text: `${hostname}-${String(memory.total)}` }),
      ]),
    ),
  )
  expect(of('web1')).toEqual(['memory changed: create memory'])
  expect(fleet.note('web1', 'memory')).toBe(`${hostname()}-${String(totalmem())}`)
  expect(events).toContainEqual({ type: 'exchanges', host: 'web1', counts: { shell: 3 } })
  expect(fleet.sessions).toHaveLength(2)
  expect(exitCode).toBe(0)
})

test('a play without them reads none, and its tasks see none', async () => {
  const seen: object[] = []
  await runOn(
    fleet,
    ['web1'],
    playOf(task('t', (context) => [seen.push(context) > 0 && note('a', { text: 'a' })])),
  )
  expect(Object.keys(seen[0] ?? {})).toEqual(['host', 'vars', 'inventory'])
  expect(
    fleet.sessions[0]?.session.exchanges.flat().filter((script) => script.includes('os-release')),
  ).toEqual([])
})

test('a plan reads them too', async () => {
  const { of, exitCode } = await runOn(fleet, hosts, knowing(write('a')), { mode: 'plan' })
  expect([of('web1'), of('web2'), exitCode]).toEqual([
    ['a changed: create a'],
    ['a changed: create a'],
    2,
  ])
})

test('when sees them', async () => {
  const never = task<unknown, WithFacts>('never', () => [note('b', { text: 'b' })], {
    when: ({ facts }) => facts.os.id === 'no such system',
  })
  expect((await runOn(fleet, ['web1'], knowing(write('a'), never))).of('web1')).toEqual([
    'a changed: create a',
  ])
})

describe("an error is that host's failure, before anything on it is changed", () => {
  const wrong: Readonly<
    Record<string, readonly [code: string, tasks: readonly Task<unknown, WithFacts>[]]>
  > = {
    'a task that throws': [
      'play-invalid',
      [
        write('a'),
        write('b', (_, host) => {
          if (host === 'web1') throw new Error('no')
          return []
        }),
      ],
    ],
    'two resources of one address': [
      'resource-conflict',
      [write('a'), write('b', (_, host) => [host === 'web1' && note('a', { text: 'other' })])],
    ],
    'a trigger that nothing holds': [
      'trigger-missing',
      [
        write('a'),
        write('b', (_, host) => [
          host === 'web1' && note('b', { text: 'b', after: [note('c', { text: 'c' })] }),
        ]),
      ],
    ],
    'a template that is not there': [
      'source-missing',
      [
        write('a'),
        write('b', (_, host) => [host === 'web1' && file('/etc/x', { template: 'none.njk' })]),
      ],
    ],
  }
  test.each(Object.keys(wrong))('%s', async (what) => {
    const [code, tasks] = wrong[what] ?? ['', []]
    const { of, ends, summary, exitCode } = await runOn(fleet, hosts, knowing(...tasks))
    expect([...ends].sort()).toEqual([`web1 failed: ${code}`, 'web2 ok'])
    expect([of('web1'), fleet.note('web1', 'a')]).toEqual([[], null])
    expect(summary['web1']).toMatchObject({ ok: 0, failed: 0, skipped: 0, unreachable: false })
    expect(fleet.note('web2', 'a')).toBe('a')
    expect(exitCode).toBe(1)
  })

  test('a host with an answer that cannot be parsed', async () => {
    const connect: Fleet['connect'] = async (target) =>
      Object.assign(
        await fleet.connect(target),
        target.name === 'web1'
          ? {
              exchange: () =>
                Promise.resolve([
                  { code: 127, stdout: Buffer.alloc(0), stderr: 'sh: uname: not found' },
                ]),
            }
          : {},
      )
    const ends: string[] = []
    await run(
      [knowing(write('a'))],
      await hostsNamed(...hosts),
      options(),
      (event) =>
        event.type === 'host' &&
        ends.push(
          `${event.host} ${event.error?.code ?? event.status}: ${event.error?.message ?? ''}`,
        ),
      connect,
    )
    expect(ends.sort()).toEqual([
      'web1 fact-unknown: what the host is: it could not be understood: sh: uname: not found',
      'web2 ok: ',
    ])
  })

  test('a lost link while they are read', async () => {
    fleet.before = (host, exchange) => {
      if (host === 'web1' && exchange === 1)
        throw new FettleError('connection-lost', { message: 'gone' })
    }
    const { of, ends } = await runOn(fleet, hosts, knowing(write('a')))
    expect([...ends].sort()).toEqual(['web1 unreachable: connection-lost', 'web2 ok'])
    expect(of('web1')).toEqual([])
  })
})

test('variables are checked before anything connects', async () => {
  const strict = play({
    name: 'x',
    hosts: 'all',
    facts: true,
    vars: z.object({ app: z.string() }),
    tasks: [],
  })
  expect(await problem(() => runOn(fleet, hosts, strict))).toContain('variable-missing')
  expect(fleet.sessions).toEqual([])
})

test('a later play keeps the session; a play whose tasks are all before --start-at-task does not connect', async () => {
  fleet.user = 'root'
  const plays = [
    play({
      name: 'first',
      hosts: 'all',
      become: true,
      tasks: [task('one', () => [note('a', { text: 'a' })])],
    }),
    play({ name: 'second', hosts: 'all', become: true, facts: true, tasks: [write('two')] }),
  ]
  await runOn(fleet, ['web1'], plays)
  expect(fleet.sessions.map(({ session }) => session.roundTrips)).toEqual([5])
  await runOn(fleet, ['web2'], [...plays].reverse(), { startAtTask: 'one' })
  expect(fleet.sessions.map(({ session }) => session.roundTrips)).toEqual([5, 2])
})

test('a resource that acts as another user gets a session of that user if needed', async () => {
  const { of } = await runOn(
    fleet,
    ['web1'],
    knowing(write('a', () => [note('a', { text: 'a', become: 'app' })])),
  )
  expect(of('web1')).toEqual(['a changed: create a'])
  expect(fleet.sessions.map(({ session }) => session.roundTrips)).toEqual([1, 2])
})

test('a once task runs on the first host with anything to do, which is known after the facts', async () => {
  const once = task<unknown, WithFacts>(
    'once',
    ({ host }) => [host.name !== 'web1' && note('once', { text: 'x' })],
    { once: true },
  )
  const { of, ends } = await runOn(
    fleet,
    ['web1', 'web2', 'web3'],
    knowing(
      once,
      write('after', (_, host) => [host !== 'web1' && note('after', { text: 'x' })]),
    ),
  )
  expect([of('web1'), of('web2'), of('web3')]).toEqual([
    [],
    ['once changed: create once', 'after changed: create after'],
    ['after changed: create after'],
  ])
  expect(ends).toHaveLength(3)
})

test('an unknown tag is a warning, and selects the resources that have it', async () => {
  const { of, events } = await runOn(
    fleet,
    ['web1'],
    knowing(write('a', () => [note('a', { text: 'a' }), note('b', { text: 'b', tags: ['rare'] })])),
    { tags: ['rare'] },
  )
  expect(of('web1')).toEqual(['b changed: create b'])
  expect(events).toContainEqual({
    type: 'notice',
    host: null,
    message:
      'there is no tag rare; only a resource that is made from the facts of a host can have it',
  })
})

test('--list-tasks builds nothing', async () => {
  const plays = [
    knowing(
      write('a', () => {
        throw new Error('called')
      }),
      write('b'),
    ),
  ]
  const list = listRun(plays, await hostsNamed(...hosts), {
    limit: null,
    tags: ['a'],
    skipTags: [],
    startAtTask: null,
  })
  expect(list.plays[0]?.tasks.map(({ name }) => name)).toEqual(['a'])
})

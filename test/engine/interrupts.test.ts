import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { play, task } from '../../src/core/play.js'
import { run } from '../../src/engine/run.js'
import type { Event } from '../../src/engine/events.js'
import type { RunOptions } from '../../src/engine/options.js'
import { checkResource, Fleet, hostsNamed, note, options, playOf, runOn, type Ran } from './toy.js'

let fleet: Fleet
let stop: AbortController
let kill: AbortController
beforeEach(() => {
  fleet = new Fleet()
  stop = new AbortController()
  kill = new AbortController()
})
afterEach(() => {
  expect(fleet.open).toBe(0)
  fleet.remove()
})

const write = (name: string, more = {}) =>
  task<unknown>(name, () => [note(name, { text: name, ...more })])
const interrupted = (
  hosts: readonly string[],
  plays: Parameters<typeof runOn>[2],
  given: Partial<RunOptions> = {},
  view?: (event: Event) => void,
): Promise<Ran> =>
  runOn(fleet, hosts, plays, { stop: stop.signal, kill: kill.signal, ...given }, view)
const lost = (): never => {
  throw new FettleError('connection-lost', { message: 'ended: the outcome is unknown' })
}

describe('a stop', () => {
  test('lets the change in progress finish, and skips the rest', async () => {
    fleet.before = (_, exchange) => exchange === 2 && stop.abort()
    const { of, ends, exitCode } = await interrupted(['web1'], playOf(write('a'), write('b')))
    expect(of('web1')).toEqual(['a changed: create a', 'b skipped: the run was stopped'])
    expect(ends).toEqual(['web1 failed: stopped'])
    expect(exitCode).toBe(1)
  })

  test('during the last change leaves nothing undone', async () => {
    fleet.before = (_, exchange) => exchange === 2 && stop.abort()
    const { of, ends, exitCode } = await interrupted(['web1'], playOf(write('a')))
    expect([of('web1'), ends, exitCode]).toEqual([['a changed: create a'], ['web1 ok'], 0])
  })

  test('during the last change of a play prevents the next play', async () => {
    fleet.before = (_, exchange) => exchange === 2 && stop.abort()
    const { of, ends } = await interrupted(
      ['web1'],
      [playOf(write('a')), play({ name: 'next', hosts: 'all', tasks: [write('b')] })],
    )
    expect([of('web1'), ends]).toEqual([['a changed: create a'], ['web1 failed: stopped']])
  })

  test('prevents hosts that wait for a fork from starting', async () => {
    fleet.before = (_, exchange) => exchange === 2 && stop.abort()
    const { of, ends, summary } = await interrupted(['web1', 'web2'], playOf(write('a')), {
      forks: 1,
    })
    expect([of('web2'), ends]).toEqual([[], ['web1 ok', 'web2 failed: stopped']])
    expect(fleet.sessions).toHaveLength(1)
    expect(summary['web2']).toMatchObject({ unreachable: false })
  })

  test('before anything has begun', async () => {
    stop.abort()
    const { ends } = await interrupted(
      ['web1', 'web2'],
      playOf(
        task('once', () => [note('a', { text: 'a' })], { once: true }),
        write('b'),
      ),
    )
    expect([...ends].sort()).toEqual(['web1 failed: stopped', 'web2 failed: stopped'])
  })

  test('during a connection attempt does not make the host unreachable', async () => {
    const ends: string[] = []
    const connect = (): Promise<never> => {
      stop.abort()
      return Promise.reject(stop.signal.reason as Error)
    }
    await run(
      [playOf(write('a'))],
      await hostsNamed('web1'),
      options({ stop: stop.signal }),
      (event) =>
        event.type === 'host' &&
        ends.push(`${event.host} ${event.status} ${event.error?.code ?? ''}`),
      connect,
    )
    expect(ends).toEqual(['web1 failed stopped'])
  })

  test('ends the wait for a once task', async () => {
    fleet.before = (host, exchange) => host === 'web1' && exchange === 2 && stop.abort()
    const { of } = await interrupted(
      ['web1', 'web2'],
      playOf(
        write('a', {}),
        task('once', () => [note('b', { text: 'b' })], { once: true }),
        write('c'),
      ),
    )
    expect(of('web1')).toEqual([
      'a changed: create a',
      'b skipped: the run was stopped',
      'c skipped: the run was stopped',
    ])
    expect(of('web2').at(-1)).toBe('c skipped: the run was stopped')
  })

  test('ends the wait between two attempts; the failure is reported', async () => {
    const view = (event: Event): void => {
      if (event.type === 'progress' && event.doing === 'changing')
        setTimeout(() => stop.abort(), 50)
    }
    const { of, ends } = await interrupted(
      ['web1'],
      playOf(write('a', { by: 'exit 1', retry: { attempts: 3, delay: 3600 } }), write('b')),
      {},
      view,
    )
    expect(of('web1')).toEqual([
      'a failed: action-failed',
      'b skipped: an earlier resource has failed',
    ])
    expect(ends).toEqual(['web1 failed'])
  })

  test('ends the wait for a check, which is skipped and not failed', async () => {
    const view = (event: Event): void => {
      if (event.type === 'progress' && event.doing === 'checking')
        setTimeout(() => stop.abort(), 50)
    }
    const { of, ends } = await interrupted(
      ['web1'],
      playOf(task('check', () => [checkResource('ready', { within: 3600 })])),
      {},
      view,
    )
    expect([of('web1'), ends]).toEqual([
      ['ready skipped: the run was stopped'],
      ['web1 failed: stopped'],
    ])
  })

  test('does not end a plan that was read', async () => {
    fleet.before = () => stop.abort()
    const { of, ends } = await interrupted(['web1'], playOf(write('a')), { mode: 'plan' })
    expect([of('web1'), ends]).toEqual([['a changed: create a'], ['web1 ok']])
  })
})

describe('a stop while facts are read', () => {
  /** The first exchange ends only with its session. */
  function endless(kill: (end: () => void) => Promise<void>): void {
    let end: () => void = () => undefined
    fleet.before = (_, exchange) =>
      exchange === 1 &&
      new Promise<void>((_resolve, reject) => {
        end = () =>
          reject(new FettleError('connection-lost', { message: 'ended: the outcome is unknown' }))
        stop.abort()
      })
    fleet.kill = () => kill(end)
  }

  test.each(['plan', 'apply'] as const)(
    'ends the read on the host, and the host is reported as stopped: %s',
    async (mode) => {
      endless((end) => Promise.resolve(end()))
      const { of, ends, exitCode } = await interrupted(['web1'], playOf(write('a'), write('b')), {
        mode,
      })
      expect(of('web1')).toEqual([
        'a skipped: the run was stopped',
        'b skipped: the run was stopped',
      ])
      expect([ends, exitCode]).toEqual([['web1 failed: stopped'], 1])
    },
  )

  test('goes on if the host cannot be told', async () => {
    endless(() => Promise.reject(new FettleError('unreachable', { message: 'no second channel' })))
    const { of, ends } = await interrupted(['web1'], playOf(write('a')))
    expect([of('web1'), ends]).toEqual([
      ['a skipped: the run was stopped'],
      ['web1 failed: stopped'],
    ])
  })

  test('goes on if the host does not answer', async () => {
    endless(() => new Promise(() => undefined))
    const { ends } = await interrupted(['web1'], playOf(write('a')), { mode: 'plan' })
    expect(ends).toEqual(['web1 failed: stopped'])
  })

  test('happens before tasks are built from facts', async () => {
    endless((end) => Promise.resolve(end()))
    const { of, ends } = await interrupted(
      ['web1'],
      play({ name: 'play', hosts: 'all', facts: true, tasks: [write('a')] }),
    )
    expect([of('web1'), ends]).toEqual([[], ['web1 failed: stopped']])
  })
})

describe('a kill', () => {
  test('ends what is in progress: its outcome is unknown, and the host is not unreachable', async () => {
    const killed: string[] = []
    fleet.kill = (host) => Promise.resolve(void killed.push(host))
    fleet.before = (_, exchange) => {
      if (exchange !== 2) return
      stop.abort()
      kill.abort()
      lost()
    }
    const { of, ends, summary, exitCode } = await interrupted(
      ['web1'],
      playOf(write('a'), write('b')),
    )
    expect(killed).toEqual(['web1'])
    expect(of('web1')).toEqual([
      'a failed: connection-lost',
      'b skipped: ended: the outcome is unknown',
    ])
    expect(ends).toEqual(['web1 failed: connection-lost'])
    expect(summary).toMatchObject({ web1: { failed: 1, skipped: 1, unreachable: false } })
    expect(exitCode).toBe(1)
  })

  test('that does not succeed is reported', async () => {
    fleet.kill = () =>
      Promise.reject(new FettleError('unreachable', { message: 'no second channel' }))
    fleet.before = (_, exchange) => {
      if (exchange === 2) kill.abort()
    }
    const { events, ends } = await interrupted(['web1'], playOf(write('a')))
    expect(events).toContainEqual({
      type: 'notice',
      host: 'web1',
      message: 'what is under way could not be ended: no second channel',
    })
    expect(ends).toEqual(['web1 ok'])
  })
})

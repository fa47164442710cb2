import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { task, type TaskOptions } from '../../../src/core/play.js'
import type { Event } from '../../../src/engine/events.js'
import { OnceTasks } from '../../../src/engine/fleet/once-tasks.js'
import { run } from '../../../src/engine/run.js'
import {
  hostsNamed,
  inEachTest,
  note,
  options,
  playOf,
  runOn,
  type Fleet,
  type NoteOptions,
} from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

const hosts = ['web1', 'web2', 'web3']
const write = (name: string, options: TaskOptions<unknown> = {}, more: Partial<NoteOptions> = {}) =>
  task<unknown>(name, () => [note(name, { text: name, ...more })], options)
const once = (name: string, more: Partial<NoteOptions> = {}) => write(name, { once: true }, more)
const created = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `${name} changed: create ${name}`)
/** The events of resources in their order, as `host name`. */
const order = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'resource' ? [`${event.host} ${event.id}`] : []))

test('the first host runs it; the others wait for it before their next task', async () => {
  // The first host is the slowest.
  fleet.before = (host) => (host === 'web1' ? sleep(20) : undefined)
  const { of, events, exitCode } = await runOn(
    fleet,
    hosts,
    playOf(write('before'), once('migrate'), write('after')),
  )
  expect(of('web1')).toEqual(created('before', 'migrate', 'after'))
  for (const host of ['web2', 'web3']) {
    expect(of(host)).toEqual(created('before', 'after'))
    expect(order(events).indexOf(`${host} before`)).toBeLessThan(
      order(events).indexOf('web1 migrate'),
    )
    expect(order(events).indexOf(`${host} after`)).toBeGreaterThan(
      order(events).indexOf('web1 migrate'),
    )
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'progress', host, doing: 'waiting', task: 'after' }),
    )
  }
  expect(exitCode).toBe(0)
})

test('the first reachable host runs it', async () => {
  fleet.down.add('web1')
  const { of } = await runOn(fleet, hosts, playOf(once('migrate'), write('after')))
  expect([of('web1'), of('web2'), of('web3')]).toEqual([
    [],
    created('migrate', 'after'),
    created('after'),
  ])
})

test('no reachable host: nobody hangs', async () => {
  for (const host of hosts) fleet.down.add(host)
  expect((await runOn(fleet, hosts, playOf(once('migrate'), write('after')))).ends).toHaveLength(3)
})

test('with forks 1', async () => {
  const { of } = await runOn(
    fleet,
    hosts,
    playOf(write('before'), once('migrate'), write('after')),
    { forks: 1 },
  )
  expect([of('web1'), of('web2'), of('web3')]).toEqual([
    created('before', 'migrate', 'after'),
    created('before', 'after'),
    created('before', 'after'),
  ])
})

describe('a failure of the host that runs it', () => {
  const skipped = 'skipped: a task before after that runs for one host only has failed there'
  const failing = { by: 'exit 1' }

  test('before it: it did not run, so the others fail with it', async () => {
    fleet.before = (host, exchange) => {
      if (host === 'web1' && exchange === 2)
        throw new FettleError('action-failed', { message: 'no' })
    }
    const { of, ends, exitCode } = await runOn(
      fleet,
      hosts,
      playOf(write('before'), once('migrate'), write('after')),
    )
    expect(of('web1')).toEqual([
      'before failed: action-failed',
      'migrate skipped: an earlier resource has failed',
      'after skipped: an earlier resource has failed',
    ])
    expect(of('web2')).toEqual([...created('before'), `after ${skipped}`])
    expect([...ends].sort()).toEqual([
      'web1 failed',
      'web2 failed: once-failed',
      'web3 failed: once-failed',
    ])
    expect(exitCode).toBe(1)
  })

  test('in it', async () => {
    const { of, ends } = await runOn(fleet, hosts, playOf(once('migrate', failing), write('after')))
    expect(of('web1')).toEqual([
      'migrate failed: action-failed',
      'after skipped: an earlier resource has failed',
    ])
    expect(of('web2')).toEqual([`after ${skipped}`])
    expect([...ends].sort()).toEqual([
      'web1 failed',
      'web2 failed: once-failed',
      'web3 failed: once-failed',
    ])
  })

  test('in it, ignored: the others go on', async () => {
    const { of } = await runOn(
      fleet,
      hosts,
      playOf(once('migrate', { ...failing, ignoreFailure: true }), write('after')),
    )
    expect([of('web1'), of('web2')]).toEqual([
      ['migrate ignored: action-failed', ...created('after')],
      created('after'),
    ])
  })

  test('after it: the others go on', async () => {
    const onWeb1 = task<unknown>('only', () => [note('only', { text: 'x', by: 'exit 1' })], {
      when: ({ host }) => host.name === 'web1',
    })
    const { of, ends } = await runOn(fleet, hosts, playOf(once('migrate'), onWeb1, write('after')))
    expect(of('web1')).toEqual([
      ...created('migrate'),
      'only failed: action-failed',
      'after skipped: an earlier resource has failed',
    ])
    expect(of('web2')).toEqual(created('after'))
    expect([...ends].sort()).toEqual(['web1 failed', 'web2 ok', 'web3 ok'])
  })

  test('by a lost connection', async () => {
    fleet.before = (host, exchange) => {
      if (host === 'web1' && exchange === 2)
        throw new FettleError('connection-lost', { message: 'gone' })
    }
    const { ends } = await runOn(fleet, hosts, playOf(once('migrate'), write('after')))
    expect([...ends].sort()).toEqual([
      'web1 unreachable: connection-lost',
      'web2 failed: once-failed',
      'web3 failed: once-failed',
    ])
  })

  test('by a defect in its first reading', async () => {
    fleet.before = (host) => {
      if (host === 'web1') throw new TypeError('a defect')
    }
    const { ends } = await runOn(fleet, hosts, playOf(once('migrate'), write('after')))
    expect([...ends].sort()).toEqual([
      'web1 failed: internal',
      'web2 failed: once-failed',
      'web3 failed: once-failed',
    ])
  })

  test('by a defect after its last resource', async () => {
    const connect: Fleet['connect'] = async (target) => {
      const session = await fleet.connect(target)
      return target.name === 'web1'
        ? Object.defineProperty(session, 'roundTrips', {
            get: () => {
              throw new TypeError('a defect')
            },
            set: () => undefined,
          })
        : session
    }
    const ends: string[] = []
    const others: TaskOptions<unknown> = { when: ({ host }) => host.name !== 'web1' }
    await run(
      [playOf(once('migrate'), write('after', others))],
      await hostsNamed(...hosts),
      options(),
      (event) => event.type === 'host' && ends.push(`${event.host} ${event.error?.code ?? ''}`),
      connect,
    )
    expect(ends.sort()).toEqual(['web1 internal', 'web2 once-failed', 'web3 once-failed'])
  })

  test('in the last task does not affect the others', async () => {
    const { ends } = await runOn(fleet, hosts, playOf(write('before'), once('migrate', failing)))
    expect([...ends].sort()).toEqual(['web1 failed', 'web2 ok', 'web3 ok'])
  })
})

describe('skipped', () => {
  test('by tags: nobody waits for it, and nobody fails because of an earlier failure', async () => {
    fleet.before = (host, exchange) => {
      if (host === 'web1' && exchange === 2)
        throw new FettleError('action-failed', { message: 'no' })
    }
    const { ends } = await runOn(
      fleet,
      hosts,
      playOf(write('before'), once('migrate'), write('after')),
      { skipTags: ['migrate'] },
    )
    expect([...ends].sort()).toEqual(['web1 failed', 'web2 ok', 'web3 ok'])
  })

  test("by when on the host that would run it: it runs nowhere, as with Ansible's run_once", async () => {
    const { of } = await runOn(
      fleet,
      hosts,
      playOf(
        write('before'),
        write('migrate', { once: true, when: ({ host }) => host.name !== 'web1' }),
        write('after'),
      ),
    )
    expect([of('web1'), of('web2')]).toEqual([
      created('before', 'after'),
      created('before', 'after'),
    ])
  })

  test('a host without steps does not become the runner', async () => {
    const notFirst: TaskOptions<unknown> = { when: ({ host }) => host.name !== 'web1' }
    const { of } = await runOn(
      fleet,
      hosts,
      playOf(write('migrate', { ...notFirst, once: true }), write('after', notFirst)),
    )
    expect([of('web1'), of('web2'), of('web3')]).toEqual([
      [],
      created('migrate', 'after'),
      created('after'),
    ])
  })
})

test('in a plan it is planned for one host, and nobody waits', async () => {
  const { of, exitCode } = await runOn(
    fleet,
    hosts,
    playOf(once('migrate', { needs: 'x' }), write('after')),
    { mode: 'plan' },
  )
  expect([of('web1'), of('web2'), of('web3')]).toEqual([
    ['migrate failed: blocked', ...created('after')],
    created('after'),
    created('after'),
  ])
  expect(exitCode).toBe(1)
})

test('a resource that a later task shares exists for the other hosts too', async () => {
  const { of } = await runOn(
    fleet,
    hosts,
    playOf(
      task(
        'migrate',
        () => [note('folder', { text: 'folder' }), note('migrate', { text: 'migrate' })],
        { once: true },
      ),
      write('folder'),
    ),
  )
  expect([of('web1'), of('web2')]).toEqual([created('folder', 'migrate'), created('folder')])
})

test('on other hosts nothing is triggered by its resources, so there are no marks', async () => {
  const trigger = note('config', { text: 'x' })
  const { events } = await runOn(
    fleet,
    hosts,
    playOf(
      task('config', () => [trigger]),
      once('migrate', { after: [trigger] }),
    ),
  )
  expect(events.filter((event) => event.type === 'notice')).toEqual([])
  const marked = fleet.sessions
    .filter(({ session }) =>
      session.exchanges.flat().some((script) => script.includes('fettle_mark ')),
    )
    .map(({ host }) => host)
  expect(marked).toEqual(['web1'])
})

test('a reported outcome is not withdrawn when the runner fails later', async () => {
  const [a, b, c, d] = [write('a'), once('b'), once('c'), write('d')]
  const gates = new OnceTasks([a, b, c, d], ['web1', 'web2'])
  gates.passed(c)
  expect([gates.mustWait(c), gates.mustWait(d)]).toEqual([false, true])
  gates.finish(false)
  expect([await gates.before(c), await gates.before(d)]).toEqual([true, false])
})

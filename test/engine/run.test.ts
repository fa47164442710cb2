import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { omitUndefined } from '../../src/core/omit-undefined.js'
import { play, task, type Task } from '../../src/core/play.js'
import { Secret } from '../../src/core/secret.js'
import type { RunMode } from '../../src/engine/events.js'
import { run } from '../../src/engine/run.js'
import { freePort } from '../ssh/sshd.js'
import {
  hostsNamed,
  inEachTest,
  inventoryOf,
  note,
  options,
  playOf,
  runOn,
  type Fleet,
} from './toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

const write = (name: string, text = name) =>
  task<unknown>(`write ${name}`, () => [note(name, { text })])
const fail = (name: string) =>
  task<unknown>(`fail ${name}`, () => [note(name, { text: name, by: 'exit 1' })])
/** A `once` task of the selected hosts. */
const onlyOn = (host: string, name: string, by: string) =>
  task<unknown>(`${name} on ${host}`, () => [note(name, { text: name, by })], {
    when: ({ host: { name: own } }) => own === host,
  })

test('no event contains a secret: in names, ids, sentences and notices', async () => {
  new Secret('run-0815-x')
  const made = task('task run-0815-x', () => [
    note('run-0815-x', { text: 'a', name: 'name run-0815-x' }),
    note('b', { text: 'b', by: 'echo run-0815-x; exit 1' }),
  ])
  const { events } = await runOn(
    fleet,
    ['web1'],
    play({ name: 'play run-0815-x', hosts: 'all', tasks: [made] }),
  )
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['run', 'progress', 'resource', 'host', 'summary']),
  )
  expect(JSON.stringify(events)).not.toContain('run-0815')
  expect(JSON.stringify(events).match(/\[secret\]/g)?.length).toBeGreaterThan(8)
})

describe('the exit code', () => {
  const given: Readonly<Record<string, () => unknown>> = {
    'a note that is there': () => fleet.write('web1', 'a', 'a'),
    'web2 down': () => fleet.down.add('web2'),
    nothing: () => null,
  }

  test.each<
    [mode: RunMode, what: string, given: string, code: number, made: readonly Task<unknown>[]]
  >([
    ['apply', 'nothing to do', 'a note that is there', 0, [write('a')]],
    ['apply', 'something done', 'nothing', 0, [write('a')]],
    ['apply', 'a failure', 'nothing', 1, [fail('a')]],
    ['apply', 'an unreachable host', 'web2 down', 1, [write('a')]],
    [
      'apply',
      'an ignored failure',
      'nothing',
      0,
      [task('t', () => [note('a', { text: 'a', by: 'exit 1', ignoreFailure: true })])],
    ],
    ['plan', 'nothing to do', 'a note that is there', 0, [write('a')]],
    ['plan', 'something to do', 'nothing', 2, [write('a')]],
    [
      'plan',
      'something to do and a failure',
      'nothing',
      1,
      [task('t', () => [note('b', { text: 'b', needs: 'x' })]), write('a')],
    ],
    ['plan', 'something to do and an unreachable host', 'web2 down', 1, [write('a')]],
    [
      'plan',
      'an ignored failure',
      'nothing',
      0,
      [task('t', () => [note('b', { text: 'b', needs: 'x', ignoreFailure: true })])],
    ],
    ['plan', 'nothing at all', 'nothing', 0, [task('t', () => [])]],
  ])('of %s with %s (%s) is %i', async (mode, _, name, code, made) => {
    given[name]?.()
    const { exitCode, events } = await runOn(
      fleet,
      name === 'web2 down' ? ['web1', 'web2'] : ['web1'],
      playOf(...made),
      { mode },
    )
    expect(exitCode).toBe(code)
    expect(events.at(-1)).toMatchObject({ type: 'summary', exitCode: code })
  })
})

describe('an error of one host does not affect the others', () => {
  test('a failure, a host that is down, and one in order', async () => {
    fleet.down.add('web2')
    const { of, ends, summary, exitCode } = await runOn(
      fleet,
      ['web1', 'web2', 'web3'],
      playOf(write('a'), onlyOn('web1', 'b', 'exit 1'), write('c')),
    )
    expect(of('web1')).toEqual([
      'a changed: create a',
      'b failed: action-failed',
      'c skipped: an earlier resource has failed',
    ])
    expect(of('web2')).toEqual([])
    expect(of('web3')).toEqual(['a changed: create a', 'c changed: create c'])
    expect([...ends].sort()).toEqual(['web1 failed', 'web2 unreachable: unreachable', 'web3 ok'])
    expect(exitCode).toBe(1)
    expect(summary).toMatchObject({
      web1: { ok: 1, changed: 1, failed: 1, skipped: 1, unreachable: false },
      web2: { ok: 0, failed: 0, skipped: 0, unreachable: true },
      web3: { ok: 2, changed: 2, failed: 0, skipped: 0, unreachable: false },
    })
  })

  test("a defect in one host's walk is reported for that host", async () => {
    fleet.before = (host) => {
      if (host === 'web1') throw new TypeError('a defect')
    }
    const { ends, of, events } = await runOn(fleet, ['web1', 'web2'], playOf(write('a')))
    expect([...ends].sort()).toEqual(['web1 failed: internal', 'web2 ok'])
    expect(of('web1')).toEqual(['a skipped: a defect'])
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'host',
        host: 'web1',
        error: expect.objectContaining({ message: 'a defect' }),
      }),
    )
  })

  test('a session that cannot be closed is reported for that host', async () => {
    const connect: Fleet['connect'] = async (target) => {
      const session = await fleet.connect(target)
      const close = session.close.bind(session)
      if (target.name === 'web1')
        session.close = () => close().then(() => Promise.reject(new Error('no goodbye')))
      return session
    }
    const ends: string[] = []
    await run(
      [playOf(write('a'))],
      await hostsNamed('web1', 'web2'),
      options(),
      (event) => event.type === 'host' && ends.push(`${event.host} ${event.status}`),
      connect,
    )
    expect(ends.sort()).toEqual(['web1 failed', 'web2 ok'])
  })

  test('a view that fails does not end the run; its error is thrown at the end', async () => {
    const hosts: string[] = []
    const running = runOn(fleet, ['web1', 'web2'], playOf(write('a')), {}, (event) => {
      if (event.type === 'host') hosts.push(event.host)
      if (event.type === 'resource' && event.host === 'web1') throw new Error('the view is broken')
    })
    await expect(running).rejects.toThrow('the view is broken')
    expect(hosts.sort()).toEqual(['web1', 'web2'])
    expect([fleet.note('web1', 'a'), fleet.note('web2', 'a')]).toEqual(['a', 'a'])
  })

  // Node prints a warning from the eleventh listener on. Its own function for that does not accept
  // the signals of Jest's realm.
  test('any number of hosts may listen for a stop', async () => {
    const limit = (signal: AbortSignal): unknown =>
      Object.getOwnPropertySymbols(signal).flatMap((symbol) =>
        symbol.description === 'events.maxEventTargetListeners'
          ? [Reflect.get(signal, symbol) as unknown]
          : [],
      )
    const [stop, kill] = [new AbortController(), new AbortController()]
    await runOn(fleet, ['web1'], playOf(write('a')), { stop: stop.signal, kill: kill.signal })
    expect([limit(stop.signal), limit(kill.signal)]).toEqual([[0], [0]])
  })
})

describe('a connection', () => {
  const cut =
    (host: string, exchange: number) =>
    (at: string, number: number): void => {
      if (at === host && number === exchange)
        throw new FettleError('connection-lost', {
          message: `the connection to ${at} ended: the outcome of what was under way is unknown`,
        })
    }

  test('lost during a change: its outcome is unknown, the rest is skipped, the host is unreachable, others go on', async () => {
    fleet.before = cut('web1', 3)
    const { of, ends, summary, exitCode } = await runOn(
      fleet,
      ['web1', 'web2'],
      playOf(write('a'), write('b'), write('c')),
    )
    const lost = 'the connection to web1 ended: the outcome of what was under way is unknown'
    expect(of('web1')).toEqual([
      'a changed: create a',
      'b failed: connection-lost',
      `c skipped: ${lost}`,
    ])
    expect(of('web2')).toHaveLength(3)
    expect(ends).toEqual(expect.arrayContaining(['web1 unreachable: connection-lost', 'web2 ok']))
    expect(summary).toMatchObject({
      web1: { changed: 1, failed: 1, skipped: 1, unreachable: true },
    })
    expect(exitCode).toBe(1)
  })

  test.each(['plan', 'apply'] as const)(
    'lost during the first reading of %s: everything is skipped',
    async (mode) => {
      fleet.before = cut('web1', 1)
      const { of, ends, summary } = await runOn(
        fleet,
        ['web1', 'web2'],
        playOf(write('a'), write('b')),
        { mode },
      )
      const lost = 'the connection to web1 ended: the outcome of what was under way is unknown'
      expect(of('web1')).toEqual([`a skipped: ${lost}`, `b skipped: ${lost}`])
      expect(ends).toEqual(expect.arrayContaining(['web1 unreachable: connection-lost', 'web2 ok']))
      expect(summary).toMatchObject({ web1: { ok: 0, failed: 0, skipped: 2, unreachable: true } })
    },
  )

  test('lost is neither ignored nor retried', async () => {
    fleet.before = cut('web1', 2)
    const { of } = await runOn(
      fleet,
      ['web1'],
      playOf(
        task('t', () => [
          note('a', { text: 'a', ignoreFailure: true, retry: { attempts: 3, delay: 0 } }),
        ]),
      ),
    )
    expect(of('web1')).toEqual(['a failed: connection-lost'])
  })

  test('to a port where nothing listens is refused; a host without SSH goes on', async () => {
    const yaml = `all: { hosts: { web1: { ansible_host: 127.0.0.1, ansible_port: ${await freePort()}, ansible_user: nobody, ansible_password: x }, here: { ansible_connection: local } } }`
    const ends: string[] = []
    const { exitCode } = await run(
      [
        playOf(
          task('t', () => []),
          write('/nowhere/at/all'),
        ),
      ],
      await inventoryOf(yaml),
      options({ mode: 'plan' }),
      (event) => {
        if (event.type === 'host')
          ends.push(`${event.host} ${event.status}: ${event.error?.code ?? ''}`)
      },
    )
    expect(ends.sort()).toEqual(['here ok: ', 'web1 unreachable: unreachable'])
    expect(exitCode).toBe(1)
  })
})

describe('an answer that does not come in time', () => {
  const late =
    (exchange: number) =>
    (_: string, number: number): void => {
      if (number === exchange)
        throw new FettleError('answer-late', {
          message: 'web1: a change did not end within 600 s; it was ended there',
        })
    }

  test('during a change: its outcome is unknown, it is neither ignored nor retried, and the host has failed', async () => {
    fleet.before = late(2)
    const { of, ends } = await runOn(
      fleet,
      ['web1'],
      playOf(
        task('t', () => [
          note('a', { text: 'a', ignoreFailure: true, retry: { attempts: 3, delay: 0 } }),
          note('b', { text: 'b' }),
        ]),
      ),
    )
    expect(of('web1')).toEqual([
      'a failed: answer-late',
      'b skipped: web1: a change did not end within 600 s; it was ended there',
    ])
    expect(ends).toEqual(['web1 failed: answer-late'])
  })

  test('during the first reading: the host was reached, and has failed', async () => {
    fleet.before = late(1)
    const { of, ends } = await runOn(fleet, ['web1'], playOf(write('a')), { mode: 'plan' })
    expect(of('web1')).toEqual([
      'a skipped: web1: a change did not end within 600 s; it was ended there',
    ])
    expect(ends).toEqual(['web1 failed: answer-late'])
  })
})

describe('forks', () => {
  const hosts = Array.from({ length: 7 }, (_, index) => `web${index}`)

  test.each<[given: number | null, ofPlay: number | undefined, most: number]>([
    [1, undefined, 1],
    [3, undefined, 3],
    [3, 2, 3],
    [null, 2, 2],
    [null, undefined, 7],
    [50, undefined, 7],
  ])("--forks %s and the play's %s: %i at once", async (forks, ofPlay, most) => {
    fleet.before = () => sleep(5)
    const { ends } = await runOn(
      fleet,
      hosts,
      play({
        name: 'play',
        hosts: 'all',
        tasks: [write('a')],
        ...omitUndefined({ forks: ofPlay }),
      }),
      { forks },
    )
    expect(ends).toHaveLength(7)
    expect(fleet.mostAtOnce).toBe(most)
  })
})

describe('several plays', () => {
  const first = play({
    name: 'first',
    hosts: 'all',
    tasks: [write('a'), onlyOn('web1', 'b', 'exit 1')],
  })
  const second = play({ name: 'second', hosts: 'all', tasks: [write('c')] })

  test('a host that failed takes no part in later ones, and its end is reported once', async () => {
    const { of, ends } = await runOn(fleet, ['web1', 'web2'], [first, second])
    expect(of('web1')).toEqual(['a changed: create a', 'b failed: action-failed'])
    expect(of('web2')).toEqual(['a changed: create a', 'c changed: create c'])
    expect(ends).toEqual(['web1 failed', 'web2 ok'])
  })

  test('an unreachable host is not tried again', async () => {
    fleet.down.add('web1')
    const { ends, events } = await runOn(fleet, ['web1', 'web2'], [first, second])
    expect(ends).toEqual(['web1 unreachable: unreachable', 'web2 ok'])
    expect(
      events.filter((event) => event.type === 'progress' && event.host === 'web1'),
    ).toHaveLength(1)
  })

  test('the end of a host is reported after the last play that has it', async () => {
    const { events } = await runOn(
      fleet,
      ['web1', 'web2'],
      [
        play({ name: 'both', hosts: 'all', tasks: [write('a')] }),
        play({ name: 'one', hosts: 'web2', tasks: [write('c')] }),
      ],
      { forks: 1 },
    )
    const told = events.flatMap((event) => {
      if (event.type === 'host') return [`end of ${event.host}`]
      return event.type === 'resource' ? [`${event.id} of ${event.host}`] : []
    })
    expect(told).toEqual(['a of web1', 'end of web1', 'a of web2', 'c of web2', 'end of web2'])
  })

  test('round trips and time of all plays are added up', async () => {
    const { events, summary } = await runOn(fleet, ['web2'], [first, second])
    expect(events).toContainEqual({ type: 'exchanges', host: 'web2', counts: { shell: 4 } })
    expect(summary['web2']?.seconds).toBeGreaterThan(0)
  })

  test('in a plan a blocked step of a later play is known after apply if any host has an earlier change', async () => {
    const later = play({
      name: 'later',
      hosts: 'web2',
      tasks: [task('t', () => [note('b', { text: 'b', needs: 'x' })])],
    })
    const earlier = play({ name: 'earlier', hosts: 'web1', tasks: [write('a')] })
    expect(
      (await runOn(fleet, ['web1', 'web2'], [earlier, later], { mode: 'plan' })).of('web2'),
    ).toEqual(['b unknown: there is no x'])
    fleet.write('web1', 'a', 'a')
    expect(
      (await runOn(fleet, ['web1', 'web2'], [earlier, later], { mode: 'plan' })).of('web2'),
    ).toEqual(['b failed: blocked'])
  })

  test('a plan goes on after a failure, into later plays too', async () => {
    const { of, ends } = await runOn(
      fleet,
      ['web1'],
      [playOf(task('t', () => [note('b', { text: 'b', needs: 'x' })])), second],
      { mode: 'plan' },
    )
    expect(of('web1')).toEqual(['b failed: blocked', 'c changed: create c'])
    expect(ends).toEqual(['web1 failed'])
  })
})

describe('tags', () => {
  test('a step that is left out has no event, and a host without steps is not contacted', async () => {
    const { of, ends, events } = await runOn(
      fleet,
      ['web1', 'web2'],
      playOf(write('a'), onlyOn('web2', 'b', 'printf b >b')),
      { tags: ['b on web2'] },
    )
    expect([of('web1'), of('web2')]).toEqual([[], ['b changed: create b']])
    expect([...ends].sort()).toEqual(['web1 ok', 'web2 ok'])
    expect(fleet.sessions.map(({ host }) => host)).toEqual(['web2'])
    expect(events.filter((event) => event.type === 'exchanges').map((event) => event.host)).toEqual(
      ['web2'],
    )
  })

  test('a service that was left out gets a mark, and its pending restart is reported', async () => {
    const trigger = note('config', { text: 'new' })
    const plays = playOf(
      task('config', () => [trigger]),
      task('service', () => [note('service', { text: 'x', after: [trigger] })]),
    )
    const { events } = await runOn(fleet, ['web1'], plays, { tags: ['config'] })
    expect(events).toContainEqual({
      type: 'notice',
      host: 'web1',
      message:
        'note[service]: a run is pending because note[config] has changed; it was not selected in this run',
    })
    expect(
      fleet.sessions[0]?.session.exchanges[1]?.filter((script) =>
        script.includes('/var/lib/fettle/pending'),
      ),
    ).toHaveLength(2)
  })
})

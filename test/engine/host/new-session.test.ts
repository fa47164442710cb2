import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { backend } from '../../../src/core/backend.js'
import type { NewSession } from '../../../src/core/change.js'
import { FettleError, type ErrorCode } from '../../../src/core/errors.js'
import { absent, backendFact, present } from '../../../src/core/fact.js'
import { request } from '../../../src/core/later.js'
import { play, task } from '../../../src/core/play.js'
import type { Resource } from '../../../src/core/resource.js'
import type { Event } from '../../../src/engine/events.js'
import type { RunOptions } from '../../../src/engine/options.js'
import { bareResource } from '../bare-resource.js'
import { type Fleet, inEachTest, note, playOf, runOn, type NoteOptions, type Ran } from '../toy.js'

let fleet: Fleet
let stop: AbortController
/** The attempts to connect so far. */
let attempts: number
inEachTest((fresh) => (fleet = fresh))
beforeEach(() => {
  stop = new AbortController()
  attempts = 0
})

/** The note of a host that only a new login shows: the fleet writes it before the second one. */
function shownAtNextLogin(attempt = 2): void {
  fleet.connecting = (host) => {
    if (++attempts === attempt) fleet.write(host, 'group', 'docker')
  }
}

const group = (newSession: NewSession, more: Partial<NoteOptions> = {}): Resource =>
  note('group', { text: 'docker', by: ':', newSession, ...more })
const login: NewSession = { why: 'its groups changed', within: 30 }
const restart: NewSession = { why: 'the host restarts', within: 30, endsLink: true }

const apply = (
  resources: readonly Resource[],
  given: Partial<RunOptions> = {},
  view?: (event: Event) => void,
): Promise<Ran> =>
  runOn(
    fleet,
    ['web1'],
    playOf(...resources.map((each) => task(each.id, () => [each]))),
    { stop: stop.signal, kill: stop.signal, ...given },
    view,
  )
const write = (name: string): Resource => note(name, { text: name })
const session = (number: number) => {
  const found = fleet.sessions[number - 1]?.session
  if (found === undefined) throw new Error(`there is no session ${String(number)}`)
  return found
}
const trips = (): readonly number[] => fleet.sessions.map(({ session }) => session.roundTrips)
const messageOf = ({ events }: Ran, id: string): string => {
  const found = events.find((event) => event.type === 'resource' && event.id === id)
  return found?.type === 'resource' ? (found.error?.message ?? '') : ''
}
const lose = (): never => {
  throw new FettleError('connection-lost', { message: 'gone' })
}
/** Makes attempts to connect fail, from one on. */
function refuse(code: ErrorCode, from = 2, to = Infinity): void {
  fleet.connecting = () => {
    attempts++
    if (attempts >= from && attempts <= to) throw new FettleError(code, { message: 'no way' })
  }
}

describe('a change that needs a new session', () => {
  test('is verified in it, and the walk goes on there', async () => {
    shownAtNextLogin()
    const { of, ends, events } = await apply([write('a'), group(login), write('b')])
    expect(of('web1')).toEqual([
      'a changed: create a',
      'group changed: create group',
      'b changed: create b',
    ])
    expect(ends).toEqual(['web1 ok'])
    // The first reading, two changes; then lock and facts, and the last change.
    expect(trips()).toEqual([3, 2])
    expect(events).toContainEqual({ type: 'exchanges', host: 'web1', counts: { shell: 5 } })
  })

  test('takes the lock with the facts that it reads anew', async () => {
    shownAtNextLogin()
    await apply([group(login), write('b')])
    const [first = []] = session(2).exchanges
    expect(first.map((script) => script.includes('fettle_lock'))).toEqual([true, false])
    // What the former session, of host 0 of the run, may still do must have ended.
    expect(first[0]).toContain("lost_hosts=' 0 '")
    expect(session(1).exchanges.at(-1)).toHaveLength(1)
  })

  test('closes the former session before it connects', async () => {
    const open: number[] = []
    fleet.connecting = (host) => {
      open.push(fleet.open)
      if (open.length === 2) fleet.write(host, 'group', 'docker')
    }
    await apply([group(login)])
    expect(open).toEqual([0, 0])
  })

  test('fails where the new session shows no change, and keeps that session', async () => {
    const { of, ends } = await apply([group(login), write('b')])
    expect(of('web1')).toEqual([
      'group failed: still-differs',
      'b skipped: an earlier resource has failed',
    ])
    expect(ends).toEqual(['web1 failed'])
    expect(trips()).toEqual([2, 1])
  })

  test('is not changed together with its neighbours', async () => {
    shownAtNextLogin()
    const neighbours = ['a', 'b'].map((name) =>
      note(name, { text: name, proves: `[ -e ${name} ]` }),
    )
    const [a, b] = neighbours as [Resource, Resource]
    const all = [a, group(login, { proves: ':' }), b]
    const { of } = await runOn(fleet, ['web1'], playOf(task('all', () => all)))
    expect(of('web1')).toEqual([
      'a changed: create a',
      'group changed: create group',
      'b changed: create b',
    ])
    expect(trips()).toEqual([3, 2])
  })

  test('leaves the new session to the next play', async () => {
    fleet.user = 'root'
    shownAtNextLogin()
    const plays = [[group(login)], [write('b')]].map((resources) =>
      play({ name: 'play', hosts: 'all', become: true, tasks: [task('all', () => resources)] }),
    )
    const { ends, events } = await runOn(fleet, ['web1'], plays)
    expect(ends).toEqual(['web1 ok'])
    expect(trips()).toEqual([2, 3])
    expect(events).toContainEqual({ type: 'exchanges', host: 'web1', counts: { shell: 5 } })
  })

  test('plans as any other', async () => {
    const { of } = await apply([group(login)], { mode: 'plan' })
    expect([of('web1'), trips()]).toEqual([['group changed: create group'], [1]])
  })
})

test('clients of backends are opened again through the new session', async () => {
  shownAtNextLogin()
  const log: string[] = []
  const queue = backend({
    name: 'queue',
    scope: 'host',
    open: () => {
      log.push(`open in session ${String(fleet.sessions.length)}`)
      return {}
    },
    perform: () => Promise.resolve(void log.push('perform')),
    close: () => Promise.resolve(void log.push('close')),
  })
  const lengthFact = backendFact({
    backend: queue,
    name: 'length',
    read: () => Promise.resolve(log.includes('perform') ? present(1) : absent),
  })
  const purge = bareResource({
    type: 'purge',
    id: 'jobs',
    options: {},
    reads: { length: request(lengthFact, null) },
    plan: ({ length }) =>
      length === 1 ? [] : [{ summary: 'purge', proof: 'facts', actions: [{ on: queue }] }],
  })
  const { of } = await apply([group(login), purge])
  expect(of('web1')).toEqual(['group changed: create group', 'jobs changed: purge'])
  expect(log).toEqual(['open in session 1', 'close', 'open in session 2', 'perform', 'close'])
})

describe('connecting anew', () => {
  test('is tried again where the host cannot be reached', async () => {
    fleet.connecting = (host) => {
      attempts++
      if (attempts === 2) throw new FettleError('unreachable', { message: 'refused' })
      if (attempts === 3) fleet.write(host, 'group', 'docker')
    }
    const { of } = await apply([group(login)])
    expect([of('web1'), attempts]).toEqual([['group changed: create group'], 3])
  })

  test('ends at the limit: the resource has failed, and the host is unreachable', async () => {
    refuse('unreachable')
    const ran = await apply([group({ ...login, within: 2 }), write('b')])
    expect(ran.of('web1')).toEqual([
      'group failed: unreachable',
      expect.stringMatching(/^b skipped: no new session after/),
    ])
    expect(messageOf(ran, 'group')).toMatch(
      /^no new session after 2 attempts in \d s \(its groups changed\); the last: no way$/,
    )
    expect(ran.ends).toEqual(['web1 unreachable: unreachable'])
    expect(ran.summary['web1']).toMatchObject({ failed: 1, skipped: 1, unreachable: true })
  })

  test('ends the walk even where the failure of the resource would be ignored', async () => {
    refuse('unreachable')
    const { of, ends } = await apply([
      group({ ...login, within: 0 }, { ignoreFailure: true }),
      write('b'),
    ])
    expect(of('web1')[0]).toBe('group failed: unreachable')
    expect(ends).toEqual(['web1 unreachable: unreachable'])
  })

  test.each<[ErrorCode, NewSession]>([
    ['host-key-changed', restart],
    ['ssh-auth-failed', login],
    ['sudo-denied', restart],
  ])('is not tried again after %s', async (code, newSession) => {
    refuse(code)
    if (newSession === restart) losesLinkAt(2)
    const { of, ends } = await apply([group(newSession), write('b')])
    expect(of('web1')[0]).toBe(`group failed: ${code}`)
    expect([ends, attempts]).toEqual([[`web1 unreachable: ${code}`], 2])
  })

  test('ends at once when the run is stopped', async () => {
    refuse('unreachable')
    const begun = performance.now()
    const killed: string[] = []
    fleet.kill = (host) => Promise.resolve(void killed.push(host))
    const ran = await apply([group({ ...login, within: 3600 }), write('b')], {}, (event) => {
      if (event.type === 'progress' && event.doing === 'connecting' && event.resource !== null)
        setTimeout(() => stop.abort(), 50)
    })
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(ran.of('web1')).toEqual(['group failed: stopped', 'b skipped: the run was stopped'])
    expect(ran.ends).toEqual(['web1 failed: stopped'])
    expect(messageOf(ran, 'group')).toMatch(/^the change was begun/)
    // Between two sessions there is nothing to end.
    expect(killed).toEqual([])
  })
})

/** The link ends in an exchange of the first session. */
function losesLinkAt(exchange: number): void {
  fleet.before = (_, number) => {
    if (fleet.sessions.length > 1 || number !== exchange) return
    session(1).over = true
    lose()
  }
}

describe('a link that the change ends', () => {
  test('while its action runs', async () => {
    shownAtNextLogin()
    losesLinkAt(2)
    const { of, ends } = await apply([group(restart), write('b')])
    expect(of('web1')).toEqual(['group changed: create group', 'b changed: create b'])
    expect([ends, trips()]).toEqual([['web1 ok'], [2, 2]])
  })

  test('some time after its action has succeeded', async () => {
    shownAtNextLogin()
    let lost = 0
    fleet.before = (_, exchange) => {
      if (exchange !== 2 || fleet.sessions.length > 1) return
      setTimeout(() => {
        lost = attempts
        session(1).over = true
      }, 300)
    }
    const { of } = await apply([group(restart)])
    expect([of('web1'), lost]).toEqual([['group changed: create group'], 1])
  })

  test('and that of a login that came too early', async () => {
    shownAtNextLogin(3)
    losesLinkAt(2)
    const before = fleet.before
    fleet.before = (host, exchange) => {
      if (fleet.sessions.length === 2) setTimeout(() => (session(2).over = true), 100)
      return before(host, exchange)
    }
    const { of } = await apply([group(restart), write('b')])
    expect(of('web1')).toEqual(['group changed: create group', 'b changed: create b'])
    expect(trips()).toEqual([2, 1, 2])
  })

  test('is tried again where logins are refused, because a booting host lets only root in', async () => {
    fleet.connecting = (host) => {
      attempts++
      if (attempts === 2) throw new FettleError('ssh-auth-failed', { message: 'booting up' })
      if (attempts === 3) fleet.write(host, 'group', 'docker')
    }
    losesLinkAt(2)
    const { of } = await apply([group(restart)])
    expect([of('web1'), attempts]).toEqual([['group changed: create group'], 3])
  }, 20_000)

  test('that stays is a failure', async () => {
    const ran = await apply([group({ ...restart, within: 0.3 }), write('b')])
    expect(ran.of('web1')[0]).toBe('group failed: still-differs')
    expect(messageOf(ran, 'group')).toBe(
      'the link to the host has not ended within 0.3 s (the host restarts)',
    )
    expect([ran.ends, attempts]).toEqual([['web1 failed'], 0])
  })
})

test.each<[string, Partial<NoteOptions>]>([
  ['by a change that needs no new session', {}],
  ['by a change that only needs a login', { newSession: login }],
])('a link that is lost %s is an error', async (_, more) => {
  losesLinkAt(2)
  const { of, ends } = await apply([note('a', { text: 'a', ...more }), write('b')])
  expect(of('web1')).toEqual(['a failed: connection-lost', 'b skipped: gone'])
  expect([ends, fleet.sessions.length]).toEqual([['web1 unreachable: connection-lost'], 1])
})

describe('the lock', () => {
  const state = (): string => join(fleet.folder('web1'), '.local/state/fettle')

  /** Another run takes it. */
  function taken(pid: number): void {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    const owner = `${String(pid)}:${started}`
    rmSync(state(), { recursive: true, force: true })
    mkdirSync(state(), { recursive: true })
    symlinkSync(owner, join(state(), 'lock'))
    writeFileSync(join(state(), `run.${owner}`), 'other 0 ada@laptop 2026-01-31T12:00:00 -\n')
  }

  test('that another run has taken in between is awaited', async () => {
    const other = spawn('sleep', ['60'])
    const ended = once(other, 'exit')
    fleet.connecting = (host) => {
      if (++attempts !== 2) return
      fleet.write(host, 'group', 'docker')
      taken(other.pid ?? 0)
    }
    const whom: string[] = []
    const { of } = await apply([group(login), write('b')], {}, (event) => {
      if (event.type !== 'progress' || event.whom === undefined) return
      whom.push(event.whom)
      other.kill()
    })
    await ended
    expect(whom).toEqual([expect.stringMatching(/^another run \(ada@laptop/)])
    expect(of('web1')).toEqual(['group changed: create group', 'b changed: create b'])
  })

  test('that cannot be had ends the walk, whatever may fail', async () => {
    fleet.connecting = () => {
      if (++attempts !== 2) return
      rmSync(state(), { recursive: true })
      writeFileSync(state(), 'no folder')
    }
    const lenient = { ignoreFailure: true, retry: { attempts: 2, delay: 0 } }
    const { of, ends } = await apply([group(login, lenient), write('b')])
    expect(of('web1')).toEqual([
      'group failed: host-locked',
      'b skipped: the lock of web1 could not be taken (status 1)',
    ])
    expect([ends, fleet.note('web1', 'b')]).toEqual([['web1 failed: host-locked'], null])
    expect(trips()).toEqual([2, 1])
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { absent } from '../../src/core/fact.js'
import type { Resource } from '../../src/core/resource.js'
import { dependents } from '../../src/engine/build.js'
import type { Event, ResourceEvent } from '../../src/engine/events.js'
import { HostFacts, SharedFacts } from '../../src/engine/facts.js'
import { HostFailed, HostPlay } from '../../src/engine/host-play.js'
import { OnceTasks } from '../../src/engine/once.js'
import { Tally } from '../../src/engine/report.js'
import { FolderSession, note, stepsOf } from './toy.js'

let session: FolderSession
const stop = new AbortController()

beforeEach(() => {
  session = new FolderSession(mkdtempSync(join(tmpdir(), 'fettle-engine-')))
})
afterEach(() => rmSync(session.folder, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(session.folder, name), text)

function walkOf(resources: readonly Resource[]) {
  const events: Event[] = []
  const shared = new SharedFacts({ readText: () => Promise.resolve(absent), readBytes: () => Promise.resolve(absent) }, () => Promise.reject(new Error('no GitHub here')))
  const facts = new HostFacts(shared, session, { request: () => Promise.reject(new Error('no HTTP here')) })
  const steps = stepsOf(resources)
  const once = new OnceTasks(steps.map((step) => step.task), ['web1'])
  const others = { mysql: () => Promise.reject(new Error('no MySQL here')), github: () => Promise.reject(new Error('no GitHub here')) }
  const walk = new HostPlay({ host: 'web1', steps, waiting: dependents(steps), facts, others, once, runsOnce: true, tally: new Tally(), emit: (event) => events.push(event), stop: stop.signal })
  return { walk, resourceEvents: () => events.filter((event): event is ResourceEvent => event.type === 'resource') }
}

const told = (events: readonly ResourceEvent[]): readonly string[] => events.map(({ id, status, changes, reason, error }) => [`${id} ${status}`, ...changes.map((change) => change.summary), reason ?? '', error?.code ?? ''].filter((part) => part !== '').join(': '))

async function plan(...resources: readonly Resource[]): Promise<readonly string[]> {
  const { walk, resourceEvents } = walkOf(resources)
  await walk.plan(false)
  return told(resourceEvents())
}

async function apply(...resources: readonly Resource[]): Promise<readonly string[]> {
  const { walk, resourceEvents } = walkOf(resources)
  try {
    await walk.apply()
  } catch (error) {
    if (!(error instanceof HostFailed)) throw error
    walk.skipRest('an earlier resource has failed')
  }
  return told(resourceEvents())
}

describe('plan', () => {
  test('reads everything in one round trip and changes nothing', async () => {
    write('a', 'one')
    expect(await plan(note('a', { text: 'one' }), note('b', { text: 'two' }))).toEqual(['a ok', 'b changed: create b'])
    expect(session.roundTrips).toBe(1)
    expect(() => session.read('b')).toThrow('ENOENT')
  })

  test('what is blocked behind a planned change is known after apply; with nothing pending it has failed', async () => {
    const second = note('b', { text: 'two', needs: 'a' })
    expect(await plan(note('a', { text: 'one' }), second)).toEqual(['a changed: create a', 'b unknown: there is no a'])
    expect(await plan(second)).toEqual(['b failed: blocked'])
  })

  test('a fact that cannot be read is never taken for an absent one', async () => {
    write('unreadable', '')
    expect(await plan(note('a', { text: 'one' }))).toEqual(['a failed: fact-unknown'])
  })

  test('a failure does not end a plan, and ignoreFailure makes it ignored', async () => {
    expect(await plan(note('a', { text: 'one', needs: 'x', ignoreFailure: true }), note('b', { text: 'two' }))).toEqual(['a ignored: blocked', 'b changed: create b'])
  })
})

describe('apply', () => {
  test('a host with nothing to do costs one round trip', async () => {
    write('a', 'one')
    write('b', 'two')
    expect(await apply(note('a', { text: 'one' }), note('b', { text: 'two' }))).toEqual(['a ok', 'b ok'])
    expect(session.roundTrips).toBe(1)
  })

  test('n changes cost n round trips more: each reads ahead up to the next one that is expected to change', async () => {
    for (const name of ['b', 'c', 'e']) write(name, name)
    expect(await apply(...['a', 'b', 'c', 'd', 'e'].map((name) => note(name, { text: name })))).toEqual(['a changed: create a', 'b ok', 'c ok', 'd changed: create d', 'e ok'])
    expect(session.roundTrips).toBe(3)
  })

  test('a resource that an earlier change has put out of its state is planned on fresh facts', async () => {
    write('b', 'two')
    expect(await apply(note('a', { text: 'one', by: 'printf one >a; printf spoilt >b' }), note('b', { text: 'two' }))).toEqual(['a changed: create a', 'b changed: spoilt → two'])
    expect(session.read('b')).toBe('two')
  })

  test('behind a step that was expected to change and did not, facts are read again', async () => {
    // b is blocked in the first reading and fine at its turn, because a has written it; c was read before a removed it.
    write('c', 'three')
    expect(await apply(note('a', { text: 'one', by: 'printf one >a; printf two >b; rm c' }), note('b', { text: 'two', needs: 'a' }), note('c', { text: 'three' }))).toEqual(['a changed: create a', 'b ok', 'c changed: create c'])
  })

  test('what was blocked in the first reading is done once what it needs is there', async () => {
    expect(await apply(note('a', { text: 'one' }), note('b', { text: 'two', needs: 'a' }))).toEqual(['a changed: create a', 'b changed: create b'])
  })

  test('status 0 is not believed: what still differs has failed, and the rest is skipped', async () => {
    expect(await apply(note('a', { text: 'one', by: 'true' }), note('b', { text: 'two' }))).toEqual(['a failed: still-differs', 'b skipped: an earlier resource has failed'])
    expect(() => session.read('b')).toThrow('ENOENT')
  })

  test('a command that fails stops the host, quotes the host, and does not pass for a change', async () => {
    const { walk, resourceEvents } = walkOf([note('a', { text: 'one', by: 'echo no space >&2; exit 3' })])
    await expect(walk.apply()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]).toMatchObject({ status: 'failed', changes: [], error: { code: 'action-failed', message: 'note[a]: a command ended with status 3', detail: 'no space', address: 'web1/note[a]' } })
  })

  test('after an ignored failure the run goes on, on fresh facts', async () => {
    write('b', 'two')
    expect(await apply(note('a', { text: 'one', by: 'printf spoilt >b; exit 1', ignoreFailure: true }), note('b', { text: 'two' }))).toEqual(['a ignored: action-failed', 'b changed: spoilt → two'])
  })

  test('retry tries again, as often as it says', async () => {
    const flaky = 'printf x >>tries; [ "$(cat tries)" = xx ] && printf one >a'
    expect(await apply(note('a', { text: 'one', by: flaky, retry: { attempts: 2, delay: 0 } }))).toEqual(['a changed: create a'])
    rmSync(join(session.folder, 'tries'))
    rmSync(join(session.folder, 'a'))
    expect(await apply(note('a', { text: 'one', by: flaky }))).toEqual(['a failed: action-failed'])
  })

  test('a trigger is marked directly before and directly after its change', async () => {
    const trigger = note('a', { text: 'one' })
    await apply(trigger, note('b', { text: 'two', after: [trigger] }))
    const [, change] = session.exchanges
    expect(change?.slice(0, 3).map((script) => (script.includes('/var/lib/fettle/pending') ? 'mark' : script))).toEqual(['mark', 'printf %s one >a', 'mark'])
  })

  test('a mark that cannot be written stops the change: its restart could be lost', async () => {
    write('fettle', 'not a directory')
    const trigger = note('a', { text: 'one' })
    expect(await apply(trigger, note('b', { text: 'two', after: [trigger] }))).toEqual(['a failed: action-failed', 'b skipped: an earlier resource has failed'])
    expect(() => session.read('a')).toThrow('ENOENT')
  })
})

import { afterEach, describe, expect, jest, test } from '@jest/globals'
import type { Change } from '../../src/core/change.js'
import { FettleError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import { eventError, resourceEvent, scrubbedEvent, Tally } from '../../src/engine/resource-event.js'
import { change, changeCounts } from '../views/events.js'
import { note, stepsOf } from './toy.js'

new Secret('hunter22')
const [plain, sensitive] = stepsOf([
  note('a', { text: 'a', name: 'the note' }),
  note('b', { text: 'b', sensitive: true }),
])
if (plain === undefined || sensitive === undefined) throw new Error('two steps')

describe('an error', () => {
  test('of Fettle keeps its code and texts, scrubbed', () => {
    const error = new FettleError('action-failed', {
      address: 'note[a]',
      message: 'said hunter22',
      remedy: 'do not say hunter22',
      detail: 'hunter22!',
    })
    expect(eventError(error)).toEqual({
      code: 'action-failed',
      address: 'note[a]',
      message: 'said [secret]',
      remedy: 'do not say [secret]',
      detail: '[secret]!',
    })
  })

  test('of any other kind is a defect and keeps its stack, scrubbed', () => {
    const told = eventError(new TypeError('no hunter22'))
    expect(told).toMatchObject({ code: 'internal', message: 'no [secret]' })
    expect(told.detail).toMatch(/^TypeError: no \[secret\]\n\s+at /)
  })

  test.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
  ])('may be %s', (thrown, message) => {
    expect(eventError(thrown)).toMatchObject({ code: 'internal', message, detail: null })
  })
})

describe("a resource's event", () => {
  const change: Change = {
    summary: 'hunter22 → x',
    diff: { before: 'hunter22', after: 'x' },
    because: ['note[c]'],
    effect: 'remove',
    final: 'no copy of hunter22 is kept',
    actions: [{ script: {} as never }],
    proof: 'facts',
  }

  test('has the reported details, without secrets and actions', () => {
    expect(
      scrubbedEvent(
        resourceEvent('web1', plain, 'changed', {
          changes: [change],
          reason: 'hunter22',
          seconds: 2,
        }),
      ),
    ).toEqual({
      type: 'resource',
      play: 'play',
      task: 'task 0',
      host: 'web1',
      resource: 'note',
      id: 'a',
      name: 'the note',
      status: 'changed',
      changes: [
        {
          summary: '[secret] → x',
          diff: { before: '[secret]', after: 'x' },
          because: ['note[c]'],
          effect: 'remove',
          final: 'no copy of [secret] is kept',
        },
      ],
      reason: '[secret]',
      error: null,
      seconds: 2,
    })
  })

  test('has no secret in names, ids and triggers either; host names are kept', () => {
    const event = resourceEvent('hunter22', plain, 'changed', {
      changes: [{ ...change, because: ['note[hunter22]'] }],
    })
    const told = {
      ...event,
      play: 'p hunter22',
      task: 't hunter22',
      id: '/hunter22',
      name: 'n hunter22',
    }
    expect(scrubbedEvent(told)).toMatchObject({
      host: 'hunter22',
      play: 'p [secret]',
      task: 't [secret]',
      id: '/[secret]',
      name: 'n [secret]',
      changes: [{ because: ['note[[secret]]'] }],
    })
    const run = {
      type: 'run',
      version: 1,
      id: 'x',
      time: 't',
      mode: 'plan',
      plays: [{ name: 'hunter22', hosts: ['hunter22'], tasks: ['hunter22'] }],
    } as const
    expect(scrubbedEvent(run)).toMatchObject({
      plays: [{ name: '[secret]', hosts: ['hunter22'], tasks: ['[secret]'] }],
    })
    expect(
      scrubbedEvent({ type: 'notice', host: null, message: 'http://user:pw@host' }),
    ).toMatchObject({ message: 'http://user:[secret]@host' })
    new Secret('progress')
    const progress = {
      type: 'progress',
      host: 'web1',
      play: 0,
      doing: 'reading',
      task: null,
      resource: null,
      line: 'progress',
      finished: 0,
      total: 1,
    } as const
    expect(scrubbedEvent(progress)).toMatchObject({ type: 'progress', line: '[secret]' })
  })

  test('has no diff if the resource is sensitive', () => {
    expect(
      resourceEvent('web1', sensitive, 'changed', { changes: [change] }).changes[0]?.diff,
    ).toBeNull()
  })

  test('names host and resource in its error', () => {
    expect(resourceEvent('web1', plain, 'failed', { error: new Error('x') }).error?.address).toBe(
      'web1/note[a]',
    )
  })
})

describe('a tally', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  test('counts changed as ok, too', () => {
    const tally = new Tally()
    for (const status of [
      'ok',
      'changed',
      'changed',
      'failed',
      'skipped',
      'unknown',
      'ignored',
    ] as const)
      tally.count({ status, changes: [] })
    expect(tally.summary).toEqual({
      ok: 3,
      changed: 2,
      failed: 1,
      skipped: 1,
      unknown: 1,
      ignored: 1,
      unreachable: false,
      seconds: 0,
    })
  })

  test('counts changed resources only, by what happens to them', () => {
    const tally = new Tally()
    for (const status of ['changed', 'changed', 'failed', 'ok'] as const)
      tally.count({ status, changes: [change('create', { effect: 'create' })] })
    expect(tally.changes).toEqual(changeCounts({ create: 2 }))
  })

  test('adds up the time of its turns, without the time between', () => {
    jest.useFakeTimers()
    const tally = new Tally()
    jest.advanceTimersByTime(9000)
    for (const seconds of [1, 0.5]) {
      tally.begin()
      jest.advanceTimersByTime(seconds * 1000)
      tally.end()
      jest.advanceTimersByTime(9000)
    }
    expect(tally.summary.seconds).toBeCloseTo(1.5)
  })
})

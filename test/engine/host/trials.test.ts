import { describe, expect, test } from '@jest/globals'
import { task } from '../../../src/core/play.js'
import type { Trial, Verdict } from '../../../src/core/trial.js'
import type { RunOptions } from '../../../src/engine/options.js'
import { inEachTest, note, playOf, runOn, trialOf, type Fleet, type NoteOptions } from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

/** Notes of one host, each given by its name and what is special about it. */
const run = (
  given: Partial<RunOptions>,
  ...notes: readonly (readonly [string, Partial<NoteOptions>?])[]
) =>
  runOn(
    fleet,
    ['web1'],
    playOf(task('notes', () => notes.map(([name, more]) => note(name, { text: name, ...more })))),
    given,
  )

const plan = (...notes: Parameters<typeof run> extends [unknown, ...infer N] ? N : never) =>
  run({ mode: 'plan' }, ...notes)

/** A trial that refuses a change while there is a note `trap`. */
const refusing = (more?: Partial<Pick<Trial, 'needs' | 'whenUnsure'>>): readonly Trial[] => [
  trialOf(
    'trap',
    (text) => (text === null ? null : { refused: `trapped by ${text}`, remedy: 'go around' }),
    more,
  ),
]

const finding = (verdict: Verdict): readonly Trial[] => [trialOf('trap', () => verdict)]

const notesOf = ({ events }: Awaited<ReturnType<typeof run>>): unknown =>
  events.flatMap((event) => (event.type === 'resource' ? event.changes : []))

const roundTrips = ({ events }: Awaited<ReturnType<typeof run>>): unknown =>
  events.find((event) => event.type === 'exchanges')

describe('trials', () => {
  test('of all planned changes take one more round trip; a host without changes makes none', async () => {
    fleet.write('web1', 'c', 'c')
    const trials = refusing()
    const tried = await plan(
      ['a', { trials }],
      ['b', { trials: refusing({ needs: [] }) }],
      ['c', { trials }],
    )
    expect(tried.of('web1')).toEqual(['a changed: create a', 'b changed: create b', 'c ok'])
    expect(roundTrips(tried)).toMatchObject({ counts: { shell: 2, trials: 2 } })
    const idle = await plan(['c', { trials }])
    expect(roundTrips(idle)).toMatchObject({ counts: { shell: 1 } })
  })

  test('what one refuses has failed in the plan, and apply begins nothing', async () => {
    fleet.write('web1', 'trap', 'a wolf')
    const made = [['a'], ['b', { trials: refusing({ needs: [] }) }]] as const
    const planned = await plan(...made)
    expect(planned.of('web1')).toEqual(['a changed: create a', 'b failed: trial-failed'])
    expect(planned.exitCode).toBe(1)
    const applied = await run({}, ...made)
    expect(applied.of('web1')).toEqual([
      'a skipped: nothing was begun, because note[b] would fail',
      'b failed: trial-failed',
    ])
    expect(fleet.note('web1', 'a')).toBeNull()
    expect(
      applied.events.find((event) => event.type === 'resource' && event.id === 'b'),
    ).toMatchObject({ error: { message: 'trapped by a wolf', remedy: 'go around' } })
  })

  test('a failure that is ignored stops nothing, and with --begin-anyway nothing is tried', async () => {
    fleet.write('web1', 'trap', 'a wolf')
    const trials = refusing({ needs: [] })
    const ignored = await run({}, ['a'], ['b', { trials, ignoreFailure: true }])
    expect(ignored.of('web1')).toEqual(['a changed: create a', 'b changed: create b'])
    const anyway = await run({ beginAnyway: true }, ['c', { trials }])
    expect(anyway.of('web1')).toEqual(['c changed: create c'])
  })

  test.each<[string, Partial<Pick<Trial, 'needs' | 'whenUnsure'>>, string]>([
    ['is left out', {}, 'changed'],
    ['is made where it depends on nothing', { needs: [] }, 'failed'],
    ['is made where it depends on other things', { needs: ['user:app'] }, 'failed'],
    [
      'is left out where it depends on what is brought',
      { needs: ['path:/a', 'user:app'] },
      'changed',
    ],
    ['warns', { whenUnsure: 'warn' }, 'changed'],
  ])('behind an earlier change %s', async (_, more, expected) => {
    fleet.write('web1', 'trap', 'a wolf')
    const { of, events } = await plan(
      ['a', { brings: ['path:/a'] }],
      ['b', { trials: refusing(more) }],
    )
    expect(of('web1').at(-1)).toMatch(`b ${expected}`)
    const last = events.findLast((event) => event.type === 'resource')
    expect(JSON.stringify(last).includes('may fail: trapped by a wolf')).toBe(
      more.whenUnsure === 'warn',
    )
  })

  test.each<[string, Verdict, object]>([
    ['a note', { note: 'also b' }, { notes: ['also b'], final: null }],
    ['why it cannot be undone', { final: 'it is large' }, { final: 'it is large' }],
  ])('find out %s', async (_, verdict, expected) => {
    fleet.write('web1', 'trap', 'x')
    expect(notesOf(await plan(['a', { trials: finding(verdict) }]))).toMatchObject([expected])
  })

  test.each<[string, Partial<Trial>, number]>([
    ['can refuse is made', { needs: [] }, 2],
    ['only informs is not', { needs: [], informs: true }, 1],
    ['could only warn is not', { needs: ['path:/a'], whenUnsure: 'warn' }, 1],
  ])('before an apply, what %s', async (_, more, shell) => {
    const made = [
      ['a', { brings: ['path:/a'] }],
      ['b', { trials: [trialOf('trap', () => null, more)] }],
    ] as const
    expect(roundTrips(await plan(...made))).toMatchObject({ counts: { shell: 2, trials: 1 } })
    const applied = roundTrips(await run({}, ...made))
    expect(applied).toMatchObject({ counts: { shell: shell + 2 } })
    expect(JSON.stringify(applied).includes('trials')).toBe(shell === 2)
  })

  test('find out nothing where their fact is unknown', async () => {
    const trials = [trialOf('trap', () => ({ refused: 'never called', remedy: '' }), { needs: [] })]
    fleet.before = (_, exchange) => {
      if (exchange === 2) fleet.write('web1', 'unreadable', '')
    }
    expect((await plan(['a', { trials }])).of('web1')).toEqual(['a changed: create a'])
  })
})

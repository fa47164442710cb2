import assert from 'node:assert/strict'
import type { Resource } from '../core/resource.js'
import type {
  HostCase,
  HostDrift,
  HostObstacle,
  HostOutcome,
  HostState,
  HostUndo,
  TestHost,
} from './host-case.js'
import { differences, isAmong, lasting, replacements } from './host-state.js'

/** The first plan and apply of a case, which all of its tests begin with. */
interface Converged {
  readonly plan: readonly HostOutcome[]
  readonly apply: readonly HostOutcome[]
  /** The state before the plan, and after it. */
  readonly states: readonly [HostState, HostState]
  /** What is wrong after the apply was taken back, before it was repeated; null if nothing is. */
  readonly takenBack: Error | null
}

/** A case on its host: each method is one of its tests. */
export class TriedCase {
  #converged: Promise<Converged> | null = null
  /**
   * The applied state that the last test has left; null where it has failed. If another case has
   * changed the host since, that counts as changed by the next drift.
   */
  #fine: HostState | null = null

  constructor(
    readonly row: HostCase,
    readonly host: TestHost,
  ) {}

  async planChangesNothing(): Promise<void> {
    const { states } = await this.#converge()
    assertNone(differences(...states), states, 'the first plan changed')
  }

  async applyDoesWhatThePlanSays(): Promise<void> {
    const { plan, apply } = await this.#converge()
    const planned = sentences(plan)
    const { drifts = [], errors = [] } = this.row
    const tries = planned.length + drifts.length + errors.length
    assert.ok(tries > 0, 'the first plan finds nothing to do, and nothing is broken afterwards')
    if (this.row.changes !== undefined) assertSentences(planned, this.row.changes)
    assert.deepEqual(changesOf(apply), changesOf(plan), 'apply and plan differ')
    await this.#applied()
    const before = await this.#state()
    assertFine(await this.#plan(), 'the plan after it')
    assertFine(await this.#apply(), 'the second apply')
    const after = await this.#state()
    const touched = differences(before, after)
    assertNone(touched, [before, after], 'the plan after it, or the second apply, changed')
    this.#fine = after
  }

  /** Whether there is a way back from a change: for resources that keep nothing there is none. */
  canTakeBack(
    undo: HostUndo | undefined,
  ): undo is Exclude<HostUndo, { cannot: string }> | undefined {
    if (undo !== undefined && 'cannot' in undo) return false
    return this.row.resource().kind.undo !== undefined
  }

  async isTakenBack(): Promise<void> {
    const { takenBack } = await this.#converge()
    if (takenBack !== null) throw takenBack
  }

  async repairs({ by, changes, also = [], undo }: HostDrift): Promise<void> {
    const before = (await this.#applied()) ?? (await this.#state())
    await this.host.shell(by)
    const broken = await this.#state()
    const contents = await this.host.contents()
    const plan = await this.#plan()
    assertSentences(sentences(plan), changes)
    assert.deepEqual(changesOf(await this.#apply()), changesOf(plan), 'apply and plan differ')
    const repaired = await this.#state()
    const expected = new Set(differences(before, broken))
    const others = replacements(broken, repaired).filter(
      (name) => !expected.has(name) && !isAmong(name, also),
    )
    assertNone(others, [broken, repaired], 'the repair changed, unlike the drift,')
    assertFine(await this.#plan(), 'the plan after the repair')
    const wrong = await this.#takeBack([broken, contents], undo)
    if (wrong !== null) throw wrong
    if (!this.canTakeBack(undo)) this.#fine = repaired
  }

  async failsWhole({ by, says, after: undo, except = [] }: HostObstacle): Promise<void> {
    await this.#applied()
    try {
      await this.host.shell(by)
      const before = await this.#state()
      const outcomes = await this.#apply()
      const errors = outcomes.flatMap(({ error }) => (error === null ? [] : [error]))
      const [error] = errors
      if (error === undefined) assert.fail(`the apply did not fail: ${shown(outcomes)}`)
      assert.match(error, says)
      const after = await this.#state()
      const changed = replacements(before, after).filter((name) => !isAmong(name, except))
      assertNone(changed, [before, after], 'the failed apply changed')
    } finally {
      await this.host.shell(undo)
    }
    const outcomes = await this.#apply()
    assertNoError(outcomes, 'the apply after the cause is gone')
    assertFine(await this.#apply(), 'the apply after that')
  }

  #resources(): readonly Resource[] {
    return [...(this.row.needs?.() ?? []), this.row.resource()]
  }

  #plan(): Promise<readonly HostOutcome[]> {
    return this.host.plan(this.#resources())
  }

  #apply(): Promise<readonly HostOutcome[]> {
    return this.host.apply(this.#resources())
  }

  async #state(): Promise<HostState> {
    const { shows, ignores = [] } = this.row
    const found = await this.host.state()
    const state = new Map([...found].filter(([name]) => !isAmong(name, ignores)))
    const lines = shows === undefined ? '' : await this.host.shell(shows)
    for (const line of lines.split('\n')) state.set(line, 'shown')
    return state
  }

  /**
   * Brings the case to its applied state, also where an earlier test has left it broken.
   * @returns the state, where it is known
   */
  async #applied(): Promise<HostState | null> {
    const known = this.#fine
    this.#fine = null
    if (known !== null) return known
    await this.#converge()
    assertNoError(await this.#apply(), 'the apply before the test')
    return null
  }

  /**
   * Takes the last apply back.
   * @param before the state and the contents before that apply
   * @returns what is wrong then; null if nothing is
   */
  async #takeBack(
    before: readonly [HostState, HostState],
    undo: HostUndo | undefined,
  ): Promise<Error | null> {
    if (!this.canTakeBack(undo)) return null
    const errors = await this.host.takeBack(this.#resources())
    if (errors.length > 0) return new Error(`it could not be taken back: ${errors.join('\n')}`)
    const after = [await this.#state(), await this.host.contents()] as const
    const leaves = [...unkept, ...(undo?.leaves ?? [])]
    const states = lasting(before[0], after[0]).filter((name) => !isAmong(name, leaves))
    const contents = differences(before[1], after[1]).filter((name) => !isAmong(name, leaves))
    return (
      caught(() => {
        assertNone(states, [before[0], after[0]], 'it was taken back, and left')
      }) ??
      caught(() => {
        assertNone(contents, [before[1], after[1]], 'it was taken back, and left other contents in')
      })
    )
  }

  #converge(): Promise<Converged> {
    return (this.#converged ??= this.#convergeFirst())
  }

  async #convergeFirst(): Promise<Converged> {
    const { before, needs } = this.row
    if (before !== undefined) await this.host.shell(before)
    if (needs !== undefined) assertNoError(await this.host.apply(needs()), 'what it needs')
    const state = await this.#state()
    const plan = await this.#plan()
    assertNoError(plan, 'the first plan')
    const afterPlan = await this.#state()
    const contents = await this.host.contents()
    const apply = await this.#apply()
    assertNoError(apply, 'the first apply')
    const takenBack = await this.#takeBack([state, contents], this.row.undo)
    if (this.canTakeBack(this.row.undo))
      assertNoError(await this.#apply(), 'the apply after it was taken back')
    return { plan, apply, states: [state, afterPlan], takenBack }
  }
}

/**
 * What programs leave when something is taken back: copies of the files before, and locks of accounts;
 * what apt and dpkg know of packages that are gone; caches of the system.
 */
const unkept = [
  '/var/lib/fettle',
  ...['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}-`),
  '/etc/.pwd.lock',
  '/etc/ld.so.cache',
  '/var/lib/apt',
  '/var/lib/dpkg',
]

function caught(check: () => void): Error | null {
  try {
    check()
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** The sentences of all changes, in order. */
const sentences = (outcomes: readonly HostOutcome[]): readonly string[] =>
  outcomes.flatMap(({ changes }) => changes)

/** The changes by resource. */
const changesOf = (outcomes: readonly HostOutcome[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(outcomes.map(({ address, changes }) => [address, changes]))

function assertSentences(planned: readonly string[], expected: readonly (string | RegExp)[]): void {
  // What a pattern matches is what it stands for.
  const wanted = expected.map((each, index) => {
    const sentence = planned[index]
    if (typeof each === 'string') return each
    return sentence !== undefined && each.test(sentence) ? sentence : String(each)
  })
  assert.deepEqual(planned, wanted)
}

/** @throws where there are names, with what they were and are */
function assertNone(
  names: readonly string[],
  [before, after]: readonly [HostState, HostState],
  what: string,
): void {
  const each = names.map((name) => {
    const was = before.get(name) ?? 'nothing'
    const is = after.get(name) ?? 'nothing'
    return `\n  ${name}\n    was ${was}\n    is  ${is}`
  })
  if (names.length > 0) assert.fail(`${what}${each.join('')}`)
}

function assertFine(outcomes: readonly HostOutcome[], what: string): void {
  const others = outcomes.filter(({ status }) => status !== 'ok')
  if (others.length > 0) assert.fail(`${what} finds something to do: ${shown(others)}`)
}

function assertNoError(outcomes: readonly HostOutcome[], what: string): void {
  const failed = outcomes.filter(({ error }) => error !== null)
  if (failed.length > 0) assert.fail(`${what} fails: ${shown(failed)}`)
}

const shown = (outcomes: readonly HostOutcome[]): string =>
  outcomes
    .map(({ address, status, changes, error }) =>
      [`${address} is ${status}`, ...changes, ...(error === null ? [] : [error])].join('\n  '),
    )
    .join('\n')

import assert from 'node:assert/strict'
import type { Resource } from '../core/resource.js'
import type { Test } from './case.js'
import type {
  HostCase,
  HostDrift,
  HostObstacle,
  HostOutcome,
  HostState,
  TestHost,
} from './host-case.js'
import { differences, isAmong, replacements } from './host-state.js'

/**
 * The tests of a resource on a real host: what holds for every resource, tried with each case of
 * its table.
 *
 * - A plan changes nothing on the host.
 * - An apply makes exactly the changes that the plan has named.
 * - A second plan and apply find nothing to do, and leave every file as it was.
 * - A plan names what was broken by hand, and an apply repairs that alone.
 * - An apply that fails leaves everything as it was, and no temporary file; when the cause is gone,
 *   the next apply succeeds.
 *
 * The tests of one host run one after the other, also where the runner starts them at once. Each
 * can run without the others, in any order.
 *
 * ```ts
 * const host = labHost()
 * beforeAll(() => host.boot(), 120_000)
 * afterAll(() => host.close())
 * for (const { name, run } of hostTests(hostCases, host)) test(name, run, 60_000)
 * ```
 */
export const hostTests = (cases: readonly HostCase[], host: TestHost): readonly Test[] =>
  cases.flatMap((row) => testsOf(row, host))

function testsOf(row: HostCase, host: TestHost): readonly Test[] {
  const tried = new TriedCase(row, host)
  const test = (law: string, run: () => Promise<void>): Test => ({
    name: `${row.name}: ${law}`,
    run: () => alone(host, run),
  })
  const { drifts = [], errors = [] } = row
  return [
    test('a plan changes nothing', () => tried.planChangesNothing()),
    test('an apply does what the plan says, once', () => tried.applyDoesWhatThePlanSays()),
    ...drifts.map((drift) => test(`repairs ${onOneLine(drift.by)}`, () => tried.repairs(drift))),
    ...errors.map((error) =>
      test(`fails whole by ${onOneLine(error.by)}`, () => tried.failsWhole(error)),
    ),
  ]
}

const onOneLine = (script: string): string => script.trim().replace(/\s+/g, ' ')

/** Ends when the last test of each host has ended. */
const queues = new WeakMap<TestHost, Promise<void>>()

/** Runs a test when the earlier ones of its host have ended: they would see each other's changes. */
function alone(host: TestHost, run: () => Promise<void>): Promise<void> {
  const ended = (queues.get(host) ?? Promise.resolve()).then(run)
  queues.set(
    host,
    ended.catch(() => undefined),
  )
  return ended
}

/** The first plan and apply of a case, which all of its tests begin with. */
interface Converged {
  readonly plan: readonly HostOutcome[]
  readonly apply: readonly HostOutcome[]
  /** The state before the plan, and after it. */
  readonly states: readonly [HostState, HostState]
}

/** A case on its host. */
class TriedCase {
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
    this.#fine = null
    const before = await this.#state()
    assertFine(await this.#plan(), 'the plan after it')
    assertFine(await this.#apply(), 'the second apply')
    const after = await this.#state()
    const touched = differences(before, after)
    assertNone(touched, [before, after], 'the plan after it, or the second apply, changed')
    this.#fine = after
  }

  async repairs({ by, changes, also = [] }: HostDrift): Promise<void> {
    const before = (await this.#applied()) ?? (await this.#state())
    await this.host.shell(by)
    const broken = await this.#state()
    const plan = await this.#plan()
    assertSentences(sentences(plan), changes)
    assert.deepEqual(changesOf(await this.#apply()), changesOf(plan), 'apply and plan differ')
    const repaired = await this.#state()
    const expected = new Set(differences(before, broken))
    const others = replacements(broken, repaired).filter(
      (name) => !expected.has(name) && !isAmong(name, also),
    )
    assertNone(others, [broken, repaired], 'the repair changed, unlike the drift,')
    assertFine(await this.#apply(), 'the apply after the repair')
    this.#fine = repaired
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
    const apply = await this.#apply()
    assertNoError(apply, 'the first apply')
    return { plan, apply, states: [state, afterPlan] }
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

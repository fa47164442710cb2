import type { Test } from './case.js'
import type { HostCase, TestHost } from './host-case.js'
import { TriedCase } from './tried-case.js'

/**
 * The tests of a resource on a real host: what holds for every resource, tried with each case of
 * its table.
 *
 * - A plan changes nothing on the host.
 * - An apply makes exactly the changes that the plan has named.
 * - A second plan and apply find nothing to do, and leave every file as it was.
 * - A plan names what was broken by hand, and an apply repairs that alone.
 * - Taken back, the first apply and each repair leave the host as it was before them.
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
    ...(tried.canTakeBack(row.undo) ? [test('is taken back', () => tried.isTakenBack())] : []),
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

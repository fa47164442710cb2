import type { Address } from '../../core/address.js'
import { isShell, newSessionOf, type BulkKind, type Change } from '../../core/change.js'
import type { RestartMark } from '../../core/restart-marks.js'
import { inputLength } from '../../core/sh.js'
import type { Block } from '../../ssh/session.js'
import { StepApplication } from './apply-step.js'
import type { Step } from '../prepare/build.js'
import type { KnownFacts } from './known-facts.js'
import { checkKept, thingsOf } from '../undo/keeper.js'

/** One of several resources that are changed in one exchange. */
export interface JoinedStep {
  readonly application: StepApplication
  readonly changes: readonly Change[]
}

/** Whether changes can be made in one exchange with those of other resources. */
export const canBeJoined = (changes: readonly Change[]): boolean =>
  changes.every(({ proves, settles }) => (proves ?? settles) !== undefined) &&
  changes.every(({ actions }) => actions.every((action) => isShell(action))) &&
  newSessionOf(changes) === null

/** The bytes that actions of the shell are given. */
export const inputOf = (changes: readonly Change[]): number =>
  changes
    .flatMap(({ actions }) => actions)
    .reduce((sum, action) => sum + (isShell(action) ? inputLength(action.input) : 0), 0)

/** With fewer neighbours separate actions are cheaper than one for all. */
const fewestInBulk = 8

/** The bulk kind of a resource's only change; null where it has none. */
function bulkKind({ application: { step }, changes }: JoinedStep): BulkKind<never> | null {
  const [change, ...others] = changes
  if (others.length > 0 || step.resource.common.timeout !== undefined) return null
  return change?.bulk?.kind ?? null
}

/** How many neighbours from `begin` on have the same bulk kind and user. */
function lengthOfRun(links: readonly JoinedStep[], begin: number, facts: KnownFacts): number {
  const first = links[begin]
  const kind = first === undefined ? null : bulkKind(first)
  if (first === undefined || kind === null) return 0
  const user = facts.as(first.application.step)
  const end = links.findIndex(
    (link, index) =>
      index > begin && (bulkKind(link) !== kind || facts.as(link.application.step) !== user),
  )
  return (end === -1 ? links.length : end) - begin
}

/**
 * Splits off the first neighbours: those that one bulk action changes, or those before the first
 * such group.
 */
export function inBulk(
  links: readonly JoinedStep[],
  facts: KnownFacts,
): { readonly is: 'bulk' | 'chain'; readonly links: readonly JoinedStep[] } {
  let begin = 0
  while (begin < links.length) {
    const length = lengthOfRun(links, begin, facts)
    if (length >= fewestInBulk) {
      if (begin === 0) return { is: 'bulk', links: links.slice(0, length) }
      return { is: 'chain', links: links.slice(0, begin) }
    }
    begin += Math.max(1, length)
  }
  return { is: 'chain', links }
}

/**
 * Changes neighbours of one kind with one action, and reads their facts in the same round trip.
 * @returns the error of each, null where it succeeded; null for the whole where the action failed
 */
export async function applyInBulk(
  facts: KnownFacts,
  links: readonly JoinedStep[],
  ahead: readonly Step[],
): Promise<readonly unknown[] | null> {
  const [first] = links
  const [change] = first?.changes ?? []
  if (first?.application === undefined || change?.bulk === undefined) return null
  const { keeper, step } = first.application
  const items = links.map(({ changes }) => changes[0]?.bulk?.item as never)
  const action = change.bulk.kind.action(items)
  const chain = new StepApplication(facts, keeper, marksOf(links), step, []).chain([
    { summary: change.summary, proof: change.proof, actions: [action] },
  ])
  const blocks = [...keeping(links), ...chain.blocks]
  const outputs = await facts.exchange(blocks, [...stepsOf(links), ...ahead])
  if (outputs.slice(0, blocks.length).some(({ code }) => code !== 0)) return null
  return links.map(({ application, changes }) => failureOf(() => application.verify(changes)))
}

const addressOf = (link: JoinedStep | undefined): Address =>
  link?.application.step.resource.address ?? ''

const stepsOf = (links: readonly JoinedStep[]): readonly Step[] =>
  links.map(({ application }) => application.step)

/** The block that keeps what taking their changes back needs; none where nothing is kept. */
function keeping(links: readonly JoinedStep[]): readonly Block[] {
  const things = links.flatMap((link) => thingsOf(addressOf(link), link.changes))
  const batch = links[0]?.application.keeper.batch(things) ?? null
  return batch === null ? [] : [batch.before]
}

/** One mark for each effect is enough: which neighbour caused it does not matter. */
function marksOf(links: readonly JoinedStep[]): readonly RestartMark[] {
  const marks = links.flatMap(({ application }) => application.marks)
  const distinct = new Map(marks.map((mark) => [JSON.stringify([mark.pending, mark.effect]), mark]))
  return [...distinct.values()]
}

/**
 * Changes neighbours in one round trip. Each starts only after the one before it was proved on the
 * host; their follow-ups and the reading of their facts come after all of them.
 * @returns the error of each that was started; null where it succeeded
 */
export async function applyTogether(
  facts: KnownFacts,
  links: readonly JoinedStep[],
  ahead: readonly Step[],
): Promise<readonly unknown[]> {
  const chains = links.map(({ application, changes }) => application.chain(changes))
  const settling = new Map(
    chains.flatMap(({ settles }) => settles.map((block) => [settlingKey(block), block])),
  )
  const kept = keeping(links)
  const chained = [...kept, ...chains.flatMap(({ blocks }) => blocks)]
  const blocks = [...chained, ...settling.values()]
  const outputs = await facts.exchange(blocks, [...stepsOf(links), ...ahead])
  const notKept = failureOf(() => {
    for (const index of kept.keys()) checkKept(addressOf(links[0]), outputs[index])
  })
  if (notKept !== null) return [notKept]
  const settled = new Map(
    [...settling.keys()].map((key, index) => [key, outputs[chained.length + index]]),
  )
  const errors: unknown[] = []
  let begin = kept.length
  for (const { blocks, settles, check } of chains) {
    const end = begin + blocks.length
    const own = outputs.slice(begin, end)
    begin = end
    const settlings = settles.map((block) => settled.get(settlingKey(block)))
    errors.push(failureOf(() => check(own, settlings)))
    if (own.at(-1)?.code !== 0) break
  }
  return errors
}

/** The key for deduplicating follow-ups. */
const settlingKey = ({ script, as, timeout }: Block): string =>
  JSON.stringify([script.text, as, timeout])

function failureOf(check: () => void): unknown {
  try {
    check()
    return null
  } catch (error) {
    return error
  }
}

import type { Address } from '../core/address.js'
import { messageOf } from '../core/error-message.js'
import { unknown, type Fact, type Output, type ShellFactKind } from '../core/fact.js'
import { omitUndefined } from '../core/omit-undefined.js'
import type { Block } from '../ssh/session.js'

/** A request for a shell fact, with the user who reads it. Default: the session's user. */
export interface ShellRequest {
  readonly identity: string
  readonly kind: ShellFactKind<never, unknown>
  readonly key: unknown
  readonly as: string | undefined
  /**
   * The resource that needs it, and its own time limit in seconds, which counts where it is longer
   * than the kind's.
   */
  readonly wantedBy?: { readonly address: Address; readonly timeout: number | undefined }
}

/** Blocks that read facts, and the parser for their answers. They can be part of any exchange. */
export interface FactBlocks {
  readonly blocks: readonly Block[]
  parse(outputs: readonly Output[]): ReadonlyMap<string, Fact<unknown>>
  /** How many blocks leave the host, by the name of their request. */
  readonly exchanges: ReadonlyMap<string, number>
}

/** Seconds that reading may take where the kind sets no limit. */
export const usualSeconds = 60

/**
 * The largest number of keys for one block where the kind sets none. The time of a script may grow
 * with their number, an argument list has a maximum, and an answer that cannot be parsed loses the
 * facts of all keys in its block.
 */
const usualKeys = 200

/** Requests of one kind by one user that one block reads. */
interface Batch {
  readonly kind: ShellFactKind<never, unknown>
  readonly members: readonly ShellRequest[]
  readonly block: Block
}

/**
 * Blocks for these requests: by kind and user, a limited number of keys each. Those that leave the
 * host come first, since they run in parallel to what follows them.
 */
export function factBlocks(requests: readonly ShellRequest[]): FactBlocks {
  const all = byKindAndUser(requests).flatMap(chunks).flatMap(batchOf)
  const isLocal = ({ kind }: Batch): boolean => kind.exchange === undefined
  const batches = [...all.filter((batch) => !isLocal(batch)), ...all.filter(isLocal)]
  return {
    blocks: batches.map((batch) => batch.block),
    parse: (outputs) =>
      new Map(batches.flatMap((batch, index) => parseBatch(batch, outputs[index]))),
    exchanges: exchangesOf(batches),
  }
}

/** Each distinct request once, grouped by kind and user. */
function byKindAndUser(requests: readonly ShellRequest[]): readonly (readonly ShellRequest[])[] {
  const distinct = new Map(requests.map((each) => [each.identity, each]))
  const groups = new Map<string, ShellRequest[]>()
  for (const wanted of distinct.values()) {
    const group = `${wanted.kind.name}\0${wanted.as ?? ''}`
    const members = groups.get(group) ?? []
    members.push(wanted)
    groups.set(group, members)
  }
  return [...groups.values()]
}

function exchangesOf(batches: readonly Batch[]): ReadonlyMap<string, number> {
  const exchanges = new Map<string, number>()
  for (const { kind } of batches) {
    if (kind.exchange === undefined) continue
    exchanges.set(kind.exchange, (exchanges.get(kind.exchange) ?? 0) + 1)
  }
  return exchanges
}

function chunks(members: readonly ShellRequest[]): readonly (readonly ShellRequest[])[] {
  const most = members[0]?.kind.mostKeys ?? usualKeys
  return Array.from({ length: Math.ceil(members.length / most) }, (_, index) =>
    members.slice(index * most, (index + 1) * most),
  )
}

/**
 * Limits in characters: of the standard error that a kind may repeat for each of its keys, and of
 * the reason for one key.
 */
const mostErrors = 16_384
const longestReason = 2000

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most / 2)} […] ${text.slice(-most / 2)}`

/** An output as kinds parse it. */
export const parsable = (output: Output): Output => ({
  ...output,
  stderr: shortened(output.stderr, mostErrors),
})

function shortenedFact(fact: Fact<unknown>): Fact<unknown> {
  if (fact.is !== 'unknown') return fact
  const { reason, remedy } = fact
  return {
    ...fact,
    reason: shortened(reason, longestReason),
    remedy: shortened(remedy, longestReason),
  }
}

/** The resources that need these facts: the first, and the number of others. */
function neededBy(members: readonly ShellRequest[]): string {
  const addresses = new Set(members.flatMap(({ wantedBy }) => wantedBy?.address ?? []))
  const [first, ...others] = addresses
  if (first === undefined) return ''
  if (others.length === 0) return ` for ${first}`
  return ` for ${first} and ${String(others.length)} more`
}

function batchOf(members: readonly ShellRequest[]): readonly Batch[] {
  const [first] = members
  if (first === undefined) return []
  const { kind, as } = first
  const keys = members.map((member) => member.key as never)
  const { script, input } = kind.script(keys)
  const allowed = members.map(({ wantedBy }) => wantedBy?.timeout ?? 0)
  const block: Block = {
    script,
    what: `reading ${kind.name}${neededBy(members)}`,
    deadline: Math.max(kind.mayTake?.(keys) ?? usualSeconds, ...allowed),
    ...omitUndefined({ input, as, beside: kind.exchange === undefined ? undefined : true }),
  }
  return [{ members, kind, block }]
}

function parseBatch(
  { kind, members }: Batch,
  output: Output | undefined,
): readonly (readonly [string, Fact<unknown>])[] {
  const keys = members.map((member) => member.key)
  const facts = withoutUser(members, output) ?? read(kind, keys, output)
  const nothing = unknown(
    `reading ${kind.name} gave no answer`,
    'run again with -vvv, and report it if it stays',
  )
  return members.map((member, index) => [member.identity, facts[index] ?? nothing])
}

/** The status of a block whose user the host does not have; see `driver.sh`. */
const noSuchUser = 91

/** The facts that cannot be read because there is no such user; undefined where there is one. */
function withoutUser(
  members: readonly ShellRequest[],
  output: Output | undefined,
): readonly Fact<unknown>[] | undefined {
  const as = members[0]?.as
  if (as === undefined || output?.code !== noSuchUser) return undefined
  const reason = `there is no user ${as}`
  if (output.stderr.trimEnd() !== reason) return undefined
  const lacks = [`user:${as}`] as const
  return members.map(() => unknown(reason, `add user('${as}') before this`, { lacks }))
}

/** Parses an answer. If it is incomplete, or the kind's parser throws, all keys are unknown. */
function read(
  kind: ShellFactKind<never, unknown>,
  keys: readonly unknown[],
  output: Output | undefined,
): readonly Fact<unknown>[] {
  const nothing = (reason: string, remedy: string): readonly Fact<unknown>[] =>
    keys.map(() => unknown(reason, remedy))
  if (output === undefined) return []
  if (output.leftOut !== undefined && output.leftOut > 0)
    return nothing(
      `the host's answer about ${kind.name} is ${String(output.leftOut)} bytes too long`,
      'ask for less at once: divide the tasks over several plays',
    )
  try {
    return kind.parse(parsable(output), keys as never).map(shortenedFact)
  } catch (error) {
    const why = messageOf(error)
    return nothing(
      `the host's answer about ${kind.name} could not be understood: ${why}`,
      'report it as a defect, with what the host has there',
    )
  }
}

import { unknown, type Fact, type Output, type ShellFactKind } from '../core/fact.js'
import type { Block } from '../ssh/session.js'

/** A shell fact that somebody wants, with the user who reads it (left out: the session's). */
export interface ShellRequest {
  readonly identity: string
  readonly kind: ShellFactKind<never, unknown>
  readonly key: unknown
  readonly as: string | undefined
}

/** Blocks that read facts, and what makes facts of their answers: they ride in any exchange. */
export interface FactBlocks {
  readonly blocks: readonly Block[]
  parse(outputs: readonly Output[]): ReadonlyMap<string, Fact<unknown>>
  /** How many blocks leave the host, by the name of what they are. */
  readonly exchanges: ReadonlyMap<string, number>
}

/** Seconds that reading one kind of fact may take before the host ends it. */
const readingLimit = 120

/** One block for each kind and user, holding all keys. */
export function factBlocks(requests: readonly ShellRequest[]): FactBlocks {
  const groups = new Map<string, ShellRequest[]>()
  for (const wanted of new Map(requests.map((each) => [each.identity, each])).values()) {
    const group = `${wanted.kind.name}\0${wanted.as ?? ''}`
    groups.set(group, [...(groups.get(group) ?? []), wanted])
  }
  const batches = [...groups.values()].flatMap((members) => {
    const [first] = members
    if (first === undefined) return []
    const { script, input } = first.kind.script(members.map((member) => member.key as never))
    const block: Block = { script, timeout: readingLimit, ...(input === undefined ? {} : { input }), ...(first.as === undefined ? {} : { as: first.as }) }
    return [{ members, kind: first.kind, block }]
  })
  const exchanges = new Map<string, number>()
  for (const { kind } of batches) if (kind.exchange !== undefined) exchanges.set(kind.exchange, (exchanges.get(kind.exchange) ?? 0) + 1)
  return {
    blocks: batches.map((batch) => batch.block),
    parse(outputs) {
      return new Map(batches.flatMap(({ members, kind }, index) => parseBatch(kind, members, outputs[index])))
    },
    exchanges,
  }
}

function parseBatch(kind: ShellFactKind<never, unknown>, members: readonly ShellRequest[], output: Output | undefined): readonly (readonly [string, Fact<unknown>])[] {
  const facts = output === undefined ? [] : kind.parse(output, members.map((member) => member.key as never))
  const nothing = unknown(`reading ${kind.name} gave no answer`, 'run again with -vvv, and report it if it stays')
  return members.map((member, index) => [member.identity, facts[index] ?? nothing])
}

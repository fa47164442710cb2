import type { Address } from '../../core/address.js'
import type { Change } from '../../core/change.js'
import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { explanationIn } from '../../core/refuse.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { undoPlace, type Kept } from '../../core/undo.js'
import type { Block, Session } from '../../ssh/session.js'
import { tail } from '../host/action-failure.js'
import keepText from './keep.sh.js'

/** A thing of a resource whose state is kept. */
export interface KeptThing extends Kept {
  readonly address: Address
}

/** How a thing stands in the list of a batch. */
export interface KeptRecord {
  readonly address: Address
  readonly kind: string
  readonly key: unknown
}

/** What changes of a resource keep, each thing once. */
export function thingsOf(address: Address, changes: readonly Change[]): readonly KeptThing[] {
  const all = changes.flatMap(({ undo = [] }) => undo)
  const distinct = new Map(all.map((kept) => [JSON.stringify([kept.kind.name, kept.key]), kept]))
  return [...distinct.values()].map((kept) => ({ ...kept, address }))
}

/** What was kept together. */
export interface Batch {
  /** The block that keeps it; the change may begin only if it has succeeded. */
  readonly before: Block
  /** The block that adds what only success tells; null where there is nothing to add. */
  readonly after: Block | null
}

/** Keeps what is needed to take changes of one host back. */
export interface Keeper {
  /** The blocks for these things; null where nothing is to be kept. */
  batch(things: readonly KeptThing[]): Batch | null
}

/** Keeps it on all hosts of a run. */
export class RunKeeper implements Keeper {
  #batches = 0
  /** Plays without root, of which the user was told. */
  readonly #told = new Set<string>()

  /** @param run the name of the run's folder; names sort by time */
  constructor(readonly run: string) {}

  /** The keeper for a session: only root can keep something. The first time, `say` tells so. */
  forSession(
    { user }: Pick<Session, 'user'>,
    play: string,
    say: (message: string) => void,
  ): Keeper {
    if (user === 'root') return this
    return {
      batch: (things) => {
        if (things.length === 0 || this.#told.has(play)) return null
        this.#told.add(play)
        say(
          `the changes of "${play}" cannot be taken back later, because it acts as ${user}: only root can keep what that needs`,
        )
        return null
      },
    }
  }

  batch(things: readonly KeptThing[]): Batch | null {
    const [first] = things
    if (first === undefined) return null
    // Several hosts of the run may be one machine, so no two of its batches have the same number.
    const name = String(++this.#batches).padStart(6, '0')
    const records = things.map(({ address, kind, key }) =>
      JSON.stringify({ address, kind: kind.name, key } satisfies KeptRecord),
    )
    const folder = `${undoPlace}/${this.run}/${name}`
    const unnamed = `${name}.new`
    const additions = things.flatMap(({ kind, key }, index) =>
      kind.keepAfter === undefined
        ? []
        : [inFolder(`${folder}/${String(index)}`, kind.keepAfter(key as never))],
    )
    const what = `keeping ${first.address}`
    return {
      before: {
        what,
        script: lines([
          shellFunctions(keepText),
          sh`umask 077`,
          sh`fettle_begin_batch ${[undoPlace, this.run, unnamed]} ${things.map((_, index) => `${unnamed}/${String(index)}`)}`,
          ...things.map(({ kind, key }, index) =>
            inFolder(`${folder}.new/${String(index)}`, kind.keep(key as never)),
          ),
          sh`fettle_end_batch ${[unnamed, name]} ${records}`,
        ]),
      },
      after:
        additions.length === 0
          ? null
          : { what, script: lines([sh`umask 077`, ...additions]), onlyIfOk: true },
    }
  }
}

/** @throws FettleError `action-failed` where the block before a change could not keep its things */
export function checkKept(address: Address, output: Output | undefined): void {
  if (output?.code === 0) return
  const { reason, words } = explanationIn(output?.stderr ?? '')
  const why = reason === null ? '' : `: ${reason}`
  throw new FettleError('action-failed', {
    address,
    message: `what taking it back needs could not be kept in ${undoPlace}, so nothing was changed${why}`,
    detail: tail(words),
    remedy: 'see that there is room for it, or keep nothing by undo: false',
  })
}

/** Shell of a kind, for the thing in this folder. */
export const inFolder = (folder: string, script: Sh): Sh =>
  sh`kept=${folder}
{ ${script}
} || exit`

/** The name of a run's folder: `20261130T150417.042Z-734f59d8`. */
export const runName = (id: string, time: string): string =>
  `${time.replace(/[-:]/g, '')}-${id.slice(0, 8)}`

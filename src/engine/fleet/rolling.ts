import { counted } from '../../core/counted.js'
import { FettleError } from '../../core/errors.js'
import type { Play } from '../../core/play.js'
import { shareOf } from '../../core/percentage.js'

/**
 * Splits a list into batches. Each entry of `serial` is a size, or a percentage of the whole list
 * (truncated, at least 1); the last entry repeats. Without entries there is one batch.
 */
export function batchesOf<T>(all: readonly T[], serial: Play['serial']): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = []
  let begun = 0
  while (begun < all.length) {
    const share = serial[batches.length] ?? serial.at(-1) ?? all.length
    const size = Math.max(1, Math.floor(shareOf(share, all.length)))
    batches.push(all.slice(begun, begun + size))
    begun += size
  }
  return batches
}

/** Counts the failed hosts of a play, batch by batch, until no more hosts may be started. */
export class FailureLimit {
  #inPlay = 0
  #inBatch = 0
  #batch = 0
  /** Why no more hosts are started: the first limit that was exceeded. Null while there is none. */
  verdict: FettleError | null = null

  constructor(readonly play: Pick<Play, 'name' | 'serial' | 'maxFailures'>) {}

  /** Starts a batch of this size. */
  begin(hosts: number): void {
    this.#batch = hosts
    this.#inBatch = 0
  }

  /** Counts a host that has failed or could not be reached. */
  count(): void {
    this.#inPlay++
    this.#inBatch++
    const why = this.#exceeded() ?? this.#allFailed()
    if (why !== null)
      this.verdict ??= new FettleError('not-begun', {
        message: `the run ended before the host's turn: ${why}`,
      })
  }

  #exceeded(): string | null {
    const { maxFailures, name } = this.play
    if (maxFailures === null) return null
    const inBatch = typeof maxFailures === 'string'
    const failed = inBatch ? this.#inBatch : this.#inPlay
    if (failed <= shareOf(maxFailures, this.#batch)) return null
    const batch = inBatch ? `a batch of ${String(this.#batch)} of ` : ''
    return `${counted(failed, 'host')} of ${batch}the play ${JSON.stringify(name)} failed, and its maxFailures is ${maxFailures}`
  }

  #allFailed(): string | null {
    const { serial, name } = this.play
    if (serial.length === 0 || this.#inBatch < this.#batch) return null
    return `all of a batch of ${counted(this.#batch, 'host')} of the play ${JSON.stringify(name)} failed`
  }
}

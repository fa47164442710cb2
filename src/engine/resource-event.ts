import type { Address } from '../core/address.js'
import type { Change } from '../core/change.js'
import { messageOf } from '../core/error-message.js'
import { FettleError } from '../core/errors.js'
import { omitUndefined } from '../core/omit-undefined.js'
import { scrub, scrubAll } from '../core/scrub/scrub.js'
import type { Step } from './prepare/build.js'
import { countsOf, sumOfCounts } from './effects.js'
import type {
  ChangeCounts,
  Event,
  EventChange,
  EventError,
  HostSummary,
  ResourceEvent,
  Status,
} from './events.js'

/**
 * Properties that are not scrubbed: Fettle's own words, and host names, which views use as keys.
 */
const unscrubbed = ['type', 'mode', 'status', 'doing', 'code', 'effect', 'host', 'hosts']

/** Scrubs an event that leaves the engine, including names and ids. */
export const scrubbedEvent = (event: Event): Event => scrubAll(event, unscrubbed)

/** An error for events. Anything but a FettleError is a defect and keeps its stack. */
export function eventError(error: unknown): EventError {
  if (error instanceof FettleError) {
    return {
      code: error.code,
      message: scrub(error.message),
      remedy: scrub(error.remedy),
      address: error.address,
      detail: error.detail === null ? null : scrub(error.detail),
    }
  }
  const defect = new FettleError('internal', {
    message: messageOf(error),
  })
  return {
    ...eventError(defect),
    detail: error instanceof Error && error.stack !== undefined ? scrub(error.stack) : null,
  }
}

const eventChange = (change: Change, sensitive: boolean): EventChange => ({
  summary: change.summary,
  diff: change.diff === undefined || sensitive ? null : change.diff,
  because: change.because ?? [],
  effect: change.effect ?? 'change',
  final: change.final ?? null,
  ...omitUndefined({ notes: change.notes }),
})

/** What is reported about a resource besides its status. */
export interface ResourceDetails {
  readonly changes?: readonly Change[]
  readonly reason?: string | null
  readonly error?: unknown
  readonly seconds?: number
  readonly places?: readonly string[]
  /** Where the resource stands, for its error. */
  readonly place?: string | null
}

export function resourceEvent(
  host: string,
  { play, task, resource }: Step,
  status: Status,
  { changes, reason, error, seconds, places = [], place = null }: ResourceDetails,
): ResourceEvent {
  const sensitive = resource.common.sensitive ?? false
  return {
    type: 'resource',
    play,
    task: task.name,
    host,
    resource: resource.type,
    id: resource.id,
    name: resource.common.name ?? resource.address,
    status,
    changes: (changes ?? []).map((change) => eventChange(change, sensitive)),
    reason: reason ?? null,
    error: error === undefined ? null : resourceError(error, host, resource.address, place),
    seconds: seconds ?? 0,
    ...omitUndefined({ places: places.length === 0 ? undefined : places }),
  }
}

/**
 * The error of a resource. The event has its address and place in fields of their own, so an
 * address at the start of the message is removed.
 */
function resourceError(
  error: unknown,
  host: string,
  address: Address,
  place: string | null,
): EventError {
  const base = eventError(error)
  const prefix = `${address}: `
  const message = base.message.startsWith(prefix) ? base.message.slice(prefix.length) : base.message
  return {
    ...base,
    message,
    address: `${host}/${address}`,
    ...omitUndefined({ place: place ?? undefined }),
  }
}

/** Counts a host's resources by status and effect as they are reported. */
export class Tally {
  readonly #counts: Record<Status, number> = {
    ok: 0,
    changed: 0,
    failed: 0,
    skipped: 0,
    unknown: 0,
    ignored: 0,
  }
  #changes = sumOfCounts([])
  #begun: number | null = null
  #seconds = 0
  unreachable = false

  count({ status, changes }: Pick<ResourceEvent, 'status' | 'changes'>): void {
    this.#counts[status]++
    if (status === 'changed') this.#changes = sumOfCounts([this.#changes, countsOf(changes)])
  }

  get changes(): ChangeCounts {
    return this.#changes
  }

  get finished(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0)
  }

  get failed(): boolean {
    return this.#counts.failed > 0
  }

  /** Starts the clock for a play. Time spent waiting for a fork does not count. */
  begin(): void {
    this.#begun = performance.now()
  }

  end(): void {
    if (this.#begun !== null) this.#seconds += (performance.now() - this.#begun) / 1000
    this.#begun = null
  }

  /** As in Ansible's recap, `ok` includes `changed`. */
  get summary(): HostSummary {
    const { ok, changed, ...others } = this.#counts
    return {
      ok: ok + changed,
      changed,
      ...others,
      unreachable: this.unreachable,
      seconds: this.#seconds,
    }
  }
}

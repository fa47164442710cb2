import type { Address } from '../core/address.js'
import type { Change } from '../core/change.js'
import { messageOf } from '../core/error-message.js'
import { FettleError } from '../core/errors.js'
import { omitUndefined } from '../core/omit-undefined.js'
import { scrub, scrubAll } from '../core/scrub/scrub.js'
import type { Step } from './prepare/build.js'
import type {
  Event,
  EventChange,
  EventError,
  HostSummary,
  ResourceEvent,
  Status,
} from './events.js'

/** Words of our own, and the names of hosts, by which views know them. */
const unscrubbed = ['type', 'mode', 'status', 'doing', 'code', 'host', 'hosts']

/** An event as it leaves the engine: scrubbed, names and ids included. */
export const scrubbedEvent = (event: Event): Event => scrubAll(event, unscrubbed)

/** An error as events carry it. What is not a FettleError is a defect and keeps its stack. */
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
})

/** What is to be told of a resource besides its status. */
export interface Told {
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
  { changes, reason, error, seconds, places = [], place = null }: Told,
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
 * An error of a resource: its address and its place stand beside the message, so a message that
 * begins with the address goes on without it.
 */
function resourceError(
  error: unknown,
  host: string,
  address: Address,
  place: string | null,
): EventError {
  const told = eventError(error)
  const prefix = `${address}: `
  const message = told.message.startsWith(prefix) ? told.message.slice(prefix.length) : told.message
  return {
    ...told,
    message,
    address: `${host}/${address}`,
    ...omitUndefined({ place: place ?? undefined }),
  }
}

/** Counts a host's resources by status as they are reported. */
export class Tally {
  readonly #counts: Record<Status, number> = {
    ok: 0,
    changed: 0,
    failed: 0,
    skipped: 0,
    unknown: 0,
    ignored: 0,
  }
  #begun: number | null = null
  #seconds = 0
  unreachable = false

  count(status: Status): void {
    this.#counts[status]++
  }

  get finished(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0)
  }

  get failed(): boolean {
    return this.#counts.failed > 0
  }

  get pending(): boolean {
    return this.#counts.changed + this.#counts.unknown > 0
  }

  /** Its turn in a play begins; what it waited for a fork before does not count. */
  begin(): void {
    this.#begun = performance.now()
  }

  end(): void {
    if (this.#begun !== null) this.#seconds += (performance.now() - this.#begun) / 1000
    this.#begun = null
  }

  /** As in Ansible's recap, `ok` counts what changed too. */
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

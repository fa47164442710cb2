import type { Address } from '../core/address.js'
import type { Effect, TextDiff } from '../core/change.js'

export type RunMode = 'plan' | 'apply'

/**
 * The result for a resource. In a plan `changed` means *would change*, and `unknown` *cannot be
 * known before an earlier change is applied*. `ignored` is a failure with `ignoreFailure`;
 * `skipped` was not tried because of an earlier failure.
 */
export type Status = 'ok' | 'changed' | 'failed' | 'skipped' | 'unknown' | 'ignored'

/** A failure as events carry it, without its stack. */
export interface EventError {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly address: string | null
  /** The failure's own description by the program, server or API. */
  readonly detail: string | null
  /**
   * Where the failed resource stands: `tasks/site.ts:12`. Left out where the failure is not one of
   * a resource, or the message names the place.
   */
  readonly place?: string
}

export interface EventChange {
  readonly summary: string
  /** Null where there is none, or where it could show a secret. */
  readonly diff: TextDiff | null
  /** The triggers that a restart follows from. */
  readonly because: readonly Address[]
  /** What happens to the thing. A stop counts as `remove`. */
  readonly effect: Effect
  /** Why it cannot be undone; null where it can. */
  readonly final: string | null
  /** What its trials have found that a reader should know. Left out: nothing. */
  readonly notes?: readonly string[]
}

export interface RunEvent {
  readonly type: 'run'
  readonly version: 1
  readonly id: string
  readonly time: string
  readonly mode: RunMode
  readonly plays: readonly {
    readonly name: string
    readonly hosts: readonly string[]
    readonly tasks: readonly string[]
  }[]
}

/**
 * A host is connecting, or one of its resources is read, planned or changed. For progress displays
 * only.
 */
export interface ProgressEvent {
  readonly type: 'progress'
  readonly host: string
  /** The index of the play in the run's `plays`. */
  readonly play: number
  /** What the host is doing. */
  readonly doing: 'connecting' | 'reading' | 'waiting' | 'changing' | 'checking'
  readonly task: string | null
  readonly resource: string | null
  /**
   * The last line that the current step has printed, scrubbed of secrets; null where there is none
   * to show. The same step is reported again for each new line.
   */
  readonly line: string | null
  /** Who holds the lock that this host waits for: another run. Left out otherwise. */
  readonly whom?: string
  /** Resources of this host that are finished. */
  readonly finished: number
  readonly total: number
}

export interface ResourceEvent {
  readonly type: 'resource'
  readonly play: string
  readonly task: string
  readonly host: string
  /** The function's name as written: `systemd.service`. */
  readonly resource: string
  readonly id: string
  /** How it is shown: its `name`, else its address. */
  readonly name: string
  readonly status: Status
  readonly changes: readonly EventChange[]
  /** Why it is ok, unknown or skipped; in a plan also what a change waits for. */
  readonly reason: string | null
  readonly error: EventError | null
  readonly seconds: number
  /**
   * All places of a resource that runs on every apply and stands at several places, such as
   * `tasks/a.ts:12`: it runs once for all of them. Left out otherwise.
   */
  readonly places?: readonly string[]
}

/** An error before anything was contacted. */
export interface ErrorEvent extends EventError {
  readonly type: 'error'
}

/** Something a person should know: a warning with its place, or a restart that is pending. */
export interface NoticeEvent {
  readonly type: 'notice'
  readonly host: string | null
  readonly message: string
}

/**
 * How often a host was asked, by kind of exchange: `shell` counts the round trips, the others run
 * in parallel with them.
 */
export interface ExchangesEvent {
  readonly type: 'exchanges'
  readonly host: string
  readonly counts: Readonly<Record<string, number>>
}

export interface HostEvent {
  readonly type: 'host'
  readonly host: string
  readonly status: 'ok' | 'failed' | 'unreachable'
  readonly error: EventError | null
}

export interface HostSummary {
  readonly ok: number
  readonly changed: number
  readonly failed: number
  readonly skipped: number
  readonly unknown: number
  readonly ignored: number
  readonly unreachable: boolean
  readonly seconds: number
}

/**
 * The changed resources of all hosts, each counted once by its gravest effect: `remove`, then
 * `create`, then `change`. Restarts are counted by themselves: a resource that is only restarted
 * counts as nothing else, and one that is also changed counts twice.
 */
export interface ChangeCounts {
  readonly create: number
  readonly change: number
  readonly remove: number
  readonly restart: number
  /** Those of all these with a change that cannot be undone. */
  readonly final: number
}

export interface SummaryEvent {
  readonly type: 'summary'
  readonly hosts: Readonly<Record<string, HostSummary>>
  readonly exitCode: number
  readonly seconds: number
  readonly changes: ChangeCounts
}

/**
 * The engine's only output: all views are drawn from these events. They are scrubbed of secrets
 * when they are emitted.
 */
export type Event =
  | RunEvent
  | ProgressEvent
  | ResourceEvent
  | ErrorEvent
  | NoticeEvent
  | ExchangesEvent
  | HostEvent
  | SummaryEvent

export type Emit = (event: Event) => void

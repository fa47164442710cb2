import type { Address } from '../core/address.js'
import type { TextDiff } from '../core/change.js'

export type RunMode = 'plan' | 'apply'

/**
 * What became of a resource. In a plan `changed` means *would change* and `unknown` *cannot be
 * known before an earlier change is applied*; `ignored` is failed with `ignoreFailure`, `skipped`
 * was not tried after a failure.
 */
export type Status = 'ok' | 'changed' | 'failed' | 'skipped' | 'unknown' | 'ignored'

/** A failure as events carry it, without a stack. */
export interface EventError {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly address: string | null
  /** The other side's own words. */
  readonly detail: string | null
  /**
   * Where the resource stands that has failed on a host: `tasks/site.ts:12`. Left out where it is
   * none's, or the message names it.
   */
  readonly place?: string
}

export interface EventChange {
  readonly summary: string
  /** Null when there is none, or when it would show a secret. */
  readonly diff: TextDiff | null
  /** The triggers that a restart follows from. */
  readonly because: readonly Address[]
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

/** A host's resource begins to be read, planned or changed: for progress only. */
export interface ProgressEvent {
  readonly type: 'progress'
  readonly host: string
  /** The index of the play in the run's `plays`. */
  readonly play: number
  /** `connecting`, `reading`, or what is under way: the task and the resource. */
  readonly doing: 'connecting' | 'reading' | 'waiting' | 'changing' | 'checking'
  readonly task: string | null
  readonly resource: string | null
  /**
   * What the step under way has printed last, scrubbed of secrets; null where nothing is to be
   * shown. The same step is told again with each new line.
   */
  readonly line: string | null
  /** Whom a host waits for that is none of this run: another run, and whose. Left out otherwise. */
  readonly whom?: string
  /** Resources of this host that are finished, and all of them. */
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
  /** Why it is ok, unknown or skipped. */
  readonly reason: string | null
  readonly error: EventError | null
  readonly seconds: number
  /**
   * Where it stands, `tasks/a.ts:12`, when what runs on every apply stands at several places: it
   * runs once for all of them. Left out otherwise.
   */
  readonly places?: readonly string[]
}

/** An error that stands alone, where nothing was contacted. */
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
 * How often a host was asked, and in which ways: `shell` are the round trips, the others run beside
 * them.
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

export interface SummaryEvent {
  readonly type: 'summary'
  readonly hosts: Readonly<Record<string, HostSummary>>
  readonly exitCode: number
  readonly seconds: number
}

/**
 * The only way out of the engine: every view is drawn from these. They are scrubbed of secrets as
 * they leave.
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

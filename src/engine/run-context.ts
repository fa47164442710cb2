import type { Emit, HostEvent } from './events.js'
import type { RunOptions } from './options.js'
import type { Machines } from './fleet/machines.js'
import type { PreparedRun } from './prepare/prepare.js'
import type { Tally } from './resource-event.js'
import type { Connect, Sessions } from './fleet/sessions.js'

/** What is known of a host in the course of a run. */
export interface HostState {
  readonly tally: Tally
  /** Round trips and other exchanges, by their names. */
  readonly counts: Map<string, number>
  /** Why it takes no further part, once that is so. */
  ended: HostEvent | null
}

/** What all plays of a run share. */
export interface RunContext {
  readonly run: PreparedRun
  readonly states: ReadonlyMap<string, HostState>
  readonly options: RunOptions
  /** Must not throw. */
  readonly emit: Emit
  readonly connect: Connect
  readonly sessions: Sessions
  readonly machines: Machines
}

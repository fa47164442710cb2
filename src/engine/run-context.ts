import type { Emit, HostEvent } from './events.js'
import type { RunOptions } from './options.js'
import type { Machines } from './fleet/machines.js'
import type { PreparedRun } from './prepare/prepare.js'
import type { Supply } from './host/supply.js'
import type { Tally } from './resource-event.js'
import type { Connect, Sessions } from './fleet/sessions.js'
import type { RunKeeper } from './undo/keeper.js'

/** The state of a host during a run. */
export interface HostState {
  readonly tally: Tally
  /** What the changes that were planned for it can bring; empty in an apply. */
  readonly supply: Supply
  /** Counts of round trips and other exchanges, by name. */
  readonly counts: Map<string, number>
  /** The final event of a host that takes no further part; null before. */
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
  readonly keeper: RunKeeper
}

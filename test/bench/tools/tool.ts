import type { BenchHost, Fleet } from '../fleet.js'
import type { Command } from '../measure.js'

/** What is asked of a tool; `one-change` finds one file of each host with other content. */
export const scenarios = ['no-op', 'plan', 'one-change', 'first-run'] as const
export type Scenario = (typeof scenarios)[number]

/** One way to bring hosts to the finished state. */
export interface Tool {
  readonly name: string
  /** The command for these hosts; with `plan` nothing is changed. */
  command(hosts: readonly BenchHost[], scenario: Scenario): Command
  /** Exit statuses of success. */
  readonly successes: (scenario: Scenario) => readonly number[]
  /** Whether the output of a run says that nothing had to be changed; null where the tool does not tell. */
  unchanged(output: string, hosts: readonly BenchHost[]): boolean | null
}

/** Makes a tool ready: what it needs on this machine and its inventories. */
export type Prepare = (fleet: Fleet, say: (line: string) => void) => Promise<Tool>

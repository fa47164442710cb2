import type { BenchHost, Fleet } from '../fleet.js'
import type { Command } from '../measure.js'

/** The scenarios. In `one-change` one file of each host differs; `help` uses no host at all. */
export const scenarios = ['no-op', 'plan', 'one-change', 'first-run', 'help'] as const
export type Scenario = (typeof scenarios)[number]

/** A way to bring hosts to the finished state, or something to compare that with. */
export interface Tool {
  readonly name: string
  /** Whether it supports the scenario with that many hosts. */
  takesPart(scenario: Scenario, hosts: number): boolean
  /**
   * The command for these hosts; a plan changes nothing. The warm-up run may print more than the
   * measured ones.
   */
  command(hosts: readonly BenchHost[], scenario: Scenario, warmUp?: boolean): Command
  /** Runs before the measured ones; left out: one whole run. */
  warmUp?(hosts: readonly BenchHost[]): Command
  /** The default number of runs: fewer where one takes minutes. */
  runs(scenario: Scenario, hosts: number, rtt: number): number
  /**
   * Shell to run on each host before the measurement, for what this tool needs there and others
   * neither need nor leave. Null: nothing.
   */
  onHosts?(scenario: Scenario): string | null
  /** Whether the output of a no-op run says that nothing was changed. */
  unchanged(output: string, hosts: readonly BenchHost[]): boolean
  /** Whether it brings hosts to the finished state. */
  readonly provisions: boolean
  /** A failure of a peer is a result; any other failure ends the benchmark. */
  readonly isPeer: boolean
}

/**
 * Prepares a tool: what it needs on this machine, and its inventories. Null if this machine does
 * not have it.
 */
export type Prepare = (fleet: Fleet, say: (line: string) => void) => Promise<Tool | null>

/**
 * The scenarios of every tool that provisions: the start without a host is measured for Fettle
 * alone.
 */
export const withHosts: Tool['takesPart'] = (scenario) => scenario !== 'help'

/** A peer's run takes seconds on few hosts, and minutes on many, with delays, or from nothing. */
export const peerRuns: Tool['runs'] = (scenario, hosts, rtt) =>
  hosts <= 10 && rtt < 100 && scenario !== 'first-run' ? 3 : 1

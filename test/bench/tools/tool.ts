import type { BenchHost, Fleet } from '../fleet.js'
import type { Command } from '../measure.js'

/**
 * What is asked of a tool; `one-change` finds one file of each host with other content, `help` asks
 * no host at all.
 */
export const scenarios = ['no-op', 'plan', 'one-change', 'first-run', 'help'] as const
export type Scenario = (typeof scenarios)[number]

/** One way to bring hosts to the finished state, or something to compare that with. */
export interface Tool {
  readonly name: string
  /** Whether it can do what is asked of so many hosts. */
  takesPart(scenario: Scenario, hosts: number): boolean
  /**
   * The command for these hosts; nothing is changed in a plan. The run that warms up may tell more
   * than those that are measured.
   */
  command(hosts: readonly BenchHost[], scenario: Scenario, warmUp?: boolean): Command
  /** Runs before the measured ones; left out: one whole run. */
  warmUp?(hosts: readonly BenchHost[]): Command
  /** How often it is measured when nobody says so: fewer times where a run takes minutes. */
  runs(scenario: Scenario, hosts: number, rtt: number): number
  /**
   * Shell for each host before what is measured: what the tool needs there, and others neither need
   * nor leave. Null: nothing.
   */
  onHosts?(scenario: Scenario): string | null
  /** Whether the output of a no-op run says that nothing was changed. */
  unchanged(output: string, hosts: readonly BenchHost[]): boolean
  /** Whether it brings hosts to the finished state. */
  readonly provisions: boolean
  /** Of a peer, a failure is a result; anything else that fails ends the benchmark. */
  readonly isPeer: boolean
}

/**
 * Makes a tool ready: what it needs on this machine and its inventories. Null where this machine
 * does not have it.
 */
export type Prepare = (fleet: Fleet, say: (line: string) => void) => Promise<Tool | null>

/** What everything that provisions can do: the start without a host is Fettle's alone. */
export const withHosts: Tool['takesPart'] = (scenario) => scenario !== 'help'

/** A peer's run takes seconds on few hosts, and minutes on many, far away, or from nothing. */
export const peerRuns: Tool['runs'] = (scenario, hosts, rtt) =>
  hosts <= 10 && rtt < 100 && scenario !== 'first-run' ? 3 : 1

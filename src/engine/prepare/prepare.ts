import { resolve } from 'node:path'
import type { HostFacts } from '../../core/host-facts.js'
import type { Play } from '../../core/play.js'
import { untrustedWarnings } from '../../files/untrusted-paths.js'
import { environmentOf } from '../../inventory/environment/environment.js'
import type { Inventory, InventoryHost } from '../../inventory/inventory.js'
import { evidentTwinWarning, twinsAmong } from '../../inventory/select/twins.js'
import { checkHosts } from '../../inventory/select/usable-hosts.js'
import { undeclaredVariables } from '../../inventory/merge/undeclared-variables.js'
import { buildPlay, type BuildHost, type SelectedPlay, type Step } from './build.js'
import { Clients } from '../clients.js'
import { SharedFacts } from '../host/known-facts.js'
import type { RunOptions } from '../options.js'
import { KindsByName } from './kinds.js'
import { checkNeeds } from './needs.js'
import { preflight } from './preflight.js'
import { checkTags, selectPlays } from './select.js'
import { inventoryInfo } from './task-context.js'

/** A play with everything that can be known before anything connects. */
export interface PreparedPlay extends SelectedPlay {
  /** Whether a host is in the play. */
  has(host: InventoryHost): boolean
  /** Whether a host may have something to do in it. */
  asks(host: InventoryHost): boolean
  /**
   * Each host's steps, selected or not; null in a play with `facts: true`, where `build` makes
   * them.
   */
  readonly steps: ReadonlyMap<string, readonly Step[]> | null
  /**
   * Builds the steps of a host from its facts.
   * @throws FettleError for errors that the user has to correct first
   */
  build(host: InventoryHost, facts: HostFacts): Promise<readonly Step[]>
}

/** A run with everything that can be known before anything connects. */
export interface PreparedRun {
  readonly plays: readonly PreparedPlay[]
  readonly warnings: readonly string[]
  /** Hosts that are one machine according to the inventory. */
  readonly twins: readonly (readonly string[])[]
  readonly shared: SharedFacts
}

/**
 * Selects hosts, checks variables, builds all resources and renders the templates of the selected
 * ones; no host is contacted.
 * @throws FettleError for errors that the user has to correct first
 */
export async function prepare(
  plays: readonly Play[],
  inventory: Inventory,
  options: RunOptions,
): Promise<PreparedRun> {
  const opened = new Set<string>()
  const clients = clientsOf(options, opened)
  try {
    return await prepareWith(plays, inventory, options, clients, opened)
  } catch (error) {
    await clients.close().catch(() => undefined)
    throw error
  }
}

/** The clients of a run, which note the files that they read. */
function clientsOf({ project, stop }: RunOptions, opened: Set<string>): Clients {
  return new Clients({
    project: resolve(project),
    environment: environmentOf(project),
    stop,
    opened: (path) => {
      opened.add(path)
    },
  })
}

async function prepareWith(
  plays: readonly Play[],
  inventory: Inventory,
  options: RunOptions,
  clients: Clients,
  opened: ReadonlySet<string>,
): Promise<PreparedRun> {
  const shared = new SharedFacts(clients)
  const info = inventoryInfo(inventory, plays)
  const kinds = new KindsByName()
  const check = async (steps: readonly Step[]): Promise<void> => {
    kinds.check(steps)
    const selected = steps.filter((step) => step.selected)
    await checkNeeds(selected, clients, true)
    await preflight(selected, shared)
    await checkNeeds(selected, clients, false)
  }
  const selection = selectPlays(plays, inventory, options)
  checkHosts([...new Set(selection.flatMap(({ hosts }) => hosts))])
  const prepared = selection.map((selected) =>
    prepareOne(selected, buildPlay(selected, info, options), check),
  )
  const steps = prepared.flatMap((play) => [...(play.steps?.values() ?? [])].flat())
  const tagWarnings = checkTags(plays, options, steps)
  await check(steps)
  const schemas = plays.flatMap((play) => (play.vars === null ? [] : [play.vars]))
  const twins = twinsAmong([...new Set(prepared.flatMap(({ hosts }) => hosts))])
  const trust = doubtsAbout(options, opened)
  const warnings = [
    ...inventory.warnings,
    ...undeclaredVariables(inventory, schemas),
    ...tagWarnings,
    ...twins.map(evidentTwinWarning),
    ...trust,
  ]
  return {
    plays: prepared,
    warnings,
    twins: twins.map((names) => names.map(({ name }) => name)),
    shared,
  }
}

/** Warnings about files that others may change, including those that were read now. */
function doubtsAbout(
  { decisive, project }: RunOptions,
  opened: ReadonlySet<string>,
): readonly string[] {
  if (decisive === undefined) return []
  return untrustedWarnings(project, { ...decisive, paths: [...decisive.paths, ...opened] })
}

function prepareOne(
  selected: SelectedPlay,
  build: BuildHost,
  check: (steps: readonly Step[]) => Promise<void>,
): PreparedPlay {
  const { play, hosts, from } = selected
  const names = new Set(hosts.map((host) => host.name))
  const steps = play.facts ? null : new Map(hosts.map((host) => [host.name, build(host)]))
  return {
    ...selected,
    steps,
    has: (host) => names.has(host.name),
    asks(host) {
      if (!names.has(host.name)) return false
      if (steps === null) return from < play.tasks.length
      return steps.get(host.name)?.some((step) => step.selected) ?? false
    },
    async build(host, facts) {
      const steps = build(host, facts)
      await check(steps)
      return steps
    },
  }
}

import { resolve } from 'node:path'
import { projectReader } from '../../backends/local.js'
import type { GithubBackend } from '../../backends/github.js'
import { FettleError } from '../../core/errors.js'
import type { HostFacts } from '../../core/host-facts.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Play } from '../../core/play.js'
import { doubts } from '../../files/untrusted-paths.js'
import { env } from '../../inventory/environment/environment.js'
import type { Inventory, InventoryHost } from '../../inventory/inventory.js'
import { evidentTwinWarning, twinsAmong } from '../../inventory/select/twins.js'
import { checkHosts } from '../../inventory/select/usable-hosts.js'
import { undeclaredVariables } from '../../inventory/merge/check-variables.js'
import { buildPlay, type BuildHost, type SelectedPlay, type Step } from './build.js'
import { requestsOf, SharedFacts } from '../host/known-facts.js'
import type { RunOptions } from '../options.js'
import { preflight } from './preflight.js'
import { checkTags, selectPlays } from './select.js'
import { inventoryInfo } from './task-context.js'

/** A play about which everything is known that can be known before anything connects. */
export interface PreparedPlay extends SelectedPlay {
  /** Whether a host is in it. */
  has(host: InventoryHost): boolean
  /** Whether there may be something to do for a host. */
  asks(host: InventoryHost): boolean
  /**
   * Each host's steps, selected or not; null in a play with `facts: true`, where `build` makes
   * them.
   */
  readonly steps: ReadonlyMap<string, readonly Step[]> | null
  /**
   * Makes the steps of a host from its facts.
   * @throws FettleError for whatever the user has to correct first
   */
  build(host: InventoryHost, facts: HostFacts): Promise<readonly Step[]>
}

/** A run about which everything is known that can be known before anything connects. */
export interface PreparedRun {
  readonly plays: readonly PreparedPlay[]
  readonly warnings: readonly string[]
  /** Names of hosts that the inventory shows to be one machine. */
  readonly twins: readonly (readonly string[])[]
  readonly shared: SharedFacts
  readonly github: () => Promise<GithubBackend>
}

/**
 * Selects hosts, checks variables, builds all resources and tries the templates of those that are
 * selected; no host is touched.
 * @throws FettleError for whatever the user has to correct first
 */
export async function prepare(
  plays: readonly Play[],
  inventory: Inventory,
  options: RunOptions,
): Promise<PreparedRun> {
  const github = once(() => openGithub(options.stop))
  const reader = projectReader(resolve(options.project))
  const shared = new SharedFacts(reader, github)
  const info = inventoryInfo(inventory, plays)
  const ready = async (steps: readonly Step[]): Promise<void> => {
    const selected = steps.filter((step) => step.selected)
    await preflight(selected, shared)
    // Without a token, or with an address that must not get it, nothing is begun.
    const asking = selected.find(({ resource }) =>
      requestsOf(resource).some(({ kind }) => kind.backend === 'github'),
    )
    if (asking !== undefined)
      await github().catch((error: unknown) => {
        throw neededBy(error, asking)
      })
  }
  const selection = selectPlays(plays, inventory, options)
  checkHosts([...new Set(selection.flatMap(({ hosts }) => hosts))])
  const prepared = selection.map((selected) =>
    prepareOne(selected, buildPlay(selected, info, options), ready),
  )
  const steps = prepared.flatMap((play) => [...(play.steps?.values() ?? [])].flat())
  const tagWarnings = checkTags(plays, options, steps)
  await ready(steps)
  const schemas = plays.flatMap((play) => (play.vars === null ? [] : [play.vars]))
  const twins = twinsAmong([...new Set(prepared.flatMap(({ hosts }) => hosts))])
  const trust = doubtsAbout(options, reader.opened)
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
    github,
  }
}

/** Warnings about files that others may change, those that were read now among them. */
function doubtsAbout(
  { decisive, project }: RunOptions,
  opened: ReadonlySet<string>,
): readonly string[] {
  if (decisive === undefined) return []
  return doubts(project, { ...decisive, paths: [...decisive.paths, ...opened] })
}

/** Who has no token wants to know what asks for one. */
function neededBy(error: unknown, { task, resource }: Step): unknown {
  if (!(error instanceof FettleError) || error.code !== 'environment-missing') return error
  return new FettleError(error.code, {
    message: `${error.message}; ${resource.address} of the task ${task.name} needs it`,
    remedy: error.remedy,
    cause: error,
  })
}

function prepareOne(
  selected: SelectedPlay,
  build: BuildHost,
  ready: (steps: readonly Step[]) => Promise<void>,
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
      await ready(steps)
      return steps
    },
  }
}

async function openGithub(stop: AbortSignal): Promise<GithubBackend> {
  const backend = await import('../../backends/github.js')
  const token = env.secret('GITHUB_TOKEN')
  const baseUrl = env.optional('GITHUB_API_URL')
  return backend.openGithub({ token, stop, ...omitUndefined({ baseUrl }) })
}

/** Calls a function when first asked and answers the same afterwards. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

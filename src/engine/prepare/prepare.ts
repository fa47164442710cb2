import { resolve } from 'node:path'
import { projectReader } from '../../backends/local.js'
import type { GithubBackend } from '../../backends/github.js'
import { FettleError } from '../../core/errors.js'
import type { HostFacts } from '../../core/host-facts.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Play } from '../../core/play.js'
import { github as githubBackend } from '../../facts/github/backend.js'
import { untrustedWarnings } from '../../files/untrusted-paths.js'
import { environmentOf } from '../../inventory/environment/environment.js'
import type { Inventory, InventoryHost } from '../../inventory/inventory.js'
import { evidentTwinWarning, twinsAmong } from '../../inventory/select/twins.js'
import { checkHosts } from '../../inventory/select/usable-hosts.js'
import { undeclaredVariables } from '../../inventory/merge/undeclared-variables.js'
import { buildPlay, type BuildHost, type SelectedPlay, type Step } from './build.js'
import { requestsOf, SharedFacts } from '../host/known-facts.js'
import type { RunOptions } from '../options.js'
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
  readonly github: () => Promise<GithubBackend>
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
  const github = memoised(() => openGithub(options))
  const reader = projectReader(resolve(options.project))
  const shared = new SharedFacts(reader, github)
  const info = inventoryInfo(inventory, plays)
  const check = async (steps: readonly Step[]): Promise<void> => {
    const selected = steps.filter((step) => step.selected)
    await preflight(selected, shared)
    // Fail before anything starts where the token is missing, or must not be sent to the API's
    // address.
    const needingToken = selected.find(({ resource }) =>
      requestsOf(resource).some(({ kind }) => kind.backend === githubBackend),
    )
    if (needingToken !== undefined)
      await github().catch((error: unknown) => {
        throw neededBy(error, needingToken)
      })
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

/** Warnings about files that others may change, including those that were read now. */
function doubtsAbout(
  { decisive, project }: RunOptions,
  opened: ReadonlySet<string>,
): readonly string[] {
  if (decisive === undefined) return []
  return untrustedWarnings(project, { ...decisive, paths: [...decisive.paths, ...opened] })
}

/** Names the resource that needs the token which is missing. */
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

async function openGithub({ project, stop }: RunOptions): Promise<GithubBackend> {
  const env = environmentOf(project)
  const backend = await import('../../backends/github.js')
  const token = env.secret('GITHUB_TOKEN')
  const baseUrl = env.optional('GITHUB_API_URL')
  return backend.openGithub({ token, stop, ...omitUndefined({ baseUrl }) })
}

/** Memoises a function: it is called once, when first needed. */
export function memoised<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

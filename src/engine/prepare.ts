import { resolve } from 'node:path'
import { projectReader } from '../backends/local.js'
import type { GithubBackend } from '../backends/github.js'
import { env } from '../inventory/environment.js'
import type { Inventory, InventoryHost } from '../inventory/inventory.js'
import { checkAllVars, undeclaredVariables } from '../inventory/variables.js'
import type { Play } from '../core/play.js'
import { buildSteps, checkTriggers, inventoryInfo, type Step } from './build.js'
import { requestsOf, SharedFacts } from './facts.js'
import type { RunOptions } from './options.js'
import { preflight } from './preflight.js'
import { checkSelection, selectPlays, type SelectedPlay } from './select.js'

/** A play with each host's steps, selected or not. */
export interface PreparedPlay extends SelectedPlay {
  readonly steps: ReadonlyMap<string, readonly Step[]>
}

/** A run about which everything is known that can be known before anything connects. */
export interface PreparedRun {
  readonly plays: readonly PreparedPlay[]
  readonly warnings: readonly string[]
  readonly shared: SharedFacts
  readonly github: () => Promise<GithubBackend>
}

/**
 * Selects hosts, checks variables, builds all resources and tries all templates; no host is touched.
 * @throws FettleError for whatever the user has to correct first
 */
export async function prepare(plays: readonly Play[], inventory: Inventory, options: RunOptions): Promise<PreparedRun> {
  const github = once(openGithub)
  const shared = new SharedFacts(projectReader(resolve(options.project)), github)
  const info = inventoryInfo(inventory)
  const prepared = selectPlays(plays, inventory, options).map((selected): PreparedPlay => {
    const vars = selected.play.vars === null ? null : checkAllVars(selected.hosts, selected.play.vars)
    const steps = new Map(selected.hosts.map((host) => [host.name, hostSteps(selected.play, vars?.get(host.name) ?? {}, host)]))
    return { ...selected, steps }
  })
  function hostSteps(play: Play, vars: unknown, host: InventoryHost): readonly Step[] {
    const steps = buildSteps(play, vars, host, info, options)
    checkTriggers(steps, host.name)
    return steps
  }
  const all = prepared.flatMap(({ steps }) => [...steps.values()].flat())
  checkSelection(plays, options, new Set(all.flatMap(({ resource }) => resource.common.tags ?? [])))
  await preflight(all, shared)
  if (all.some(({ resource }) => requestsOf(resource).some(({ kind }) => kind.backend === 'github'))) env.secret('GITHUB_TOKEN')
  const schemas = plays.flatMap((play) => (play.vars === null ? [] : [play.vars]))
  return { plays: prepared, warnings: [...inventory.warnings, ...undeclaredVariables(inventory, schemas)], shared, github }
}

async function openGithub(): Promise<GithubBackend> {
  const backend = await import('../backends/github.js')
  return backend.openGithub({ token: env.secret('GITHUB_TOKEN'), ...baseUrl() })
}

function baseUrl(): { readonly baseUrl?: string } {
  const given = env.optional('GITHUB_API_URL')
  return given === undefined ? {} : { baseUrl: given }
}

/** Calls a function when first asked and answers the same afterwards. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

import { resolve } from 'node:path'
import { projectReader } from '../backends/local.js'
import type { GithubBackend } from '../backends/github.js'
import type { Play } from '../core/play.js'
import { env } from '../inventory/environment.js'
import type { Inventory } from '../inventory/inventory.js'
import { undeclaredVariables } from '../inventory/variables.js'
import { buildPlay, inventoryInfo, type SelectedPlay, type Step } from './build.js'
import { requestsOf, SharedFacts } from './facts.js'
import type { RunOptions } from './options.js'
import { preflight } from './preflight.js'
import { checkTags, selectPlays } from './select.js'

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
 * Selects hosts, checks variables, builds all resources and tries the templates of those that are selected; no host is touched.
 * @throws FettleError for whatever the user has to correct first
 */
export async function prepare(plays: readonly Play[], inventory: Inventory, options: RunOptions): Promise<PreparedRun> {
  const github = once(openGithub)
  const shared = new SharedFacts(projectReader(resolve(options.project)), github)
  const info = inventoryInfo(inventory)
  const prepared = selectPlays(plays, inventory, options).map((selected): PreparedPlay => ({ ...selected, steps: buildPlay(selected, info, options) }))
  const steps = prepared.flatMap((play) => [...play.steps.values()].flat())
  checkTags(plays, options, steps)
  const selected = steps.filter((step) => step.selected)
  await preflight(selected, shared)
  // Without a token, or with an address that must not get it, nothing is begun.
  if (selected.some(({ resource }) => requestsOf(resource).some(({ kind }) => kind.backend === 'github'))) await github()
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

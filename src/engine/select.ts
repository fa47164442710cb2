import { FettleError } from '../core/errors.js'
import type { Play, Task } from '../core/play.js'
import { nearest } from '../core/nearest.js'
import type { Inventory, InventoryHost } from '../inventory/inventory.js'
import { selectHosts } from '../inventory/pattern.js'
import type { RunOptions } from './options.js'

/** A play with the hosts that it is run for. */
export interface SelectedPlay {
  readonly play: Play
  readonly hosts: readonly InventoryHost[]
}

type Selection = Pick<RunOptions, 'limit' | 'tags' | 'skipTags' | 'startAtTask'>

/**
 * The hosts of each play, narrowed by `--limit`.
 * @throws FettleError `pattern-no-match` when a pattern or the limit matches no host
 */
export function selectPlays(plays: readonly Play[], inventory: Inventory, { limit }: Pick<Selection, 'limit'>): readonly SelectedPlay[] {
  const limited = limit === null ? null : new Set(selectHosts(inventory, limit).map((host) => host.name))
  const selected = plays.map((play) => ({ play, hosts: selectHosts(inventory, play.hosts).filter((host) => limited === null || limited.has(host.name)) }))
  if (selected.every(({ hosts }) => hosts.length === 0)) {
    const wanted = plays.map((play) => play.hosts).join(', ')
    throw new FettleError('usage', { message: `no host matches ${limit === null ? wanted : `both ${wanted} and --limit ${limit}`}`, remedy: 'see fettle plan --list-hosts, and the groups of the inventory' })
  }
  return selected
}

/** The tags of a task: its own, and its name. */
export const tagsOf = (task: Task<unknown>): readonly string[] => [task.name, ...(task.options.tags ?? [])]

const special = new Set(['all', 'tagged', 'untagged', 'always', 'never'])

/** Whether `--tags` and `--skip-tags` choose something with these tags; `always`, `never`, `all`, `tagged` and `untagged` as in Ansible. */
export function chosenByTags(own: readonly string[], named: boolean, { tags, skipTags }: Pick<Selection, 'tags' | 'skipTags'>): boolean {
  const matches = (wanted: string): boolean => own.includes(wanted) || (wanted === 'all' && !own.includes('never')) || (wanted === 'tagged' && named) || (wanted === 'untagged' && !named)
  if (skipTags.some((tag) => tag === 'all' ? !own.includes('always') : matches(tag))) return false
  if (tags.length === 0) return !own.includes('never')
  return own.includes('always') || tags.some(matches)
}

/** @throws FettleError `usage` for a tag or a task name that nothing has: a misspelt one would silently do nothing */
export function checkSelection(plays: readonly Play[], { tags, skipTags, startAtTask }: Selection, resourceTags: ReadonlySet<string>): void {
  const names = plays.flatMap((play) => play.tasks.map((task) => task.name))
  const known = new Set([...plays.flatMap((play) => play.tasks.flatMap(tagsOf)), ...resourceTags, ...special])
  for (const tag of [...tags, ...skipTags]) if (!known.has(tag)) throw missing('tag', tag, [...known])
  if (startAtTask !== null && !names.includes(startAtTask)) throw missing('task', startAtTask, names)
}

function missing(what: string, name: string, candidates: readonly string[]): FettleError {
  const guess = nearest(name, candidates)
  return new FettleError('usage', { message: `there is no ${what} ${name}${guess === undefined ? '' : `; did you mean ${guess}?`}`, remedy: 'see fettle plan --list-tasks' })
}

/** What `--list-hosts` and `--list-tasks` print. */
export interface RunList {
  readonly plays: readonly { readonly name: string; readonly hosts: readonly string[]; readonly tasks: readonly { readonly name: string; readonly tags: readonly string[] }[] }[]
}

export function listRun(plays: readonly Play[], inventory: Inventory, options: Selection): RunList {
  return {
    plays: selectPlays(plays, inventory, options).map(({ play, hosts }) => ({
      name: play.name,
      hosts: hosts.map((host) => host.name),
      tasks: play.tasks.map((task) => ({ name: task.name, tags: task.options.tags ?? [] })),
    })),
  }
}

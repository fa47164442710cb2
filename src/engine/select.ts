import { FettleError } from '../core/errors.js'
import { nearest } from '../core/nearest.js'
import type { Play } from '../core/play.js'
import type { Inventory } from '../inventory/inventory.js'
import { selectHosts } from '../inventory/pattern.js'
import { buildPlay, inventoryInfo, type SelectedPlay, type Step } from './build.js'
import type { RunOptions } from './options.js'
import { chosenByTags, specialTags, tagsOf } from './tags.js'

type Selection = Pick<RunOptions, 'limit' | 'tags' | 'skipTags' | 'startAtTask'>

/**
 * The hosts of each play, narrowed by `--limit`, and the task with which each begins. A limit may leave a play without hosts, but not
 * all of them.
 * @throws FettleError `pattern-no-match` when a play's pattern or the limit matches no host, or both have none in common; `usage` for an unknown task
 */
export function selectPlays(plays: readonly Play[], inventory: Inventory, { limit, startAtTask }: Pick<Selection, 'limit' | 'startAtTask'>): readonly SelectedPlay[] {
  const limited = limit === null ? null : new Set(selectHosts(inventory, limit).map((host) => host.name))
  const begin = beginnings(plays, startAtTask)
  const selected = plays.map((play, index) => ({ play, hosts: selectHosts(inventory, play.hosts).filter((host) => limited?.has(host.name) ?? true), from: begin[index] ?? 0 }))
  if (limit !== null && selected.every(({ hosts }) => hosts.length === 0)) {
    throw new FettleError('pattern-no-match', { message: `no host matches both ${plays.map((play) => play.hosts).join(', ')} and --limit ${limit}`, remedy: 'see fettle plan --list-hosts, and the groups of the inventory' })
  }
  return selected
}

/** `--start-at-task` leaves out what comes before the first task of that name, earlier plays too; later plays are whole. */
function beginnings(plays: readonly Play[], startAtTask: string | null): readonly number[] {
  if (startAtTask === null) return plays.map(() => 0)
  const places = plays.map((play) => play.tasks.findIndex((task) => task.name === startAtTask))
  const first = places.findIndex((place) => place >= 0)
  if (first < 0) throw missing('task', startAtTask, plays.flatMap((play) => play.tasks.map((task) => task.name)))
  return plays.map((play, index) => (index < first ? play.tasks.length : index === first ? (places[index] ?? 0) : 0))
}

/** @throws FettleError `usage` for a tag that nothing has: a misspelt one would silently do nothing */
export function checkTags(plays: readonly Play[], { tags, skipTags }: Pick<Selection, 'tags' | 'skipTags'>, steps: readonly Step[]): void {
  const known = new Set([...plays.flatMap((play) => play.tasks.flatMap(tagsOf)), ...steps.flatMap(({ resource }) => resource.common.tags ?? []), ...specialTags])
  for (const tag of [...tags, ...skipTags]) if (!known.has(tag)) throw missing('tag', tag, [...known])
}

function missing(what: string, name: string, candidates: readonly string[]): FettleError {
  const guess = nearest(name, candidates)
  return new FettleError('usage', { message: `there is no ${what} ${name}${guess === undefined ? '' : `; did you mean ${guess}?`}`, remedy: 'see fettle plan --list-tasks' })
}

/** What `--list-hosts` and `--list-tasks` print. */
export interface RunList {
  readonly plays: readonly { readonly name: string; readonly hosts: readonly string[]; readonly tasks: readonly { readonly name: string; readonly tags: readonly string[] }[] }[]
}

/**
 * The hosts and tasks that a run would have. A task is listed when its own tags choose it, or those of one of its resources: resources
 * are built, and variables checked, only where tags are asked for.
 */
export function listRun(plays: readonly Play[], inventory: Inventory, options: Selection): RunList {
  const selected = selectPlays(plays, inventory, options)
  const byTags = options.tags.length + options.skipTags.length > 0
  const info = inventoryInfo(inventory)
  const steps = selected.map((each) => (byTags ? [...buildPlay(each, info, { ...options, become: false }).values()].flat() : []))
  checkTags(plays, options, steps.flat())
  return {
    plays: selected.map(({ play, hosts, from }, index) => {
      const inParts = new Set(steps[index]?.filter((step) => step.selected).map((step) => step.task))
      const chosen = play.tasks.slice(from).filter((task) => inParts.has(task) || chosenByTags(tagsOf(task), (task.options.tags ?? []).length > 0, options))
      return { name: play.name, hosts: hosts.map((host) => host.name), tasks: chosen.map((task) => ({ name: task.name, tags: task.options.tags ?? [] })) }
    }),
  }
}

import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { suggestion } from '../../core/names/nearest.js'
import type { Play, Task } from '../../core/play.js'
import type { Inventory } from '../../inventory/inventory.js'
import { globSource, matchingNames, selectHosts } from '../../inventory/select/pattern.js'
import { buildPlay, type SelectedPlay, type Step } from './build.js'
import type { RunOptions } from '../options.js'
import { chosenByTags, specialTags, tagsOf } from './tags.js'
import { inventoryInfo } from './task-context.js'

type SelectOptions = Pick<RunOptions, 'limit' | 'tags' | 'skipTags' | 'startAtTask'>

/**
 * The hosts of each play after `--limit`, and its first task. The limit may leave a play without
 * hosts, but not all plays.
 * @throws FettleError `pattern-no-match` when a play's pattern or the limit matches no host, or
 * they have none in common; `usage` for an unknown task
 */
export function selectPlays(
  plays: readonly Play[],
  inventory: Inventory,
  { limit, startAtTask }: Pick<SelectOptions, 'limit' | 'startAtTask'>,
): readonly SelectedPlay[] {
  const limited =
    limit === null ? null : new Set(selectHosts(inventory, limit).map((host) => host.name))
  const begin = beginnings(plays, startAtTask)
  const selected = plays.map((play, index) => ({
    play,
    hosts: selectHosts(inventory, play.hosts).filter((host) => limited?.has(host.name) ?? true),
    from: begin[index] ?? 0,
  }))
  if (limit !== null && selected.every(({ hosts }) => hosts.length === 0)) {
    throw new FettleError('pattern-no-match', {
      message: `no host matches both ${plays.map((play) => play.hosts).join(', ')} and --limit ${limit}`,
      remedy: 'see fettle plan --list-hosts, and the groups of the inventory',
    })
  }
  return selected
}

/**
 * The index of each play's first task. `--start-at-task` skips everything before the first task
 * with that name or matching that glob, including earlier plays; later plays are complete.
 */
function beginnings(plays: readonly Play[], startAtTask: string | null): readonly number[] {
  if (startAtTask === null) return plays.map(() => 0)
  const names = plays.flatMap(({ tasks }) => tasks.map(({ name }) => name))
  const matched = new Set(tasksLike(startAtTask, names))
  const places = plays.map((play) =>
    play.tasks.findIndex(({ name }) => name === startAtTask || matched.has(name)),
  )
  const first = places.findIndex((place) => place >= 0)
  if (first < 0) throw missing('task', startAtTask, names)
  return plays.map((play, index) => {
    if (index < first) return play.tasks.length
    return index === first ? (places[index] ?? 0) : 0
  })
}

function tasksLike(glob: string, names: readonly string[]): readonly string[] {
  const remedy = 'write the name of a task, or a glob of *, ? and [abc]'
  try {
    const found = matchingNames(names, new RegExp(`^${globSource(glob)}$`, 's'))
    if (found !== null) return found
  } catch (cause) {
    const why = messageOf(cause)
    throw new FettleError('usage', {
      message: `--start-at-task ${glob} cannot be read as a glob: ${why}`,
      remedy,
      cause,
    })
  }
  throw new FettleError('usage', {
    message: `--start-at-task ${glob} takes too long to be compared with the names of the tasks`,
    remedy,
  })
}

/**
 * Refuses tags that nothing has, because they would silently select nothing. Where resources are
 * built from facts they may have the tag, so it is only a warning.
 * @returns warnings
 * @throws FettleError `usage`
 */
export function checkTags(
  plays: readonly Play[],
  { tags, skipTags }: Pick<SelectOptions, 'tags' | 'skipTags'>,
  steps: readonly Step[],
): readonly string[] {
  const known = new Set([
    ...plays.flatMap((play) => play.tasks.flatMap(tagsOf)),
    ...steps.flatMap(({ resource }) => resource.common.tags ?? []),
    ...specialTags,
  ])
  const unknown = [...tags, ...skipTags]
    .filter((tag) => !known.has(tag))
    .map((tag) => missing('tag', tag, [...known]))
  const [first] = unknown
  if (first !== undefined && !plays.some((play) => play.facts)) throw first
  return unknown.map(
    ({ message }) =>
      `${message}; only a resource that is made from the facts of a host can have it`,
  )
}

function missing(what: string, name: string, candidates: readonly string[]): FettleError {
  return new FettleError('usage', {
    message: `there is no ${what} ${name}${suggestion(name, candidates)}`,
    remedy: 'see fettle plan --list-tasks',
  })
}

/** The output of `--list-hosts` and `--list-tasks`. */
export interface RunList {
  readonly plays: readonly {
    readonly name: string
    readonly hosts: readonly string[]
    readonly tasks: readonly { readonly name: string; readonly tags: readonly string[] }[]
  }[]
}

/**
 * The hosts and tasks that a run would have. A task is listed when its own tags select it, or those
 * of one of its resources. Only with tags are resources built and variables checked.
 */
export function listRun(
  plays: readonly Play[],
  inventory: Inventory,
  options: SelectOptions,
): RunList {
  const selected = selectPlays(plays, inventory, options)
  const byTags = options.tags.length + options.skipTags.length > 0
  const info = inventoryInfo(inventory, plays)
  const steps = selected.map((each) => {
    if (!byTags || each.play.facts) return []
    return each.hosts.flatMap((host) => buildPlay(each, info, { ...options, become: false })(host))
  })
  checkTags(plays, options, steps.flat())
  return {
    plays: selected.map((each, index) => listPlay(each, steps[index] ?? [], options)),
  }
}

function listPlay(
  { play, hosts, from }: SelectedPlay,
  steps: readonly Step[],
  options: SelectOptions,
): RunList['plays'][number] {
  const inParts = new Set(steps.filter((step) => step.selected).map((step) => step.task))
  const isChosen = (task: Task<unknown>): boolean =>
    inParts.has(task) || chosenByTags(tagsOf(task), (task.options.tags ?? []).length > 0, options)
  const chosen = play.tasks.slice(from).filter(isChosen)
  return {
    name: play.name,
    hosts: hosts.map((host) => host.name),
    tasks: chosen.map((task) => ({ name: task.name, tags: task.options.tags ?? [] })),
  }
}

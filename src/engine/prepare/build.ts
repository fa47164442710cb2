import { types } from 'node:util'
import type { Address } from '../../core/address.js'
import { FettleError } from '../../core/errors.js'
import type { HostFacts } from '../../core/host-facts.js'
import { Later } from '../../core/later.js'
import { withKnownNames } from '../../core/names/known-names.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { InventoryInfo, Play, Resources, Task, TaskContext } from '../../core/play.js'
import { isResource, type Resource, type Trigger } from '../../core/resource.js'
import { placeOfError } from '../../core/user-stack.js'
import type { InventoryHost } from '../../inventory/inventory.js'
import { checkAllVars } from '../../inventory/merge/check-variables.js'
import type { RunOptions } from '../options.js'
import { merged } from './duplicates.js'
import { placeOf } from './resource-places.js'
import { becomeUser } from '../fleet/connect-options.js'
import { chosenByTags } from './tags.js'
import { namesOfVars, taskContext } from './task-context.js'

/** A play with the selection of what is run. */
export interface SelectedPlay {
  readonly play: Play
  /** Its hosts after `--limit`. */
  readonly hosts: readonly InventoryHost[]
  /** The index of the first task to run, by `--start-at-task`. */
  readonly from: number
}

/** One resource of one host at its place in the run. */
export interface Step {
  readonly play: string
  readonly task: Task<unknown>
  readonly resource: Resource
  /** The user it acts as; null is the login user. */
  readonly user: string | null
  /**
   * Its task acts as root although the resource does not: a session of root is available for what
   * only root may do, such as writing marks of restarts.
   */
  readonly behindRoot?: true
  /** The user who makes a read: the one that it names, else the task's; null is the login user. */
  readonly reader: (become: string | undefined) => string | null
  /**
   * Chosen by tags and `--start-at-task`. A step that is not chosen still counts as a trigger, and
   * still gets marks.
   */
  readonly selected: boolean
  /**
   * The same resource as in an earlier `once` task. With hosts a and b, where a runs that task: a
   * has the resource there, b has it here.
   */
  readonly repeats?: true
  /** The same resource at later places of the play. */
  readonly also?: readonly Resource[]
}

type BuildOptions = Pick<RunOptions, 'tags' | 'skipTags' | 'become'>

/**
 * Builds the steps of one of a play's hosts: from its variables, and in a play with `facts: true`
 * from its facts.
 */
export type BuildHost = (host: InventoryHost, facts?: HostFacts) => readonly Step[]

/**
 * Checks the variables of all hosts of a play, and returns the function that builds the steps of
 * one. Both throw FettleError for errors that the user has to correct first.
 */
export function buildPlay(
  { play, hosts, from }: SelectedPlay,
  inventory: () => InventoryInfo,
  selection: BuildOptions,
): BuildHost {
  const vars = play.vars === null ? null : checkAllVars(hosts, play.vars)
  const names = namesOfVars(play)
  return (host, facts) => {
    const checked = vars?.get(host.name) ?? {}
    const readable = names === null ? checked : withKnownNames(checked, names)
    const steps = buildSteps(play, readable, host, inventory, { ...selection, from }, facts)
    checkTriggers(steps, host.name)
    return steps
  }
}

/**
 * Calls the play's tasks for one host and puts their resources in order. Equal resources with one
 * address become one, at the first place.
 * @throws FettleError `resource-conflict` when two of one address differ; any error of a task, with
 * its name and place
 */
export function buildSteps(
  play: Play,
  vars: unknown,
  host: InventoryHost,
  inventory: () => InventoryInfo,
  selection: BuildOptions & { readonly from: number },
  facts?: HostFacts,
): readonly Step[] {
  const context = taskContext(host, vars, inventory, facts)
  const steps = new Map<string, Step>()
  for (const [index, task] of play.tasks.entries()) {
    const becomeOfTask = task.options.become ?? play.become ?? selection.become
    for (const resource of resourcesOf(task, context)) {
      const tags = [...(task.options.tags ?? []), ...(resource.common.tags ?? [])]
      const selected =
        index >= selection.from && chosenByTags([task.name, ...tags], tags.length > 0, selection)
      const users = usersOf(host, becomeOfTask, resource.common.become)
      add(steps, { play: play.name, task, resource, ...users, selected }, host.name)
    }
  }
  return [...steps.values()]
}

/** The user that a resource acts as, and whether its task acts as root nevertheless. */
function usersOf(
  { connection }: InventoryHost,
  becomeOfTask: unknown,
  become: string | undefined,
): Pick<Step, 'user' | 'behindRoot' | 'reader'> {
  const reader: Step['reader'] = (wanted) => becomeUser(connection, wanted ?? becomeOfTask)
  const taskUser = reader(undefined)
  const user = reader(become)
  return taskUser === 'root' && user !== 'root'
    ? { user, behindRoot: true, reader }
    : { user, reader }
}

/** The steps of a host, depending on whether it runs the play's `once` tasks. */
export const stepsOf = (steps: readonly Step[], runsOnce: boolean): readonly Step[] =>
  steps.filter((step) => (runsOnce ? step.repeats !== true : step.task.options.once !== true))

function add(steps: Map<string, Step>, step: Step, host: string): void {
  const { address } = step.resource
  const first = steps.get(address)
  addAt(steps, address, step, host)
  if (first?.task.options.once !== true || step.task.options.once === true) return
  addAt(steps, `${address} on other hosts`, { ...step, repeats: true }, host)
}

function addAt(steps: Map<string, Step>, key: string, step: Step, host: string): void {
  const first = steps.get(key)
  if (first === undefined) {
    steps.set(key, step)
    return
  }
  steps.set(key, {
    ...first,
    resource: merged(first, step, host),
    selected: first.selected || step.selected,
    also: [...(first.also ?? []), step.resource],
  })
}

function resourcesOf(task: Task<unknown>, context: TaskContext<unknown>): readonly Resource[] {
  const where = `task ${JSON.stringify(task.name)} for ${context.host.name}`
  return flatten(returnedBy(task, context, where), where)
}

function returnedBy(
  { build, options: { when } }: Task<unknown>,
  context: TaskContext<unknown>,
  where: string,
): Resources {
  try {
    if (when !== undefined && !when(context)) return []
    return build(context)
  } catch (error) {
    throw inTask(error, where)
  }
}

/** Resources in order, without nesting. Tasks in plain JavaScript may return anything. */
function flatten(returned: unknown, where: string): readonly Resource[] {
  if (!Array.isArray(returned))
    throw notResources(returned, `${where}: instead of a list of resources it returned`)
  return returned.flatMap((entry: unknown) => {
    if (Array.isArray(entry)) return flatten(entry, where)
    if (isResource(entry)) return [ofThisCopy(entry, where)]
    if (entry) throw notResources(entry, `${where}: instead of a resource there is in its list`)
    return []
  })
}

/**
 * A package may import another installed copy of Fettle. What that makes looks like a resource, but
 * its Laters, Secrets and shell are of other classes, and would be taken for plain data.
 */
function ofThisCopy(resource: Resource, where: string): Resource {
  if (resource.resolved instanceof Later) return resource
  throw new FettleError('play-invalid', {
    address: resource.address,
    message: `${where}: ${resource.address} was made by another installed copy of Fettle than the one that runs`,
    remedy:
      'run the copy of the project: npx fettle; if it has several, `npm ls fettle` shows who brings them',
  })
}

function notResources(returned: unknown, sentence: string): FettleError {
  return new FettleError('play-invalid', {
    message: `${sentence} ${describe(returned)}`,
    remedy: 'correct what the task returns',
  })
}

function describe(returned: unknown): string {
  if (types.isPromise(returned)) return 'a promise: a task is not async'
  if (typeof returned === 'function')
    return `the function ${returned.name || 'without a name'}: was it to be called?`
  if (isResource(returned)) return `the resource ${returned.address}: put it into a list`
  if (typeof returned === 'string') return JSON.stringify(returned)
  if (typeof returned === 'object' && returned !== null) return 'an object'
  return String(returned)
}

/** The error of a task's function, with the task, the host and the line in the user's code. */
function inTask(error: unknown, task: string): FettleError {
  const place = types.isNativeError(error) || error instanceof Error ? placeOfError(error) : null
  const where = place === null ? task : `${task}, at ${place}`
  if (error instanceof FettleError)
    return new FettleError(error.code, {
      message: `${where}: ${error.message}`,
      remedy: error.remedy,
      cause: error,
      ...omitUndefined({
        address: error.address ?? undefined,
        detail: error.detail ?? undefined,
      }),
    })
  return new FettleError('play-invalid', {
    message: `${where}: ${String(error)}`,
    remedy: 'correct the task at that place',
    cause: error,
  })
}

/** @throws FettleError `trigger-missing` for a trigger that no task holds for this host */
export function checkTriggers(steps: readonly Step[], host: string): void {
  const held = new Set(steps.map((step) => step.resource.address))
  for (const { resource } of steps) {
    for (const trigger of resource.triggers) {
      if (held.has(trigger.address)) continue
      throw new FettleError('trigger-missing', {
        address: `${host}/${resource.address}`,
        message: `${resource.address} at ${placeOf(resource)} names ${trigger.address} as a trigger, which no task holds for ${host}`,
      })
    }
  }
}

/** The steps that each address triggers, over all steps of a host, selected or not. */
export function dependents(
  steps: readonly Step[],
): ReadonlyMap<Address, readonly { readonly step: Step; readonly trigger: Trigger }[]> {
  const waiting = new Map<Address, { step: Step; trigger: Trigger }[]>()
  for (const step of steps) {
    for (const trigger of step.resource.triggers) {
      const before = waiting.get(trigger.address) ?? []
      waiting.set(trigger.address, [...before, { step, trigger }])
    }
  }
  return waiting
}

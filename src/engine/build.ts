import type { Address } from '../core/address.js'
import { FettleError } from '../core/errors.js'
import type { HostInfo, InventoryInfo, Play, Resources, Task } from '../core/play.js'
import type { Resource, Trigger } from '../core/resource.js'
import type { Inventory, InventoryHost } from '../inventory/inventory.js'
import type { RunOptions } from './options.js'
import { sameOptions } from './same-options.js'
import { chosenByTags, tagsOf } from './select.js'

/** One resource of one host, where it stands in the run. */
export interface Step {
  readonly play: string
  readonly task: Task<unknown>
  readonly resource: Resource
  /** The user it acts as; null is the login user. */
  readonly user: string | null
  /** Chosen by tags and `--start-at-task`. What is not chosen is still a trigger and still marked by one. */
  readonly selected: boolean
}

type Selection = Pick<RunOptions, 'tags' | 'skipTags' | 'startAtTask' | 'become'>

/** What tasks see of the inventory. */
export function inventoryInfo(inventory: Inventory): InventoryInfo {
  return { hosts: [...inventory.hosts.values()].map(({ name, groups, vars }) => ({ name, groups, vars })), groups: inventory.groups }
}

/** The file and line of the user's code where a resource was made. */
export function placeOf(resource: Resource): string {
  const frames = (resource.origin.stack ?? '').split('\n').slice(1).map((frame) => frame.trim().replace(/^at /, ''))
  const own = /[/\\](src|dist[/\\]src)[/\\](core|resources)[/\\]/
  return (frames.find((frame) => !own.test(frame)) ?? 'an unknown place').replace(/^.*\((.*)\)$/, '$1').replace(/^file:\/\//, '')
}

const isList = (entry: Resources[number]): entry is Resources => Array.isArray(entry)

const flatten = (resources: Resources): readonly Resource[] =>
  resources.flatMap((entry) => (isList(entry) ? flatten(entry) : entry === null || entry === undefined || entry === false || entry === '' || entry === 0 ? [] : [entry]))

/** Resource over task over play over `-b`; the inventory's `ansible_become*` over all. */
function userOf(resource: Resource, task: Task<unknown>, play: Play, host: InventoryHost, become: boolean): string | null {
  const wanted = resource.common.become ?? task.options.become ?? play.become ?? (become ? true : null)
  const { connection } = host
  if (connection.become === false) return null
  if (wanted === null && connection.become !== true) return null
  return connection.becomeUser ?? (typeof wanted === 'string' ? wanted : 'root')
}

/**
 * Calls the play's tasks for one host and puts their resources in order. Two of one address are one, at the first place.
 * @throws FettleError `resource-conflict` when two of one address differ; whatever a task throws, with its name
 */
export function buildSteps(play: Play, vars: unknown, host: InventoryHost, inventory: InventoryInfo, selection: Selection): readonly Step[] {
  const info: HostInfo = { name: host.name, groups: host.groups }
  const context = { host: info, vars, inventory }
  const steps = new Map<Address, Step>()
  let started = selection.startAtTask === null
  for (const task of play.tasks) {
    started ||= task.name === selection.startAtTask
    for (const resource of resourcesOf(task, context, host)) {
      const tags = [...tagsOf(task), ...(resource.common.tags ?? [])]
      const named = (task.options.tags ?? []).length + (resource.common.tags ?? []).length > 0
      const step: Step = { play: play.name, task, resource, user: userOf(resource, task, play, host, selection.become), selected: started && chosenByTags(tags, named, selection) }
      const earlier = steps.get(resource.address)
      if (earlier !== undefined) checkSame(earlier, step, host.name)
      steps.set(resource.address, earlier === undefined ? step : { ...earlier, selected: earlier.selected || step.selected })
    }
  }
  return [...steps.values()]
}

function resourcesOf(task: Task<unknown>, context: Parameters<Task<unknown>['build']>[0], host: InventoryHost): readonly Resource[] {
  try {
    return task.options.when?.(context) === false ? [] : flatten(task.build(context))
  } catch (error) {
    if (error instanceof FettleError) throw error
    throw new FettleError('play-invalid', { address: host.name, message: `task ${task.name} failed for ${host.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, remedy: 'correct the task', cause: error })
  }
}

function checkSame(first: Step, second: Step, host: string): void {
  if (first.user === second.user && sameOptions(first.resource.options, second.resource.options)) return
  throw new FettleError('resource-conflict', {
    address: `${host}/${first.resource.address}`,
    message: `${first.resource.address} is described twice with different options: at ${placeOf(first.resource)} and at ${placeOf(second.resource)}`,
  })
}

/** @throws FettleError `trigger-missing` for a trigger that no task holds for this host */
export function checkTriggers(steps: readonly Step[], host: string): void {
  const held = new Set(steps.map((step) => step.resource.address))
  for (const { resource } of steps) {
    for (const trigger of resource.triggers) {
      if (held.has(trigger.address)) continue
      throw new FettleError('trigger-missing', { address: `${host}/${resource.address}`, message: `${resource.address} at ${placeOf(resource)} names ${trigger.address} as a trigger, which no task holds for ${host}` })
    }
  }
}

/** What waits for each address to change, over all steps of a host, selected or not. */
export function dependents(steps: readonly Step[]): ReadonlyMap<Address, readonly { readonly step: Step; readonly trigger: Trigger }[]> {
  const waiting = new Map<Address, { step: Step; trigger: Trigger }[]>()
  for (const step of steps) {
    for (const trigger of step.resource.triggers) waiting.set(trigger.address, [...(waiting.get(trigger.address) ?? []), { step, trigger }])
  }
  return waiting
}

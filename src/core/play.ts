import type { z } from 'zod'
import { FettleError } from './errors.js'
import type { Resource } from './resource.js'

/** What tasks see of a host. */
export interface HostInfo {
  /** Its name in the inventory. */
  readonly name: string
  /** Every group that it is in, by itself or through another. */
  readonly groups: readonly string[]
}

/** What tasks see of the inventory: hosts, groups and variables, and no host's facts. */
export interface InventoryInfo {
  readonly hosts: readonly (HostInfo & { readonly vars: Readonly<Record<string, unknown>> })[]
  /** The names of a group's hosts. */
  readonly groups: ReadonlyMap<string, readonly string[]>
}

/** What a task's function is given. */
export interface TaskContext<Vars> {
  readonly host: HostInfo
  /** The host's variables, as the play's schema has them. */
  readonly vars: Vars
  readonly inventory: InventoryInfo
}

/** What a task returns: resources in order, in lists that may nest; falsy entries are left out. */
export type Resources = readonly (Resource | Resources | false | null | undefined | '' | 0)[]

export interface TaskOptions<Vars> {
  /** Names for `--tags` and `--skip-tags`. The task's own name is one of them. */
  readonly tags?: readonly string[]
  /** Act as root (`true`) or another user through sudo. Default: as the play says. */
  readonly become?: true | string
  /** Run for one host only: the first selected, reachable one of the play. The others wait for it, and fail with it. Default false. */
  readonly once?: boolean
  /** Hosts for which this is false do not get the task. Default: all of the play do. */
  readonly when?: (context: TaskContext<Vars>) => boolean
}

/** A named, ordered list of resources: the unit of progress, tags and limits. */
export interface Task<Vars> {
  readonly name: string
  readonly build: (context: TaskContext<Vars>) => Resources
  readonly options: TaskOptions<Vars>
}

/**
 * Makes a task: a named, ordered list of resources; the unit of progress, tags and limits. A role is a function that returns some of them.
 *
 * `build` is called once for each host with `{ host, vars, inventory }`: the host's name and groups, its variables as the play's schema has them, and
 * all hosts, groups and variables. That is before anything connects, so it computes and awaits nothing. Lists that it returns may nest, and falsy
 * entries are left out: `vars.tls && file(…)`.
 */
export function task<Vars>(name: string, build: (context: TaskContext<Vars>) => Resources, options: TaskOptions<Vars> = {}): Task<Vars> {
  return { name, build, options }
}

export interface PlayOptions<S extends z.ZodType> {
  /** How the play is shown. */
  readonly name: string
  /** Which hosts, as a pattern with Ansible's meaning: `web:&prod`. */
  readonly hosts: string
  /** What the hosts get, in the order in which each host walks them. */
  readonly tasks: readonly Task<z.output<NoInfer<S>>>[]
  /** Act as root (`true`) or another user through sudo. Default: the login user. */
  readonly become?: true | string
  /** A zod schema (`z` is exported) of the variables that tasks see, checked for every host before anything connects. Default: tasks see none. */
  readonly vars?: S
  /** Hosts at once. Default 50. `--forks` overrides it. */
  readonly forks?: number
}

/** Which hosts get which tasks, in which order. */
export interface Play {
  readonly name: string
  readonly hosts: string
  readonly tasks: readonly Task<unknown>[]
  readonly become: true | string | null
  readonly vars: z.ZodType | null
  readonly forks: number | null
}

const plays = new WeakSet()

/** Makes a play: which hosts get which tasks, in which order. A task that needs a variable which the schema lacks does not compile. */
export function play<S extends z.ZodType>({ name, hosts, tasks, become, vars, forks }: PlayOptions<S>): Play {
  if (typeof name !== 'string' || name === '' || typeof hosts !== 'string' || !Array.isArray(tasks)) throw new FettleError('play-invalid', { message: 'a play needs a name, hosts (a pattern) and a list of tasks' })
  const made: Play = { name, hosts, tasks: tasks as readonly Task<unknown>[], become: become ?? null, vars: vars ?? null, forks: forks ?? null }
  plays.add(made)
  return made
}

/** Whether a task file's export came from `play`. */
export const isPlay = (exported: unknown): exported is Play => typeof exported === 'object' && exported !== null && plays.has(exported)

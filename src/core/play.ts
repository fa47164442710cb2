import type { z } from 'zod'
import { FettleError } from './errors.js'
import type { HostFacts } from './host-facts.js'
import type { Resource } from './resource.js'
import { suggestion } from './names/nearest.js'
import { isShare, type Percentage, type Share } from './percentage.js'

/** A host as tasks see it. */
export interface HostInfo {
  /** Its name in the inventory. */
  readonly name: string
  /** All groups that contain it, directly or through another group. */
  readonly groups: readonly string[]
}

/** The inventory as tasks see it: hosts, groups and variables, without facts. */
export interface InventoryInfo {
  readonly hosts: readonly (HostInfo & { readonly vars: Readonly<Record<string, unknown>> })[]
  /** The names of a group's hosts. */
  readonly groups: ReadonlyMap<string, readonly string[]>
}

/** What tasks get in addition in a play with `facts: true`. */
export interface WithFacts {
  /** The facts of the host, read before its resources are built. */
  readonly facts: HostFacts
}

/** The argument of a task's function; `Facts` is `WithFacts` for a task that needs them. */
export type TaskContext<Vars, Facts = unknown> = Facts & {
  readonly host: HostInfo
  /** The host's variables, as the play's schema has them. */
  readonly vars: Vars
  readonly inventory: InventoryInfo
}

/** What a task returns: resources in order, in lists that may nest; falsy entries are left out. */
export type Resources = readonly (Resource | Resources | false | null | undefined | '' | 0)[]

export interface TaskOptions<Vars, Facts = unknown> {
  /** Names for `--tags` and `--skip-tags`. The task's own name is one of them. */
  readonly tags?: readonly string[]
  /** Act as root (`true`) or another user through sudo. Default: as the play says. */
  readonly become?: true | string
  /**
   * Run on one host only: the first selected, reachable one of the play, once for all batches. The
   * other hosts wait for it, and fail if it fails. Default false.
   */
  readonly once?: boolean
  /** Hosts for which this returns false skip the task. Default: all hosts of the play get it. */
  readonly when?: (context: TaskContext<Vars, Facts>) => boolean
}

/** A named, ordered list of resources: the unit of progress, tags and limits. */
export interface Task<Vars, Facts = unknown> {
  /** What it does, as it is shown and selected. */
  readonly name: string
  /** Makes its resources for one host. */
  readonly build: (context: TaskContext<Vars, Facts>) => Resources
  /** What it was given besides. */
  readonly options: TaskOptions<Vars, Facts>
}

/**
 * Makes a task: a named, ordered list of resources; the unit of progress, tags and limits. A role
 * is a function that returns tasks.
 *
 * `build` is called once for each host with `{ host, vars, inventory }`: the host's name and
 * groups, its variables as the play's schema parses them, and all hosts, groups and variables. It
 * is called before anything connects, so it computes and awaits nothing. Lists that it returns may
 * nest, and falsy entries are left out: `vars.tls && file(…)`.
 *
 * A task that needs the host's facts declares that in its type:
 * `task<Vars, WithFacts>('…', ({ facts }) => …)` gets `facts` too, and only a play with
 * `facts: true` accepts it. It is called after they have been read, before anything on the host is
 * changed.
 * @chapter Plays and tasks
 * @ansible a task file or role
 */
export function task<Vars, Facts = unknown>(
  name: string,
  build: (context: TaskContext<Vars, Facts>) => Resources,
  options: TaskOptions<Vars, Facts> = {},
): Task<Vars, Facts> {
  const unknown = unknownOption(options, taskOptions)
  if (unknown !== null) throw invalid(`the task ${JSON.stringify(name)} has an option ${unknown}`)
  return { name, build, options }
}

const taskOptions: readonly string[] = [
  'tags',
  'become',
  'once',
  'when',
] satisfies readonly (keyof TaskOptions<unknown>)[]

/**
 * The first option that is not known. Plain JavaScript may give any, and a misspelt one would be
 * ignored silently.
 */
function unknownOption(options: object, known: readonly string[]): string | null {
  const unknown = Object.keys(options).find((option) => !known.includes(option))
  if (unknown === undefined) return null
  return `${unknown}, which is none${suggestion(unknown, known)}`
}

export interface PlayOptions<S extends z.ZodType, F extends boolean = false> {
  /** How the play is shown. */
  readonly name: string
  /** Which hosts, as a pattern with Ansible's meaning: `web:&prod`. */
  readonly hosts: string
  /** What the hosts get, in the order in which each host walks them. */
  readonly tasks: readonly Task<z.output<NoInfer<S>>, F extends true ? WithFacts : unknown>[]
  /** Act as root (`true`) or another user through sudo. Default: the login user. */
  readonly become?: true | string
  /**
   * A zod schema (`z` is exported) of the variables that tasks see, checked for every host before
   * anything connects. Reading a name that it does not have is an error, at any depth; one that may
   * be missing is `.optional()`. What `transform` makes has any name, unless a schema follows:
   * `.transform(…).pipe(z.object({ … }))`. Default: tasks see none.
   */
  readonly vars?: S
  /**
   * Read each host's facts (system, architecture, memory, addresses …) in a round trip of their own
   * before its resources are built; tasks see them as `facts`. What is wrong with a task or a
   * resource is then a failure of that host, before anything on it is changed. Default false.
   */
  readonly facts?: F
  /**
   * Hosts in batches, the next of which is begun when every host of the one before has ended: how
   * many, what percentage of the play's hosts (truncated, at least 1), or a list of both whose last
   * entry repeats. After a batch in which every host failed the run ends. Default: all at once.
   */
  readonly serial?: number | Percentage | readonly (number | Percentage)[]
  /**
   * How many hosts may fail, unreachable ones among them. With one more no further host is begun,
   * in this play or a later one; those under way go on. A number counts over the whole play, a
   * percentage over each batch by itself. Default: any number.
   */
  readonly maxFailures?: number | Percentage
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
  readonly facts: boolean
  /** Empty: all hosts at once. */
  readonly serial: readonly Share[]
  readonly maxFailures: Share | null
  readonly forks: number | null
}

const plays = new WeakSet()

/**
 * Makes a play: which hosts get which tasks, in which order. A task that needs a variable which the
 * schema lacks does not compile, nor does a task that needs facts in a play without `facts: true`.
 * @chapter Plays and tasks
 * @ansible a play
 */
export function play<S extends z.ZodType, F extends boolean = false>(
  options: PlayOptions<S, F>,
): Play {
  const { name, hosts, tasks, become, vars, facts, serial, maxFailures, forks } = options
  if (typeof name !== 'string' || name === '' || typeof hosts !== 'string' || !Array.isArray(tasks))
    throw new FettleError('play-invalid', {
      message: 'a play needs a name, hosts (a pattern) and a list of tasks',
    })
  const unknown = unknownOption(options, playOptions)
  if (unknown !== null) throw invalid(`the play ${JSON.stringify(name)} has an option ${unknown}`)
  const batches = serial === undefined ? [] : [serial].flat()
  const wrong = (option: string, value: unknown, wanted: string): FettleError =>
    invalid(
      `${option} of the play ${JSON.stringify(name)} must be ${wanted}, and is ${JSON.stringify(value)}`,
    )
  if (serial !== undefined && (batches.length === 0 || !batches.every((each) => isShare(each, 1))))
    throw wrong(
      'serial',
      serial,
      "a number from 1 on, a percentage such as '30%', or a list of these",
    )
  if (maxFailures !== undefined && !isShare(maxFailures, 0))
    throw wrong('maxFailures', maxFailures, "a number from 0 on, or a percentage such as '20%'")
  if (forks !== undefined && (typeof forks !== 'number' || !isShare(forks, 1)))
    throw wrong('forks', forks, 'a number from 1 on')
  if (facts !== undefined && typeof facts !== 'boolean')
    throw wrong('facts', facts, 'true or false')
  const made: Play = {
    name,
    hosts,
    tasks: tasks as readonly Task<unknown>[],
    become: become ?? null,
    vars: vars ?? null,
    facts: facts ?? false,
    serial: batches,
    maxFailures: maxFailures ?? null,
    forks: forks ?? null,
  }
  plays.add(made)
  return made
}

const playOptions: readonly string[] = [
  'name',
  'hosts',
  'tasks',
  'become',
  'vars',
  'facts',
  'serial',
  'maxFailures',
  'forks',
] satisfies readonly (keyof PlayOptions<z.ZodType>)[]

const invalid = (message: string): FettleError =>
  new FettleError('play-invalid', { message, remedy: 'correct it at that place' })

/** Whether a task file's export was made by `play`. */
export const isPlay = (exported: unknown): exported is Play =>
  typeof exported === 'object' && exported !== null && plays.has(exported)

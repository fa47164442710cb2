import { address } from '../core/address.js'
import { FettleError } from '../core/errors.js'
import { play, type Play, task } from '../core/play.js'
import type { Resource } from '../core/resource.js'
import type { Event, EventError, ResourceEvent, RunMode } from '../engine/events.js'
import type { Connect } from '../engine/fleet/sessions.js'
import type { RunOptions } from '../engine/options.js'
import { eventError } from '../engine/resource-event.js'
import { run } from '../engine/run.js'
import { runName } from '../engine/undo/keeper.js'
import { takeBack } from '../engine/undo/take-back.js'
import type { Inventory, InventoryHost } from '../inventory/inventory.js'
import type { Session } from '../ssh/session.js'
import type { HostOutcome } from './host-case.js'

/** A host that a test is logged in to. */
export interface LoggedIn {
  readonly name: string
  /** A session of root. It is kept open. */
  readonly session: Session
  readonly project: string
}

/** What became of each resource, in order, and the name under which the run has kept things. */
export interface Ran {
  readonly outcomes: readonly HostOutcome[]
  readonly run: string
}

/**
 * Plans or applies resources as one task of one play, by the whole engine.
 * @throws FettleError for what the engine refuses before it contacts the host; `lab-failed` where
 * the host was lost
 */
export async function runOn(
  host: LoggedIn,
  mode: RunMode,
  resources: readonly Resource[],
): Promise<Ran> {
  const tasks = [task('test', () => resources)]
  const made = play({ name: 'test', hosts: 'all', tasks, become: true })
  const events = await runPlays(host, mode, [made])
  const begun = events.find((event) => event.type === 'run')
  return {
    outcomes: events.filter((event) => event.type === 'resource').map(outcomeOf),
    run: begun === undefined ? '' : runName(begun.id, begun.time),
  }
}

/**
 * Plans or applies plays, by the whole engine. Plays of root's share the session.
 * @param more options of the run, and how to connect for plays of other users
 * @throws FettleError as `runOn`
 */
export async function runPlays(
  { name, session, project }: LoggedIn,
  mode: RunMode,
  plays: readonly Play[],
  more: Pick<RunOptions, 'beginAnyway'> & { readonly connect?: Connect } = {},
): Promise<readonly Event[]> {
  const { connect = refuse, ...flags } = more
  const events: Event[] = []
  const options = { ...withoutFlags, ...flags, mode, project }
  const view = (event: Event): number => events.push(event)
  const rootOrOther: Connect = (target, settings) =>
    target.become === null || target.become.user === session.user
      ? Promise.resolve(keptOpen(session))
      : connect(target, settings)
  await run(plays, inventoryOf(name), options, view, rootOrOther)
  const lost = events.find((event) => event.type === 'host' && event.status === 'unreachable')
  if (lost?.type === 'host' && lost.error !== null) throw lostHost(lost.error)
  return events
}

const refuse: Connect = ({ name }) => {
  throw new FettleError('lab-failed', { message: `${name} has a session of root only` })
}

/**
 * Takes back what a run has changed.
 * @returns the error of each thing that could not be taken back
 */
export async function takeRunBack(
  { session }: LoggedIn,
  run: string,
  resources: readonly Resource[],
): Promise<readonly string[]> {
  const kinds = new Map(resources.map(({ address, kind }) => [address, kind.undo ?? []]))
  const things = await takeBack(
    session,
    run,
    (of, name) => kinds.get(of)?.find((kind) => kind.name === name) ?? null,
  )
  return things.flatMap(({ error }) => (error === null ? [] : [textOf(eventError(error))]))
}

const never = new AbortController().signal

/** The options of a command line without flags. */
export const withoutFlags: Omit<RunOptions, 'mode' | 'project'> = {
  forks: null,
  limit: null,
  tags: [],
  skipTags: [],
  startAtTask: null,
  become: false,
  becomePassword: null,
  connectionPassword: null,
  user: null,
  sshConfig: null,
  acceptNew: false,
  stop: never,
  kill: never,
}

/** An inventory of one host without variables. */
function inventoryOf(name: string): Inventory {
  const host: InventoryHost = {
    name,
    groups: ['all'],
    vars: {},
    connection: { host: name, user: 'root', local: false },
    namedAt: { file: 'test', line: 0, column: 0 },
    unreadable: null,
    place: () => null,
    isUnsafe: () => false,
  }
  return {
    hosts: new Map([[name, host]]),
    groups: new Map([['all', [name]]]),
    graph: new Map([['all', { children: [], hosts: [name] }]]),
    extraVars: new Map(),
    warnings: [],
  }
}

/** The same session, which a run cannot close: a login for each would take most of the time. */
const keptOpen = (session: Session): Session => ({
  user: session.user,
  loginUser: session.loginUser,
  started: session.started,
  get over() {
    return session.over
  },
  get roundTrips() {
    return session.roundTrips
  },
  exchange: (blocks) => session.exchange(blocks),
  forward: (target) => session.forward(target),
  kill: () => session.kill(),
  close: () => Promise.resolve(),
})

const outcomeOf = ({ resource, id, status, changes, error }: ResourceEvent): HostOutcome => ({
  address: address(resource, id),
  status,
  changes: changes.map(({ summary }) => summary),
  error: error === null ? null : textOf(error),
})

const textOf = ({ message, detail, remedy }: EventError): string =>
  [message, detail, remedy].filter((part) => part !== null && part !== '').join('\n')

const lostHost = ({ message, remedy, detail }: EventError): FettleError =>
  new FettleError('lab-failed', { message, remedy, detail: detail ?? '' })

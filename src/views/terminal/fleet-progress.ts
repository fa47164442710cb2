import type {
  Event,
  HostEvent,
  ProgressEvent,
  ResourceEvent,
  RunEvent,
} from '../../engine/events.js'
import { oneLine } from '../text/clean.js'
import { width } from './columns.js'

/**
 * Where a host stands in a run. Times are of the clock that the events were given with, in
 * milliseconds.
 */
export interface HostProgress {
  /** As it can be shown. */
  readonly name: string
  /** `waiting` is also who waits for others: for a task that runs once, or for its next play. */
  readonly state: 'waiting' | 'running' | HostEnd
  /** Null before its first turn. */
  readonly begun: number | null
  readonly ended: number
  /** The indices of the run's plays that it has a part in, and how many of these are behind it. */
  readonly plays: readonly number[]
  readonly playsDone: number
  /** Resources of the play under way. */
  readonly finished: number
  readonly total: number
  readonly changed: number
  /** What is under way, since when, and what it has printed last, as it can be shown. */
  readonly doing: ProgressEvent['doing']
  readonly task: string | null
  readonly resource: string | null
  /** Whom it waits for that is none of this run. */
  readonly whom: string | null
  readonly since: number
  readonly line: string | null
}

type StepProgress = Pick<HostProgress, 'doing' | 'task' | 'resource' | 'whom'>

const newcomer = (name: string, plays: readonly number[] = []): HostProgress => ({
  name: oneLine(name),
  state: 'waiting',
  begun: null,
  ended: 0,
  plays,
  playsDone: 0,
  finished: 0,
  total: 0,
  changed: 0,
  doing: 'waiting',
  task: null,
  resource: null,
  whom: null,
  since: 0,
  line: null,
})

/** Who has finished its part of a play and may have one in the next. */
const idle: StepProgress = { doing: 'waiting', task: null, resource: null, whom: null }

/** How long a step may last, in milliseconds, before a person asks what it is doing. */
const patience = 2000

/** Whether a host works on one step for so long that it is worth a look. */
export const isSlow = ({ state, since }: HostProgress, now: number): boolean =>
  state === 'running' && since <= now - patience

export type HostEnd = HostEvent['status'] | 'not begun'

/**
 * How a host has ended. Whose turn never came has not failed, although the run is not done with it.
 */
export function endOf(
  { status, error }: Pick<HostEvent, 'status' | 'error'>,
  begun: boolean,
): HostEnd {
  if (error?.code === 'not-begun') return 'not begun'
  if (error?.code === 'stopped' && !begun) return 'not begun'
  return status
}

/**
 * How much of its part in the run a host has behind it, between 0 and 1: of plays each as much as
 * the others, whatever they hold.
 */
export function shareDone({ state, plays, playsDone, finished, total }: HostProgress): number {
  if (state !== 'running' && state !== 'waiting') return 1
  const ofPlay = total === 0 ? 0 : finished / total
  return (playsDone + ofPlay) / Math.max(1, plays.length)
}

/** More of a line than a terminal shows. */
const longestLine = 1000

/**
 * All hosts of a run with their progress, made from events alone. Those that run are kept in the
 * two orders in which they are asked for: to draw a few lines of thousands of hosts, nothing is
 * sorted.
 */
export class FleetProgress {
  readonly #hosts = new Map<string, HostProgress>()
  /**
   * Those that run, in the order in which they began to, and in that in which their steps began.
   */
  readonly #running = new Set<string>()
  readonly #steps = new Set<string>()
  #plays: readonly string[] = []
  /** The index of the play under way: they follow one another, whatever the host. */
  #play = 0
  begun = 0
  mode = ''
  /** Columns of the longest name. */
  nameWidth = 0

  get size(): number {
    return this.#hosts.size
  }

  /** The play under way, and where it stands among several: `Flask app (2/3)`. */
  get play(): string {
    const name = oneLine(this.#plays[this.#play] ?? '')
    const count = this.#plays.length
    return count > 1 ? `${name} (${this.#play + 1}/${count})` : name
  }

  get running(): number {
    return this.#running.size
  }

  /** In the order of the inventory. */
  hosts(): Iterable<HostProgress> {
    return this.#hosts.values()
  }

  /**
   * Up to `most` that run: those that are slow, the slowest on top, then the others as they began.
   */
  slowest(most: number, now: number): readonly HostProgress[] {
    const chosen = new Set<HostProgress>()
    for (const host of this.#named(this.#steps)) {
      if (chosen.size >= most || !isSlow(host, now)) break
      chosen.add(host)
    }
    for (const host of this.#named(this.#running)) {
      if (chosen.size >= most) break
      chosen.add(host)
    }
    return [...chosen]
  }

  *#named(names: Iterable<string>): Generator<HostProgress> {
    for (const name of names) yield this.#host(name)
  }

  #host(name: string): HostProgress {
    return this.#hosts.get(name) ?? newcomer(name)
  }

  onEvent(event: Event, now: number): void {
    switch (event.type) {
      case 'run':
        this.begun = now
        this.mode = event.mode
        this.#plays = event.plays.map(({ name }) => name)
        this.#gather(event)
        break
      case 'progress':
        this.#advance(event, now)
        break
      case 'resource':
        this.#finishResource(event, now)
        break
      case 'host':
        this.#end(event, now)
        break
      case 'error':
      case 'notice':
      case 'exchanges':
      case 'summary':
        break
    }
  }

  #gather({ plays }: RunEvent): void {
    const indices = new Map<string, number[]>()
    for (const [index, { hosts }] of plays.entries()) {
      for (const name of hosts) indices.set(name, [...(indices.get(name) ?? []), index])
    }
    for (const [name, own] of indices) this.#put(name, newcomer(name, own))
  }

  #advance(event: ProgressEvent, now: number): void {
    const { doing, task, resource, whom = null, finished } = event
    const line = oneLine(event.line?.slice(0, longestLine) ?? '') || null
    const playsDone = Math.max(0, this.#host(event.host).plays.indexOf(event.play))
    const total = Math.max(event.total, finished)
    this.#play = Math.max(this.#play, event.play)
    const step = { doing, task, resource, whom }
    this.#update(event.host, now, step, { playsDone, finished, total, line })
  }

  #finishResource(event: ResourceEvent, now: number): void {
    const host = this.#host(event.host)
    const finished = host.finished + 1
    const total = Math.max(host.total, finished)
    const changed = event.status === 'changed' ? host.changed + 1 : host.changed
    // What follows is told only where it changes something.
    const step: StepProgress =
      finished === total ? idle : { ...idle, doing: 'checking', task: event.task }
    this.#update(event.host, now, step, { finished, total, changed, line: null })
  }

  #end(event: HostEvent, now: number): void {
    const host = this.#host(event.host)
    this.#put(event.host, {
      ...host,
      state: endOf(event, host.begun !== null),
      begun: host.begun ?? now,
      ended: now,
    })
  }

  /** What a host does now. A step that is told again goes on. */
  #update(
    name: string,
    now: number,
    { doing, task, resource, whom }: StepProgress,
    counts: Pick<HostProgress, 'finished' | 'total' | 'line'> & Partial<HostProgress>,
  ): void {
    const host = this.#host(name)
    const goesOn =
      host.finished === counts.finished &&
      host.doing === doing &&
      host.task === task &&
      host.resource === resource &&
      host.whom === whom
    if (!goesOn) this.#steps.delete(name)
    this.#put(name, {
      ...host,
      ...counts,
      doing,
      task,
      resource,
      whom,
      state: doing === 'waiting' ? 'waiting' : 'running',
      begun: host.begun ?? now,
      since: goesOn ? host.since : now,
    })
  }

  #put(name: string, host: HostProgress): void {
    if (!this.#hosts.has(name)) this.nameWidth = Math.max(this.nameWidth, width(host.name))
    this.#hosts.set(name, host)
    for (const order of [this.#running, this.#steps]) {
      if (host.state === 'running') order.add(name)
      else order.delete(name)
    }
  }
}

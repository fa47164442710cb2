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
 * The progress of a host in a run. Times are in milliseconds, by the clock that events are passed
 * in with.
 */
export interface HostProgress {
  /** Without control characters. */
  readonly name: string
  /** `waiting` includes a host that waits for others: for a `once` task, or for its next play. */
  readonly state: 'waiting' | 'running' | HostEnd
  /** Null before its first event. */
  readonly begun: number | null
  readonly ended: number
  /** The indices of the run's plays that include it, and how many of these are done. */
  readonly plays: readonly number[]
  readonly playsDone: number
  /** Resources of the current play. */
  readonly finished: number
  readonly total: number
  readonly changed: number
  /** The current step, its start, and the last line of its output, without control characters. */
  readonly doing: ProgressEvent['doing']
  readonly task: string | null
  readonly resource: string | null
  /** The holder of the lock that it waits for, outside this run. */
  readonly whom: string | null
  readonly since: number
  readonly line: string | null
}

type StepProgress = Pick<HostProgress, 'doing' | 'task' | 'resource' | 'whom'>

const initialProgress = (name: string, plays: readonly number[] = []): HostProgress => ({
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

/** The step of a host that has finished its part of a play and may have one in the next. */
const idle: StepProgress = { doing: 'waiting', task: null, resource: null, whom: null }

/** Milliseconds after which a step counts as slow and is shown in more detail. */
const slowMilliseconds = 2000

/** Whether a host's current step is slow. */
export const isSlow = ({ state, since }: HostProgress, now: number): boolean =>
  state === 'running' && since <= now - slowMilliseconds

export type HostEnd = HostEvent['status'] | 'not begun'

/**
 * How a host has ended. A host that was never started has not failed, although the run is not done
 * with it.
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
 * The share of its part in the run that a host has done, between 0 and 1. Each play counts alike,
 * whatever its length.
 */
export function shareDone({ state, plays, playsDone, finished, total }: HostProgress): number {
  if (state !== 'running' && state !== 'waiting') return 1
  const ofPlay = total === 0 ? 0 : finished / total
  return (playsDone + ofPlay) / Math.max(1, plays.length)
}

/** Longer than a line of any terminal. */
const maxLineLength = 1000

/**
 * The progress of all hosts of a run, computed from events alone. Running hosts are kept in both
 * orders in which they are read, so that drawing a few lines of thousands of hosts sorts nothing.
 */
export class FleetProgress {
  readonly #hosts = new Map<string, HostProgress>()
  /** Running hosts, by the start of the host and by the start of its step. */
  readonly #running = new Set<string>()
  readonly #steps = new Set<string>()
  #plays: readonly string[] = []
  /** The index of the current play: plays run one after the other, on all hosts. */
  #play = 0
  begun = 0
  mode = ''
  /** Columns of the longest name. */
  nameWidth = 0

  get size(): number {
    return this.#hosts.size
  }

  /** The current play, and its position among several: `Flask app (2/3)`. */
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
   * Up to `most` running hosts: slow ones first, the slowest on top, then the others by their
   * start.
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
    return this.#hosts.get(name) ?? initialProgress(name)
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
    for (const [name, own] of indices) this.#put(name, initialProgress(name, own))
  }

  #advance(event: ProgressEvent, now: number): void {
    const { doing, task, resource, whom = null, finished } = event
    const line = oneLine(event.line?.slice(0, maxLineLength) ?? '') || null
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
    // The next step is reported only if it changes something. Until then the host counts as
    // checking the next resource.
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

  /** Sets a host's current step. A repeated step keeps its start. */
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

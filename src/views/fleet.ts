import type { Event, HostEvent, ProgressEvent } from '../engine/events.js'

export type Doing = ProgressEvent['doing']

/** Where a host stands in a run. Times are of the clock that the events were given with, in milliseconds. */
export interface HostProgress {
  readonly name: string
  readonly state: 'waiting' | 'running' | HostEvent['status']
  readonly begun: number
  readonly ended: number
  readonly finished: number
  readonly total: number
  readonly changed: number
  /** What is under way. */
  readonly doing: Doing
  readonly task: string | null
  readonly resource: string | null
}

const waiting = (name: string): HostProgress => ({ name, state: 'waiting', begun: 0, ended: 0, finished: 0, total: 0, changed: 0, doing: 'waiting', task: null, resource: null })

/** All hosts of a run with their progress, made from events alone. */
export class Fleet {
  readonly #hosts = new Map<string, HostProgress>()
  begun = 0
  mode = ''

  get hosts(): readonly HostProgress[] {
    return [...this.#hosts.values()]
  }

  onEvent(event: Event, now: number): void {
    switch (event.type) {
      case 'run':
        this.begun = now
        this.mode = event.mode
        for (const name of event.plays.flatMap((play) => play.hosts)) if (!this.#hosts.has(name)) this.#hosts.set(name, waiting(name))
        break
      case 'progress': {
        const { doing, task, resource, finished, total } = event
        this.#update(event.host, now, (host) => ({ ...host, doing, task, resource, finished, total: Math.max(total, finished) }))
        break
      }
      case 'resource':
        this.#update(event.host, now, (host) => ({ ...host, finished: host.finished + 1, total: Math.max(host.total, host.finished + 1), changed: host.changed + (event.status === 'changed' ? 1 : 0) }))
        break
      case 'host':
        this.#update(event.host, now, (host) => ({ ...host, state: event.status, ended: now }))
        break
      case 'error':
      case 'notice':
      case 'exchanges':
      case 'summary':
        break
    }
  }

  #update(name: string, now: number, change: (host: HostProgress) => HostProgress): void {
    const host = this.#hosts.get(name) ?? waiting(name)
    this.#hosts.set(name, change(host.state === 'waiting' ? { ...host, state: 'running', begun: now } : host))
  }
}

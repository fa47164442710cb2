import type { Event, EventError } from '../engine/events.js'
import { oneLine } from './clean.js'
import { problem } from './problem.js'
import { shownName } from './resource-text.js'
import type { Style } from './screen.js'

/** A failure and the hosts that it befell in the very same words. */
interface Failure {
  readonly hosts: readonly string[]
  readonly what: string
  readonly error: EventError
}

/** Every failure of a run, in the order of their coming. */
export class Failures {
  readonly #all = new Map<string, Failure>()

  onEvent(event: Event): void {
    if (event.type === 'resource' && event.error !== null) {
      this.#add(event.host, `${shownName(event)} (${event.status === 'ignored' ? 'ignored, ' : ''}task ${oneLine(event.task)})`, event.error)
    }
    // A host that failed at a resource may carry that resource's error again.
    if (event.type === 'host' && event.error !== null && !this.#knows(event.host, event.error.message)) this.#add(event.host, event.status, event.error)
  }

  #knows(host: string, message: string): boolean {
    return [...this.#all.values()].some((failure) => failure.error.message === message && failure.hosts.includes(host))
  }

  #add(host: string, what: string, error: EventError): void {
    const alike = JSON.stringify([what, error.message, error.detail, error.remedy])
    this.#all.set(alike, { hosts: [...(this.#all.get(alike)?.hosts ?? []), host], what, error: { ...error, address: null } })
  }

  /** All of them in full, with a blank line between two. */
  lines(style: Style): readonly string[] {
    return [...this.#all.values()].flatMap(({ hosts, what, error }, index) => [
      ...(index === 0 ? [] : ['']),
      `${style.red('✗')} ${style.bold(`${hosts.map(oneLine).join(', ')}: ${what}`)}`,
      ...problem(error, style).map((line) => `    ${line}`),
    ])
  }
}

import type { Event, EventError } from '../../engine/events.js'
import { oneLine } from './clean.js'
import { problemUnder, problem } from './problem.js'
import { placedName } from './resource-text.js'
import type { Style } from '../screen.js'

/** A failure, and the hosts that had it with the same message. */
export interface Failure {
  readonly hosts: readonly string[]
  /** What has failed: the resource and its task, or for a host as a whole how it ended. */
  readonly what: string
  readonly isResource: boolean
  readonly error: EventError
  /** It does not count as a failure of the run. */
  readonly ignored: boolean
}

interface GrowingFailure extends Failure {
  readonly hosts: string[]
}

/** Errors that are only consequences of another failure, or of stopping. */
const consequences: readonly string[] = ['not-begun', 'once-failed', 'stopped']

/** How much attention a failure needs. */
function weight({ ignored, error }: Failure): number {
  if (ignored) return 0
  return consequences.includes(error.code) ? 1 : 2
}

/** All failures of a run, in order. */
export class FailureList {
  readonly #all = new Map<string, GrowingFailure>()
  /** The messages that each host has failed with. */
  readonly #told = new Map<string, Set<string>>()

  /**
   * Returns the event's failure; null if there is none. Its first host is the event's if no other
   * has failed with this message before.
   */
  onEvent(event: Event): Failure | null {
    if (event.type === 'resource' && event.error !== null) {
      const what = `${placedName(event)}, task ${oneLine(event.task)}`
      return this.#add(event.host, what, event.error, event.status === 'ignored')
    }
    if (event.type !== 'host' || event.error === null) return null
    // A host that failed at a resource may carry that resource's error again.
    if (this.#told.get(event.host)?.has(event.error.message)) return null
    return this.#add(event.host, event.status, event.error, false, false)
  }

  #add(
    host: string,
    what: string,
    error: EventError,
    ignored: boolean,
    isResource = true,
  ): Failure {
    this.#told.set(host, (this.#told.get(host) ?? new Set()).add(error.message))
    const alike = JSON.stringify([what, ignored, error.message, error.detail, error.remedy])
    const failure = this.#all.get(alike) ?? {
      hosts: [],
      what,
      isResource,
      error: { ...error, address: null },
      ignored,
    }
    failure.hosts.push(host)
    this.#all.set(alike, failure)
    return failure
  }

  /**
   * All failures in full, separated by blank lines. The most important come last, because the end
   * is read first.
   */
  lines(style: Style): readonly string[] {
    const sorted = [...this.#all.values()].sort((a, b) => weight(a) - weight(b))
    return sorted.flatMap((failure) => ['', ...failureLines(failure, style)]).slice(1)
  }
}

/** A failure in full: what has failed, where, the output of the host, and the remedy. */
export function failureLines(
  { hosts, what, isResource, error, ignored }: Failure,
  style: Style,
): readonly string[] {
  const sign = ignored ? style.magenta('✗') : style.red('✗')
  const names = hosts.map(oneLine).join(', ')
  const { heading, below } = problemUnder(error, style)
  const lines = isResource ? [what, ...below] : problem(error, style)
  const told = ignored ? `failure ignored: ${heading}` : heading
  return [
    `${sign} ${style.bold(`${names}: ${isResource ? told : what}`)}`,
    ...lines.map((line) => `    ${line}`),
  ]
}

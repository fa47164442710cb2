import type { Event } from '../../engine/events.js'
import { oneLine } from '../text/clean.js'
import { clip } from './columns.js'
import { failureLines, FailureList } from '../text/failures.js'
import { FleetProgress } from './fleet-progress.js'
import { frame, type FrameSize } from './frame.js'
import { inOneLine } from '../text/resource-text.js'
import type { Style } from '../screen.js'

/** Draws a run on a terminal while it runs. */
export class LiveRun {
  readonly #fleet = new FleetProgress()
  readonly #failures = new FailureList()
  /** Hosts that failed with a message that is shown already. */
  readonly #alreadyShown: string[] = []

  constructor(
    readonly style: Style,
    readonly now: () => number,
  ) {}

  /**
   * Takes an event and returns the lines that it adds above the frame: failures in full, and notes
   * on the run as a whole.
   */
  take(event: Event): readonly string[] {
    const { style } = this
    this.#fleet.onEvent(event, this.now())
    if (event.type === 'notice' && event.host === null)
      return [`${style.yellow('note')}: ${oneLine(event.message)}`]
    const failure = this.#failures.onEvent(event)
    if (failure === null) return []
    if (failure.hosts.length > 1) {
      if (!failure.ignored) this.#alreadyShown.push(oneLine(failure.hosts.at(-1) ?? ''))
      return []
    }
    if (event.type === 'resource' && failure.ignored)
      return [`${style.magenta('✗')} ${oneLine(event.host)}: ${inOneLine(event, style)}`]
    return failureLines(failure, style)
  }

  frame({ rows, columns }: FrameSize): readonly string[] {
    const { style } = this
    const alike = this.#alikeLines(columns)
    const size = { rows: rows - alike.length, columns }
    return [...alike, ...frame(this.#fleet, this.now(), size, style)]
  }

  #alikeLines(columns: number): readonly string[] {
    const more = this.#alreadyShown.length
    if (more === 0) return []
    // No more names than a terminal could show.
    const names = this.#alreadyShown.slice(0, columns).join(', ')
    const line = clip(`✗ ${more} more in the same words: ${names}`, Math.max(1, columns - 1))
    return [this.style.red(line)]
  }
}

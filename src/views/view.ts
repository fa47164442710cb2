import type { Event } from '../engine/events.js'

/** Draws the events of a run, which is all it knows. */
export interface View {
  onEvent(event: Event): void
  /** Prints what is shown at the end of the run; resolves when everything is written. */
  end(): Promise<void>
}

/** Combines several views of one run; they end in this order. */
export const views = (all: readonly View[]): View => ({
  onEvent(event) {
    for (const view of all) view.onEvent(event)
  },
  async end() {
    for (const view of all) await view.end()
  },
})

import type { Event } from '../engine/events.js'

/** Draws the events of a run and knows nothing else. */
export interface View {
  onEvent(event: Event): void
  /** Prints what waits for the end of the run; resolves when everything is written. */
  end(): Promise<void>
}

/** Several views of one run; they end in their order. */
export const views = (all: readonly View[]): View => ({
  onEvent(event) {
    for (const view of all) view.onEvent(event)
  },
  async end() {
    for (const view of all) await view.end()
  },
})

import { omitUndefined } from '../core/omit-undefined.js'
import type { RunMode } from '../engine/events.js'
import { noticesView, plainView } from './text/plain.js'
import { planText } from './text/plan-text.js'
import { recapView } from './text/recap.js'
import type { Screen } from './screen.js'
import { views, type View } from './view.js'

export interface PeopleOptions {
  readonly mode: RunMode
  /** `-D`: diffs of what `apply` changes. A plan always has them. */
  readonly diffs: boolean
  /** How often `-v` was given. */
  readonly verbosity: number
  /** The command line that runs an `apply` again for the hosts that are not done. */
  readonly retryCommand?: string
}

/**
 * The view for people. On a terminal: progress while it runs, then what would change or has
 * changed, then the recap. Elsewhere `apply` prints a line for each change as it happens, and
 * `plan` the plan.
 */
export async function peopleView(
  screen: Screen,
  { mode, diffs, verbosity, retryCommand }: PeopleOptions,
): Promise<View> {
  const detail = { diffs: diffs || mode === 'plan', verbosity }
  const recap = recapView(screen, { mode, verbosity, ...omitUndefined({ retryCommand }) })
  if (screen.redraws) {
    // Imported on demand: loading listr2 takes longer than the rest of the command line.
    const { progressView } = await import('./terminal/progress.js')
    return views([progressView(screen), planText(screen, detail), recap])
  }
  const changes = mode === 'plan' ? planText(screen, detail) : plainView(screen, detail)
  return views([noticesView(screen), changes, recap])
}

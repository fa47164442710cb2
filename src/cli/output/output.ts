import { FettleError } from '../../core/errors.js'
import { scrub } from '../../core/scrub/scrub.js'
import type { ErrorEvent } from '../../engine/events.js'
import { eventError } from '../../engine/resource-event.js'
import { jsonView } from '../../views/json.js'
import { recapView } from '../../views/text/recap.js'
import { screen, type Screen } from '../../views/screen.js'
import { views, type View } from '../../views/view.js'
import type { OutputFlags } from '../input/flags.js'
import type { ProcessContext } from '../input/process-context.js'

export interface CommandOutput {
  /** Standard output, or with `--json` standard error. */
  readonly people: Screen
  /** For programs: with `--json`, standard output. */
  readonly programs: readonly View[]
}

/** Standard output and standard error as screens. */
export function screensOf(
  { stdout, stderr, env }: ProcessContext,
  color: boolean,
): { readonly out: Screen; readonly err: Screen } {
  const on = (stream: typeof stdout): Screen =>
    screen(stream, {
      noColor: !color,
      env,
      onTrouble: (message) => stderr.write(`fettle: ${message}\n`),
    })
  return { out: on(stdout), err: on(stderr) }
}

export function openOutput(
  processContext: ProcessContext,
  { json, color }: Pick<OutputFlags, 'json' | 'color'>,
): CommandOutput {
  const { out, err } = screensOf(processContext, color)
  if (json === true) return { people: err, programs: [jsonView(out)] }
  return { people: out, programs: [] }
}

/**
 * The event for an error outside any run. `-vvv` adds where it was raised; a defect always shows
 * that.
 */
export function errorEvent(error: unknown, verbosity: number): ErrorEvent {
  const told = eventError(error)
  const stack = verbosity >= 3 && error instanceof FettleError ? scrub(error.stack ?? '') : null
  const details = [told.detail, stack].filter((part) => part !== null)
  return { type: 'error', ...told, detail: details.join('\n') || null }
}

/** The exit code of a command that failed before anything was contacted: 1 for a defect, else 3. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof FettleError && error.code !== 'internal' ? 3 : 1

/** Prints an error outside any run: for people, and with `--json` as a line. */
export async function printErrorEvent(
  error: unknown,
  processContext: ProcessContext,
  flags: Pick<OutputFlags, 'json' | 'color'> & Partial<OutputFlags>,
): Promise<void> {
  const { people, programs } = openOutput(processContext, flags)
  const view = views([...programs, recapView(people, { mode: 'plan', verbosity: 0 })])
  view.onEvent(errorEvent(error, flags.verbose ?? 0))
  await view.end()
}

import { FettleError } from '../core/errors.js'
import { scrub } from '../core/secret.js'
import type { ErrorEvent } from '../engine/events.js'
import { eventError } from '../engine/report.js'
import { jsonView } from '../views/json.js'
import { screen, type Screen } from '../views/screen.js'
import type { View } from '../views/view.js'
import type { Surroundings } from './surroundings.js'

export interface OutputFlags {
  readonly json?: boolean
  readonly color: boolean
}

export interface Output {
  /** Standard output, or with `--json` standard error. */
  readonly people: Screen
  /** For programs: with `--json`, standard output. */
  readonly programs: readonly View[]
}

export function openOutput({ stdout, stderr, env }: Surroundings, { json, color }: OutputFlags): Output {
  const on = (stream: typeof stdout): Screen => screen(stream, { noColor: !color, env, onTrouble: (message) => stderr.write(`fettle: ${message}\n`) })
  return json === true ? { people: on(stderr), programs: [jsonView(on(stdout))] } : { people: on(stdout), programs: [] }
}

/** An error that stands alone. `-vvv` adds where it was raised; of a defect that is told always. */
export function errorEvent(error: unknown, verbosity: number): ErrorEvent {
  const told = eventError(error)
  const stack = verbosity >= 3 && error instanceof FettleError ? scrub(error.stack ?? '') : null
  return { type: 'error', ...told, detail: [told.detail, stack].filter((part) => part !== null).join('\n') || null }
}

import { createHash } from 'node:crypto'
import type { Address } from './address.js'
import clearMarksText from './clear-marks.sh.js'
import type { Trigger } from './resource.js'
import restartMarksText from './restart-marks.sh.js'
import { lines, sh, shellFunctions, type Sh } from './sh.js'

/**
 * A trigger's change that something still has to follow, kept on the host in
 * `/var/lib/fettle/pending/<pending>/<trigger>` (root, 0600). Its one line holds the effect, the
 * instance of the unit that ran at the change (systemd's InvocationID, `none` when none ran, `-`
 * where there is no unit) and the trigger's address.
 */
export interface RestartMark {
  readonly pending: string
  readonly effect: Trigger['effect']
  readonly trigger: Address
}

/** Where marks lie, and where systemd links each running unit to its instance. */
export const pendingPlaces = {
  marks: '/var/lib/fettle/pending',
  instances: '/run/systemd/units',
} as const

export type PendingPlaces = { readonly [P in keyof typeof pendingPlaces]: string }

/** A file's name holds 255 bytes; what is longer than this ends in its digest instead. */
const longestName = 200

/**
 * One word of safe bytes: others as `%XX`, and a dot at the beginning too, so that no mark is a
 * hidden file.
 */
export const encodeMark = (text: string): string =>
  text.replace(/[^A-Za-z0-9_.@:+=,[\]-]|^\./gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )

/** The text that was encoded; null when `word` is not the encoding of any. */
export function decodeMark(word: string): string | null {
  try {
    const text = decodeURIComponent(word)
    return text !== '' && encodeMark(text) === word ? text : null
  } catch {
    return null
  }
}

function fileName(text: string): string {
  const word = encodeMark(text)
  return word.length <= longestName
    ? word
    : `${word.slice(0, longestName - 65)}%${createHash('sha256').update(text).digest('hex')}`
}

/** The directory of everything that `pending` has to follow. */
export const pendingDirectory = (
  pending: string,
  { marks }: PendingPlaces = pendingPlaces,
): string => `${marks}/${fileName(pending)}`

/** Writes marks: in the block directly before and the one directly after a trigger's change. */
export const markScript = (
  marks: readonly RestartMark[],
  places: PendingPlaces = pendingPlaces,
): Sh =>
  lines([
    shellFunctions(restartMarksText),
    sh`umask 077`,
    sh`instance_links=${places.instances}`,
    ...marks.map(
      ({ pending, effect, trigger }) =>
        sh`fettle_mark ${[pendingDirectory(pending, places), fileName(trigger), effect, pending, encodeMark(trigger)]}`,
    ),
  ])

const clearFunctions = shellFunctions(clearMarksText)

/** Removes the marks of an effect, once it has succeeded. */
export const clearScript = (
  pending: string,
  effect: RestartMark['effect'],
  places?: PendingPlaces,
): Sh => sh`${clearFunctions}fettle_clear_marks ${pendingDirectory(pending, places)} ${effect}`

/** Removes the marks of instances other than `$instance`, a variable of the shell around it. */
export const clearOldScript = (pending: string, places?: PendingPlaces): Sh =>
  sh`${clearFunctions}fettle_clear_old_marks ${pendingDirectory(pending, places)} "$instance"`

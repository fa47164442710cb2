import { createHash } from 'node:crypto'
import type { Address } from './address.js'
import type { Trigger } from './resource.js'
import { lines, sh, type Sh } from './sh.js'

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

/** Where unit files lie (systemd.unit(5)); an alias is a link there. */
const unitFolders = ['/etc', '/run', '/usr/lib', '/lib'].map((root) => `${root}/systemd/system`)

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

/**
 * Writes marks: in the block directly before and the one directly after a trigger's change. A unit
 * that is not active has no link, an alias neither, so systemctl is asked about aliases. What is
 * noted already stays as it is.
 */
export function markScript(
  marks: readonly RestartMark[],
  places: PendingPlaces = pendingPlaces,
): Sh {
  const write = sh`umask 077
alias_() { for d_ in ${unitFolders}; do [ ! -L "$d_/$1" ] || return 0; done; return 1; }
instance_() { i_=$(readlink -- ${places.instances}/invocation:"$1") || { alias_ "$1" && i_=$(systemctl show -p InvocationID --value -- "$1" 2>/dev/null); } || i_=; echo "\${i_:-none}"; }
mark_() {
  case $3 in run) n_=- ;; *) n_=$(instance_ "$4") ;; esac
  if [ -f "$1/$2" ] && read -r r_ <"$1/$2" && [ "$r_" = "$3 $n_ $5" ]; then return; fi
  mkdir -p -- "$1" && t_=$(mktemp -- "$1/.XXXXXXXX") &&
  printf '%s %s %s\\n' "$3" "$n_" "$5" >"$t_" &&
  sync -- "$t_" && mv -f -- "$t_" "$1/$2" && sync -- "$1" || exit 1
}`
  return lines([
    write,
    ...marks.map(
      ({ pending, effect, trigger }) =>
        sh`mark_ ${[pendingDirectory(pending, places), fileName(trigger), effect, pending, encodeMark(trigger)]}`,
    ),
  ])
}

/** Removes the marks of an effect, once it has succeeded. */
export const clearScript = (
  pending: string,
  effect: RestartMark['effect'],
  places?: PendingPlaces,
): Sh =>
  sh`for m_ in ${pendingDirectory(pending, places)}/*; do [ ! -f "$m_" ] || { read -r e_ r_ <"$m_" && [ "$e_" != ${effect} ]; } || rm -f -- "$m_"; done`

/** Removes the marks of instances other than `$instance`, a variable of the shell around it. */
export const clearOldScript = (pending: string, places?: PendingPlaces): Sh =>
  sh`for m_ in ${pendingDirectory(pending, places)}/*; do [ ! -f "$m_" ] || { read -r e_ i_ r_ <"$m_" && [ "$i_" = "$instance" ]; } || rm -f -- "$m_"; done`

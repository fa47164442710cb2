import { address } from '../../core/address.js'
import type { EventChange, ResourceEvent, Status } from '../../engine/events.js'
import { oneLine } from './clean.js'
import { diffLines } from './diff-text.js'
import type { Style } from '../screen.js'

/** How much of a resource is shown. */
export interface Detail {
  /** Diffs under their changes. */
  readonly diffs: boolean
  /**
   * How often `-v` was given: 1 adds what is in its desired state and why, 2 all lines of long
   * diffs.
   */
  readonly verbosity: number
}

const maxDiffLines = 60

const signs: Readonly<Record<Status, string>> = {
  ok: '✓',
  changed: '~',
  failed: '✗',
  skipped: '-',
  unknown: '?',
  ignored: '!',
}

export function paintOf(status: Status, style: Style): (text: string) => string {
  switch (status) {
    case 'ok':
      return style.green
    case 'changed':
      return style.yellow
    case 'failed':
      return style.red
    case 'unknown':
      return style.cyan
    case 'ignored':
      return style.magenta
    case 'skipped':
      return style.dim
  }
}

/** A resource's name; its address follows in brackets if the user gave it another name. */
export function shownName({ name, resource, id }: ResourceEvent): string {
  const own = oneLine(address(resource, id))
  return name === address(resource, id) ? own : `${oneLine(name)} (${own})`
}

/**
 * The name, and for a failed resource its place in the project: `file[/etc/app.conf] at
 * tasks/site.ts:12`.
 */
export function placedName(event: ResourceEvent): string {
  const name = shownName(event)
  const place = event.error?.place
  return place === undefined ? name : `${name} at ${oneLine(place)}`
}

function sentence({ summary, because }: EventChange): string {
  const said = oneLine(summary)
  if (because.length === 0) return said
  return `${said}, because ${because.map(oneLine).join(', ')}`
}

/**
 * The remark behind a status: why it is unknown, ok or skipped, the first line of its error, or the
 * places that it runs once for.
 */
function remark({ status, reason, error, places }: ResourceEvent): string | null {
  if (error !== null) {
    const [first = ''] = error.message.split('\n')
    return status === 'ignored' ? `failure ignored: ${oneLine(first)}` : oneLine(first)
  }
  if (status === 'unknown')
    return reason === null ? 'known after apply' : `known after apply: ${oneLine(reason)}`
  if (places !== undefined) return `once for ${places.map(oneLine).join(' and ')}`
  return reason === null ? null : oneLine(reason)
}

/** A resource on one line, with its changes or its remark. */
export function inOneLine(event: ResourceEvent): string {
  const name = placedName(event)
  const said = [...event.changes.map(sentence), remark(event)].filter((part) => part !== null)
  return said.length === 0 ? name : `${name}: ${said.join('; ')}`
}

function signOf({ status }: ResourceEvent, style: Style): string {
  return paintOf(status, style)(signs[status])
}

/** The same after the sign of its status. */
export const resourceLine = (event: ResourceEvent, style: Style): string =>
  `${signOf(event, style)} ${inOneLine(event)}`

/**
 * A resource with one line for each change, and diffs below. A single change without a diff stays
 * on the resource's line.
 */
export function resourceLines(
  event: ResourceEvent,
  style: Style,
  { diffs, verbosity }: Detail,
): readonly string[] {
  const withDiffs = diffs && event.changes.some((change) => change.diff !== null)
  if (event.changes.length <= 1 && !withDiffs) return [resourceLine(event, style)]
  const most = verbosity >= 2 ? Infinity : maxDiffLines
  const lines = [`${signOf(event, style)} ${placedName(event)}`]
  for (const change of event.changes) {
    lines.push(`    ${sentence(change)}`)
    if (!diffs || change.diff === null) continue
    for (const line of diffLines(change.diff, style, most)) lines.push(`      ${line}`)
  }
  const told = remark(event)
  if (told !== null) lines.push(`    ${told}`)
  return lines
}

/**
 * Whether a resource gets a line: what is in its desired state or skipped is shown only with `-v`.
 */
export const isShown = (
  { status }: ResourceEvent,
  { verbosity }: Pick<Detail, 'verbosity'>,
): boolean => verbosity > 0 || (status !== 'ok' && status !== 'skipped')

import { address } from '../../core/address.js'
import { gravestEffect } from '../../engine/effects.js'
import type { EventChange, ResourceEvent, Status } from '../../engine/events.js'
import { oneLine } from './clean.js'
import { diffLines } from './diff-text.js'
import type { Style } from '../screen.js'
import { wrapped } from '../terminal/columns.js'

/** How much of a resource is shown. */
export interface Detail {
  /** Diffs under their changes. */
  readonly diffs: boolean
  /**
   * How often `-v` was given: 1 adds what is in its desired state and why, 2 all lines of long
   * diffs.
   */
  readonly verbosity: number
  /** Lines are wrapped here, between words; those of diffs are not. Left out: none is. */
  readonly columns?: number
}

const maxDiffLines = 60

const signs: Readonly<Record<Exclude<Status, 'changed'>, string>> = {
  ok: '✓',
  failed: '✗',
  skipped: '·',
  unknown: '?',
  ignored: '✗',
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

/** `+` create, `~` change or restart, `-` remove or stop, `!` what cannot be undone. */
function effectSign(changes: readonly EventChange[], style: Style): string {
  if (changes.some(({ final }) => final !== null)) return style.bold(style.red('!'))
  switch (gravestEffect(changes)) {
    case 'create':
      return style.green('+')
    case 'remove':
      return style.red('-')
    case 'change':
    case 'restart':
      return style.yellow('~')
  }
}

function sentence({ summary, because, final, notes }: EventChange, style: Style): string {
  const causes = because.length === 0 ? '' : `, because ${because.map(oneLine).join(', ')}`
  const noted = notes === undefined ? '' : ` (${notes.map(oneLine).join('; ')})`
  const said = `${oneLine(summary)}${causes}${noted}`
  if (final === null) return said
  return `${said} ${style.bold(style.red(`(cannot be undone: ${oneLine(final)})`))}`
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
  return reason === null || status === 'changed' ? null : oneLine(reason)
}

/** What an earlier change must bring before this one can be made; only plans know it. */
function waiting({ status, reason }: ResourceEvent, style: Style): string {
  if (status !== 'changed' || reason === null) return ''
  return ` ${style.dim(`(waits for an earlier change: ${oneLine(reason)})`)}`
}

/**
 * A resource on one line, with its changes or its remark.
 * @param where which hosts it is about, if it has to be said: ` on web1`
 */
export function inOneLine(event: ResourceEvent, style: Style, where = ''): string {
  const name = `${placedName(event)}${where}`
  const changes = event.changes.map((change) => sentence(change, style))
  const said = [...changes, remark(event)].filter((part) => part !== null)
  const told = said.length === 0 ? name : `${name}: ${said.join('; ')}`
  return `${told}${waiting(event, style)}`
}

/** A resource with its changes that cannot be undone, on one line; null if it has none. */
export function finalInOneLine(event: ResourceEvent, style: Style): string | null {
  const changes = event.changes.filter(({ final }) => final !== null)
  if (changes.length === 0) return null
  return `${shownName(event)}: ${changes.map((change) => sentence(change, style)).join('; ')}`
}

function signOf({ status, changes }: ResourceEvent, style: Style): string {
  if (status === 'changed') return effectSign(changes, style)
  return paintOf(status, style)(signs[status])
}

/** The same after the sign of what happens or has happened. */
export const resourceLine = (event: ResourceEvent, style: Style, where = ''): string =>
  `${signOf(event, style)} ${inOneLine(event, style, where)}`

/**
 * A resource with one line for each change, and diffs below. A single change stays on the
 * resource's line.
 * @param where which hosts it is about, if it has to be said: ` on web1`
 */
export function resourceLines(
  event: ResourceEvent,
  style: Style,
  { diffs, verbosity, columns = Infinity }: Detail,
  where = '',
): readonly string[] {
  const most = verbosity >= 2 ? Infinity : maxDiffLines
  const diffOf = ({ diff }: EventChange): readonly string[] =>
    diffs && diff !== null ? diffLines(diff, style, most).map((line) => `      ${line}`) : []
  const sign = signOf(event, style)
  if (event.changes.length <= 1) {
    const lines = signedLines(sign, inOneLine(event, style, where), columns)
    return [...lines, ...event.changes.flatMap(diffOf)]
  }
  const head = `${placedName(event)}${where}${waiting(event, style)}`
  const lines = event.changes.flatMap((change) => [
    ...signedLines(effectSign([change], style), sentence(change, style), columns, '    '),
    ...diffOf(change),
  ])
  const told = remark(event)
  const end = told === null ? [] : wrapped(`    ${told}`, columns)
  return [...signedLines(sign, head, columns), ...lines, ...end]
}

/** A text after its sign. Further lines begin below the text. */
function signedLines(sign: string, text: string, columns: number, indent = ''): readonly string[] {
  const [first = '', ...others] = wrapped(`${indent}  ${text}`, columns)
  return [`${indent}${sign}${first.slice(indent.length + 1)}`, ...others]
}

/**
 * Whether a resource gets a line: what is in its desired state or skipped is shown only with `-v`.
 */
export const isShown = (
  { status }: ResourceEvent,
  { verbosity }: Pick<Detail, 'verbosity'>,
): boolean => verbosity > 0 || (status !== 'ok' && status !== 'skipped')

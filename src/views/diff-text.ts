import { structuredPatch } from 'diff'
import type { TextDiff } from '../core/change.js'
import { escaped } from './clean.js'
import type { Style } from './screen.js'

/** Beyond this many changed lines a diff takes too long to compute, and nobody reads it. */
const mostEdits = 2000

const count = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

function painted(line: string, style: Style): string {
  const text = escaped(line)
  if (line.startsWith('+')) return style.green(text)
  if (line.startsWith('-')) return style.red(text)
  return style.dim(text)
}

/** As diff(1) writes it: a side without lines begins one earlier. */
const range = (start: number, lines: number): string =>
  `${lines === 0 ? start - 1 : start},${lines}`

/** A unified diff with three lines of context, cut after `most` lines. */
export function diffLines(
  { before, after }: TextDiff,
  style: Style,
  most: number,
): readonly string[] {
  const patch = structuredPatch('', '', before, after, '', '', {
    context: 3,
    maxEditLength: mostEdits,
  })
  if (patch === undefined)
    return [style.dim(`${count(before)} lines → ${count(after)} lines, too different to compare`)]
  const all = patch.hunks.flatMap((hunk) => [
    style.cyan(
      `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ),
    ...hunk.lines.map((line) => painted(line, style)),
  ])
  const shown = all.slice(0, most)
  return shown.length === all.length
    ? all
    : [...shown, style.dim(`… ${all.length - shown.length} more lines (-vv shows all)`)]
}

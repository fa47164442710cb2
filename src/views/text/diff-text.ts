import { structuredPatch, type StructuredPatchHunk } from 'diff'
import type { TextDiff } from '../../core/change.js'
import { escaped } from './clean.js'
import type { Style } from '../screen.js'

/** Beyond this many changed lines a diff takes too long to compute, and is not read anyway. */
const maxEdits = 2000

function count(text: string): number {
  const lines = text.split('\n').length
  return text.endsWith('\n') ? lines - 1 : lines
}

function painted(line: string, style: Style): string {
  const text = escaped(line)
  if (line.startsWith('+')) return style.green(text)
  if (line.startsWith('-')) return style.red(text)
  return style.dim(text)
}

/** A hunk's range as diff(1) writes it: a side without lines starts one line earlier. */
function range(start: number, lines: number): string {
  const first = lines === 0 ? start - 1 : start
  return `${first},${lines}`
}

function hunkLines(hunk: StructuredPatchHunk, style: Style): readonly string[] {
  const before = range(hunk.oldStart, hunk.oldLines)
  const after = range(hunk.newStart, hunk.newLines)
  const head = style.cyan(`@@ -${before} +${after} @@`)
  return [head, ...hunk.lines.map((line) => painted(line, style))]
}

/** A unified diff with three lines of context, cut after `most` lines. */
export function diffLines(
  { before, after }: TextDiff,
  style: Style,
  most: number,
): readonly string[] {
  const patch = structuredPatch('', '', before, after, '', '', {
    context: 3,
    maxEditLength: maxEdits,
  })
  if (patch === undefined)
    return [style.dim(`${count(before)} lines → ${count(after)} lines, too different to compare`)]
  const all = patch.hunks.flatMap((hunk) => hunkLines(hunk, style))
  const shown = all.slice(0, most)
  const more = all.length - shown.length
  if (more === 0) return all
  return [...shown, style.dim(`… ${more} more lines (-vv shows all)`)]
}

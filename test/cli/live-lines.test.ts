import { describe, expect, test } from '@jest/globals'
import { LiveLines } from '../../src/cli/live-lines.js'

function lines(pieces: readonly string[], whole: string): readonly string[] {
  const told: string[] = []
  const live = new LiveLines((line) => told.push(line))
  for (const piece of pieces) live.hear(piece)
  live.end(whole)
  return told
}

describe('each line is told once', () => {
  test.each<readonly [string, readonly string[], string, readonly string[]]>([
    ['nothing was told before the end', [], 'a\nb\n', ['a', 'b']],
    ['nothing at all', [], '', []],
    ['a last line without its end', ['a\n'], 'a\nb', ['a', 'b']],
    ['lines that came in pieces', ['a', 'b\nc', 'd\n'], 'ab\ncd\n', ['ab', 'cd']],
    ['all was told', ['a\nb\n'], 'a\nb\n', ['a', 'b']],
    ['the same line again and again', ['x\n', 'x\n'], 'x\nx\nx\n', ['x', 'x', 'x']],
    ['an empty line', ['\n'], '\n\n', ['', '']],
    ['some came too fast: the rest goes on after what was told last', ['one\n', 'five\n'], 'one\ntwo\nfive\nsix\n', ['one', 'five', 'six']],
    ['a whole that lost its middle', ['b1\nb2\n', 'y1\n'], 'b1\n\n[… 9 bytes left out …]\ny1\nz\n', ['b1', 'b2', 'y1', 'z']],
    ['what was told last is not in the whole any more', ['gone\n'], 'a\nend\n', ['gone', '[… some lines left out …]', 'a', 'end']],
  ])('%s', (_, pieces, whole, expected) => {
    expect(lines(pieces, whole)).toEqual(expected)
  })
})

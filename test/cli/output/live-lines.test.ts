import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { LiveLines } from '../../../src/cli/output/live-lines.js'

function lines(pieces: readonly string[], whole: string): readonly string[] {
  const told: string[] = []
  const live = new LiveLines((line) => told.push(line))
  for (const piece of pieces) live.push(piece)
  live.end(whole)
  return told
}

describe('each line is shown once', () => {
  test.each<readonly [string, readonly string[], string, readonly string[]]>([
    ['nothing was told before the end', [], 'a\nb\n', ['a', 'b']],
    ['nothing at all', [], '', []],
    ['a last line without its end', ['a\n'], 'a\nb', ['a', 'b']],
    ['lines that came in pieces', ['a', 'b\nc', 'd\n'], 'ab\ncd\n', ['ab', 'cd']],
    ['all was told', ['a\nb\n'], 'a\nb\n', ['a', 'b']],
    ['the same line again and again', ['x\n', 'x\n'], 'x\nx\nx\n', ['x', 'x', 'x']],
    ['an empty line', ['\n'], '\n\n', ['', '']],
    [
      'some came too fast: the rest goes on after what was told last',
      ['one\n', 'five\n'],
      'one\ntwo\nfive\nsix\n',
      ['one', 'five', 'six'],
    ],
    [
      'a whole that lost its middle',
      ['b1\nb2\n', 'y1\n'],
      'b1\n\n[… 9 bytes left out …]\ny1\nz\n',
      ['b1', 'b2', 'y1', 'z'],
    ],
    [
      'what was told last is not in the whole any more',
      ['gone\n'],
      'a\nend\n',
      ['gone', '[… some lines left out …]', 'a', 'end'],
    ],
  ])('%s', (_, pieces, whole, expected) => {
    expect(lines(pieces, whole)).toEqual(expected)
  })
})

describe('a line whose end does not come', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  function told(...steps: readonly (string | number)[]): readonly string[] {
    const told: string[] = []
    const live = new LiveLines((line) => told.push(line))
    for (const step of steps) {
      if (typeof step === 'string') live.push(step)
      else jest.advanceTimersByTime(step)
    }
    const before = [...told]
    live.end(steps.filter((step) => typeof step === 'string').join(''))
    return [...before, '(end)', ...told.slice(before.length)]
  }

  test.each<readonly [string, readonly (string | number)[], readonly string[]]>([
    ['is told after a while', ['a', 2000], ['a', '(end)']],
    ['and not again when its end comes', ['a', 2000, '\nb', 2000], ['a', 'b', '(end)']],
    ['is not told while there may be more of it', ['a', 1000, 'b', 1000, 'c\n'], ['abc', '(end)']],
    ['is told in two when more comes later still', ['a', 2000, 'b\n', 1], ['a', 'b', '(end)']],
    ['an empty line after it stays', ['a', 2000, '\n\nb\n', 1], ['a', '', 'b', '(end)']],
    ['is told at the end', ['a\nb', 1000], ['a', '(end)', 'b']],
  ])('%s', (_, steps, expected) => {
    expect(told(...steps)).toEqual(expected)
  })
})

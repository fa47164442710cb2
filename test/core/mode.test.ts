import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { isAbsoluteMode, mode, modeText, resolveMode, wrongMode } from '../../src/core/mode.js'

describe('resolveMode', () => {
  test.each<[string | number, number]>([
    ['0644', 0o644],
    ['644', 0o644],
    ['2750', 0o2750],
    ['000', 0],
    [0o644, 0o644],
    [0o2750, 0o2750],
    [0o777, 0o777],
    [0o1777, 0o1777],
    [0, 0],
  ])('%p sets all permissions', (given, expected) => {
    expect(resolveMode(given, 0o123)).toBe(expected)
    expect(isAbsoluteMode(given)).toBe(true)
  })

  test.each([
    644, 755, 600, 640, 700, 750, 775, 777, 400, 440, 444, 500, 550, 555, 660, 664, 666, 770, 1777,
    2750, 2755, 4755,
  ])('the number %i is an error that says how to write it', (given) => {
    expect(wrongMode(given)).toBe(
      `${String(given)} is decimal and means ${modeText(given & 0o7777)}: write '0${String(given)}' or 0o${String(given)}`,
    )
    expect(() => resolveMode(given, 0)).toThrow('is decimal')
    expect(mode.safeParse(given).error?.issues[0]?.message).toContain('is decimal')
  })

  test.each([
    0o400, 0o440, 0o444, 0o500, 0o550, 0o555, 0o600, 0o640, 0o644, 0o660, 0o664, 0o666, 0o700,
    0o711, 0o750, 0o751, 0o755, 0o770, 0o775, 0o777, 0o1777, 0o2750, 0o2755, 0o2770, 0o2775, 0o4755,
  ])('the literal 0o%o is not mistaken for a decimal number', (given) => {
    expect(wrongMode(given)).toBeUndefined()
  })

  test.each<string | number>([
    '',
    '8',
    '0888',
    '64',
    '00644',
    'rw',
    '=rw',
    '+x',
    'u=rw,',
    'u=rwz',
    'u=gx',
    '0644 ',
    '-1',
    -1,
    0o10000,
    1.5,
    Number.NaN,
  ])('%p is not a mode', (given) => {
    expect(wrongMode(given)).toContain('is no mode')
  })

  test('a value that is neither a string nor a number', () => {
    expect(mode.safeParse(null).error?.issues[0]?.message).toBe(
      "must be a mode such as '0644', 0o644 or 'u=rw,g=r,o='",
    )
  })

  test('modeText', () => {
    expect([0o644, 0o2750, 0].map(modeText)).toEqual(['0644', '2750', '0000'])
  })
})

describe('symbols mean the same as in chmod(1)', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'mode-'))
    writeFileSync(join(directory, 'file'), '')
    mkdirSync(join(directory, 'directory'))
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  const symbols = [
    'u=rw,g=r,o=',
    'a+x',
    'go-rwx',
    'u=rwX,go=rX',
    'g=u',
    'o=g-w',
    'ug+s',
    'u=rwxs',
    'a=',
    'g=',
    'o+t',
    'a-t',
    'a=rt',
    'u+x,g=u,o=g',
    'a-s',
    'g=o+w',
  ]
  const currents = [0o644, 0o600, 0o755, 0o000, 0o2750, 0o4711, 0o1777, 0o6755]
  test.each(symbols)('%s', (symbol) => {
    for (const kind of ['file', 'directory'] as const) {
      for (const current of currents) {
        const path = join(directory, kind)
        chmodSync(path, current)
        execFileSync('chmod', [symbol, path])
        expect([
          symbol,
          kind,
          modeText(current),
          modeText(resolveMode(symbol, current, kind === 'directory')),
        ]).toEqual([symbol, kind, modeText(current), modeText(statSync(path).mode & 0o7777)])
      }
    }
  })
})

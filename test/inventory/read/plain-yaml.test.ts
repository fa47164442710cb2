import { describe, expect, test } from '@jest/globals'
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import { plainYaml } from '../../../src/inventory/read/plain-yaml.js'
import { parseYaml } from '../../../src/inventory/read/yaml-parse.js'

/** Names, values and their places, which both parsers must agree on. */
function outline(node: unknown): unknown {
  if (isSeq(node)) return [node.items.map(outline)]
  if (isAlias(node)) return [node.source]
  if (isMap(node)) return node.items.map(({ key, value }) => [outline(key), outline(value)])
  // A missing value has no place.
  if (!isScalar(node) || (node.value === null && node.source === '')) return null
  return [node.value, node.source, node.range?.[0]]
}

const parsed = (text: string) => {
  const { root, problem } = parseYaml(text)
  return { root: outline(root), wrong: problem !== null }
}

const startsOf = (text: string): readonly number[] =>
  [...text.matchAll(/[^\n]*\n|[^\n]+$/g)].map(({ index }) => index)

describe('plain block mappings are read as the parser reads them', () => {
  test.each([
    ['a: 1\n'],
    ['a: 1'],
    ['a:\n  b: 2\n  c:\n    d: x y  z\ne:\n'],
    ['---\n# c\na: yes # d\n\n   # e\nb: "yes"\n'],
    ['all:\n  hosts:\n    web[1:3].example.org:\n    host:2222: {}\n'],
    ['a: { b: 1, c-d: "x, y", e: \'f\' }\n'],
    ['a: {b: 1}\r\nc: d\r\n'],
    ['a : ~\nb: null\n"c d": 0644\n\'e\': 1:30\n'],
    ['url: https://example.org/?a=b&c\nu: https://example.org:80/x;y\n'],
    ['é: ü\nx: -1\ny: +.5\nz: a-b\n'],
    ['a: b#c\n'],
    ['a: 2001:db8::7\n'],
    ['a: 8.0\nb: { c: 1.0, d: 1e3, e: 0x1F }\nf: 12345678901234567890\n8.0: -0.0\n'],
    ['a:\n- b\n- c: 1\n  d: 2\ne: 3\n'],
    ['a: [1, {b: c}]\nd:\n  e: |\n    f\n\n    # g\n  h: >-\n    i\n  # j\nk: "\\t"\n'],
    ['a:\n  - b\n  -\n    c\n\nd: &x 1\ne: f\n'],
    ['a:\n  b\n  c\nd: 1\n'],
    ['a: 1\nb: |\n  c'],
  ])('%j', (text) => {
    const starts: number[] = []
    const root = plainYaml(text, (offset) => starts.push(offset))
    const { root: expected, wrong } = parsed(text)
    expect(wrong).toBe(false)
    expect(outline(root)).toEqual(expected)
    expect(starts).toEqual(startsOf(text))
  })

  test.each([
    [''],
    ['# nothing\n'],
    ['a'],
    ['- a\n'],
    ['a:\n- b\n'],
    ['a: [1]\n'],
    ['a: |\n  b\n'],
    ['a: >\n  b\n'],
    ['a: *b\n'],
    ['a: &b c\n'],
    ['a: !t b\n'],
    ['<<: {a: 1}\n'],
    ['a: b\n  c: d\n'],
    ['a: b\n  c\n'],
    ['  a: 1\nb: 2\n'],
    ['a:\n    b: 1\n  c: 2\n'],
    ['a:\tb\n'],
    ['\ta: b\n'],
    ['a: "b\\n"\n'],
    ["a: 'it''s'\n"],
    ['a: "b" c\n'],
    ['a: b: c\n'],
    ['a:b\n'],
    ['? a\n: b\n'],
    ['a: - b\n'],
    ['a: -\n'],
    ['a: @b\n'],
    ['a: `b\n'],
    ['a: %b\n'],
    ['a: {b: 1\n'],
    ['a: {b: 1} c\n'],
    ['a: {b}\n'],
    ['a: {b: , c: 1}\n'],
    ['a: {b: c d}\n'],
    ['a: {b:1}\n'],
    ['a: 1\n---\nb: 2\n'],
    ['%YAML 1.1\n---\na: 1\n'],
    ['a: 1\n...\n'],
    ['null: 1\n'],
    ['~: 1\n'],
    ['a: 1\n a: 2\n'],
    ['--- a: 1\n'],
    ['a: {b: 1,}\n'],
    ['a: ?b\n'],
    ['"a": "b\n  c"\n'],
    ['a: b\n---\n'],
  ])('%j is left to the parser, or read alike', (text) => {
    const root = plainYaml(text, () => undefined)
    if (root !== null) expect({ root: outline(root), wrong: false }).toEqual(parsed(text))
    else expect(root).toBeNull()
  })

  // In quadratic time these would take an hour.
  test('two million spaces, letters and quotes', () => {
    const many = 2_000_000
    const texts = [
      `${' '.repeat(many)}!`,
      `a${' '.repeat(many)}!`,
      `a: b${' '.repeat(many)}!`,
      `${'a'.repeat(many)}!`,
      `a: "${'x'.repeat(many)}`,
    ]
    expect(texts.map((text) => plainYaml(text, () => undefined) === null)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ])
  })

  test('whatever is put together', () => {
    let seed = 20261122
    const any = <T>(some: readonly T[]): T =>
      some[((seed = (seed * 1103515245 + 12345) % 2147483648) >> 9) % some.length] as T
    const names = [
      'a',
      'b1',
      'web-1.example.org',
      'web[1:3]',
      'h:22',
      '"q r"',
      "'s'",
      'yes',
      '12',
      'é',
      'a b',
      '-x',
      '?',
      '',
      'null',
    ]
    const values = [
      '',
      ' ',
      ' 1',
      ' x',
      ' x y',
      ' "z"',
      " 'w'",
      ' {}',
      ' { a: 1, b: "c" }',
      ' {a: x,b: y}',
      ' # c',
      ' x # c',
      ' -1',
      ' - 1',
      ' http://x/y',
      ' a:b',
      ' a: b',
      ' [1]',
      ' |',
      ' "a\\tb"',
      ' "un',
      ' ~',
      ' %x',
      ' x,y',
      ' x#y',
      ' x :',
      ' (a)',
      ' $x',
      ' =',
      ' x  ',
      ' ---',
      ' 1.5e3',
      ' 8.0',
      ' 1.0e+20',
      ' 0x1F',
      ' @x',
      ' {a: 1',
      ' [1, {a: 2}]',
      ' [1,',
      ' >-',
      ' |+',
      ' &a 1',
      ' *a',
      ' !!str 1',
      ' !x y',
      " 'it''s'",
      ' [ [a], {b: c} ] # d',
      ' x}',
      ' "a" "b"',
      ' x"y',
      '\t1',
    ]
    const lines = [
      '  - x\n',
      '- a: 1\n  b: 2\n',
      '    - y\n',
      '    deeper text\n',
      '  }\n',
      '  ]\n',
      '  end"\n',
      '    }\n',
      '\n',
      '# c\n',
      '   # c\n',
      '---\n',
      '- x\n',
      '  \n',
      '...\n',
      'text\n',
    ]
    let plain = 0
    for (let round = 0; round < 6000; round++) {
      const text = Array.from({ length: 1 + (round % 7) }, () =>
        any([0, 0, 0, 0, 0, 1]) === 1
          ? any(lines)
          : `${any(['', '', '  ', '  ', '    ', '   '])}${any(names)}${any([':', ':', ':', ':', ' :', ''])}${any(values)}${any(['\n', '\n', '\r\n'])}`,
      ).join('')
      const root = plainYaml(text, () => undefined)
      if (root === null) continue
      plain++
      expect({ text, root: outline(root), wrong: false }).toEqual({ text, ...parsed(text) })
    }
    expect(plain).toBeGreaterThan(300)
  })
})

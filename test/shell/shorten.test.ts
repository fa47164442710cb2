import { expect, test } from '@jest/globals'
import { programModule, shortened, shortNames } from '../../scripts/build/shell/shorten.mjs'

const names = new Map([
  ['size_', 'A_'],
  ['file_size_', 'B_'],
])

test.each<[what: string, text: string, travels: string]>([
  [
    'comments, indentation and empty lines',
    '# A\n\nif x; then\n  # B\n  y\nfi\n',
    'if x; then\ny\nfi',
  ],
  ['names of its own', 'size_=1 file_size_=$size_ "${size_%x}"', 'A_=1 B_=$A_ "${A_%x}"'],
  [
    'names that it shares',
    'fettle_size my_size_x size_2 size',
    'fettle_size my_size_x size_2 size',
  ],
  ['an expansion that cuts', '  x=${y#*/} z=$#', 'x=${y#*/} z=$#'],
  ['lines within single quotes', "x='\n  # a\n\n  b'\n  y", "x='\n  # a\n\n  b'\ny"],
  ['lines within double quotes', 'x="\n  \\" a\n  b"\n  y', 'x="\n  \\" a\n  b"\ny'],
  ['quotes in quotes', `x="it's"\n  y='say "'\n  z`, `x="it's"\ny='say "'\nz`],
  ['a command in quotes', 'x="$(\n  f "a b"\n  # c\n  g)"\n  y', 'x="$(\nf "a b"\ng)"\ny'],
  ['a quote in a comment behind a command', "x # it's\n  y", "x # it's\ny"],
])('%s', (_, text, travels) => {
  expect(shortened(text, names)).toBe(travels)
})

test('perl and python travel as they are', () => {
  const text = '# what it does\n\nif size_:\n    pass\n'
  expect(programModule('a/b.py', text, names)).toBe(`export default ${JSON.stringify(text)}\n`)
  expect(programModule('a/b.sh', 'x # a\n', names)).toBe('export default "x # a"\n')
})

test('the name that stands most often is the shortest, and all files agree', () => {
  const found = [...shortNames('src').values()]
  expect(new Set(found).size).toBe(found.length)
  expect(found[0]).toBe('A_')
  expect(found.every((name) => /^[A-Z]+_$/.test(name))).toBe(true)
})

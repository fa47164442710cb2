import { expect, test } from '@jest/globals'
import { Links } from '../../../src/engine/host/links.js'

type Link = readonly [path: string, target: string]

test.each<[what: string, links: readonly Link[], path: string, place: string, end: string]>([
  ['no link', [], '/a/b', '/a/b', '/a/b'],
  ['a link above', [['/a/way', '/b']], '/a/way/x', '/b/x', '/b/x'],
  ['a link at the end', [['/a/way', '/b']], '/a/way', '/a/way', '/b'],
  ['a relative one', [['/a/way', 'b/c']], '/a/way/x', '/a/b/c/x', '/a/b/c/x'],
  ['one that leads up', [['/a/b/way', '../c']], '/a/b/way/x', '/a/c/x', '/a/c/x'],
  ['one to the root', [['/a/way', '/']], '/a/way/x', '/x', '/x'],
  ['one beyond the root', [['/way', '../../b']], '/way/x', '/b/x', '/b/x'],
  [
    'a link to a link',
    [
      ['/c', '/d'],
      ['/a', 'c'],
    ],
    '/a/x',
    '/d/x',
    '/d/x',
  ],
  [
    'a link behind a link',
    [
      ['/a', '/b'],
      ['/a/c', 'd'],
    ],
    '/a/c/x',
    '/b/d/x',
    '/b/d/x',
  ],
  ['a path beside it', [['/a/way', '/b']], '/a/ways/x', '/a/ways/x', '/a/ways/x'],
  ['the root', [['/a', '/b']], '/', '/', '/'],
  ['a slash at the end', [['/a', '/b']], '/a/c/', '/b/c', '/b/c'],
])('%s', (_, all, path, place, end) => {
  const links = new Links()
  for (const [link, target] of all) links.add(link, target)
  expect([links.place(path), links.end(path)]).toEqual([place, end])
})

test('a link to itself ends', () => {
  const links = new Links()
  links.add('/a', 'a')
  expect(links.end('/a/x')).toBe('/a/x')
})

test('what is removed is followed no longer, in a copy only', () => {
  const links = new Links()
  links.add('/a/way', '/b')
  links.add('/a/way/in', '/c')
  links.add('/c/d', '/e')
  const later = new Links(links)
  later.remove('/a')
  later.remove('/c/d')
  expect([later.end('/a/way'), later.end('/b/in'), later.end('/c/d')]).toEqual([
    '/a/way',
    '/c',
    '/c/d',
  ])
  expect(links.end('/a/way/in/d')).toBe('/e')
})

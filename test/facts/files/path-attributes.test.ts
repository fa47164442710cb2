import { expect, test } from '@jest/globals'
import { readAttributes } from '../../../src/facts/files/path-attributes.js'

const root = { uid: 0, gid: 0, size: 6, mtime: -5, owner: 'root', group: 'root' }

test.each([
  ['81a4 0 0 6 -5 root:root', { ...root, kind: 'file', mode: 0o644 }],
  ['41ed 0 0 6 -5 root:root', { ...root, kind: 'directory', mode: 0o755 }],
  ['a1ff 0 0 6 -5 root:root', { ...root, kind: 'link', mode: 0o777 }],
  ['21b6 0 0 6 -5 root:root', { ...root, kind: 'other', mode: 0o666 }],
  ['11a4 0 0 6 -5 root:root', { ...root, kind: 'other', mode: 0o644 }],
  ['8fff 0 0 6 -5 root:root', { ...root, kind: 'file', mode: 0o7777 }],
  [
    '81a4 5001 5513 123456 -5 DOM\\ada:domain users',
    {
      kind: 'file',
      mode: 0o644,
      uid: 5001,
      gid: 5513,
      size: 123456,
      mtime: -5,
      owner: 'DOM\\ada',
      group: 'domain users',
    },
  ],
  // Ids without names.
  ['81a4 0 0 6 -5 UNKNOWN:root', { ...root, kind: 'file', mode: 0o644, owner: null }],
  ['81a4 0 0 6 -5 root:UNKNOWN', { ...root, kind: 'file', mode: 0o644, group: null }],
])('%s', (line, attributes) => {
  expect(readAttributes(line)).toEqual(attributes)
})

test.each([
  '',
  '81a4 0 0 6 7',
  '81a4 0 0 6 7.5 root:root',
  '81a4 0 0 6 7 root',
  '81a4 0 0 6 7 root:',
  '81a4 0 0 6 7 :root',
  '81a4 0 0 6 7 root:root:root',
  '81a4 0 0 6x 7 root:root',
  '81a4 0 -1 6 7 root:root',
  '81a4 x 0 6 7 root:root',
  '81a4 0 0 6 root:root',
  '81A4 0 0 6 7 root:root',
  'x81a4 0 0 6 7 root:root',
  ' 81a4 0 0 6 7 root:root',
])('cannot be understood: %j', (line) => {
  expect(readAttributes(line)).toBeUndefined()
})

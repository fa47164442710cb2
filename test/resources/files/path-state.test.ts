import { describe, expect, test } from '@jest/globals'
import { mostKept } from '../../../src/core/undo.js'
import { isTreeKept, keptOf, undoOf } from '../../../src/resources/files/path-state.js'
import { undoOfTree } from '../../../src/resources/files/tree-attributes.js'
import { fileEntry, linkEntry } from './entry.js'

const path = '/srv/app'
const tooLarge = 'it is larger than the 64 MiB that are kept'

describe('what is too large to be kept is final', () => {
  test.each([
    ['a directory', mostKept / 1024, null],
    ['a larger one', mostKept / 1024 + 1, { final: tooLarge }],
    ['what is gone meanwhile', null, null],
  ])('%s', (_, size, verdict) => expect(isTreeKept(path).judge(size)).toEqual(verdict))

  test.each([
    ['a file', fileEntry({ size: mostKept }), { undo: keptOf(path) }],
    ['a larger one', fileEntry({ size: mostKept + 1 }), { undo: [], final: tooLarge }],
    ['a link', linkEntry('/srv/other'), { undo: keptOf(path) }],
    ['nothing', null, { undo: keptOf(path) }],
  ])('%s', (_, entry, undo) => expect(undoOf(path, entry)).toEqual(undo))

  test.each([
    ['the attributes of a tree', 500_000, undefined],
    [
      'those of more entries',
      500_001,
      'there are more entries than the 500000 whose attributes are kept',
    ],
  ])('%s', (_, entries, final) => expect(undoOfTree(path, entries).final).toBe(final))
})

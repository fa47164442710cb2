import { expect, test } from '@jest/globals'
import type { Thing } from '../../../src/core/thing.js'
import { RemovedThings } from '../../../src/engine/host/removed-things.js'

/** Each `-` removes a thing, each `+` makes one. */
type Deed = `${'-' | '+'}${Thing}`

test.each<[what: string, deeds: readonly Deed[], gone: readonly Thing[], there: readonly Thing[]]>([
  ['a user', ['-user:app'], ['user:app'], ['user:web', 'group:app']],
  ['a user who is made again', ['-user:app', '+user:app'], [], ['user:app']],
  ['a path', ['-path:/a'], ['path:/a', 'tree:/a', 'path:/a/b'], ['path:/ab', 'path:/']],
  ['a tree', ['-tree:/a/b'], ['path:/a/b', 'path:/a/b/c/d'], ['path:/a', 'path:/a/c']],
  ['a directory that is made again', ['-tree:/a', '+path:/a'], ['path:/a/b'], ['path:/a']],
  ['a tree that is made again', ['-tree:/a', '+path:/a', '+tree:/a'], [], ['path:/a', 'path:/a/b']],
  ['a path of such a tree', ['-tree:/a', '+tree:/a', '+path:/a'], [], ['path:/a', 'path:/a/b']],
  ['what is made in it', ['-tree:/a', '+path:/a/b'], ['path:/a', 'path:/a/c'], ['path:/a/b']],
  ['what was made in it before', ['+path:/a/b', '-tree:/a'], ['path:/a/b'], ['path:/b']],
])('%s', (_, deeds, gone, there) => {
  const removed = new RemovedThings()
  for (const deed of deeds) {
    const thing = deed.slice(1) as Thing
    if (deed.startsWith('-')) removed.remove(thing)
    else removed.make(thing)
  }
  expect([...gone, ...there].filter((thing) => removed.has(thing))).toEqual(gone)
})

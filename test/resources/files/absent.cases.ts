import { mayWriteHere } from '../../../src/resources/files/write-file.js'
import { absent } from '../../../src/resources/files/absent.js'
import { removeTree } from '../../../src/resources/files/change-tree.js'
import { enter } from '../../../src/core/enter.js'
import { sh, steps } from '../../../src/core/sh.js'
import type { Case } from '../../../src/testing/case.js'
import { directoryEntry, fileEntry, linkEntry } from './entry.js'

const path = '/etc/nginx/sites-enabled/default'
const top = {
  kind: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  count: 1,
}
const within = enter('/etc/nginx/sites-enabled')
const removed = steps([within, mayWriteHere, sh`rm -f -- ./default`, sh`sync -- .`]).text
const treeRemoved = steps([within, mayWriteHere, removeTree('./default'), sh`sync -- .`]).text

export const cases: readonly Case[] = [
  {
    name: 'a link',
    example: true,
    resource: () => absent('/etc/nginx/sites-enabled/default'),
    facts: { path: linkEntry('/etc/nginx/sites-available/default') },
    changes: ['remove link to /etc/nginx/sites-available/default'],
    effects: ['remove'],
    scripts: [removed],
  },
  {
    name: 'a file',
    resource: () => absent(path),
    facts: { path: fileEntry() },
    changes: ['remove file'],
    scripts: [removed],
    keys: { path: { path }, tree: undefined },
  },
  {
    name: 'a socket',
    resource: () => absent(path),
    facts: { path: fileEntry({ kind: 'other' }) },
    changes: ['remove file'],
    scripts: [removed],
  },
  {
    name: 'nothing',
    resource: () => absent(path),
    facts: { path: null },
    changes: [],
    reason: 'there is no such path',
  },
  {
    name: 'a directory',
    resource: () => absent(path),
    facts: { path: directoryEntry() },
    changes: [`blocked: ${path} is a directory`],
    remedy: 'set recurse: true to remove it with everything in it',
    lacks: ['path:/etc/nginx/sites-enabled/default'],
  },
  {
    name: 'a directory, with recurse',
    resource: () => absent(path, { recurse: true }),
    facts: { path: directoryEntry(), tree: [top, { ...top, kind: 'file', count: 2 }] },
    changes: ['remove directory and 2 entries in it'],
    effects: ['remove'],
    scripts: [treeRemoved],
    keys: { path: { path }, tree: path },
  },
  {
    name: 'a directory of one, with recurse',
    resource: () => absent(path, { recurse: true }),
    facts: { path: directoryEntry(), tree: [{ ...top, count: 2 }] },
    changes: ['remove directory and 1 entry in it'],
  },
  {
    name: 'an empty directory, with recurse',
    resource: () => absent(path, { recurse: true }),
    facts: { path: directoryEntry(), tree: [top] },
    changes: ['remove empty directory'],
    scripts: [treeRemoved],
  },
  {
    name: 'a link, with recurse',
    resource: () => absent(path, { recurse: true }),
    facts: { path: linkEntry('/etc'), tree: null },
    changes: ['remove link to /etc'],
    scripts: [removed],
  },
  {
    name: 'nothing, with recurse',
    resource: () => absent(path, { recurse: true }),
    facts: { path: null, tree: null },
    changes: [],
  },
  {
    name: 'a link that cannot be read',
    resource: () => absent(path),
    facts: { path: fileEntry({ kind: 'link' }) },
    changes: ['remove link to nowhere'],
  },
]

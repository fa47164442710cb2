import { directory } from '../../../src/resources/files/directory.js'
import type { Case } from '../../../src/testing/case.js'
import { directoryEntry, fileEntry, linkEntry } from './entry.js'

const here = { missingParent: null }
const path = '/srv/app/src'
const entry = (changed: object): object => ({
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  count: 1,
  ...changed,
})
const tree = [
  entry({ kind: 'directory', mode: 0o755, count: 2 }),
  entry({ count: 5 }),
  entry({ kind: 'link', mode: 0o777 }),
]

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => directory(path, { mode: '2750', owner: 'webhook', group: 'demo' }),
    facts: { ...here, path: null },
    changes: ['create directory'],
  },
  {
    name: 'created with its parents',
    resource: () => directory(path),
    facts: { path: null, missingParent: { path: '/srv/app', taken: false } },
    changes: ['create directory and its parents /srv/app'],
  },
  {
    name: 'created with all parents',
    resource: () => directory('/a/b/c'),
    facts: { path: null, missingParent: { path: '/a', taken: false } },
    changes: ['create directory and its parents /a, /a/b'],
  },
  {
    name: 'a parent that is a file',
    resource: () => directory(path),
    facts: { path: null, missingParent: { path: '/srv/app', taken: true } },
    changes: ['blocked: /srv/app is no directory'],
  },
  {
    name: 'as wanted',
    resource: () => directory(path, { mode: '0755', owner: 'root' }),
    facts: { ...here, path: directoryEntry() },
    changes: [],
  },
  {
    name: 'left out is not managed',
    resource: () => directory(path),
    facts: { ...here, path: directoryEntry({ mode: 0o2700, owner: 'x', uid: 7 }) },
    changes: [],
  },
  {
    name: 'an octal mode says the setgid bit too',
    resource: () => directory(path, { mode: '0755' }),
    facts: { ...here, path: directoryEntry({ mode: 0o2755 }) },
    changes: ['mode 2755 → 0755'],
  },
  {
    name: 'symbols leave it',
    resource: () => directory(path, { mode: 'u=rwx,go=rx' }),
    facts: { ...here, path: directoryEntry({ mode: 0o2755 }) },
    changes: [],
  },
  {
    name: 'a change each',
    resource: () => directory(path, { mode: '2750', owner: 'webhook', group: 'demo' }),
    facts: { ...here, path: directoryEntry() },
    changes: ['owner root → webhook', 'group root → demo', 'mode 0755 → 2750'],
  },
  {
    name: 'a file in its place',
    resource: () => directory(path),
    facts: { ...here, path: fileEntry() },
    changes: ['blocked: /srv/app/src is there and no directory'],
  },
  {
    name: 'a link in its place',
    resource: () => directory(path),
    facts: { ...here, path: linkEntry('/etc') },
    changes: ['blocked: /srv/app/src is a symbolic link to /etc'],
  },
  {
    name: 'a tree',
    resource: () =>
      directory(path, { recurse: true, mode: 'u=rwX,go=', owner: 'demo', group: 'root' }),
    facts: { ...here, path: directoryEntry(), tree },
    changes: ['owner of 8 entries → demo', 'mode of 7 entries → u=rwX,go='],
  },
  {
    name: 'a tree as wanted',
    resource: () => directory(path, { recurse: true, mode: 'u=rwX,go=rX', owner: 0 }),
    facts: { ...here, path: directoryEntry(), tree },
    changes: [],
  },
  {
    name: 'the group of a tree',
    resource: () => directory(path, { recurse: true, group: 'demo' }),
    facts: { ...here, path: directoryEntry(), tree },
    changes: ['group of 8 entries → demo'],
  },
  {
    name: 'symbols for a new directory',
    resource: () => directory(path, { mode: 'u=rwX,go=' }),
    facts: { ...here, path: null },
    changes: ['create directory'],
  },
  {
    name: 'a tree without its directory',
    resource: () => directory(path, { recurse: true, mode: 'u=rwX,go=' }),
    facts: {
      ...here,
      path: directoryEntry(),
      tree: [
        { kind: 'directory', mode: 0o755, owner: 'root', group: 'root', uid: 0, gid: 0, count: 1 },
      ],
    },
    changes: ['mode of 1 entry → u=rwX,go='],
  },
]

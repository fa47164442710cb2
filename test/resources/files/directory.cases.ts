import { enter } from '../../../src/core/enter.js'
import { sh, steps, type Sh } from '../../../src/core/sh.js'
import { chmodTree, chownTree } from '../../../src/resources/files/change-tree.js'
import { directory } from '../../../src/resources/files/directory.js'
import { makeDirectory } from '../../../src/resources/files/make-directory.js'
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

/** A script in the directory. */
const within = (script: Sh): string => steps([enter(path), script]).text

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => directory(path, { mode: '2750', owner: 'webhook', group: 'demo' }),
    facts: { ...here, path: null },
    changes: ['create directory: 2750 webhook:demo'],
    effects: ['create'],
    scripts: [makeDirectory(path, null, sh`chown -- webhook:demo . &&\nchmod -- 02750 .`).text],
    keys: { path: { path }, missingParent: path, tree: undefined },
  },
  {
    name: 'created with its parents',
    resource: () => directory(path),
    facts: { path: null, missingParent: { path: '/srv/app', taken: false } },
    changes: ['create directory, and its parents /srv/app'],
    scripts: [makeDirectory(path, '/srv/app', sh`chmod -- go+rx .`).text],
  },
  {
    name: 'created with all parents',
    resource: () => directory('/a/b/c'),
    facts: { path: null, missingParent: { path: '/a', taken: false } },
    changes: ['create directory, and its parents /a, /a/b'],
  },
  {
    name: 'a parent that is a file',
    resource: () => directory(path),
    facts: { path: null, missingParent: { path: '/srv/app', taken: true } },
    changes: ['blocked: /srv/app is no directory'],
    remedy: 'remove what is there, or choose another path than /srv/app/src',
    lacks: undefined,
  },
  {
    name: 'as wanted',
    resource: () => directory(path, { mode: '0755', owner: 'root' }),
    facts: { ...here, path: directoryEntry() },
    changes: [],
    reason: 'mode 0755, owner root:root',
  },
  {
    name: 'left out is not managed',
    resource: () => directory(path),
    facts: { ...here, path: directoryEntry({ mode: 0o2700, owner: 'x', uid: 7 }) },
    changes: [],
    reason: 'mode 2700, owner x:root',
  },
  {
    name: 'an octal mode says the setgid bit too',
    resource: () => directory(path, { mode: '0755' }),
    facts: { ...here, path: directoryEntry({ mode: 0o2755 }) },
    changes: ['mode 2755 → 0755'],
    effects: ['change'],
    scripts: [within(sh`chmod -- 00755 .`)],
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
    effects: ['change', 'change', 'change'],
    scripts: [
      within(sh`chown -- webhook:0 . && chmod -- 02750 .`),
      within(sh`chown -- webhook:demo . && chmod -- 02750 .`),
      within(sh`chmod -- 02750 .`),
    ],
  },
  {
    name: 'a file in its place',
    resource: () => directory(path),
    facts: { ...here, path: fileEntry() },
    changes: ['blocked: /srv/app/src is there and no directory'],
    remedy: 'remove it, or choose another path',
    lacks: ['path:/srv/app/src'],
  },
  {
    name: 'a link in its place',
    resource: () => directory(path),
    facts: { ...here, path: linkEntry('/etc') },
    changes: ['blocked: /srv/app/src is a symbolic link to /etc'],
    remedy: 'remove the link, or manage the directory that it points to',
    lacks: ['path:/srv/app/src'],
  },
  {
    name: 'a tree',
    resource: () =>
      directory(path, { recurse: true, mode: 'u=rwX,go=', owner: 'demo', group: 'root' }),
    facts: { ...here, path: directoryEntry(), tree },
    changes: ['owner of 8 entries → demo', 'mode of 7 entries → u=rwX,go='],
    scripts: [
      within(chownTree('demo')),
      within(steps([chmodTree('directory', 0o755, 0o700), chmodTree('file', 0o644, 0o600)])),
    ],
    keys: { path: { path }, missingParent: path, tree: path },
  },
  {
    name: 'a tree as wanted',
    resource: () => directory(path, { recurse: true, mode: 'u=rwX,go=rX', owner: 0 }),
    facts: { ...here, path: directoryEntry(), tree },
    changes: [],
    reason: '8 entries as wanted',
  },
  {
    name: 'the group of a tree',
    resource: () => directory(path, { recurse: true, group: 'demo' }),
    facts: { ...here, path: directoryEntry(), tree },
    changes: ['group of 8 entries → demo'],
    scripts: [within(chownTree(':demo'))],
  },
  {
    name: 'symbols for a new directory',
    resource: () => directory(path, { mode: 'u=rwX,go=' }),
    facts: { ...here, path: null },
    changes: ['create directory: 0700'],
    scripts: [makeDirectory(path, null, sh`chmod -- 00700 .`).text],
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
    scripts: [within(chmodTree('directory', 0o755, 0o700))],
  },
  {
    name: 'a pass for each mode, whoever owns the entries',
    resource: () => directory(path, { recurse: true, mode: 'go=' }),
    facts: {
      ...here,
      path: directoryEntry(),
      tree: [
        entry({ kind: 'directory', mode: 0o700 }),
        entry({ count: 2 }),
        entry({ count: 3, owner: 'demo', uid: 7 }),
        entry({ mode: 0o755 }),
        entry({ kind: 'other', mode: 0o666 }),
      ],
    },
    changes: ['mode of 6 entries → go='],
    scripts: [within(steps([chmodTree('file', 0o644, 0o600), chmodTree('file', 0o755, 0o700)]))],
  },
  ...[
    { of: 'setuid', mode: 0o4775, left: 0o775, wanted: 0o755 },
    { of: 'setgid', mode: 0o2775, left: 0o775, wanted: 0o755 },
    { of: 'mandatory locking', mode: 0o2664, left: 0o2664, wanted: 0o2644 },
  ].flatMap(({ of, mode, left, wanted }): readonly Case[] =>
    ([{ owner: 'demo' }, { group: 'demo' }] as const).map((options) => ({
      name: `a file with ${of} that gets another ${Object.keys(options).join()}`,
      resource: () => directory(path, { recurse: true, mode: 'go-w', ...options }),
      facts: { ...here, path: directoryEntry(), tree: [entry({ mode })] },
      changes: [`${Object.keys(options).join()} of 1 entry → demo`, 'mode of 1 entry → go-w'],
      scripts: [
        within(chownTree('owner' in options ? 'demo' : ':demo')),
        within(chmodTree('file', left, wanted)),
      ],
    })),
  ),
  {
    name: 'a file with setuid that keeps its owner, and a directory with setgid that does not',
    resource: () => directory(path, { recurse: true, mode: 'go-w', owner: 'demo' }),
    facts: {
      ...here,
      path: directoryEntry(),
      tree: [
        entry({ mode: 0o4775, owner: 'demo', uid: 7 }),
        entry({ kind: 'directory', mode: 0o2775 }),
      ],
    },
    changes: ['owner of 1 entry → demo', 'mode of 2 entries → go-w'],
    scripts: [
      within(chownTree('demo')),
      within(steps([chmodTree('file', 0o4775, 0o4755), chmodTree('directory', 0o2775, 0o2755)])),
    ],
  },
  {
    name: 'a file with setuid that is only given away',
    resource: () => directory(path, { recurse: true, mode: 'u=rwX,go=rX', owner: 'demo' }),
    facts: { ...here, path: directoryEntry(), tree: [entry({ mode: 0o4755 })] },
    changes: ['owner of 1 entry → demo'],
  },
  {
    name: 'a directory that nobody may enter, and X',
    resource: () => directory(path, { recurse: true, mode: 'u=rwX,go=' }),
    facts: {
      ...here,
      path: directoryEntry({ mode: 0o600 }),
      tree: [entry({ kind: 'directory', mode: 0o600 }), entry({ mode: 0o600 })],
    },
    changes: ['mode of 1 entry → u=rwX,go='],
    scripts: [within(chmodTree('directory', 0o600, 0o700))],
  },
  {
    name: 'a tree of one, owned by ids',
    resource: () => directory(path, { recurse: true, owner: 7, group: '8' }),
    facts: {
      ...here,
      path: directoryEntry(),
      tree: [entry({ kind: 'directory', owner: 'demo', uid: 7, group: null, gid: 8 })],
    },
    changes: [],
    reason: '1 entry as wanted',
  },
  {
    name: 'created for an owner below missing parents',
    resource: () => directory('/a/b/c', { owner: 'demo' }),
    facts: { path: null, missingParent: { path: '/a/b', taken: false } },
    changes: ['create directory: owner demo, and its parents /a/b'],
    scripts: [
      makeDirectory(
        '/a/b/c',
        '/a/b',
        sh`chown -- demo:"$(stat -L -c %g -- .)" . &&\nchmod -- go+rx .`,
      ).text,
    ],
  },
  {
    name: 'an owner and a group without names',
    resource: () => directory(path),
    facts: { ...here, path: directoryEntry({ owner: null, uid: 7, group: null, gid: 8 }) },
    changes: [],
    reason: 'mode 0755, owner 7:8',
  },
  {
    name: 'a link that cannot be read in its place',
    resource: () => directory(path),
    facts: { ...here, path: fileEntry({ kind: 'link' }) },
    changes: ['blocked: /srv/app/src is a symbolic link to nowhere'],
    lacks: ['path:/srv/app/src'],
  },
]

import { mayWriteHere, newPath, placeNew } from '../../../src/resources/files/write-file.js'
import { symlink } from '../../../src/resources/files/symlink.js'
import { enter } from '../../../src/core/enter.js'
import { refuse } from '../../../src/core/refuse.js'
import { sh, steps, type Sh } from '../../../src/core/sh.js'
import type { Case } from '../../../src/testing/case.js'
import { directoryEntry, fileEntry, linkEntry } from './entry.js'

const here = { missingParent: null }
const path = '/etc/nginx/sites-enabled/demo'
const target = '../sites-available/demo'
const directory = {
  kind: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  count: 1,
}

/** A link is made beside the path and takes its place, if that is still what it was. */
const replaced = (isStill: Sh, before?: Sh, to: string = target): string =>
  steps([
    enter('/etc/nginx/sites-enabled'),
    mayWriteHere,
    newPath('demo', 'link'),
    sh`ln -sT -- ${to} "$new_path"`,
    sh`if ! { ${isStill}; }; then ${refuse(`${path} was replaced meanwhile`)}; fi`,
    before,
    placeNew('demo'),
  ]).text

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => symlink(path, { target: '../sites-available/demo' }),
    facts: { ...here, path: null },
    changes: ['create link to ../sites-available/demo'],
    effects: ['create'],
    scripts: [
      steps([
        enter('/etc/nginx/sites-enabled'),
        mayWriteHere,
        sh`ln -sT -- ../sites-available/demo ./demo`,
        sh`sync -- .`,
      ]).text,
    ],
    keys: { path: { path }, missingParent: path, tree: undefined },
  },
  {
    name: 'as wanted',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: linkEntry(target) },
    changes: [],
    reason: `it points to ${target}`,
  },
  {
    name: 'as wanted, and it may replace',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: linkEntry(target), tree: null },
    changes: [],
    keys: { path: { path }, missingParent: path, tree: path },
  },
  {
    name: 'the same file by another path',
    resource: () => symlink(path, { target: '/etc/nginx/sites-available/demo' }),
    facts: { ...here, path: linkEntry(target) },
    changes: ['target ../sites-available/demo → /etc/nginx/sites-available/demo'],
    effects: ['change'],
    scripts: [replaced(sh`[ -L ./demo ]`, undefined, '/etc/nginx/sites-available/demo')],
  },
  {
    name: 'a missing parent',
    resource: () => symlink(path, { target }),
    facts: { path: null, missingParent: { path: '/etc/nginx', taken: false } },
    changes: ['blocked: directory /etc/nginx does not exist'],
    remedy: "add directory('/etc/nginx/sites-enabled') before this",
    lacks: ['path:/etc/nginx/sites-enabled'],
    then: ['create link to ../sites-available/demo'],
  },
  {
    name: 'a parent that is a file',
    resource: () => symlink(path, { target }),
    facts: { path: null, missingParent: { path: '/etc/nginx', taken: true } },
    changes: ['blocked: /etc/nginx is no directory'],
    lacks: undefined,
  },
  {
    name: 'a file in its place',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: fileEntry() },
    changes: [`blocked: ${path} is a file`],
    remedy: 'set force: true to replace it, remove it, or choose another path',
    lacks: ['path:/etc/nginx/sites-enabled/demo'],
  },
  {
    name: 'a directory in its place',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: directoryEntry() },
    changes: [`blocked: ${path} is a directory`],
    remedy: 'set force: true to replace an empty one, remove it, or choose another path',
    lacks: ['path:/etc/nginx/sites-enabled/demo'],
  },
  {
    name: 'a file, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: fileEntry(), tree: null },
    changes: [`replace file by a link to ${target}`],
    effects: ['change'],
    scripts: [replaced(sh`[ ! -L ./demo ] && [ -f ./demo ]`)],
  },
  {
    name: 'an empty directory, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: [directory] },
    changes: [`replace empty directory by a link to ${target}`],
    scripts: [replaced(sh`[ ! -L ./demo ] && [ -d ./demo ]`, sh`rmdir -- ./demo`)],
  },
  {
    name: 'a full directory, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: [directory, { ...directory, kind: 'file' }] },
    changes: [`blocked: ${path} is a directory that is not empty`],
    remedy: 'move what is in it elsewhere, or choose another path',
    lacks: ['tree:/etc/nginx/sites-enabled/demo'],
  },
  {
    name: 'a directory of directories, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: [{ ...directory, count: 2 }] },
    changes: [`blocked: ${path} is a directory that is not empty`],
    lacks: ['tree:/etc/nginx/sites-enabled/demo'],
  },
  {
    name: 'a socket, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: fileEntry({ kind: 'other' }), tree: null },
    changes: [`blocked: ${path} is neither a link nor a file nor a directory`],
    remedy: 'remove it, or choose another path',
    lacks: ['path:/etc/nginx/sites-enabled/demo'],
  },
  {
    name: 'a link that cannot be read',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: fileEntry({ kind: 'link' }) },
    changes: [`target unknown → ${target}`],
  },
  {
    name: 'a directory that is gone when its tree is read, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: null },
    changes: [`blocked: ${path} is a directory that is not empty`],
    lacks: ['tree:/etc/nginx/sites-enabled/demo'],
  },
]

import { mayWriteHere } from '../../../src/resources/files/write-file.js'
import { symlink } from '../../../src/resources/files/symlink.js'
import { enter } from '../../../src/core/enter.js'
import { sh, steps } from '../../../src/core/sh.js'
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

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => symlink(path, { target: '../sites-available/demo' }),
    facts: { ...here, path: null },
    changes: ['create link to ../sites-available/demo'],
    scripts: [
      steps([
        enter('/etc/nginx/sites-enabled'),
        mayWriteHere,
        sh`ln -sT -- ../sites-available/demo ./demo`,
        sh`sync -- .`,
      ]).text,
    ],
  },
  {
    name: 'as wanted',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: linkEntry(target) },
    changes: [],
  },
  {
    name: 'as wanted, and it may replace',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: linkEntry(target), tree: null },
    changes: [],
  },
  {
    name: 'the same file by another path',
    resource: () => symlink(path, { target: '/etc/nginx/sites-available/demo' }),
    facts: { ...here, path: linkEntry(target) },
    changes: ['target ../sites-available/demo → /etc/nginx/sites-available/demo'],
  },
  {
    name: 'a missing parent',
    resource: () => symlink(path, { target }),
    facts: { path: null, missingParent: { path: '/etc/nginx', taken: false } },
    changes: ['blocked: directory /etc/nginx does not exist'],
  },
  {
    name: 'a parent that is a file',
    resource: () => symlink(path, { target }),
    facts: { path: null, missingParent: { path: '/etc/nginx', taken: true } },
    changes: ['blocked: /etc/nginx is no directory'],
  },
  {
    name: 'a file in its place',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: fileEntry() },
    changes: [`blocked: ${path} is a file`],
  },
  {
    name: 'a directory in its place',
    resource: () => symlink(path, { target }),
    facts: { ...here, path: directoryEntry() },
    changes: [`blocked: ${path} is a directory`],
  },
  {
    name: 'a file, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: fileEntry(), tree: null },
    changes: [`replace file by a link to ${target}`],
  },
  {
    name: 'an empty directory, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: [directory] },
    changes: [`replace empty directory by a link to ${target}`],
  },
  {
    name: 'a full directory, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: [directory, { ...directory, kind: 'file' }] },
    changes: [`blocked: ${path} is a directory that is not empty`],
  },
  {
    name: 'a directory of directories, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: directoryEntry(), tree: [{ ...directory, count: 2 }] },
    changes: [`blocked: ${path} is a directory that is not empty`],
  },
  {
    name: 'a socket, with force',
    resource: () => symlink(path, { target, force: true }),
    facts: { ...here, path: fileEntry({ kind: 'other' }), tree: null },
    changes: [`blocked: ${path} is neither a link nor a file nor a directory`],
  },
]

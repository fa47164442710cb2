import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { untrustedWarnings } from '../../src/files/untrusted-paths.js'
import { whoMayChange, type PathStats } from '../../src/files/trust.js'
import { project } from '../inventory/project.js'
import { asRoot } from '../if-able.js'

const me = 4242
const state = (mode: number, uid = me, gid = me, isDirectory = false): PathStats => ({
  mode,
  uid,
  gid,
  isDirectory: () => isDirectory,
})

test.each<[what: string, found: PathStats, who: string | null]>([
  ['an own file', state(0o644), null],
  ['an own file of umask 002, with a group of its own', state(0o664), null],
  ['a file of root', state(0o644, 0, 0), null],
  ['a file that the group of root may write', state(0o664, 0, 0), null],
  ['an own file that a group may write', state(0o664, me, 4999), 'the group 4999 may write'],
  ['an own file that everybody may write', state(0o666), 'everybody may write'],
  ['a file of another', state(0o600, 4998), 'belongs to user 4998'],
  ['a file of another system account', state(0o644, 65534), 'belongs to nobody'],
  ['an own directory', state(0o755, me, me, true), null],
  ['an own directory that everybody may write', state(0o777, me, me, true), 'everybody may write'],
  ['a directory that everybody may write, each only what is his', state(0o1777, 0, 0, true), null],
  ['a file with the sticky bit', state(0o1666), 'everybody may write'],
])('%s', (_, found, who) => {
  expect(whoMayChange('/', found, me)).toBe(who)
  expect(whoMayChange('/', found, null)).toBeNull()
})

test('without real modes there are no warnings', () => {
  expect(whoMayChange('/nowhere/at/all', state(0o777), me)).toBeNull()
})

describe('a project', () => {
  const files = {
    'inventory/hosts.yml': '',
    'inventory/group_vars/web.yml': '',
    'tasks/site.ts': '',
    '.env': '',
  }
  const all = (directory: string): readonly string[] =>
    Object.keys(files).map((name) => join(directory, name))
  const said = (directory: string, secrets: readonly string[] = []): readonly string[] =>
    untrustedWarnings(directory, { paths: all(directory), secrets })

  test('that nobody else may change give no warning', () => {
    expect(said(project(files))).toEqual([])
  })

  test('each path once, in one line', () => {
    const directory = project(files)
    for (const name of ['inventory/hosts.yml', 'tasks']) chmodSync(join(directory, name), 0o777)
    expect(said(directory)).toEqual([
      'others may change 2 paths that decide what runs: inventory/hosts.yml (everybody may write), tasks (everybody may write); chmod go-w what is yours, and chown what is to be',
    ])
  })

  test('of many the first, and the number of the others', () => {
    const directory = project(files)
    for (const name of [
      '',
      'inventory',
      'inventory/hosts.yml',
      'inventory/group_vars',
      'tasks/site.ts',
    ])
      chmodSync(join(directory, name), 0o777)
    expect(said(directory)).toEqual([
      expect.stringMatching(
        /^others may change 5 paths that decide what runs: the project’s folder \(everybody may write\), inventory\/hosts\.yml \(everybody may write\), inventory \(everybody may write\) and 2 more; /,
      ),
    ])
  })

  test('where links lead', () => {
    const [directory, elsewhere] = [project(files), project({ 'shared/a.yml': '' })]
    chmodSync(join(elsewhere, 'shared'), 0o777)
    symlinkSync(join(elsewhere, 'shared/a.yml'), join(directory, 'inventory/a.yml'))
    expect(
      untrustedWarnings(directory, { paths: [join(directory, 'inventory/a.yml')], secrets: [] }),
    ).toEqual([
      `others may change a path that decides what runs: ${join(elsewhere, 'shared')} (everybody may write); chmod go-w what is yours, and chown what is to be`,
    ])
  })

  test('where links of directories lead', () => {
    const [directory, elsewhere] = [project({}), project({ 'shared/inventory/hosts.yml': '' })]
    chmodSync(join(elsewhere, 'shared'), 0o777)
    symlinkSync(join(elsewhere, 'shared/inventory'), join(directory, 'inventory'))
    expect(
      untrustedWarnings(directory, {
        paths: [join(directory, 'inventory/hosts.yml')],
        secrets: [],
      }),
    ).toEqual([
      `others may change a path that decides what runs: ${join(elsewhere, 'shared')} (everybody may write); chmod go-w what is yours, and chown what is to be`,
    ])
  })

  test('a sticky directory, writable by all, is not one of them', () => {
    const directory = project(files)
    mkdirSync(join(directory, 'tmp'))
    chmodSync(join(directory, 'tmp'), 0o1777)
    expect(
      untrustedWarnings(directory, {
        paths: [join(directory, 'tmp/none'), join(directory, 'tmp')],
        secrets: [],
      }),
    ).toEqual([])
  })

  test('secrets that everybody may read', () => {
    const directory = project(files)
    chmodSync(join(directory, '.env'), 0o644)
    expect(said(directory, [join(directory, '.env')])).toEqual([
      'everybody may read .env; chmod 600 .env',
    ])
    chmodSync(join(directory, '.env'), 0o600)
    expect(said(directory, [join(directory, '.env')])).toEqual([])
  })

  asRoot('of somebody else', () => {
    const directory = project(files)
    chownSync(join(directory, 'tasks'), 65534, 65534)
    expect(said(directory)).toEqual([
      expect.stringContaining(' a path that decides what runs: tasks (belongs to nobody); '),
    ])
  })
})

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { placeFact, type Place, type PlaceKey } from '../../../src/facts/files/place.js'
import { asRoot } from '../../if-able.js'
import { runIn, shells } from '../../shells.js'

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  let dir = ''
  const at = (name: string): string => join(dir, name)
  const read = (...keys: readonly PlaceKey[]): readonly (Place | string)[] =>
    placeFact
      .parse(runIn(shell, placeFact.script(keys)), keys)
      .map((fact) => (fact.is === 'present' ? fact.value : fact.is))

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'place-'))
    mkdirSync(at('folder'))
    chmodSync(at('folder'), 0o1750)
    writeFileSync(at('folder/file'), '')
    symlinkSync('file', at('folder/link'))
    symlinkSync('folder', at('way'))
    writeFileSync(at('plain'), '')
    symlinkSync('plain', at('to-plain'))
    mkdirSync(at("it's -n\nstrange"))
    writeFileSync(at("it's -n\nstrange/end\n---- x"), '')
  })
  afterAll(() => rmSync(dir, { recursive: true }))

  test('a directory, and none', () => {
    const [entered, ...others] = read(
      { path: at('folder/file') },
      { path: at('folder/none') },
      { path: at('none/x') },
      { path: at('folder/file/x') },
    )
    expect(entered).toMatchObject({
      directory: { path: at('folder'), isOpen: true, mode: 0o1750, isReadOnly: false, flag: null },
      flag: null,
      isMount: false,
      tree: null,
    })
    expect(others).toEqual([entered, 'absent', 'absent'])
  })
  test('names of any form', () => {
    const directory = { path: at("it's -n\nstrange") }
    expect(
      read({ path: at("it's -n\nstrange/end\n---- x") }, { path: at("it's -n\nstrange/*") }),
    ).toMatchObject([{ directory }, { directory }])
  })
  test('the root, and the kernel’s own', () => {
    expect(read({ path: '/x' }, { path: '/proc/x' }, { path: '/proc' })).toMatchObject([
      { directory: { path: '/' }, isMount: false },
      { directory: { path: '/proc', type: '9fa0' }, isMount: false },
      { directory: { path: '/' }, isMount: true },
    ])
  })
  test('a tree with nothing in the way', () => {
    const tree = { fixed: null, shut: null, mount: null }
    expect(
      read({ path: at('folder'), tree: [] }, { path: at('plain'), tree: ['!', '-user', 'root'] }),
    ).toMatchObject([{ tree }, { tree }])
    expect(read({ path: '/dev', tree: ['-name', 'none'] })).toMatchObject([
      { tree: { fixed: null, mount: expect.stringMatching(/^\/dev\/./) } },
    ])
  })
  asRoot('a link is followed as changes follow it', () => {
    expect(
      read(
        { path: at('folder/x') },
        { path: at('plain'), via: at('to-plain') },
        { path: at('folder'), via: at('to-plain') },
      ),
    ).toMatchObject([
      { directory: { path: at('folder') } },
      { directory: { path: dir } },
      { directory: { reason: `${at('to-plain')} does not lead to ${at('folder')} any more` } },
    ])
    chownSync(dir, 65_534, 0)
    try {
      expect(read({ path: at('way/x') })).toMatchObject([
        {
          directory: {
            reason: `${at('way')} is a symbolic link in another user's directory`,
            words: '',
          },
        },
      ])
    } finally {
      chownSync(dir, 0, 0)
    }
  })
  asRoot('another user', () => {
    mkdirSync(at('others'))
    mkdirSync(at('others/full'))
    writeFileSync(at('others/full/x'), '')
    mkdirSync(at('others/empty'))
    chownSync(at('others'), 65_534, 65_534)
    chmodSync(dir, 0o755)
    // The folder of busybox's tools is a new one.
    if (shell.path.startsWith(tmpdir())) chmodSync(shell.path, 0o755)
    const keys = [{ path: at('others'), tree: [] }, { path: at('folder/file') }]
    const { script } = placeFact.script(keys)
    const command = [...shell.command, '-c', script.text]
    const stdout = execFileSync(
      '/usr/bin/setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', ...command],
      {
        env: { PATH: shell.path, LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    const [tree, closed] = placeFact.parse({ code: 0, stdout, stderr: '' }, keys)
    expect(tree).toMatchObject({
      value: {
        actor: { uid: 65_534 },
        directory: { isOpen: false },
        tree: { shut: at('others/full') },
      },
    })
    expect(closed).toMatchObject({ value: { directory: { reason: null } } })
  })
})

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { writeFiles, type PlainFile } from '../../../src/resources/files/write-files.js'
import { runIn, shells } from '../../shells.js'
import { asRoot } from '../../if-able.js'

let dir = ''
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'write-files-')))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})
const at = (name: string): string => join(dir, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')
const attributes = (name: string): readonly unknown[] => {
  const { mode, uid, gid } = lstatSync(at(name))
  return [(mode & 0o7777).toString(8), uid, gid]
}

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  const write = (files: readonly PlainFile[]): ReturnType<typeof runIn> =>
    runIn(shell, writeFiles.action(files))

  test('new and existing files, in several directories, and nothing else', () => {
    for (const name of ['sub', 'other']) mkdirSync(at(name))
    writeFileSync(at('sub/old'), 'old')
    const names = ['a', 'sub/old', 'b', 'sub/new', 'other/c']
    expect(
      write(names.map((name) => ({ path: at(name), content: `of ${name}\n`, mode: 0o640 }))),
    ).toMatchObject({ code: 0, stderr: '' })
    expect(names.map((name) => [read(name), attributes(name)[0]])).toEqual(
      names.map((name) => [`of ${name}\n`, '640']),
    )
    expect([readdirSync(dir), readdirSync(at('sub')), readdirSync(at('other'))]).toEqual([
      ['a', 'b', 'other', 'sub'],
      ['new', 'old'],
      ['c'],
    ])
  })
  test('bytes of every value, none, a secret, and content that looks like the next file', () => {
    const all = Buffer.from(Array.from({ length: 200_000 }, (_value, index) => (index * 7) % 256))
    const contents = [all, '', '\n', new Secret('s3cret'), all.subarray(5), '']
    expect(
      write(contents.map((content, index) => ({ path: at(String(index)), content, mode: 0o600 })))
        .code,
    ).toBe(0)
    expect(contents.map((_content, index) => readFileSync(at(String(index)), 'latin1'))).toEqual([
      all.toString('latin1'),
      '',
      '\n',
      's3cret',
      all.subarray(5).toString('latin1'),
      '',
    ])
  })
  test('hostile names', () => {
    const names = [
      "it's",
      '$(touch pwned)',
      '; touch pwned #',
      '-rf',
      '--',
      '*',
      'a b',
      '"',
      '\\',
      'a\\nb',
      '%s',
      '\u2028',
      '~root',
      'é',
      '[x]',
      '.hidden',
      'x'.repeat(255),
    ]
    expect(
      write(names.map((name) => ({ path: at(name), content: name, mode: 0o600 }))),
    ).toMatchObject({ code: 0, stderr: '' })
    expect([readdirSync(dir).sort(), names.map(read)]).toEqual([[...names].sort(), names])
  })
  asRoot('each with its owner, group and mode', () => {
    chmodSync(dir, 0o2755)
    chownSync(dir, 0, 4343)
    const files = [
      { owner: 4242, group: 4243, mode: 0o640 },
      { owner: 4242, mode: 0o4755 },
      { group: 4243, mode: 0o644 },
      { mode: 0o600 },
    ]
    expect(
      write(files.map((file, index) => ({ ...file, path: at(String(index)), content: 'x' }))),
    ).toMatchObject({ code: 0, stderr: '' })
    expect(files.map((_file, index) => attributes(String(index)))).toEqual([
      ['640', 4242, 4243],
      ['4755', 4242, 4343],
      ['644', 0, 4243],
      ['600', 0, 4343],
    ])
  })
  test('leftovers of a killed write are removed', () => {
    mkdirSync(at('.fettle-new'))
    writeFileSync(at('.fettle-new/b'), 'half')
    expect(write([{ path: at('a'), content: 'x', mode: 0o600 }]).code).toBe(0)
    expect(readdirSync(dir)).toEqual(['a'])
  })

  describe('fails as a whole, and changes nothing', () => {
    const refused = (): void => {
      writeFileSync(at('a'), 'old')
      const before = readdirSync(dir).sort()
      expect(
        write(['a', 'x', 'b'].map((name) => ({ path: at(name), content: 'new', mode: 0o600 })))
          .code,
      ).not.toBe(0)
      expect([readdirSync(dir).sort(), read('a')]).toEqual([before, 'old'])
    }
    test('if a directory is in the place of one', () => {
      mkdirSync(at('x'))
      refused()
    })
    test('if a link is', () => {
      symlinkSync('elsewhere', at('x'))
      refused()
      expect(readlinkSync(at('x'))).toBe('elsewhere')
    })
    asRoot("in another user's directory, with what he has there", () => {
      chownSync(dir, 4242, 4242)
      mkdirSync(at('.fettle-new'))
      writeFileSync(at('.fettle-new/his'), '')
      refused()
      expect(read('.fettle-new/his')).toBe('')
    })
    test.each(['775', '757', '1777'])('in a directory of mode %s', (bits) => {
      chmodSync(dir, parseInt(bits, 8))
      refused()
    })
    test('if the input ends too early', () => {
      const { script } = writeFiles.action([
        { path: at('a'), content: 'first', mode: 0o600 },
        { path: at('b'), content: 'second', mode: 0o600 },
      ])
      expect(runIn(shell, { script, input: 'firstsec' }).code).not.toBe(0)
      expect(readdirSync(dir)).toEqual([])
    })
  })
})

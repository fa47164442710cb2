import { describe, expect, test } from '@jest/globals'
import { inputBytes, sh } from '../../../src/core/sh.js'
import { Secret } from '../../../src/core/secret.js'
import { digestOf } from '../../../src/resources/files/content.js'
import type { FileToWrite } from '../../../src/resources/files/write-file.js'
import { isPlain, writeFiles, type PlainFile } from '../../../src/resources/files/write-files.js'
import { undefinedIn } from '../called.js'

test.each<[string, Partial<FileToWrite>, boolean]>([
  ['its content and attributes', { owner: 'app', group: 'app' }, true],
  ['no copy', { backup: false, onlyNew: false }, true],
  ['a link to it', { via: '/etc/link' }, false],
  ['a line that judges it', { validate: 'check %s' }, false],
  ['a copy of the former one', { backup: true }, false],
  ['a line that confirms it', { confirm: 'check' }, false],
  ['that there is none', { onlyNew: true }, false],
  ['shell that writes it', { from: sh`date >&3` }, false],
])('a file with %s can be written among many: %j %s', (_, more, plain) => {
  expect(isPlain({ path: '/etc/a', mode: 0o644, ...more })).toBe(plain)
})

/** What is run for files, without the functions that it calls, and its input. */
function actionOf(files: readonly PlainFile[]): readonly [readonly string[], string] {
  const { script, input = '' } = writeFiles.action(files)
  expect(undefinedIn(script.text)).toEqual([])
  return [script.body.replaceAll(' &&\n', '\n').split('\n'), String(inputBytes(input))]
}

/** The digest over the digests of contents. */
const digests = (...contents: readonly string[]): string =>
  digestOf(contents.map((content) => `${digestOf(content)}\n`).join(''))

const start = ['umask 077', "trap 'exit 143' TERM INT HUP"]
const put = (path: string, content: string, more: Partial<PlainFile> = {}): PlainFile => ({
  path,
  mode: 0o644,
  content,
  ...more,
})

describe('many files', () => {
  test.each<[string, readonly PlainFile[], readonly string[], string]>([
    [
      'of one directory are put and placed together',
      [put('/etc/a', 'one'), put('/etc/b c', 'größer')],
      [
        'fettle_enter /etc',
        'fettle_begin_files',
        'fettle_put_file a 3',
        "fettle_put_file 'b c' 8",
        `fettle_place_files '' 00644 ${digests('one', 'größer')} ./.fettle-new/a './.fettle-new/b c'`,
        'fettle_end_files || exit',
      ],
      'onegrößer',
    ],
    [
      'of several directories are put in the order in which these come first',
      [put('/etc/a', '1'), put('/srv/b', '2'), put('/etc/c', '3'), put('/d', '4')],
      [
        'fettle_enter /etc',
        'fettle_begin_files',
        'fettle_put_file a 1',
        'fettle_put_file c 1',
        `fettle_place_files '' 00644 ${digests('1', '3')} ./.fettle-new/a ./.fettle-new/c`,
        'fettle_end_files || exit',
        'fettle_enter /srv',
        'fettle_begin_files',
        'fettle_put_file b 1',
        `fettle_place_files '' 00644 ${digests('2')} ./.fettle-new/b`,
        'fettle_end_files || exit',
        'fettle_enter /',
        'fettle_begin_files',
        'fettle_put_file d 1',
        `fettle_place_files '' 00644 ${digests('4')} ./.fettle-new/d`,
        'fettle_end_files || exit',
      ],
      '1324',
    ],
    [
      'with the same attributes are placed together',
      [
        put('/etc/a', '1', { owner: 'app', group: 33 }),
        put('/etc/b', '2', { mode: 0o4750 }),
        put('/etc/c', '3', { owner: 'app', group: 33 }),
        put('/etc/d', '4', { owner: 'app' }),
        put('/etc/e', '5', { group: 'web' }),
      ],
      [
        'fettle_enter /etc',
        'fettle_begin_files',
        ...['a', 'b', 'c', 'd', 'e'].map((name) => `fettle_put_file ${name} 1`),
        `fettle_place_files app:33 00644 ${digests('1', '3')} ./.fettle-new/a ./.fettle-new/c`,
        `fettle_place_files '' 04750 ${digests('2')} ./.fettle-new/b`,
        `fettle_place_files app 00644 ${digests('4')} ./.fettle-new/d`,
        `fettle_place_files :web 00644 ${digests('5')} ./.fettle-new/e`,
        'fettle_end_files || exit',
      ],
      '12345',
    ],
  ])('%s', (_, files, expected, input) => {
    expect(actionOf(files)).toEqual([[...start, ...expected], input])
  })

  test('may hold secrets, which are input alone', () => {
    const [script, input] = actionOf([
      { ...put('/etc/a', ''), content: new Secret('hunter2-hunter2') },
    ])
    expect([script[4], input]).toEqual(['fettle_put_file a 15', 'hunter2-hunter2'])
    expect(script.join('\n')).not.toContain('hunter2')
  })

  test('are one kind of work, with a name of its own', () => {
    expect(writeFiles.name).toBe('write files')
  })
})

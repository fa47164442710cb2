import { describe, expect, test } from '@jest/globals'
import { sh, type Sh } from '../../../src/core/sh.js'
import { chmodTree, chownTree, removeTree } from '../../../src/resources/files/change-tree.js'
import { inDirectory } from '../../../src/resources/files/in-directory.js'
import { makeDirectory } from '../../../src/resources/files/make-directory.js'
import { undefinedIn } from '../called.js'

/** The steps of a script, without the functions that it calls, all of which it has to define. */
function stepsOf(script: Sh): readonly string[] {
  expect(undefinedIn(script.text)).toEqual([])
  return script.body.split(' &&\n')
}

describe('a tree', () => {
  /** What find(1) is asked, and what is run for those that it finds. */
  function asked(script: Sh): readonly string[] {
    const [, question = '', program = ''] =
      /^find \. -xdev ([^]*) -exec sh -c '([^]*)' sh \{\} \+$/.exec(script.text) ?? []
    expect(undefinedIn(program)).toEqual([])
    return [question, program.slice(program.lastIndexOf('\n') + 1)]
  }

  test.each([
    ['app', '! -user app', 'fettle_chown_paths app "$@"'],
    ['33', '! -user 33', 'fettle_chown_paths 33 "$@"'],
    [':app', '! -group app', 'fettle_chown_paths :app "$@"'],
  ])('is given to %s, without what it has already', (whom, question, program) => {
    expect(asked(chownTree(whom))).toEqual([question, program])
  })

  test.each([
    ['file', 0o644, 0o600, '-type f -perm 0644', 'fettle_chmod_paths 00600 -f "$@"'],
    ['directory', 0o2755, 0o700, '-type d -perm 2755', 'fettle_chmod_paths 00700 -d "$@"'],
  ] as const)('gets another mode for each %s of mode %d', (kind, from, to, question, program) => {
    expect(asked(chmodTree(kind, from, to))).toEqual([question, program])
  })

  test('is removed', () => {
    expect(stepsOf(removeTree("./it's"))).toEqual(["fettle_remove_tree './it'\\''s'"])
  })

  test.each([
    ['chownTree', chownTree('app')],
    ['chmodTree', chmodTree('file', 0o644, 0o600)],
    ['removeTree', removeTree('./x')],
  ])('is looked at again by what %s runs: it takes no link for a directory', (_, { text }) => {
    for (const said of ['was replaced meanwhile', 'readlink /proc/self/cwd'])
      expect(text).toContain(said)
  })
})

describe('a directory is made', () => {
  const complete = sh`chmod -- go+rx .`
  test.each<[string, string, string | null, Sh | undefined, readonly string[]]>([
    [
      'alone',
      '/srv/app/src',
      null,
      complete,
      [
        'fettle_enter /srv/app',
        'fettle_make_directories src',
        complete.text,
        'fettle_keep_directories',
      ],
    ],
    [
      'as it comes',
      '/srv/app/src',
      null,
      undefined,
      ['fettle_enter /srv/app', 'fettle_make_directories src', 'fettle_keep_directories'],
    ],
    [
      'with the parent that is missing',
      '/srv/app/src',
      '/srv/app',
      complete,
      [
        'fettle_enter /srv',
        'fettle_make_directories app/src',
        complete.text,
        'fettle_keep_directories',
      ],
    ],
    [
      'with all of its parents',
      '/a/b c/d',
      '/a',
      complete,
      [
        'fettle_enter /',
        "fettle_make_directories 'a/b c/d'",
        complete.text,
        'fettle_keep_directories',
      ],
    ],
    [
      'in the root directory',
      '/srv',
      null,
      complete,
      ['fettle_enter /', 'fettle_make_directories srv', complete.text, 'fettle_keep_directories'],
    ],
  ])('%s', (_, path, firstMissing, completing, expected) => {
    expect(stepsOf(makeDirectory(path, firstMissing, completing))).toEqual(expected)
  })
})

describe('a script runs in a directory, which is made where it is missing', () => {
  test.each<[string, string | undefined, readonly string[], readonly string[]]>([
    [
      'as a given owner, who owns what is made',
      'app',
      ['A=1', 'B=two words'],
      [
        'if [ -d /srv/app/src ]; then fettle_enter /srv/app/src',
        'else fettle_enter /srv/app &&',
        'fettle_make_directories src &&',
        'chown -- app:"$(stat -L -c %g -- .)" . &&',
        'chmod -- go+rx . &&',
        'fettle_keep_directories',
        'fi || exit',
        'fettle_choose_runner /srv/app/src app',
        `fettle_as "$runs_as" env A=1 'B=two words' sh -euc 'git init'`,
      ],
    ],
    [
      'as whoever owns the directory',
      undefined,
      [],
      [
        'if [ -d /srv/app/src ]; then fettle_enter /srv/app/src',
        'else fettle_enter /srv/app &&',
        'fettle_make_directories src &&',
        'chmod -- go+rx . &&',
        'fettle_keep_directories',
        'fi || exit',
        "fettle_choose_runner /srv/app/src ''",
        `fettle_as "$runs_as" env  sh -euc 'git init'`,
      ],
    ],
  ])('%s', (_, owner, environment, expected) => {
    const script = inDirectory('/srv/app/src', owner, environment, sh`git init`)
    expect(undefinedIn(script.text)).toEqual([])
    expect(script.body.split('\n')).toEqual(expected)
  })
})

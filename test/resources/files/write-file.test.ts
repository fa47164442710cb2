import { describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { sh, type Sh } from '../../../src/core/sh.js'
import {
  exactly,
  holding,
  holds,
  mayWriteHere,
  newPath,
  owned,
  placeNew,
  writeFile,
  writing,
  type FileToWrite,
} from '../../../src/resources/files/write-file.js'
import { undefinedIn } from '../called.js'

const path = '/etc/app.conf'

/** The steps of a script, without the functions that it calls, all of which it has to define. */
function stepsOf(script: Sh): readonly string[] {
  expect(undefinedIn(script.text)).toEqual([])
  return script.body.split(' &&\n')
}

describe('a file is written to a new name, and takes its place', () => {
  const plain = {
    umask: 'umask 077',
    enter: 'fettle_enter /etc',
    open: `fettle_open_new app.conf ./.app.conf.fettle- ${path}`,
    content: 'cat >&3',
    close: 'fettle_close_new 00644',
    place: 'fettle_place app.conf',
  }
  const { umask, enter, open, content, close, place } = plain
  const confirmed = (spared: number): string =>
    `fettle_place_confirmed app.conf 'nginx -t' '\`nginx -t\`' ${path} ${String(spared)}`
  test.each<[string, Partial<FileToWrite>, readonly string[]]>([
    ['whose content is the input', {}, [umask, enter, open, content, close, place]],
    [
      'in the root directory',
      { path: '/app.conf' },
      [
        umask,
        'fettle_enter /',
        'fettle_open_new app.conf ./.app.conf.fettle- /app.conf',
        content,
        close,
        place,
      ],
    ],
    [
      'that a link leads to',
      { via: '/etc/link' },
      [umask, `fettle_enter_through /etc/link ${path}`, open, content, close, place],
    ],
    ['that shell writes', { from: sh`date >&3` }, [umask, enter, open, 'date >&3', close, place]],
    [
      'with its owner, its group and all of its mode',
      { owner: 'app', group: 33, mode: 0o4750 },
      [
        umask,
        enter,
        open,
        content,
        'chown -- app:33 /proc/self/fd/3',
        'fettle_close_new 04750',
        place,
      ],
    ],
    [
      'that a line of shell judges, called by what it says before the path',
      { validate: 'visudo -cf %s; test -s %s' },
      [
        umask,
        enter,
        open,
        content,
        close,
        `fettle_validate 'visudo -cf "$1"; test -s "$1"' '\`visudo -cf\`' app.conf ${path}`,
        place,
      ],
    ],
    [
      'that a line of shell judges, called by a name',
      { validate: { line: 'check %s', by: 'the check' } },
      [
        umask,
        enter,
        open,
        content,
        close,
        `fettle_validate 'check "$1"' 'the check' app.conf ${path}`,
        place,
      ],
    ],
    [
      'while a copy of the former one is kept',
      { backup: true },
      [
        umask,
        enter,
        open,
        content,
        close,
        'fettle_back_up app.conf /var/lib/fettle/backups /var/lib/fettle/backups/etc',
        place,
      ],
    ],
    ['without a copy', { backup: false }, [umask, enter, open, content, close, place]],
    [
      'for as long as a line of shell agrees',
      { confirm: 'nginx -t' },
      [umask, enter, open, content, close, confirmed(0)],
    ],
    [
      'and stays where the line of shell refuses another file',
      { confirm: 'nginx -t', sparedByOthers: true },
      [umask, enter, open, content, close, confirmed(1)],
    ],
    [
      'unless there is one already',
      { onlyNew: true },
      [
        umask,
        enter,
        open,
        content,
        close,
        'ln -T -- "$new_path" ./app.conf',
        'rm -f -- "$new_path"',
        'trap - EXIT',
        'sync -- .',
      ],
    ],
  ])('%s', (_, some, expected) => {
    const steps = stepsOf(writing({ path, mode: 0o644, ...some }))
    expect(steps.flatMap((step) => step.split(' && '))).toEqual(expected)
  })

  test('and its copy is kept under the root of all copies where it is in the root directory', () => {
    expect(stepsOf(writing({ path: '/app.conf', mode: 0o644, backup: true }))).toContain(
      'fettle_back_up app.conf /var/lib/fettle/backups /var/lib/fettle/backups',
    )
  })
})

test.each([
  [undefined, undefined, '.', undefined],
  ['app', undefined, '.', 'chown -- app:"$(stat -L -c %g -- .)" .'],
  [undefined, 'web', '.', 'chown -- "$(stat -L -c %u -- .)":web .'],
  ['app', 'web', '.', 'chown -- app:web .'],
  [0, 0, '/proc/self/fd/3', 'chown -- 0:0 /proc/self/fd/3'],
  [
    'app',
    undefined,
    '/proc/self/fd/3',
    'chown -- app:"$(stat -L -c %g -- /proc/self/fd/3)" /proc/self/fd/3',
  ],
] as const)('owner %s and group %s at %s: %s', (owner, group, at, expected) => {
  expect(owned(owner, group, at)?.text).toBe(expected)
})

test.each([
  [0, '00000'],
  [0o7, '00007'],
  [0o644, '00644'],
  [0o2755, '02755'],
  [0o7777, '07777'],
])('the mode %d is set as %s', (mode, expected) => {
  expect(exactly(mode)).toBe(expected)
})

test.each([
  ['a', 'file', 'fettle_new_path ./.a.fettle- -f'],
  ['a', 'link', 'fettle_new_path ./.a.fettle- -L'],
  ['it is', 'link', "fettle_new_path './.it is.fettle-' -L"],
  ['x'.repeat(41), 'file', `fettle_new_path ./.${'x'.repeat(40)}.fettle- -f`],
  ['😀'.repeat(41), 'file', `fettle_new_path './.${'😀'.repeat(40)}.fettle-' -f`],
] as const)('beside %s there is room for a new %s', (name, kind, expected) => {
  expect(stepsOf(newPath(name, kind))).toEqual([expected])
})

test('what is beside a thing is renamed', () => {
  expect(stepsOf(placeNew('it is'))).toEqual(["fettle_place 'it is'"])
})

test('the directory has to be writable', () => {
  expect(stepsOf(mayWriteHere)).toEqual(['fettle_may_write_here'])
})

test.each<[string, string | undefined, readonly string[]]>([
  ['of its directory', undefined, ['fettle_enter /etc']],
  ['that a link leads to', '/etc/link', [`fettle_enter_through /etc/link ${path}`]],
])('the attributes of a file %s are changed while it is open', (_, via, entered) => {
  expect(stepsOf(holding(path, sh`chmod -- 00600 /proc/self/fd/3`, via))).toEqual([
    ...entered,
    `fettle_open_present app.conf ${path}`,
    'chmod -- 00600 /proc/self/fd/3',
  ])
})

test.each<[string, Omit<FileToWrite, 'path'>, string]>([
  ['its mode', { mode: 0o644 }, "'abc 644' '' ''"],
  ['a mode of few digits', { mode: 0 }, "'abc 0' '' ''"],
  ['its owner', { mode: 0o4711, owner: 'app' }, "'abc 4711' app ''"],
  ['its group by id', { mode: 0o600, group: 33 }, "'abc 600' '' 33"],
])('a file holds its content and %s', (_, attributes, expected) => {
  expect(stepsOf(holds({ path, ...attributes }, 'abc'))).toEqual([
    `fettle_holds ${path} ${expected}`,
  ])
})

describe('the action of writing a file', () => {
  const content = new Secret('hunter2-hunter2')
  test('has the content as its input', () => {
    const { script, ...action } = writeFile({ path, mode: 0o600, content })
    expect(action).toEqual({ what: `writing ${path}`, input: content })
    expect(script.text).toBe(writing({ path, mode: 0o600 }).text)
  })
  test.each([{ validate: 'visudo -cf %s' }, { confirm: 'nginx -t' }])(
    'may be long where another program has its say: %j',
    (judged) => {
      const { script, ...action } = writeFile({ path, mode: 0o600, content, ...judged })
      expect(action).toEqual({ what: `writing ${path}`, input: content, long: true })
      expect(script.text).toBe(writing({ path, mode: 0o600, ...judged }).text)
    },
  )
})

import { describe, expect, test } from '@jest/globals'
import {
  changesOf,
  isShell,
  type Change,
  type Plan,
  type ShellAction,
} from '../../../src/core/change.js'
import { Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import type { Trial } from '../../../src/core/trial.js'
import { changedKeysFact, type ChangedKey } from '../../../src/facts/files/changed-keys.js'
import type { PathEntry } from '../../../src/facts/files/path.js'
import { digestOf } from '../../../src/resources/files/content.js'
import {
  fileChanges,
  fileRemoval,
  notAFile,
  type DesiredFile,
} from '../../../src/resources/files/file-changes.js'
import { holds } from '../../../src/resources/files/write-file.js'
import { writeFiles } from '../../../src/resources/files/write-files.js'
import { scriptsOf, summariesOf } from '../../../src/testing/outcome.js'
import { directoryEntry, fileEntry, holdingText, linkEntry } from './entry.js'

const path = '/etc/app.conf'

const actionsOf = (plan: Plan): readonly ShellAction[] =>
  changesOf(plan).flatMap(({ actions }) => actions.filter(isShell))

/** The one change of a file. */
function changed(desired: Partial<DesiredFile>, entry: PathEntry | null): Change {
  const [change, ...others] = changesOf(fileChanges({ path, ...desired }, entry, null))
  if (change === undefined || others.length > 0) throw new Error('not one change')
  return change
}

describe('a written file is proved by its content and its attributes', () => {
  const proofOf = (mode: number, more: object = {}): string =>
    holds({ path, mode, ...more }, digestOf('b\n')).text
  test.each<[string, Partial<DesiredFile>, PathEntry | null, string]>([
    ['a new one by its default mode', {}, null, proofOf(0o644)],
    ['a new secret one by 0600', { content: new Secret('b\n', true) }, null, proofOf(0o600)],
    ['a new one by its mode', { mode: '0640' }, null, proofOf(0o640)],
    ['a new one by symbols', { mode: 'g+w' }, null, proofOf(0o664)],
    [
      'a new secret one by symbols',
      { content: new Secret('b\n', true), mode: 'g+r' },
      null,
      proofOf(0o640),
    ],
    [
      'a new one by its owner and group',
      { owner: 'app', group: 'web' },
      null,
      proofOf(0o644, { owner: 'app', group: 'web' }),
    ],
    [
      'another by the attributes that it keeps',
      {},
      holdingText('a\n', { mode: 0o2751, uid: 7, gid: 8 }),
      proofOf(0o2751, { owner: 7, group: 8 }),
    ],
    [
      'another by those that it gets',
      { owner: 'app', group: 'web', mode: 'go-r' },
      holdingText('a\n'),
      proofOf(0o600, { owner: 'app', group: 'web' }),
    ],
  ])('%s', (_, desired, entry, proof) => {
    expect(changed({ content: 'b\n', ...desired }, entry).proves?.text).toBe(proof)
  })

  test('attributes alone are read again', () => {
    expect(changed({ mode: '0600' }, fileEntry()).proves).toBeUndefined()
  })
})

describe('a diff', () => {
  test.each<[string, Partial<DesiredFile>, PathEntry | null, unknown]>([
    ['of a new file begins with nothing', { content: 'b\n' }, null, { before: '', after: 'b\n' }],
    [
      'shows both contents',
      { content: 'b\n' },
      holdingText('a\n'),
      { before: 'a\n', after: 'b\n' },
    ],
    ['shows no secret', { content: new Secret('abcdefgh') }, null, undefined],
    [
      'is left out where only attributes differ',
      { content: 'a\n', mode: '4755', owner: 'app' },
      holdingText('a\n', { mode: 0o4755 }),
      undefined,
    ],
  ])('%s', (_, desired, entry, diff) => {
    expect(changed(desired, entry).diff).toEqual(diff)
  })
})

describe('a plain file can be written among many', () => {
  test.each<[string, Partial<DesiredFile>, PathEntry | null, object]>([
    ['a new one', { owner: 'app' }, null, { mode: 0o644, owner: 'app' }],
    [
      'another one, with all of its attributes',
      { mode: '0600' },
      holdingText('a\n'),
      { mode: 0o600, owner: 0, group: 0 },
    ],
  ])('%s', (_, desired, entry, item) => {
    expect(changed({ content: 'b\n', ...desired }, entry).bulk).toEqual({
      kind: writeFiles,
      item: expect.objectContaining({ path, content: 'b\n', ...item }) as unknown,
    })
  })
  test.each<Partial<DesiredFile>>([
    { via: '/etc/link' },
    { validate: 'check %s' },
    { confirm: 'check' },
    { backup: true },
  ])('but not with %j', (more) => {
    expect(changed({ content: 'b\n', ...more }, holdingText('a\n')).bulk).toBeUndefined()
  })
})

describe('a file that holds a secret keeps a mode that is narrow enough', () => {
  const secret = { content: new Secret('hunter2') }
  test.each([
    [0o600, []],
    [0o400, []],
    [0o000, []],
    [0o640, ['mode 0640 → 0600']],
    [0o604, ['mode 0604 → 0600']],
    [0o700, ['mode 0700 → 0600']],
  ])('%d', (mode, changes) => {
    const entry = holdingText('hunter2', { mode })
    const plan = fileChanges({ path, ...secret }, entry, null)
    expect(summariesOf(plan)).toEqual(changes)
  })
})

describe('what is not shown of a file names the keys that change', () => {
  const before = holdingText('A=1\n')
  const trialsOf = (
    desired: Partial<DesiredFile>,
    entry: PathEntry | null = before,
  ): readonly Trial[] =>
    (changed(desired, entry).trials ?? []).filter(({ reads }) => reads.kind === changedKeysFact)
  const wanted = new Secret('A=2\nB=1\n', true)

  test('by a fact that is read for this change, whatever comes before', () => {
    expect(trialsOf({ content: wanted })).toMatchObject([
      { reads: { kind: changedKeysFact, key: { path, wanted } }, needs: [] },
    ])
    expect(trialsOf({ content: 'A=2\n', sensitive: true })).toHaveLength(1)
  })
  test.each<[string, Partial<DesiredFile>, PathEntry | null]>([
    ['content that is shown', { content: 'A=2\n' }, before],
    ['content without keys', { content: new Secret('hunter2') }, before],
    ['a new file', { content: wanted }, null],
    ['attributes', { content: wanted, mode: '4755' }, holdingText('A=2\nB=1\n')],
  ])('not for %s', (_, desired, entry) => {
    expect(trialsOf(desired, entry)).toEqual([])
  })

  const noteOf = (keys: readonly ChangedKey[] | null): unknown =>
    trialsOf({ content: wanted })[0]?.judge(keys)
  test('in a sentence, at most ten', () => {
    const keys = Array.from(
      { length: 15 },
      (_, at): ChangedKey => ({ name: `K${String(at)}`, is: 'added' }),
    )
    expect(noteOf(keys.slice(0, 2))).toEqual({ note: 'K0 added and K1 added' })
    expect(noteOf(keys)).toEqual({
      note: `${keys
        .slice(0, 10)
        .map(({ name }) => `${name} added`)
        .join(', ')} and 5 more`,
    })
  })
  test.each([[null], [[]]])('or not at all: %j', (keys) => expect(noteOf(keys)).toBeNull())
})

describe('a file that is too long to be compared', () => {
  const longest = 64 * 1024 * 1024
  const long = new Uint8Array(longest + 1)
  const entry = fileEntry({ size: longest + 1 })
  test('is refused where the size is the wanted one and there is no digest', () => {
    expect(fileChanges({ path, content: long }, entry, null)).toEqual({
      blocked: `${path} is 67108865 bytes long: content that is secret, or known on the host only, is compared up to 67108864`,
      remedy: 'give it as a source, or keep a smaller file',
      lacks: [`path:${path}`],
    })
  })
  test.each<[string, DesiredFile['content'], readonly string[]]>([
    ['is another one where its size is another', 'b\n', ['content changed']],
    ['may have its attributes managed', undefined, []],
  ])('%s', (_, content, changes) => {
    const plan = fileChanges({ path, content }, entry, null)
    expect(summariesOf(plan)).toEqual(changes)
  })
})

test('a short file without a digest is another one, whatever its size', () => {
  const plan = fileChanges({ path, content: 'b\n' }, fileEntry({ size: 2 }), null)
  expect(summariesOf(plan)).toEqual(['content changed'])
})

test('setuid programs are rewritten before their attributes change, by the mode that they get', () => {
  const rewritten = (mode: string, present: number): boolean =>
    scriptsOf(
      fileChanges({ path, content: 'a\n', mode }, holdingText('a\n', { mode: present }), null),
    ).some((script) => script.includes('fettle_open_new app.conf'))
  expect([
    rewritten('4755', 0o755),
    rewritten('2755', 0o755),
    rewritten('0755', 0o4755),
    rewritten('0755', 0o644),
    rewritten('1755', 0o644),
  ]).toEqual([true, true, false, false, false])
})

describe('what is no file', () => {
  test.each<[string, PathEntry, unknown]>([
    ['a file', fileEntry(), undefined],
    [
      'a link',
      linkEntry('/srv'),
      {
        blocked: `${path} is a symbolic link to /srv`,
        remedy: 'remove the link, or manage the path that it points to',
        lacks: [`path:${path}`],
      },
    ],
    [
      'a link that cannot be read',
      fileEntry({ kind: 'link' }),
      {
        blocked: `${path} is a symbolic link to nowhere`,
        remedy: 'remove the link, or manage the path that it points to',
        lacks: [`path:${path}`],
      },
    ],
    [
      'a directory',
      directoryEntry(),
      {
        blocked: `${path} is a directory`,
        remedy: 'remove the directory, or choose another path',
        lacks: [`path:${path}`],
      },
    ],
    [
      'a socket',
      fileEntry({ kind: 'other' }),
      {
        blocked: `${path} is neither a file nor a directory`,
        remedy: 'remove it, or choose another path',
        lacks: [`path:${path}`],
      },
    ],
  ])('%s', (_, entry, expected) => {
    expect(notAFile(path, entry)).toEqual(expected)
  })
  test('a link with another remedy', () => {
    expect(notAFile(path, linkEntry('/srv'), 'look')).toHaveProperty('remedy', 'look')
  })
})

describe('a file that is to go', () => {
  test.each<[string, PathEntry | null, unknown]>([
    ['is gone', null, { fine: 'there is no such file' }],
    [
      'and is a directory, stays',
      directoryEntry(),
      {
        blocked: `${path} is a directory`,
        remedy: 'remove the directory, or choose another path',
        lacks: [`path:${path}`],
      },
    ],
  ])('%s', (_, entry, plan) => {
    expect(fileRemoval(path, entry)).toEqual(plan)
  })
  test.each([fileEntry(), linkEntry('/srv'), fileEntry({ kind: 'other' })])(
    'is removed by its name in its directory: $kind',
    (entry) => {
      const plan = fileRemoval(path, entry)
      expect(summariesOf(plan)).toEqual(['remove file'])
      const [{ script } = { script: sh`` }] = actionsOf(plan)
      expect(script.body.split(' &&\n')).toEqual([
        'fettle_enter /etc',
        'fettle_may_write_here',
        'rm -f -- ./app.conf',
        'sync -- .',
      ])
    },
  )
})

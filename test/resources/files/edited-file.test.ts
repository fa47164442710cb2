import { describe, expect, test } from '@jest/globals'
import { isShell } from '../../../src/core/backend.js'
import { blocked, changesOf, fine, type Plan } from '../../../src/core/change.js'
import { resourceOf } from '../../../src/core/definition.js'
import { present, type Fact } from '../../../src/core/fact.js'
import { Later, request } from '../../../src/core/later.js'
import type { Resource } from '../../../src/core/resource.js'
import { inputBytes } from '../../../src/core/sh.js'
import type { Lacks } from '../../../src/core/thing.js'
import { groupFact } from '../../../src/facts/accounts/group.js'
import type { MissingParent } from '../../../src/facts/files/missing-parent.js'
import type { PathEntry } from '../../../src/facts/files/path.js'
import { editedFile, type Edited, type FileEdit } from '../../../src/resources/files/edited-file.js'
import { scriptsOf, summariesOf } from '../../../src/testing/outcome.js'
import { directoryEntry, fileEntry, holdingText, linkEntry } from './entry.js'

const path = '/etc/hosts'

/** Adds a line where it is missing. */
const adding =
  (line: string) =>
  (before: string): Edited => ({
    text: before.includes(line) ? before : `${before}${line}\n`,
    summary: `add ${line}`,
    fine: `${line} is there`,
  })

const made = <V extends object>(edit: FileEdit<V>): Resource =>
  resourceOf({ type: 'edit' }, path, { arguments: [], options: {} }, editedFile(path, edit))

function planned<V extends object>(
  entry: PathEntry | null,
  edit: FileEdit<V>,
  missingParent: MissingParent | null = null,
): Plan {
  const { plan, values } = made(edit)
  return plan({ path: entry, missingParent }, values, { changing: [] })
}

/** The bytes that each action writes. */
const written = (plan: Plan): readonly Buffer[] =>
  changesOf(plan)
    .flatMap(({ actions }) => actions.filter(isShell))
    .map(({ input }) => Buffer.from(inputBytes(input ?? '')))

/** A file that holds these bytes, which need not be UTF-8. */
const holdingBytes = (content: Uint8Array): PathEntry =>
  fileEntry({ size: content.length, content, sha256: 'f'.repeat(64) })

test('the content is always read, and of a link only with follow what it points to', () => {
  const keyOf = ({ reads }: Resource): unknown => reads.path?.key
  expect(keyOf(made({ edit: adding('a') }))).toEqual({ path, follow: false, contentUnless: '' })
  expect(keyOf(made({ edit: adding('a'), follow: true }))).toMatchObject({ follow: true })
  expect(made({ edit: adding('a') }).reads.missingParent?.key).toBe(path)
})

test('the edit has one sentence, and the file is replaced whole', () => {
  const plan = planned(holdingText('a\n'), { edit: adding('b') })
  expect(summariesOf(plan)).toEqual(['add b'])
  expect(written(plan).map(String)).toEqual(['a\nb\n'])
  expect(changesOf(plan)[0]?.diff).toEqual({ before: 'a\n', after: 'a\nb\n' })
})

test('where the text stays the same, the edit says why', () => {
  expect(planned(holdingText('a\n'), { edit: adding('a') })).toEqual(fine('a is there'))
})

test.each([fine('nothing to do here'), blocked('it has no end', 'write the end')])(
  'an edit may decide by itself: %j',
  (decided) => {
    for (const entry of [null, holdingText('a\n')])
      expect(planned(entry, { edit: () => decided, create: true })).toBe(decided)
  },
)

describe('a missing file', () => {
  test('is an error where the edit would fill it', () => {
    expect(planned(null, { edit: adding('a') })).toEqual(
      blocked(`${path} does not exist`, 'set create: true, or add what makes it before this', {
        lacks: [`path:${path}`],
      }),
    )
  })

  test('is made with create, from the empty text', () => {
    const plan = planned(null, { edit: adding('a'), create: true })
    expect(summariesOf(plan)).toEqual(['add a, create file: 0644, 2 bytes'])
    expect(written(plan).map(String)).toEqual(['a\n'])
  })

  test.each([true, false])(
    'is as it should be where the text stays empty (create: %s)',
    (create) => {
      const edit = (): Edited => ({ text: '', summary: 'forget a', fine: 'a is not there' })
      expect(planned(null, { edit, create })).toEqual(fine('a is not there'))
    },
  )

  test('cannot be made in a directory that is missing', () => {
    const missingParent = { path: '/etc', taken: false }
    expect(summariesOf(planned(null, { edit: adding('a'), create: true }, missingParent))).toEqual([
      'blocked: directory /etc does not exist',
    ])
  })
})

test('mode, owner and group are for a new file; an existing one keeps its own', () => {
  const attributes = { mode: '0600', owner: 'app', group: 'web' } as const
  const isNew = planned(null, { edit: adding('a'), create: true, ...attributes })
  expect(scriptsOf(isNew)[0]).toMatch(/chown -- app:web [^]* 00600/)
  const there = holdingText('', { mode: 0o4711, uid: 7, gid: 8 })
  const kept = planned(there, { edit: adding('a'), ...attributes })
  expect(scriptsOf(kept)[0]).toMatch(/chown -- 7:8 [^]* 04711/)
  expect(summariesOf(kept)).toEqual(['add a'])
  expect(planned(holdingText('a\n'), { edit: adding('a'), ...attributes })).toHaveProperty('fine')
})

test('an existing file is validated, confirmed and kept, too', () => {
  const [script] = scriptsOf(
    planned(holdingText(''), {
      edit: adding('a'),
      validate: 'check-new %s',
      confirm: 'check-all',
      backup: true,
    }),
  )
  for (const part of ['check-new', 'check-all', '/var/lib/fettle/backups'])
    expect(script).toContain(part)
})

describe('a link', () => {
  test('is refused', () => {
    expect(summariesOf(planned(linkEntry('/srv/hosts'), { edit: adding('a') }))).toEqual([
      `blocked: ${path} is a symbolic link to /srv/hosts`,
    ])
  })

  test('is followed to the file that is edited, and stays', () => {
    const entry = holdingText('', { target: '/srv/real' })
    const plan = planned(entry, { edit: adding('a'), follow: true })
    expect(summariesOf(plan)).toEqual(['add a'])
    expect(scriptsOf(plan)[0]).toMatch(/ real .*\/srv\/real/)
  })

  test('to nothing is refused, also with create', () => {
    const edit = { edit: adding('a'), follow: true, create: true }
    expect(summariesOf(planned(linkEntry('gone'), edit))).toEqual([
      `blocked: ${path} is a symbolic link to gone`,
    ])
  })

  const real = { target: '/srv/real' }
  const latin1 = Buffer.from('ü', 'latin1')
  test.each<[string, PathEntry, boolean, Lacks]>([
    ['that is refused lacks its place', linkEntry('gone'), false, [`path:${path}`]],
    ['to nothing may get a target, or another one', linkEntry('gone'), true, undefined],
    ['to a file that is too long', fileEntry({ size: 256 * 1024 + 1, ...real }), true, undefined],
    ['to a file in Latin-1', fileEntry({ content: latin1, ...real }), true, undefined],
  ])('%s', (_, entry, follow, lacks) => {
    const plan = planned(entry, { edit: adding('é'), follow })
    expect('blocked' in plan && plan.lacks).toEqual(lacks)
  })
})

test.each([
  [
    'longer than 256 KiB',
    fileEntry({ size: 256 * 1024 + 1 }),
    'choose another path, or shorten the file',
  ],
  ['a directory', directoryEntry(), 'remove the directory, or choose another path'],
  [
    'neither a file nor a directory',
    fileEntry({ kind: 'other' }),
    'remove it, or choose another path',
  ],
])('what is %s is refused before it is edited', (what, entry, remedy) => {
  const edit = (): Edited => {
    throw new Error('must not be asked')
  }
  expect(planned(entry, { edit, create: true })).toEqual(
    blocked(`${path} is ${what}`, remedy, { lacks: [`path:${path}`] }),
  )
})

describe('a file in another encoding than UTF-8', () => {
  const latin1 = holdingBytes(Buffer.from('# für alle\n', 'latin1'))

  test('keeps its bytes', () => {
    const [content] = written(planned(latin1, { edit: adding('b') }))
    expect(content).toEqual(Buffer.from('# für alle\nb\n', 'latin1'))
  })

  test('may lose them, and have its lines in another order', () => {
    const edit = (before: string): Edited => ({
      text: before.split(' ').reverse().join(' '),
      summary: 'turn it round',
      fine: '',
    })
    expect(summariesOf(planned(latin1, { edit }))).toEqual(['turn it round'])
    const emptied = { edit: (): Edited => ({ text: '', summary: 'empty it', fine: '' }) }
    expect(written(planned(latin1, emptied)).map(String)).toEqual([''])
  })

  test.each(['ü', 'é', '€', '😀'])('gets no %s, whose bytes nobody knows in it', (letter) => {
    expect(planned(latin1, { edit: adding(`# ${letter}`) })).toEqual(
      blocked(`${path} is not written in UTF-8`, 'convert it, or add ASCII only', {
        lacks: [`path:${path}`],
      }),
    )
  })

  test.each([
    ['once more', 'für', 'für für'],
    ['instead of another one', 'ü é', 'ü ü'],
    ['three times instead of twice', 'ü ü', 'ü ü ü'],
  ])('gets no letter %s', (_, before, text) => {
    const edit = (): Edited => ({ text, summary: 'say it', fine: '' })
    expect(planned(holdingBytes(Buffer.from(before, 'latin1')), { edit })).toHaveProperty('blocked')
  })

  test.each([
    ['in another place', 'für über', 'über für'],
    ['less often', 'ü ü', 'ü'],
    ['beside ASCII', 'für', 'für a\x7f\0'],
  ])('may have its letters %s', (_, before, text) => {
    const edit = (): Edited => ({ text, summary: 'say it', fine: '' })
    const plan = planned(holdingBytes(Buffer.from(before, 'latin1')), { edit })
    expect(written(plan)).toEqual([Buffer.from(text, 'latin1')])
  })

  test.each(['', 'ä\n', '\ufeffa\n'])('UTF-8 is none: %j gets every letter', (text) => {
    const [content] = written(planned(holdingText(text), { edit: adding('# é€😀') }))
    expect(String(content)).toBe(`${text}# é€😀\n`)
  })
})

test('values may hold a Later, and the edit gets what it stands for', () => {
  const later = Later.fact(request(groupFact, 'app'), { gid: 1, members: [] }, 'the group app')
  const resource = made({
    values: { group: later, name: 'app' },
    edit: (before, { group, name }) => adding(`${name}=${String(group.gid)}`)(before),
  })
  const fact = <V>(): Fact<V> => present({ gid: 990, members: [] } as V)
  const known = Later.evaluate(resource.resolved, { standIns: false, fact })
  if (!known.known) throw new Error(known.reason)
  const facts = { path: holdingText(''), missingParent: null }
  expect(summariesOf(resource.plan(facts, known.value, { changing: [] }))).toEqual(['add app=990'])
})

import { describe, expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import { Secret } from '../../../src/core/secret.js'
import type { Verdict } from '../../../src/core/trial.js'
import type { Room } from '../../../src/facts/files/room.js'
import type { Validated } from '../../../src/facts/files/validation.js'
import { fileChanges, type DesiredFile } from '../../../src/resources/files/file-changes.js'
import { holdingText } from './entry.js'

const path = '/etc/app.conf'
const folder = '/dev/shm/fettle-try.8BbNcOfd/files'

const trialsOf = (desired: Partial<DesiredFile>, entry = holdingText('a\n')) =>
  changesOf(fileChanges({ path, content: 'b\n', ...desired }, entry, null)).flatMap(
    ({ trials = [] }) => trials,
  )

/** What the trial that reads a kind of fact makes of a value. */
function verdict(kind: string, value: unknown, desired: Partial<DesiredFile> = {}): Verdict {
  const found = trialsOf(desired).find(({ reads }) => reads.kind.name === kind)
  if (found === undefined) throw new Error(`nothing reads ${kind}`)
  return found.judge(value)
}

describe('an account', () => {
  test.each([
    ['user', { owner: 'app' }, 'there is no user app', ['user:app']],
    ['group', { group: 'adm' }, 'there is no group adm', ['group:adm']],
  ])('a %s that is not there', (kind, desired, refused, needs) => {
    expect(verdict(kind, null, desired)).toMatchObject({ refused })
    expect(verdict(kind, { uid: 7 }, desired)).toBe(null)
    const found = trialsOf(desired).find(({ reads }) => reads.kind.name === kind)
    expect(found?.needs).toEqual(needs)
  })
  test.each([[{ owner: '33' }], [{ owner: 33 }], [{}]])('%j needs no name', (desired) => {
    expect(trialsOf(desired).map(({ reads }) => reads.kind.name)).toEqual([
      'place',
      'place',
      'room',
    ])
  })
})

describe('room', () => {
  const room: Room = { lacks: null, free: 12_288 }
  test.each<[Room | null, Verdict]>([
    [room, null],
    [null, null],
    [
      { ...room, lacks: 'blocks' },
      {
        refused: `there is no room for ${path}: the file system of /etc has 12 KiB left`,
        remedy: 'remove something there, or choose another path',
      },
    ],
    [
      { ...room, lacks: 'inodes' },
      {
        refused: `there is no room for ${path}: the file system of /etc has no inodes left`,
        remedy: 'remove something there, or choose another path',
      },
    ],
  ])('%j', (value, expected) => expect(verdict('room', value)).toEqual(expected))

  test('is asked for the new bytes, and those that are replaced', () => {
    const asked = trialsOf({ content: new Secret('hunter2hunter2') }).find(
      ({ reads }) => reads.kind.name === 'room',
    )
    expect(asked?.reads.key).toEqual({ path, bytes: 14, frees: 2 })
  })
})

describe('validate', () => {
  const said: Validated = { status: 1, presentStatus: 0, folder, words: `${folder}/app.conf: bad` }
  const unsure = { note: 'may fail: `app -t` refuses it in a folder of its own' }
  const refused = {
    refused: `\`app -t\` refused the new ${path}`,
    remedy: 'correct its content',
    detail: `${path}: bad`,
  }
  test.each<[string, Partial<Validated> | null, Verdict]>([
    ['what it agrees to', { status: 0, presentStatus: null }, null],
    ['what could not be tried', null, null],
    ['what took too long', { status: 124 }, null],
    ['what may not be executed there', { status: 126 }, null],
    ['what it refuses', {}, refused],
    ['what it refuses of a new file', { presentStatus: null }, refused],
    ['the present content, too', { presentStatus: 1 }, unsure],
    ['another file there', { words: `${folder}/parts/a: bad` }, unsure],
  ])('%s', (_, value, expected) => {
    const found = value === null ? null : { ...said, ...value }
    expect(verdict('validation', found, { validate: 'app -t %s' })).toEqual(expected)
  })
  test('a program that is not there', () => {
    const found = { ...said, status: 127 }
    expect(verdict('validation', found, { validate: 'app -t %s' })).toMatchObject({
      refused: `\`app -t\` could not be run, so ${path} was not written`,
    })
  })
  test('that looks at nothing but the file is sure, and may be left out', () => {
    const validate = { line: 'visudo -cf %s', by: '`visudo -cf`', isAlone: true } as const
    expect(verdict('validation', { ...said, presentStatus: 1 }, { validate })).toMatchObject({
      refused: `\`visudo -cf\` refused the new ${path}`,
    })
    expect(verdict('validation', { ...said, status: 127 }, { validate })).toBe(null)
    expect(trialsOf({ validate }).at(-1)?.needs).toEqual([])
  })
  test('is not tried with much content', () => {
    const desired = { validate: 'app -t %s', content: 'x'.repeat(1024 * 1024 + 1) }
    expect(trialsOf(desired).map(({ reads }) => reads.kind.name)).toEqual([
      'place',
      'place',
      'room',
    ])
  })
  test('gets the attributes of the file', () => {
    const asked = trialsOf({ validate: 'app -t %s', mode: '0640', owner: 'app' }).at(-1)
    expect(asked?.reads.key).toEqual({
      path,
      line: 'app -t %s',
      content: 'b\n',
      mode: 0o640,
      account: 'app:0',
    })
  })
})

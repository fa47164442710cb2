import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { BulkKind } from '../../../src/core/change.js'
import { task } from '../../../src/core/play.js'
import { sh } from '../../../src/core/sh.js'
import type { UndoKind } from '../../../src/core/undo.js'
import type { NoticeEvent } from '../../../src/engine/events.js'
import { runName } from '../../../src/engine/undo/keeper.js'
import { takeBack } from '../../../src/engine/undo/take-back.js'
import {
  FolderSession,
  inEachTest,
  note,
  noteState,
  playOf,
  runOn,
  type Fleet,
  type NoteOptions,
} from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => {
  fleet = fresh
  fleet.user = 'root'
})

const host = 'web1'
const runs = (): string => join(fleet.folder(host), 'fettle/undo')

/** Applies notes that are kept, and returns the name of the run's folder with what became of them. */
async function apply(...notes: readonly (readonly [string, Partial<NoteOptions>?])[]) {
  const made = task('notes', () =>
    notes.map(([name, more]) => note(name, { text: name, kept: true, ...more })),
  )
  const ran = await runOn(fleet, [host], playOf(made))
  const [begun] = ran.events
  if (begun?.type !== 'run') throw new Error('no run has begun')
  return { ...ran, run: runName(begun.id, begun.time) }
}

const takenBack = (run: string, kinds: () => UndoKind<never> | null = () => noteState) =>
  takeBack(new FolderSession(fleet.folder(host), () => undefined, 'root'), run, kinds)

/** Writes many notes at once. */
const writeNotes: BulkKind<string> = {
  name: 'notes',
  action: (names) => ({ script: sh`for n in ${names}; do printf %s "$n" >"$n"; done` }),
}

describe('what a change keeps', () => {
  test('brings back what was there, in the reverse order', async () => {
    fleet.write(host, 'b', 'old')
    const { run } = await apply(['a'], ['b'], ['c'])
    expect(await takenBack(run)).toEqual(
      ['c', 'b', 'a'].map((name) => ({ address: `note[${name}]`, error: null })),
    )
    expect(['a', 'b', 'c'].map((name) => fleet.note(host, name))).toEqual([null, 'old', null])
    expect(fleet.note(host, 'order')).toBe('c\nb\na\n')
  })

  test.each<[string, Partial<NoteOptions>]>([
    ['changed together', { proves: 'true' }],
    ['changed in bulk', { proves: 'true', bulk: writeNotes }],
  ])('is one batch for resources that are %s', async (_, more) => {
    const names = [...'abcdefghij']
    const { run, of } = await apply(...names.map((name) => [name, more] as const))
    expect(of(host)).toEqual(names.map((name) => `${name} changed: create ${name}`))
    expect(readdirSync(join(runs(), run))).toEqual(['000001'])
    await takenBack(run)
    expect(names.map((name) => fleet.note(host, name))).toEqual(names.map(() => null))
  })

  test('is complete, and only root may read it', async () => {
    const { run } = await apply(['a'])
    const batch = join(runs(), run, '000001')
    expect(readFileSync(join(batch, 'things'), 'utf8')).toBe(
      '{"address":"note[a]","kind":"note","key":"a"}\n',
    )
    expect(readFileSync(join(batch, '0/after'), 'utf8')).toBe('done\n')
    for (const path of [runs(), batch, join(batch, '0/after')])
      expect(statSync(path).mode & 0o077).toBe(0)
  })

  test('counts only once it is complete', async () => {
    const { run } = await apply(['a'])
    mkdirSync(join(runs(), run, '000002.new'))
    writeFileSync(join(runs(), run, '000002.new', 'things'), 'torn')
    expect(await takenBack(run)).toHaveLength(1)
  })

  test('is there although the change has failed', async () => {
    fleet.write(host, 'a', 'old')
    const { run, of } = await apply(['a', { by: 'echo half >a; exit 1' }])
    expect(of(host)).toEqual(['a failed: action-failed'])
    await takenBack(run)
    expect(fleet.note(host, 'a')).toBe('old')
  })

  test.each<[string, Partial<NoteOptions>]>([
    ['alone', {}],
    ['together', { proves: 'true' }],
    ['in bulk', { proves: 'true', bulk: writeNotes }],
  ])('must be kept before a change %s begins', async (_, more) => {
    fleet.write(host, 'unkeepable', 'x')
    const { of, events } = await apply(...[...'abcdefghi'].map((name) => [name, more] as const))
    expect(of(host).slice(0, 2)).toEqual([
      'a failed: action-failed',
      'b skipped: an earlier resource has failed',
    ])
    expect(fleet.note(host, 'a')).toBeNull()
    const error = events.flatMap((event) => (event.type === 'resource' ? (event.error ?? []) : []))
    expect(error[0]?.message).toMatch(/^what taking it back needs could not be kept .* nothing was/)
  })

  test('is nothing with undo: false', async () => {
    const { events } = await apply(['a', { undo: false }])
    expect(existsSync(runs())).toBe(false)
    expect(events.find((event) => event.type === 'resource')).toMatchObject({
      changes: [{ final: 'undo: false keeps nothing' }],
    })
  })

  test('is nothing without root, and the user is told once', async () => {
    fleet.user = 'ada'
    const { events } = await apply(['a'], ['b'])
    expect(existsSync(runs())).toBe(false)
    const notices = events.filter((event): event is NoticeEvent => event.type === 'notice')
    expect(notices.map(({ message }) => message)).toEqual([
      'the changes of "play" cannot be taken back later, because it acts as ada: only root can keep what that needs',
    ])
  })
})

describe('taking back', () => {
  test('a run that has changed nothing does nothing', async () => {
    fleet.write(host, 'a', 'a')
    const { run } = await apply(['a'])
    expect(await takenBack(run)).toEqual([])
  })

  test('a thing of a kind that is not known is an error of its own', async () => {
    const { run } = await apply(['a'])
    expect(await takenBack(run, () => null)).toMatchObject([
      { address: 'note[a]', error: { code: 'action-failed' } },
    ])
    expect(fleet.note(host, 'a')).toBe('a')
  })

  test('one that fails says so, and the others are taken back', async () => {
    const { run } = await apply(['a'], ['b'])
    const stubborn: UndoKind<string> = {
      ...noteState,
      takeBack: (name) => sh`[ ${name} = a ] || exit 3
${noteState.takeBack(name)}`,
    }
    const [b, a] = await takenBack(run, () => stubborn)
    expect([b?.error?.message, a?.error]).toEqual(['taking it back failed with status 3', null])
  })
})

test('the 20 newest runs stay, and none of more than 30 days', async () => {
  mkdirSync(runs(), { recursive: true })
  const days = (count: number): Date => new Date(Date.now() - count * 24 * 3600 * 1000)
  for (let run = 10; run < 40; run++) {
    const folder = join(runs(), `202601${String(run)}`)
    mkdirSync(folder)
    utimesSync(folder, days(0), run < 38 ? days(run === 37 ? 32 : 1) : days(29))
  }
  const { run } = await apply(['a'])
  const left = readdirSync(runs())
  expect(left).toHaveLength(20)
  expect(left).toContain(run)
  expect(left).not.toContain('20260137')
  expect(left).not.toContain('20260110')
})

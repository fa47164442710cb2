import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  clearOldScript,
  clearScript,
  decodeMark,
  encodeMark,
  markScript,
  pendingDirectory,
  type RestartMark,
} from '../../src/core/restart-marks.js'
import { lines, sh } from '../../src/core/sh.js'
import { marksFactIn, seenMarks } from '../../src/facts/systemd/pending-marks.js'
import { runIn, shells } from '../shells.js'

const instance = '0123456789abcdef0123456789abcdef'
const hostile = [
  'file[/etc/app.conf]',
  'command[echo "$(id)"; rm -rf / #\'`]',
  'file[/a\nb c]',
  '../../etc/passwd',
  '..',
  '.hidden',
  '-n',
  '*',
  '100%',
  'é€😀',
  `command[${'x'.repeat(400)}]`,
]

describe('the name of a mark', () => {
  test.each(hostile)('%j is encoded as one safe word, and decoded again', (text) => {
    expect(encodeMark(text)).toMatch(/^[A-Za-z0-9_@:+=,[\]%-][A-Za-z0-9_.@:+=,[\]%-]*$/)
    expect(decodeMark(encodeMark(text))).toBe(text)
  })

  test.each(['', '%', '%zz', '%ff', 'a/b', '%41', '.x'])('%j is not one', (word) => {
    expect(decodeMark(word)).toBeNull()
  })

  test('fits into a file system; two long names stay distinct', () => {
    const [a, b] = [`x${'é'.repeat(300)}a`, `x${'é'.repeat(300)}b`].map((text) =>
      pendingDirectory(text, { marks: '', instances: '' }).slice(1),
    )
    expect(Buffer.byteLength(a ?? '')).toBeLessThan(255)
    expect(a).not.toBe(b)
  })
})

describe.each(shells)('in $name', (shell) => {
  const root = mkdtempSync(join(tmpdir(), 'pending-'))
  const places = { marks: join(root, 'pending'), instances: join(root, 'units') }
  const fact = marksFactIn(places)
  const read = (names: readonly string[]): ReturnType<typeof fact.parse> =>
    fact.parse(runIn(shell, fact.script(names)), names)
  const write = (...marks: readonly RestartMark[]): void => {
    expect(runIn(shell, { script: markScript(marks, places) })).toMatchObject({
      code: 0,
      stderr: '',
    })
  }

  beforeEach(() => {
    rmSync(root, { recursive: true, force: true })
    mkdirSync(places.instances, { recursive: true })
    symlinkSync(instance, join(places.instances, 'invocation:app.service'))
  })
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })

  test('marks hold the running instance, for root alone', () => {
    write(
      { pending: 'app.service', effect: 'restart', trigger: 'file[/etc/a]' },
      { pending: 'idle.service', effect: 'reload', trigger: 'file[/etc/a]' },
      { pending: 'command[x y]', effect: 'run', trigger: 'file[/etc/a]' },
    )
    expect(read(['idle.service', 'command[x y]', 'app.service', 'other.service'])).toEqual([
      { is: 'present', value: [{ effect: 'reload', trigger: 'file[/etc/a]', instance: null }] },
      { is: 'present', value: [{ effect: 'run', trigger: 'file[/etc/a]', instance: null }] },
      { is: 'present', value: [{ effect: 'restart', trigger: 'file[/etc/a]', instance }] },
      { is: 'present', value: [] },
    ])
    const [name] = readdirSync(join(places.marks, 'app.service'))
    expect(statSync(join(places.marks, 'app.service')).mode & 0o777).toBe(0o700)
    expect(statSync(join(places.marks, 'app.service', name ?? '')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(places.marks, 'app.service', name ?? ''), 'utf8')).toBe(
      `restart ${instance} file[%2Fetc%2Fa]\n`,
    )
  })

  test('unreadable marks are distinguished from none', () => {
    expect(
      fact.parse({ code: 0, stdout: Buffer.from('hidden /var/lib/fettle\n'), stderr: '' }, [
        'app.service',
        'x',
      ]),
    ).toEqual([
      { is: 'present', value: { hidden: '/var/lib/fettle' } },
      { is: 'present', value: { hidden: '/var/lib/fettle' } },
    ])
  })

  test('an existing mark is not written again', () => {
    const mark: RestartMark = { pending: 'app.service', effect: 'restart', trigger: 'a' }
    write(mark)
    const written = (): bigint =>
      statSync(join(places.marks, 'app.service', 'a'), { bigint: true }).ino
    const first = written()
    write(mark)
    expect(written()).toBe(first)
    write({ ...mark, effect: 'reload' })
    expect(written()).not.toBe(first)
  })

  test('every trigger has one mark, whatever its name', () => {
    for (let round = 0; round < 2; round++)
      write(
        ...hostile.map(
          (trigger): RestartMark => ({ pending: 'app.service', effect: 'restart', trigger }),
        ),
      )
    const [found] = read(['app.service'])
    expect(
      found?.is === 'present'
        ? seenMarks(found.value)
            .map((mark) => mark.trigger)
            .sort()
        : found,
    ).toEqual([...hostile].sort())
  })

  test('clearing removes marks that are done and keeps the others', () => {
    write(
      { pending: 'app.service', effect: 'restart', trigger: 'a' },
      { pending: 'app.service', effect: 'reload', trigger: 'b' },
    )
    rmSync(join(places.instances, 'invocation:app.service'))
    write({ pending: 'app.service', effect: 'restart', trigger: 'c' })
    const left = (): readonly string[] => readdirSync(join(places.marks, 'app.service')).sort()
    expect(
      runIn(shell, {
        script: lines([sh`instance=${instance}`, clearOldScript('app.service', places)]),
      }),
    ).toMatchObject({ code: 0, stderr: '' })
    expect(left()).toEqual(['a', 'b'])
    expect(runIn(shell, { script: clearScript('app.service', 'reload', places) })).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(left()).toEqual(['a'])
    expect(runIn(shell, { script: clearScript('nothing.service', 'run', places) })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  test('if a mark cannot be written, what depends on it does not run', () => {
    writeFileSync(places.marks, 'in the way')
    expect(
      runIn(shell, {
        script: markScript([{ pending: 'app.service', effect: 'restart', trigger: 'a' }], places),
      }).code,
    ).not.toBe(0)
  })

  test('a damaged mark is unknown', () => {
    mkdirSync(join(places.marks, 'app.service'), { recursive: true })
    for (const content of ['', 'restart', 'explode 0 a\n', 'restart x %zz\n']) {
      writeFileSync(join(places.marks, 'app.service', 'a'), content)
      expect(read(['app.service', 'b.service'])).toMatchObject([
        { is: 'unknown' },
        { is: 'unknown' },
      ])
    }
  })
})

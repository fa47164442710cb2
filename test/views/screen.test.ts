import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { recordView } from '../../src/records/run-record.js'
import { screen } from '../../src/views/screen.js'
import { everything, runOf } from './events.js'

const quiet = {
  noColor: false,
  env: {},
  onTrouble: (message: string) => {
    throw new Error(message)
  },
}
const terminal = (): Writable & { isTTY: boolean } =>
  Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), { isTTY: true })

describe('screen', () => {
  test.each([
    ['a terminal', true, {}, false, true, true],
    ['a file', false, {}, false, false, false],
    ['--no-color', true, {}, true, false, true],
    ['NO_COLOR', true, { NO_COLOR: '1' }, false, false, true],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, false, true, true],
    ['NO_COLOR over FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false, true],
    ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, false, true, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false, false, false],
    ['a terminal of CI', true, { CI: 'true' }, false, true, false],
  ])('%s', (_, isTTY, env, noColor, colors, redraws) => {
    const made = screen(Object.assign(terminal(), { isTTY }), { ...quiet, noColor, env })
    expect([made.style.red('x') !== 'x', made.redraws]).toEqual([colors, redraws])
  })

  test.each([
    [
      { rows: 50, columns: 120 },
      { rows: 50, columns: 120 },
    ],
    [{}, { rows: 24, columns: 80 }],
    [
      { rows: 0, columns: 0 },
      { rows: 24, columns: 80 },
    ],
  ])('of a terminal that says %j the size is %j', (said, size) => {
    expect(screen(Object.assign(terminal(), said), { ...quiet }).size()).toEqual(size)
  })

  test.each([
    ['EPIPE', []],
    ['ENOSPC', ['the output could not be written: it broke']],
  ])('a stream that fails with %s ends the writing, not the run', async (code, told) => {
    const troubles: string[] = []
    const written: string[] = []
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString())
        done(written.length === 2 ? Object.assign(new Error('it broke'), { code }) : null)
      },
    })
    const made = screen(stream, { ...quiet, onTrouble: (message) => troubles.push(message) })
    for (const text of ['one', 'two', 'three', 'four']) {
      made.write(text)
      await made.flush()
      await new Promise(setImmediate)
    }
    // Standard output stays open after an error and reports one for each write.
    stream.emit('error', Object.assign(new Error('it broke again'), { code }))
    expect(troubles).toEqual(told)
    expect(written.filter((text) => text !== '')).toEqual(['one'])
  })
})

describe('record', () => {
  let project = ''
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'fettle-record-'))
  })
  afterEach(() => rmSync(project, { recursive: true }))
  const runs = (): string => join(project, '.fettle/runs')
  const mode = (path: string): number => statSync(path).mode & 0o777

  test('documented events and notices, for the owner only', async () => {
    const view = recordView(project, quiet.onTrouble)
    for (const event of everything()) view.onEvent(event)
    await view.end()
    const [name = ''] = readdirSync(runs())
    expect(name).toBe('2026-01-31T12-00-00.000Z-5f0c9a52.jsonl')
    expect([mode(runs()), mode(join(runs(), name))]).toEqual([0o700, 0o600])
    const types = readFileSync(join(runs(), name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly type: string }).type)
    expect(new Set(types)).toEqual(new Set(['run', 'notice', 'resource', 'host', 'summary']))
    expect(types.at(-1)).toBe('summary')
    expect(readFileSync(join(project, '.fettle/.gitignore'), 'utf8')).toBe('*\n')
  })

  test('the newest 50 are kept', async () => {
    mkdirSync(runs(), { recursive: true })
    for (let day = 10; day < 70; day++)
      writeFileSync(join(runs(), `2025-01-${String(day)}.jsonl`), '')
    const view = recordView(project, quiet.onTrouble)
    view.onEvent(runOf(['web1']))
    await view.end()
    const names = readdirSync(runs()).sort()
    expect([names.length, names[0], names.at(-1)]).toEqual([
      50,
      '2025-01-21.jsonl',
      '2026-01-31T12-00-00.000Z-5f0c9a52.jsonl',
    ])
  })

  test.each([
    ['the folder cannot be made', () => writeFileSync(join(project, '.fettle'), '')],
    [
      'the file cannot be made',
      () => {
        mkdirSync(runs(), { recursive: true })
        mkdirSync(join(runs(), '2026-01-31T12-00-00.000Z-5f0c9a52.jsonl'))
        chmodSync(runs(), 0o700)
      },
    ],
  ])('where %s, that is told once and the run goes on', async (_, spoil) => {
    spoil()
    const told: string[] = []
    const view = recordView(project, (message) => told.push(message))
    for (const event of everything()) view.onEvent(event)
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const event of everything()) view.onEvent(event)
    await view.end()
    expect(told).toEqual([expect.stringContaining('this run is not recorded in .fettle/runs: E')])
  })
})

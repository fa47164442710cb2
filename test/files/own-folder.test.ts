import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { compiled, taskCache } from '../../src/cli/load/task-cache.js'
import type { Event } from '../../src/engine/events.js'
import { ownFolder } from '../../src/files/own-folder.js'
import { writeWhole } from '../../src/files/write-whole.js'
import { recordView } from '../../src/records/run-record.js'
import { retryView } from '../../src/records/retry-file.js'
import { project } from '../inventory/project.js'
import { changeCounts, runOf } from '../views/events.js'
import { asRoot } from '../if-able.js'

const modeOf = (path: string): number => lstatSync(path).mode & 0o777

const umask = process.umask(0o022)
process.umask(umask)
afterEach(() => void process.umask(umask))

/** The mode of every path below a folder. */
const modes = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => [
        name.replace(/^(runs|cache)\/.*/, '$1/…'),
        modeOf(join(folder, name)).toString(8),
      ]),
  )

/** Writes everything that a run writes into `.fettle`; returns its warnings. */
async function write(directory: string): Promise<readonly string[]> {
  const troubles: string[] = []
  const events: readonly Event[] = [
    runOf(['web1'], 'apply'),
    { type: 'host', host: 'web1', status: 'failed', error: null },
    {
      type: 'summary',
      hosts: {
        web1: {
          ok: 0,
          changed: 0,
          failed: 1,
          skipped: 0,
          unknown: 0,
          ignored: 0,
          unreachable: false,
          seconds: 0,
        },
      },
      exitCode: 1,
      seconds: 0,
      changes: changeCounts(),
    },
  ]
  for (const view of [
    recordView(directory, (message) => troubles.push(message)),
    retryView(directory, (message) => troubles.push(message)),
  ]) {
    for (const event of events) view.onEvent(event)
    await view.end()
  }
  writeFileSync(join(directory, 'site.ts'), 'export default 1')
  await compiled(join(directory, 'site.ts'), taskCache(directory))
  return troubles
}

const whole = {
  '.gitignore': '600',
  cache: '700',
  'cache/…': '600',
  retry: '600',
  runs: '700',
  'runs/…': '600',
}

describe('.fettle', () => {
  test.each([0o000, 0o022, 0o077, 0o777])('is the user’s alone under umask %o', async (mask) => {
    const directory = project({})
    process.umask(mask)
    expect(await write(directory)).toEqual([])
    process.umask(umask)
    expect([modeOf(join(directory, '.fettle')), modes(join(directory, '.fettle'))]).toEqual([
      0o700,
      whole,
    ])
  })

  test('is closed where it was open', async () => {
    const directory = project({
      '.fettle/retry': 'web2\n',
      '.fettle/runs/old.jsonl': '',
      '.fettle/cache/x.js': '',
    })
    for (const folder of ['.fettle', '.fettle/runs', '.fettle/cache'])
      chmodSync(join(directory, folder), 0o777)
    chmodSync(join(directory, '.fettle/retry'), 0o666)
    expect(await write(directory)).toEqual([])
    expect(modeOf(join(directory, '.fettle'))).toBe(0o700)
    expect(modes(join(directory, '.fettle'))).toMatchObject({
      retry: '600',
      runs: '700',
      cache: '700',
    })
  })

  test.each<[what: string, link: string, troubles: readonly unknown[]]>([
    [
      'that is a link',
      '.fettle',
      [
        expect.stringContaining(
          '.fettle is a symbolic link, which is not followed; remove it: rm .fettle',
        ),
        expect.stringContaining('rm .fettle'),
      ],
    ],
    [
      'whose records are a link',
      '.fettle/runs',
      [
        expect.stringContaining(
          '.fettle/runs is a symbolic link, which is not followed; remove it: rm .fettle/runs',
        ),
      ],
    ],
    ['whose cache is a link', '.fettle/cache', []],
  ])('%s is left alone', async (_, link, troubles) => {
    const [directory, elsewhere] = [project({}), project({ retry: 'theirs\n', 'a.jsonl': '' })]
    mkdirSync(dirname(join(directory, link)), { recursive: true })
    symlinkSync(elsewhere, join(directory, link))
    expect(await write(directory)).toEqual(troubles)
    expect(readdirSync(elsewhere).sort()).toEqual(['a.jsonl', 'retry'])
    expect(readFileSync(join(elsewhere, 'retry'), 'utf8')).toBe('theirs\n')
    expect(modeOf(elsewhere)).toBe(0o700)
  })

  asRoot('that is somebody else’s is left alone', async () => {
    const directory = project({ '.fettle/retry': 'theirs\n' })
    chownSync(join(directory, '.fettle'), 65534, 65534)
    expect(await write(directory)).toEqual([
      expect.stringContaining(
        '.fettle belongs to nobody; remove it, or make it yours: chown -R root .fettle',
      ),
      expect.stringContaining('belongs to nobody'),
    ])
    expect(modes(join(directory, '.fettle'))).toEqual({ retry: '644' })
  })

  test.each(['retry', '.gitignore'])('whose %s is a link gets one of its own', async (name) => {
    const [directory, elsewhere] = [project({}), project({ victim: 'theirs' })]
    mkdirSync(join(directory, '.fettle'))
    symlinkSync(join(elsewhere, 'victim'), join(directory, '.fettle', name))
    expect(await write(directory)).toEqual([])
    expect(readFileSync(join(elsewhere, 'victim'), 'utf8')).toBe('theirs')
    expect(lstatSync(join(directory, '.fettle/retry')).isSymbolicLink()).toBe(false)
  })

  test('of a run that has done all its hosts, and is a link, keeps what the link leads to', () => {
    const [directory, elsewhere] = [project({}), project({ retry: 'theirs\n' })]
    symlinkSync(elsewhere, join(directory, '.fettle'))
    const troubles: string[] = []
    const view = retryView(directory, (message) => troubles.push(message))
    for (const event of [
      runOf(['web1'], 'apply'),
      { type: 'host', host: 'web1', status: 'ok', error: null },
      { type: 'summary', hosts: {}, exitCode: 0, seconds: 0, changes: changeCounts() },
    ] as const)
      view.onEvent(event)
    expect([existsSync(join(elsewhere, 'retry')), troubles]).toEqual([
      true,
      [expect.stringContaining('rm .fettle')],
    ])
  })
})

describe('compiled tasks', () => {
  /** A task file that was compiled once, and its cache entry. */
  async function kept(): Promise<{
    readonly directory: string
    readonly file: string
    readonly cached: string
  }> {
    const directory = project({ 'site.ts': 'export const own: number = 1' })
    await compiled(join(directory, 'site.ts'), taskCache(directory))
    const [name = ''] = readdirSync(join(directory, '.fettle/cache'))
    const cached = join(directory, '.fettle/cache', name)
    writeFileSync(cached, `${readFileSync(cached, 'utf8').split('\n')[0] ?? ''}\nplanted`)
    return { directory, file: join(directory, 'site.ts'), cached }
  }

  test('are taken from the cache', async () => {
    const { directory, file } = await kept()
    expect(await compiled(file, taskCache(directory))).toBe('planted')
  })

  test.each<[what: string, spoil: (cached: string) => void]>([
    ['a file that everybody could write', (cached) => chmodSync(cached, 0o666)],
    [
      'a link',
      (cached) => {
        renameSync(cached, `${cached}.elsewhere`)
        symlinkSync(`${cached}.elsewhere`, cached)
      },
    ],
    ['a folder that everybody could write', (cached) => chmodSync(dirname(cached), 0o777)],
    [
      'a .fettle that everybody could write',
      (cached) => chmodSync(dirname(dirname(cached)), 0o777),
    ],
  ])('not from %s', async (_, spoil) => {
    const { directory, file, cached } = await kept()
    spoil(cached)
    expect(await compiled(file, taskCache(directory))).toContain('own = 1')
  })
})

test('a file is replaced atomically, with its mode, and a link in its place is not followed', () => {
  const directory = project({ a: 'old', victim: 'theirs' })
  chmodSync(join(directory, 'a'), 0o666)
  symlinkSync('victim', join(directory, 'link'))
  process.umask(0o777)
  writeWhole(join(directory, 'a'), 'new')
  writeWhole(join(directory, 'link'), 'new', 0o644)
  process.umask(umask)
  expect(readdirSync(directory).sort()).toEqual(['a', 'link', 'victim'])
  expect([readFileSync(join(directory, 'a'), 'utf8'), modeOf(join(directory, 'a'))]).toEqual([
    'new',
    0o600,
  ])
  expect([readFileSync(join(directory, 'link'), 'utf8'), modeOf(join(directory, 'link'))]).toEqual([
    'new',
    0o644,
  ])
  expect(readFileSync(join(directory, 'victim'), 'utf8')).toBe('theirs')
})

test('what cannot be written leaves nothing behind', () => {
  const directory = project({ 'folder/x': '' })
  expect(() => writeWhole(join(directory, 'folder'), 'new')).toThrow('EISDIR')
  expect(readdirSync(directory)).toEqual(['folder'])
  expect(() => ownFolder(join(directory, 'folder/x'))).toThrow('ENOTDIR')
  expect(statSync(join(directory, 'folder')).isDirectory()).toBe(true)
})

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Event, HostEvent, RunMode } from '../../src/engine/events.js'
import { retryView } from '../../src/records/retry-file.js'
import { readLimit } from '../../src/inventory/select/limit.js'
import { recapView } from '../../src/views/text/recap.js'
import { project } from '../inventory/project.js'
import { changeCounts, paper } from '../views/events.js'

const counts = {
  ok: 0,
  changed: 0,
  failed: 0,
  skipped: 0,
  unknown: 0,
  ignored: 0,
  unreachable: false,
  seconds: 0,
}

/** A run in which hosts ended like this. */
function run(
  directory: string,
  mode: RunMode,
  ends: Readonly<Record<string, HostEvent['status']>>,
): readonly string[] {
  const troubles: string[] = []
  const view = retryView(directory, (message) => troubles.push(message))
  const events: readonly Event[] = [
    { type: 'run', version: 1, id: 'x', time: '2026-01-31T12:00:00.000Z', mode, plays: [] },
    ...Object.entries(ends)
      .reverse()
      .map(([host, status]): Event => ({ type: 'host', host, status, error: null })),
    {
      type: 'summary',
      hosts: Object.fromEntries(Object.keys(ends).map((host) => [host, counts])),
      exitCode: 0,
      seconds: 0,
      changes: changeCounts(),
    },
  ]
  for (const event of events) view.onEvent(event)
  return troubles
}

const retry = (directory: string): string | null =>
  existsSync(join(directory, '.fettle/retry'))
    ? readFileSync(join(directory, '.fettle/retry'), 'utf8')
    : null

test('the unfinished hosts, in the order of the run, as -l reads them; ignored by git', () => {
  const directory = project({})
  expect(
    run(directory, 'apply', {
      web1: 'ok',
      web2: 'failed',
      '2001:db8::1': 'unreachable',
      web4: 'failed',
    }),
  ).toEqual([])
  expect(retry(directory)).toBe('web2\n2001:db8::1\nweb4\n')
  expect(readLimit('@.fettle/retry', directory)).toBe('web2,2001:db8::1,web4')
  expect(readFileSync(join(directory, '.fettle/.gitignore'), 'utf8')).toBe('*\n')
})

describe('a later run', () => {
  test.each<
    [
      what: string,
      mode: RunMode,
      ends: Readonly<Record<string, HostEvent['status']>>,
      left: string | null,
    ]
  >([
    ['that has done all of its hosts removes it', 'apply', { web2: 'ok' }, null],
    [
      'with others that are not done replaces it',
      'apply',
      { web1: 'failed', web2: 'ok' },
      'web1\n',
    ],
    ['that is a plan leaves it', 'plan', { web1: 'failed' }, 'web2\n'],
  ])('%s', (_, mode, ends, left) => {
    const directory = project({ '.fettle/retry': 'web2\n' })
    run(directory, mode, ends)
    expect(retry(directory)).toBe(left)
  })

  test('that ends before its summary leaves it', () => {
    const directory = project({ '.fettle/retry': 'web2\n' })
    retryView(directory, () => undefined).onEvent({
      type: 'host',
      host: 'web1',
      status: 'failed',
      error: null,
    })
    expect(retry(directory)).toBe('web2\n')
  })
})

test('a file that cannot be written is reported', () => {
  const directory = project({})
  mkdirSync(join(directory, '.fettle/retry'), { recursive: true })
  writeFileSync(join(directory, '.fettle/retry/x'), '')
  expect(run(directory, 'apply', { web1: 'failed' })).toEqual([
    expect.stringMatching(/^\.fettle\/retry is not that of this run: .*EISDIR/),
  ])
})

describe('the recap', () => {
  const ended = async (
    mode: RunMode,
    ends: Readonly<Record<string, HostEvent['status']>>,
  ): Promise<string> => {
    const screen = paper()
    const view = recapView(screen, {
      mode,
      verbosity: 0,
      retryCommand: 'fettle apply -l @.fettle/retry',
    })
    for (const [host, status] of Object.entries(ends))
      view.onEvent({ type: 'host', host, status, error: null })
    view.onEvent({
      type: 'summary',
      hosts: Object.fromEntries(Object.keys(ends).map((host) => [host, counts])),
      exitCode: 1,
      seconds: 1,
      changes: changeCounts(),
    })
    await view.end()
    return screen.text
      .split('\n')
      .filter((line) => line.includes('not done'))
      .join('\n')
  }

  test.each<[mode: RunMode, ends: Readonly<Record<string, HostEvent['status']>>, said: string]>([
    [
      'apply',
      { web1: 'ok', web2: 'failed', web3: 'unreachable' },
      '2 hosts are not done; for these alone: fettle apply -l @.fettle/retry',
    ],
    [
      'apply',
      { web1: 'failed' },
      '1 host is not done; for it alone: fettle apply -l @.fettle/retry',
    ],
    ['apply', { web1: 'ok' }, ''],
    ['plan', { web1: 'failed' }, ''],
  ])('of %s with %j', async (mode, ends, said) => {
    expect(await ended(mode, ends)).toBe(said)
  })
})

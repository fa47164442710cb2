import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Event } from '../../src/engine/events.js'
import { stripped } from '../../src/views/clean.js'
import { clip, fill, joined, width } from '../../src/views/columns.js'
import { Fleet } from '../../src/views/fleet.js'
import { elapsed, frame } from '../../src/views/frame.js'
import { progressView } from '../../src/views/progress.js'
import { colored, plainStyle } from '../../src/views/screen.js'
import { error, paper, resource, runOf } from './events.js'

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `web${String(index + 1).padStart(3, '0')}`)
const doing = (host: string, task = 'Gunicorn service', at = 3): Event => ({ type: 'progress', host, doing: 'changing', task, resource: 'file[/etc/app.conf]', line: null, finished: at, total: 30 })

function fleetOf(hosts: readonly string[], ...events: readonly (readonly [now: number, event: Event])[]): Fleet {
  const fleet = new Fleet()
  fleet.onEvent(runOf(hosts, 'apply'), 0)
  for (const [now, event] of events) fleet.onEvent(event, now)
  return fleet
}

describe('frame', () => {
  test('with room for all, each host has its line in the order of the inventory', () => {
    const fleet = fleetOf(['web1', 'db', 'web2', 'web3'], [1000, doing('web2')], [1500, doing('web1', 'Packages', 15)], [2000, { type: 'host', host: 'db', status: 'unreachable', error: null }])
    expect(frame(fleet, 4000, { rows: 24, columns: 90 }, plainStyle)).toEqual([
      `apply ${'█'.repeat(9)}${'░'.repeat(15)} 1/4 hosts  unreachable 1  running 2  waiting 1  4.0s`,
      ' ▸ web1    15/30    2.5s  Packages › file[/etc/app.conf]',
      ' ✗ db               0.0s  unreachable',
      ' ▸ web2     3/30    3.0s  Gunicorn service › file[/etc/app.conf]',
      ' · web3                   waiting',
    ])
  })

  test('without room, those that have run longest have lines and the finished are counted', () => {
    const hosts = names(200)
    const fleet = fleetOf(hosts, ...hosts.slice(0, 150).map((host, index) => [1000 - index, doing(host)] as const), ...hosts.slice(0, 50).map((host) => [2000, { type: 'host', host, status: 'ok', error: null }] as const))
    const lines = frame(fleet, 4000, { rows: 10, columns: 90 }, plainStyle)
    expect(lines).toHaveLength(8)
    expect(lines[0]).toContain('50/200 hosts  ok 50  running 100  waiting 50')
    expect(lines.slice(1, 7).map((line) => line.slice(3, 9))).toEqual(['web150', 'web149', 'web148', 'web147', 'web146', 'web145'])
    expect(lines[7]).toBe(' … and 94 more running')
  })

  const crowded = fleetOf(names(200), ...names(200).map((host, index) => [index, doing(host, '構築 \u001b[2J'.repeat(9))] as const))
  test.each([[1, 80], [2, 80], [3, 80], [4, 80], [24, 80], [24, 20], [24, 1], [50, 300], [1000, 80]])('%d rows of %d columns are never exceeded', (rows, columns) => {
    const lines = frame(crowded, 9000, { rows, columns }, colored)
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 2))
    for (const line of lines) expect(width(stripped(line))).toBeLessThanOrEqual(Math.max(1, columns - 1))
  })

  test('what a host says cannot steer the terminal', () => {
    expect(frame(crowded, 9000, { rows: 24, columns: 200 }, plainStyle).join('')).not.toContain('\u001b')
  })

  test.each([[0, '0.0s'], [9900, '9.9s'], [12_400, '12s'], [185_000, '3m05s']])('%d ms are %s', (milliseconds, text) => expect(elapsed(milliseconds)).toBe(text))
})

describe('columns', () => {
  test.each([['abc', 3], ['構築', 4], ['e\u0301', 1], ['🚀', 2], ['', 0]])('%s takes %d', (text, columns) => expect(width(text)).toBe(columns))
  test.each([['abcdef', 4, 'abc…'], ['abcd', 4, 'abcd'], ['構築物', 4, '構…'], ['abc', 0, '']])('%s cut to %d is %s', (text, columns, cut) => expect(clip(text, columns)).toBe(cut))
  test('filled text has exactly its columns', () => expect([fill('構築', 6), fill('構築', 3)]).toEqual(['構築  ', '構…']))
  test('colours take no columns', () => expect(joined([['ab', colored.red], ['cd']], 3)).toBe(`${colored.red('ab')}…`))
})

describe('progress view', () => {
  test('200 hosts: few drawings, each over the last one, failures stay above', async () => {
    const screen = paper({ rows: 24, columns: 80 })
    const hosts = names(200)
    const view = progressView(screen)
    view.onEvent(runOf(hosts, 'apply'))
    const begun = performance.now()
    for (let round = 0; round < 30; round++) {
      for (const host of hosts) view.onEvent(doing(host, 'Packages', round))
      await sleep(10)
    }
    view.onEvent(resource('web007', '/etc/x', { status: 'failed', error: error('install\u001b[2J ended\nwith 1') }))
    await sleep(150)
    await view.end()
    const frames = screen.writes.filter((text) => text.includes('hosts'))
    expect(frames.length).toBeGreaterThan(1)
    expect(frames.length).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 100))
    for (const text of frames.slice(1)) expect(text.startsWith('\u001b[22A\r\u001b[J')).toBe(true)
    for (const text of frames) expect(text.split('\n').length - 1).toBeLessThanOrEqual(22 + (text.includes('✗') ? 1 : 0))
    expect(screen.writes.filter((text) => text.includes('✗ web007: file[/etc/x]: install ended'))).toHaveLength(1)
    expect(screen.writes[0]).toBe('\u001b[?25l')
    expect(screen.writes.slice(-2)).toEqual(['\u001b[22A\r\u001b[J', '\u001b[?25h'])
  })

  test('a run that never begins draws nothing', async () => {
    const screen = paper()
    const view = progressView(screen)
    view.onEvent({ type: 'error', ...error('no host matches') })
    await view.end()
    expect(screen.writes).toEqual([])
  })
})

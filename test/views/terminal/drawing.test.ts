import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import type { Event } from '../../../src/engine/events.js'
import { wrapped } from '../../../src/views/terminal/columns.js'
import { Drawing } from '../../../src/views/terminal/drawing.js'
import { LiveRun } from '../../../src/views/terminal/live-run.js'
import { progressView } from '../../../src/views/terminal/progress.js'
import { plainStyle } from '../../../src/views/screen.js'
import { error, paper, resource, runOf } from '../events.js'
import { imagined } from '../imagined.js'
import { Terminal } from '../terminal.js'

interface Size {
  readonly rows: number
  readonly columns: number
}

const doing = (host: string, finished = 3): Event => ({
  type: 'progress',
  host,
  play: 0,
  doing: 'changing',
  task: 'Packages',
  resource: 'file[/etc/app.conf]',
  line: null,
  finished,
  total: 30,
})
const failed = (host: string, message: string, detail: string | null = null): Event =>
  resource(host, '/etc/x', { status: 'failed', error: error(message, { detail }) })

/** A view on a terminal with a fake clock. */
function onTerminal(size: Size): {
  readonly terminal: Terminal
  readonly drawing: Drawing
  readonly take: (event: Event) => readonly string[]
  readonly pass: (milliseconds: number) => void
} {
  let now = 0
  const terminal = new Terminal(size)
  const live = new LiveRun(plainStyle, () => now)
  const drawing = new Drawing(terminal, (room) => live.frame(room))
  return {
    terminal,
    drawing,
    take: (event) => {
      const lines = live.take(event)
      drawing.keep(lines)
      return lines
    },
    pass: (milliseconds) => void (now += milliseconds),
  }
}

const headers = (lines: readonly string[]): number =>
  lines.filter((line) => /^apply /.test(line)).length

describe('a whole run', () => {
  const sizes: readonly Size[] = [
    { rows: 24, columns: 80 },
    { rows: 24, columns: 40 },
    { rows: 24, columns: 60 },
    { rows: 60, columns: 120 },
    { rows: 10, columns: 30 },
    { rows: 5, columns: 80 },
  ]
  const table = [1, 8, 50, 200].flatMap((hosts) => sizes.map((size) => [hosts, size] as const))

  /** The scenes of all hosts in turns, with a drawing after some. */
  function played(
    hosts: number,
    size: Size,
    odd: boolean,
  ): { readonly terminal: Terminal; readonly kept: readonly string[] } {
    const { terminal, drawing, take, pass } = onTerminal(size)
    const stories = imagined({ hosts, failing: Math.min(4, hosts), odd })
    const kept: string[] = []
    kept.push(
      ...take(
        runOf(
          stories.map(({ host }) => host),
          'apply',
        ),
      ),
    )
    for (let round = 0; round < 17; round++) {
      for (const { host, scenes, end } of stories) {
        pass(17)
        const scene = scenes[round]
        if (scene !== undefined)
          kept.push(
            ...take({
              type: 'progress',
              host,
              play: 0,
              doing: 'changing',
              task: scene.event.task,
              resource: scene.event.name,
              line: scene.lines[0] ?? null,
              finished: round,
              total: scenes.length,
            }),
            ...take(scene.event),
          )
        else if (round === scenes.length) kept.push(...take(end))
      }
      drawing.draw()
      expect(headers(terminal.text)).toBe(1)
    }
    drawing.clear()
    return { terminal, kept }
  }

  /** The kept lines, as the terminal wraps them. */
  const text = (lines: readonly string[]): string => lines.join('').replace(/[\s│]/g, '')

  test.each(table)(
    '%d hosts at %j leave the failures behind, each once, and nothing else',
    (hosts, size) => {
      const { terminal, kept } = played(hosts, size, false)
      expect(kept.length).toBeGreaterThan(2)
      expect(text(terminal.text)).toBe(text(kept))
    },
  )

  test.each(table.filter(([hosts]) => hosts > 1))(
    'odd names of %d hosts at %j do not break a line',
    (hosts, size) => {
      const { terminal, kept } = played(hosts, size, true)
      expect(text(terminal.text)).toBe(text(kept))
    },
  )

  test.each([
    ['wider', { rows: 24, columns: 100 }],
    ['narrower', { rows: 40, columns: 50 }],
    ['higher', { rows: 60, columns: 80 }],
    ['lower', { rows: 12, columns: 80 }],
    ['a stamp', { rows: 6, columns: 20 }],
  ])(
    'in a window that is made %s and back the last failure is in sight after each drawing',
    (_, other) => {
      const { terminal, drawing, take } = onTerminal({ rows: 40, columns: 80 })
      const names = Array.from({ length: 30 }, (_name, index) => `web${String(index)}`)
      take(runOf(names, 'apply'))
      for (const host of names) take(doing(host))
      take(failed('web1', 'an earlier failure'))
      drawing.draw()
      const kept = take(failed('web0', 'a failure\nshort')).slice(0, 3)
      for (const size of [other, { rows: 40, columns: 80 }, other]) {
        drawing.draw()
        terminal.resize(size)
        drawing.draw()
        const seen = terminal.screen
        expect([
          seen.filter((line) => line.startsWith('apply ')).length,
          seen.filter((line) => line.includes('short')).length,
        ]).toEqual([1, 1])
        expect(seen.length).toBeLessThanOrEqual(size.rows)
        if (size.columns > 60) expect(seen).toEqual(expect.arrayContaining(kept.slice()))
      }
      drawing.clear()
      expect(terminal.screen.filter((line) => line.startsWith('apply '))).toEqual([])
    },
  )
})

describe('failures', () => {
  const detail = Array.from({ length: 6 }, (_, index) => `word ${String(index)} of the host`).join(
    '\n',
  )

  test.each([
    [1, 24, 80],
    [8, 24, 80],
    [50, 24, 80],
    [200, 24, 80],
    [200, 24, 60],
    [200, 60, 120],
    [50, 24, 40],
  ])(
    'of %d hosts in %d rows of %d columns stay in sight in full, with the host’s own words',
    (hosts, rows, columns) => {
      const { terminal, drawing, take, pass } = onTerminal({ rows, columns })
      const names = Array.from({ length: hosts }, (_, index) => `web${String(index)}`)
      take(runOf(names, 'apply'))
      for (const host of names) take(doing(host))
      drawing.draw()
      const lines = take(failed('web0', 'install ended with 1', detail))
      expect(lines).toHaveLength(9)
      expect(lines.flatMap((line) => wrapped(line, columns)).length).toBeLessThanOrEqual(rows / 2)
      for (let round = 4; round < 40; round++) {
        pass(100)
        for (const host of names.slice(1)) take(doing(host, round))
        drawing.draw()
        for (const line of lines) expect(terminal.screen.join('').includes(line)).toBe(true)
      }
    },
  )

  test('many failures with the same message are counted and named, and do not push others away', () => {
    const { terminal, drawing, take } = onTerminal({ rows: 24, columns: 60 })
    const names = Array.from({ length: 50 }, (_, index) => `web${String(index)}`)
    take(runOf(names, 'apply'))
    for (const host of names) take(doing(host))
    for (const host of names.slice(0, 40)) take(failed(host, 'install ended with 1', detail))
    drawing.draw()
    expect(terminal.screen.filter((line) => line.includes('✗'))).toEqual([
      '✗ web0: install ended with 1',
      '✗ 39 more in the same words: web1, web2, web3, web4, web5,…',
    ])
    expect(terminal.screen.filter((line) => line.includes('│ word'))).toHaveLength(6)
  })

  test('an ignored one takes one line', () => {
    const { take } = onTerminal({ rows: 24, columns: 80 })
    const ignored = (host: string): Event =>
      resource(host, 'true', {
        resource: 'command',
        status: 'ignored',
        error: error('true ended with 1', { detail }),
      })
    expect([take(ignored('web0')), take(ignored('web1'))]).toEqual([
      ['✗ web0: command[true]: failure ignored: true ended with 1'],
      [],
    ])
  })

  test('notes on the run stay too', () => {
    const { take } = onTerminal({ rows: 24, columns: 80 })
    expect(
      take({ type: 'notice', host: null, message: 'stopping\u001b[2J after what is under way' }),
    ).toEqual(['note: stopping after what is under way'])
    expect(take({ type: 'notice', host: 'web1', message: 'a restart is pending' })).toEqual([])
  })
})

describe('progress view', () => {
  test('at most ten drawings a second, however many events there are', async () => {
    const terminal = new Terminal({ rows: 24, columns: 80 })
    const writes: string[] = []
    const write = terminal.write.bind(terminal)
    terminal.write = (text) => {
      writes.push(text)
      write(text)
    }
    const hosts = Array.from({ length: 200 }, (_, index) => `web${String(index)}`)
    const view = progressView(terminal)
    view.onEvent(runOf(hosts, 'apply'))
    const begun = performance.now()
    for (let round = 0; round < 30; round++) {
      for (const host of hosts) view.onEvent(doing(host, round))
      await sleep(10)
    }
    view.onEvent(failed('web7', 'install\u001b[2J ended with 1'))
    await sleep(150)
    await view.end()
    const frames = writes.filter((text) => text.includes('hosts'))
    expect(frames.length).toBeGreaterThan(1)
    expect(frames.length).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 100))
    expect([writes[0], writes.at(-1)]).toEqual(['\u001b[?25l', '\u001b[?25h'])
    expect(terminal.text.filter((line) => line !== '')).toEqual([
      '✗ web7: install ended with 1',
      '    file[/etc/x], task Gunicorn service',
      '    → see the output of the command',
    ])
  })

  test('a run that never begins draws nothing', async () => {
    const screen = paper()
    const view = progressView(screen)
    view.onEvent({ type: 'error', ...error('no host matches') })
    await view.end()
    expect(screen.writes).toEqual([])
  })
})

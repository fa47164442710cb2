import { describe, expect, test } from '@jest/globals'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import type { Event, ProgressEvent } from '../../../src/engine/events.js'
import { stripped } from '../../../src/views/text/clean.js'
import { width } from '../../../src/views/terminal/columns.js'
import { FleetProgress } from '../../../src/views/terminal/fleet-progress.js'
import { frame, type FrameSize } from '../../../src/views/terminal/frame.js'
import { elapsed } from '../../../src/views/terminal/header-line.js'
import { colored, plainStyle } from '../../../src/views/screen.js'
import { error, resource, runOf } from '../events.js'

type Told = readonly [now: number, event: Event]

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `web${String(index + 1).padStart(3, '0')}`)
const step = (host: string, rest: Partial<ProgressEvent> = {}): Event => ({
  type: 'progress',
  host,
  play: 0,
  doing: 'changing',
  task: 'Packages',
  resource: 'apt.packages[nginx]',
  line: null,
  finished: 3,
  total: 30,
  ...rest,
})
const end = (host: string, status: 'ok' | 'failed' | 'unreachable' = 'ok'): Event => ({
  type: 'host',
  host,
  status,
  error: null,
})

function fleetOf(hosts: readonly string[], events: readonly Told[]): FleetProgress {
  const fleet = new FleetProgress()
  fleet.onEvent(runOf(hosts, 'apply'), 0)
  for (const [now, event] of events) fleet.onEvent(event, now)
  return fleet
}

const drawn = (fleet: FleetProgress, now: number, size: FrameSize): readonly string[] =>
  frame(fleet, now, size, plainStyle)
const hostOf = (line: string): string | undefined => /web\d+/.exec(line)?.[0]

describe('the first line', () => {
  const plays = (...hosts: readonly (readonly string[])[]): Event =>
    ({
      ...runOf([], 'apply'),
      plays: hosts.map((each, index) => ({
        name: `Play ${String(index + 1)}`,
        hosts: each,
        tasks: [],
      })),
    }) as Event
  const bar = (line = ''): number => line.split('█').length - 1

  test('names the play, and its bar never runs backwards between plays', () => {
    const fleet = new FleetProgress()
    fleet.onEvent(plays(['web1', 'web2'], ['web1'], ['web1', 'web2']), 0)
    const events = [0, 1, 2].flatMap((play) =>
      [0, 2, 4].flatMap((finished) =>
        (play === 1 ? ['web1'] : ['web1', 'web2']).map((host) =>
          step(host, { play, finished, total: 4 }),
        ),
      ),
    )
    const lines = [...events, end('web1'), end('web2')].map((event) => {
      fleet.onEvent(event, 0)
      return drawn(fleet, 0, { rows: 24, columns: 100 })[0] ?? ''
    })
    expect(lines.map(bar)).toEqual([...lines.map(bar)].sort((a, b) => a - b))
    expect([bar(lines[0]), bar(lines.at(-1))]).toEqual([0, 24])
    expect([lines[0], lines[8], lines.at(-1)]).toEqual([
      expect.stringMatching(/^apply Play 1 \(1\/3\) {2}░/),
      expect.stringMatching(/^apply Play 2 \(2\/3\) {2}█/),
      expect.stringMatching(/^apply Play 3 \(3\/3\) {2}█/),
    ])
  })

  test('leaves the play out where there is no room, before the bar', () => {
    const fleet = fleetOf(['web1'], [[0, step('web1')]])
    expect([100, 50, 40].map((columns) => drawn(fleet, 0, { rows: 24, columns })[0])).toEqual([
      expect.stringMatching(/^apply Flask app {2}█/),
      expect.stringMatching(/^apply █/),
      expect.stringMatching(/^apply 0\/1/),
    ])
  })

  test('counts hosts that were not started apart from failed ones', () => {
    const stop = (host: string, code: string): Event => ({
      type: 'host',
      host,
      status: 'failed',
      error: error('too many', { code }),
    })
    const fleet = fleetOf(names(4), [
      [0, step('web001')],
      [1, stop('web001', 'stopped')],
      [1, stop('web002', 'stopped')],
      [1, stop('web003', 'not-begun')],
      [1, end('web004')],
    ])
    expect(drawn(fleet, 1000, { rows: 24, columns: 120 })).toEqual([
      expect.stringContaining('4/4 hosts  ok 1  failed 1  not begun 2  1.0s'),
      expect.stringMatching(/^ ✗ web001 .*failed$/),
      expect.stringMatching(/^ - web002 .*not begun$/),
      expect.stringMatching(/^ - web003 .*not begun$/),
      expect.stringMatching(/^ ✓ web004/),
    ])
  })
})

describe('the hosts that have a line', () => {
  test('a host that waits for another run shows whose', () => {
    const fleet = fleetOf(
      ['web1'],
      [
        [
          0,
          step('web1', {
            doing: 'waiting',
            task: null,
            resource: null,
            whom: 'another run (ada@laptop)',
          }),
        ],
      ],
    )
    expect(drawn(fleet, 0, { rows: 24, columns: 100 })[1]).toMatch(
      /waiting for another run \(ada@laptop\)$/,
    )
  })

  test('with room for all: slow hosts on top, then by start, then waiting, failed and done ones', () => {
    const fleet = fleetOf(
      ['web1', 'web2', 'web3', 'web4', 'web5', 'web6'],
      [
        [0, step('web1')],
        [0, step('web2')],
        [500, step('web3')],
        [1000, step('web6')],
        [1500, end('web6')],
        [1600, step('web5')],
        [2000, end('web5', 'unreachable')],
        [3900, step('web1', { task: 'Service', resource: 'file[/etc/x]', finished: 4 })],
      ],
    )
    expect(drawn(fleet, 4000, { rows: 24, columns: 100 })).toEqual([
      `apply Flask app  ${'█'.repeat(4)}${'░'.repeat(8)} 2/6 hosts  ok 1  unreachable 1  running 3  waiting 1  4.0s`,
      ' ▸ web2     3/30    4.0s  Packages › apt.packages[nginx]  4.0s',
      ' ▸ web3     3/30    3.5s  Packages › apt.packages[nginx]  3.5s',
      ' ▸ web1     4/30    4.0s  Service › file[/etc/x]',
      ' · web4                   waiting',
      ' ✗ web5     3/30    0.4s  unreachable',
      ' ✓ web6     3/30    0.5s  ',
    ])
  })

  test('without room: slow hosts, then by start, and the number of the others', () => {
    const hosts = names(200)
    const fleet = fleetOf(hosts, [
      ...hosts.slice(0, 100).map((host, index): Told => [index, step(host)]),
      ...hosts.slice(0, 50).map((host): Told => [150, end(host)]),
      ...hosts
        .slice(50, 97)
        .map((host): Told => [3000, step(host, { finished: 4, resource: 'file[/etc/x]' })]),
    ])
    const lines = drawn(fleet, 4000, { rows: 10, columns: 90 })
    expect(lines.map(hostOf)).toEqual([
      undefined,
      'web098',
      'web099',
      'web100',
      'web051',
      'web052',
      'web053',
      undefined,
    ])
    expect(lines[0]).toContain('50/200 hosts  ok 50  running 50  waiting 100')
    expect(lines.at(-1)).toBe(' … and 44 more running')
  })

  test('a host between two plays is waiting, and a step after a finished resource is a new one', () => {
    const fleet = fleetOf(
      ['web1', 'web2'],
      [
        [0, step('web1', { total: 4 })],
        [0, step('web2')],
        [3000, resource('web1', '/etc/x')],
        [3000, resource('web2', '/etc/x')],
      ],
    )
    expect(drawn(fleet, 4000, { rows: 24, columns: 90 }).slice(1)).toEqual([
      ' ▸ web2     4/30    4.0s  checking Gunicorn service',
      ' · web1      4/4    4.0s  waiting',
    ])
    fleet.onEvent(
      step('web1', { doing: 'connecting', task: null, resource: null, finished: 0, total: 7 }),
      5000,
    )
    expect(drawn(fleet, 5500, { rows: 24, columns: 90 }).slice(1)).toEqual([
      ' ▸ web2     4/30    5.5s  checking Gunicorn service  2.5s',
      ' ▸ web1      0/7    5.5s  connecting',
    ])
  })

  test.each([
    [{ doing: 'connecting', task: null, resource: null }, '▸', 'connecting'],
    [{ doing: 'reading', task: null, resource: null }, '▸', 'reading facts'],
    [{ doing: 'waiting' }, '·', 'waiting: Packages › apt.packages[nginx]'],
    [{ doing: 'checking' }, '▸', 'checking Packages › apt.packages[nginx]'],
    [{ doing: 'changing' }, '▸', 'Packages › apt.packages[nginx]'],
  ] as const)('%j', (rest, sign, text) => {
    expect(
      drawn(fleetOf(['web1'], [[0, step('web1', rest)]]), 1000, { rows: 24, columns: 90 })[1],
    ).toBe(` ${sign} web1     3/30    1.0s  ${text}`)
  })

  test('changes on a host are counted', () => {
    const changed = resource('web1', '/etc/x', { status: 'changed' })
    expect(
      drawn(
        fleetOf(
          ['web1'],
          [
            [0, step('web1')],
            [500, changed],
            [600, changed],
            [700, end('web1')],
          ],
        ),
        900,
        { rows: 24, columns: 90 },
      )[1],
    ).toBe(' ✓ web1     5/30    0.7s  2 changed')
  })
})

describe('the last line of a long step', () => {
  const talking = (count: number, line = 'Unpacking nginx ...'): FleetProgress =>
    fleetOf(
      names(count),
      names(count).flatMap((host): readonly Told[] => [
        [0, step(host)],
        [1000, step(host, { line: 'Reading ...' })],
        [1500, step(host, { line })],
      ]),
    )
  const printed = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => line.includes('│'))

  test.each([
    ['before two seconds', 1, { rows: 24, columns: 80 }, 1999, 0, ''],
    [
      'after two seconds, under its host',
      1,
      { rows: 24, columns: 80 },
      2000,
      1,
      '   │ Unpacking nginx ...',
    ],
    ['of eight hosts', 8, { rows: 24, columns: 80 }, 2000, 8, '   │ Unpacking nginx ...'],
    [
      'of more hosts than lines: a quarter of the lines',
      50,
      { rows: 24, columns: 80 },
      2000,
      5,
      '   │ Unpacking nginx ...',
    ],
    [
      'of 50 hosts in 60 lines',
      50,
      { rows: 60, columns: 80 },
      2000,
      14,
      '   │ Unpacking nginx ...',
    ],
    [
      'in a wide terminal behind each host',
      50,
      { rows: 24, columns: 120 },
      2000,
      20,
      ' ▸ web001     3/30    2.0s  Packages › apt.packages[nginx]  2.0s  │ Unpacking nginx ...',
    ],
    ['in a narrow terminal', 8, { rows: 24, columns: 40 }, 2000, 8, '   │ Unpacking nginx ...'],
    ['in a very narrow terminal', 1, { rows: 24, columns: 16 }, 2000, 1, '   │ Unpacking…'],
  ])('%s', (_, hosts, size, now, count, text) => {
    const lines = printed(drawn(talking(hosts), now, size))
    expect([lines.length, lines[0] ?? '']).toEqual([count, text])
  })

  test('behind a long step both are cut', () => {
    const fleet = fleetOf(
      names(30),
      names(30).map((host) => [
        0,
        step(host, { resource: 'x'.repeat(200), line: 'y'.repeat(200) }),
      ]),
    )
    expect(drawn(fleet, 2000, { rows: 24, columns: 120 })[1]).toBe(
      ` ▸ web001     3/30    2.0s  Packages › ${'x'.repeat(31)}…  2.0s  │ ${'y'.repeat(37)}…`,
    )
  })

  test.each([
    ['ends with its step', [[2500, step('web001', { resource: 'file[/etc/x]' })]], 9000, 0],
    ['ends with its resource', [[2500, resource('web001', '/etc/x')]], 9000, 0],
    ['ends with its host', [[2500, end('web001')]], 9000, 0],
    ['goes on with each new line', [[2500, step('web001', { line: 'Setting up' })]], 2600, 1],
    [
      'that holds nothing is none',
      [[2500, step('web001', { line: ' \u001b[2K\u0007 ' })]],
      2600,
      0,
    ],
  ] as const)('it %s', (_, events, now, count) => {
    const fleet = talking(1)
    for (const [at, event] of events) fleet.onEvent(event, at)
    expect(printed(drawn(fleet, now, { rows: 24, columns: 80 }))).toHaveLength(count)
  })

  test('it cannot control the terminal, however long it is', () => {
    const lines = printed(
      drawn(talking(1, `\u001b]0;owned\u0007\u001b[2Ja\tb\u009b31m${'c'.repeat(1e6)}`), 3000, {
        rows: 24,
        columns: 20,
      }),
    )
    expect(lines).toEqual(['   │ a bcccccccccc…'])
  })

  test('it is dim', () => {
    expect(frame(talking(1), 3000, { rows: 24, columns: 80 }, colored)[2]).toBe(
      `   ${colored.dim('│ Unpacking nginx ...')}`,
    )
  })
})

describe('header', () => {
  const endOfHost = (index: number): 'ok' | 'failed' | 'unreachable' => {
    if (index < 44) return 'ok'
    return index < 47 ? 'failed' : 'unreachable'
  }
  const all = names(200)
  const begun = all.slice(0, 97).map((host): Told => [0, step(host)])
  const ended = all.slice(0, 50).map((host, index): Told => [10, end(host, endOfHost(index))])
  const fleet = fleetOf(all, [...begun, ...ended])
  test.each([
    [
      120,
      `apply Flask app  ${'█'.repeat(6)}${'░'.repeat(18)} 50/200 hosts  ok 44  failed 3  unreachable 3  running 47  waiting 103  1m01s`,
    ],
    [
      100,
      `apply ${'█'.repeat(3)}${'░'.repeat(9)} 50/200 hosts  ok 44  failed 3  unreachable 3  running 47  waiting 103  1m01s`,
    ],
    [90, 'apply 50/200 hosts  ok 44  failed 3  unreachable 3  running 47  waiting 103  1m01s'],
    [80, 'apply 50/200  ✓44 ✗6 ▸47 ·103  1m01s'],
    [40, 'apply 50/200  ✓44 ✗6 ▸47 ·103  1m01s'],
    [20, 'apply 50/200  ✓44 …'],
  ])('%d columns', (columns, line) => {
    expect(drawn(fleet, 61_000, { rows: 24, columns })[0]).toBe(line)
  })

  test('one host is no hosts', () =>
    expect(
      drawn(fleetOf(['web1'], [[0, step('web1')]]), 500, { rows: 24, columns: 80 })[0],
    ).toContain(' 0/1 host  running 1  0.5s'))

  test.each([
    [0, '0.0s'],
    [9900, '9.9s'],
    [12_400, '12s'],
    [59_700, '1m00s'],
    [185_000, '3m05s'],
    [3_599_600, '1h00m'],
    [7_500_000, '2h05m'],
  ])('%d ms are %s', (milliseconds, text) => expect(elapsed(milliseconds)).toBe(text))
})

describe('no frame is larger than its terminal', () => {
  const odd = [
    'web-東京-1',
    'x\u001b]0;owned\u0007y',
    'e\u0301te\u0301',
    '🚀-launch',
    '👩‍👩‍👧-family',
    'b\u202eidi',
    'a-name-that-is-longer-than-anybody-would-ever-want-it.internal.example.org',
    '서울',
  ]
  const hostsOf = (count: number): readonly string[] =>
    names(count).map(
      (name, index) => `${odd[index % odd.length] ?? ''}${index < odd.length ? '' : name}`,
    )
  const sizes = [
    [1, 80],
    [2, 80],
    [3, 80],
    [4, 80],
    [5, 80],
    [10, 80],
    [24, 80],
    [24, 40],
    [24, 60],
    [24, 20],
    [24, 1],
    [60, 120],
    [60, 40],
    [50, 300],
    [1000, 80],
  ] as const
  const table = [1, 8, 50, 200].flatMap((hosts) =>
    sizes.map(([rows, columns]) => [hosts, rows, columns] as const),
  )

  test.each(table)('%d hosts in %d rows of %d columns', (hosts, rows, columns) => {
    const all = hostsOf(hosts)
    const text = '構築 \u001b[2J🚀'.repeat(9)
    const fleet = fleetOf(
      all,
      all.map((host, index) => {
        const line = index % 3 === 0 ? text.repeat(5) : undefined
        return [index, step(host, { task: text, ...omitUndefined({ line }) })]
      }),
    )
    for (const now of [1000, 2100, 9000]) {
      const lines = frame(fleet, now, { rows, columns }, colored).map((line) =>
        line.replace(/\u001b\[\d+m/g, ''),
      )
      expect(lines.length).toBeGreaterThan(0)
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 2))
      expect(
        lines.filter((line) => width(line) > Math.max(1, columns - 1) || line !== stripped(line)),
      ).toEqual([])
    }
  })
})

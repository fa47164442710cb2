import { describe, expect, test } from '@jest/globals'
import { decades, plot } from './plot.js'
import { overview, seconds, shortfallLines, shortfallsOf, table } from './report.js'
import { together, type Results } from './results.js'
import type { Row } from './run-case.js'

const row = (tool: string, walls: readonly number[], more: Partial<Row> = {}): Row => ({
  scenario: 'no-op',
  hosts: 10,
  rtt: 0,
  tool,
  runs: walls.map((wall) => ({ wall, cpu: wall / 2, hostCpu: wall * 2, peak: 50 * 2 ** 20 })),
  sessions: { logins: 1, sessions: 1 },
  exchanges: {},
  failure: null,
  ...more,
})
const rows = [
  row('limit', [0.5, 0.4, 0.6]),
  row('fettle', [1, 1.1, 0.9], { exchanges: { shell: 1, 'git ls-remote': 1 } }),
  row('ansible', [43]),
  row('fettle', [2], { rtt: 100 }),
  row('ansible', [], { rtt: 100, failure: 'it broke' }),
]

describe('the tables', () => {
  test('every figure, with the limit as the measure', () => {
    const cells = table(rows)
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      )
    expect(cells[3]).toEqual([
      'no-op, 10 hosts',
      'fettle',
      '3',
      '1.00',
      '0.900 to 1.10',
      '2.00',
      '0.500',
      '2.00',
      '50',
      '1',
      '1',
      'shell 1, git ls-remote 1',
    ])
    expect(cells[5]?.slice(0, 6)).toEqual([
      'no-op, 10 hosts, RTT 100 ms',
      'fettle',
      '1',
      '2.00',
      '2.00 to 2.00',
      '',
    ])
  })

  test('tools side by side, as multiples of Fettle', () => {
    const cells = overview(rows, ['limit', 'fettle', 'pyinfra', 'ansible'])
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      )
    expect(cells[0]).toEqual(['median seconds', 'limit', 'fettle', 'ansible'])
    expect(cells[2]).toEqual(['no-op, 10 hosts', '0.500 (0.50×)', '1.00', '43.0 (43×)'])
    expect(cells[3]).toEqual(['no-op, 10 hosts, RTT 100 ms', '', '2.00', 'failed'])
  })

  test('cases that are measured again replace the earlier ones as a whole', () => {
    const results = (of: readonly Row[]): Results => ({
      time: '',
      seconds: 60,
      machine: '',
      versions: {},
      rows: of,
    })
    const both = together(
      results(rows),
      results([row('limit', [0.7]), row('fettle', [3], { hosts: 50 })]),
    )
    expect(both.rows.map(({ tool, hosts, rtt }) => [tool, hosts, rtt])).toEqual([
      ['limit', 10, 0],
      ['fettle', 10, 100],
      ['ansible', 10, 100],
      ['fettle', 50, 0],
    ])
    expect(both.seconds).toBe(120)
  })

  test.each([
    [0.1234, '0.123'],
    [12.34, '12.3'],
    [123.4, '123'],
    [1234, '1234'],
  ])('%d is %s', (value, text) => expect(seconds(value)).toBe(text))
})

test('tools that did not take part are named with the reason', () => {
  expect(
    shortfallLines([
      { tool: 'mitogen', place: null, failure: 'it is not there' },
      ...shortfallsOf(rows),
    ]),
  ).toEqual([
    'mitogen did not take part: it is not there',
    'ansible did not take part in: no-op, 10 hosts, RTT 100 ms: it broke',
  ])
  expect(shortfallsOf([row('fettle', [1])])).toEqual([])
})

describe('the plot', () => {
  test.each([
    [
      [0.2, 50],
      [0.1, 1, 10, 100],
    ],
    [[1], [1, 10]],
    [
      [10, 100],
      [10, 100],
    ],
  ])('%j lies within %j', (values, expected) => {
    decades(values).forEach((tick, index) =>
      expect(tick).toBeCloseTo(expected[index] ?? Number.NaN),
    )
    expect(decades(values)).toHaveLength(expected.length)
  })

  test('longer is longer, and a factor is a length', () => {
    const widths = [
      ...plot([row('limit', [1]), row('fettle', [10]), row('ansible', [100])]).matchAll(
        /<rect [^>]*width="([\d.]+)"/g,
      ),
    ].map(([, width]) => Number(width))
    expect(widths).toHaveLength(3)
    const [first = 0, second = 0, third = 0] = widths
    expect(first).toBe(0)
    expect(third / second).toBeCloseTo(2, 1)
  })
})

import { describe, expect, test } from '@jest/globals'
import { parseOptions, toolNames } from './options.js'
import { scenarios } from './tools/tool.js'

describe('the command line of the benchmark', () => {
  test('without options: everything, at the places where it is measured', () => {
    expect(parseOptions([])).toEqual({
      tools: toolNames,
      scenarios,
      places: [
        [1, 0],
        [10, 0],
        [50, 0],
        [10, 20],
        [10, 100],
      ].map(([hosts, rtt]) => ({ hosts, rtt })),
      n: null,
      keep: false,
      write: false,
      add: false,
      ask: true,
    })
  })

  test.each([
    [['--quick'], { scenarios: ['no-op', 'help'], places: [{ hosts: 10, rtt: 0 }] }],
    [
      ['--tools', 'fettle,limit', '--n', '5', '--keep'],
      { tools: ['fettle', 'limit'], n: 5, keep: true },
    ],
    [
      ['--hosts', '1,10', '--rtt', '20'],
      {
        places: [
          { hosts: 1, rtt: 20 },
          { hosts: 10, rtt: 20 },
        ],
      },
    ],
    [
      ['--rtt', '100', '--scenario', 'plan', '--yes'],
      { places: [{ hosts: 10, rtt: 100 }], scenarios: ['plan'], ask: false },
    ],
  ])('%j', (argv, expected) => expect(parseOptions(argv)).toMatchObject(expected))

  test.each([
    [['--tools', 'puppet'], 'puppet'],
    [['--hosts', 'many'], 'many'],
    [['--hosts', '0'], 'begin at 1'],
    [['--n', '0'], 'begin at 1'],
    [['--scenario', 'noop'], 'no-op'],
    [['--nonsense'], 'nonsense'],
  ])('%j is refused', (argv, said) => expect(() => parseOptions(argv)).toThrow(said))

  test('pyinfra is not asked for without being there', () => {
    expect(() => parseOptions(['--tools', 'fettle,pyinfra'], {})).toThrow('FETTLE_BENCH_PYINFRA')
    expect(
      parseOptions(['--tools', 'fettle,pyinfra'], { FETTLE_BENCH_PYINFRA: '/src/pyinfra' }).tools,
    ).toEqual(['fettle', 'pyinfra'])
  })
})

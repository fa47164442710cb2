import { describe, expect, test } from '@jest/globals'
import { changesOf, isShell, type Change } from '../../../src/core/change.js'
import { Secret } from '../../../src/core/secret.js'
import { inputBytes } from '../../../src/core/sh.js'
import type { CommandLine } from '../../../src/facts/commands/guard.js'
import { group } from '../../../src/resources/accounts/group.js'
import { command, type CommandOptions } from '../../../src/resources/commands/command.js'

const trigger = group('app')
const mark = { effect: 'run', trigger: 'group[old]', instance: null }

interface State {
  readonly marks?: readonly object[]
  readonly changing?: readonly string[]
}

/** The one change of a command that is due. */
function changeOf(line: CommandLine, options: CommandOptions, state: State = {}): Change {
  const { marks = [], changing = [] } = state
  const made = command(line, options)
  const [change, ...others] = changesOf(
    made.plan({ verdict: { is: 'due' }, marks }, made.values, { changing }),
  )
  expect(others).toEqual([])
  if (change === undefined) throw new Error('there is nothing to do')
  return change
}

describe('where it ended well and its guards still want it to run, the error names them', () => {
  test.each<[string, CommandOptions, string]>([
    ['creates', { creates: '/x' }, 'is still to be run'],
    ['removes', { removes: '/x' }, '/x is still there'],
    [
      'unless',
      { unless: ['test', '-e', '/x'] },
      'its guard unless (`test -e /x`) still does not hold',
    ],
    [
      'onlyIf with another',
      { creates: '/x', onlyIf: 'false' },
      'its guard onlyIf (`false`) still holds',
    ],
    [
      'several',
      { removes: '/x', unless: 'true', onlyIf: 'false' },
      '/x is still there, its guard unless (`true`) still does not hold, its guard onlyIf (`false`) still holds',
    ],
  ])('%s', (_, options, what) => {
    const { ineffective, proof } = changeOf('make', options)
    expect(ineffective).toEqual({
      reason: `\`make\` ended well, and ${what}`,
      remedy: 'correct the command, or the guard that it is to satisfy',
    })
    expect(proof).toBe('facts')
  })

  test('without a guard that can settle it, its status is the proof', () => {
    expect(changeOf('make', { onlyIf: 'true' })).toMatchObject({ proof: 'status' })
    expect(changeOf('make', {})).not.toHaveProperty('ineffective')
  })
})

describe('what it waits for', () => {
  const options = { onChangeOf: [trigger] }

  test('runs it', () => {
    const { triggers } = command('make', options)
    expect(triggers).toEqual([{ address: 'group[app]', effect: 'run', pending: 'command[make]' }])
    expect(command('make', {}).triggers).toEqual([])
  })

  test.each<[string, State, readonly string[]]>([
    ['this run', { changing: ['group[app]'] }, ['group[app]']],
    ['an earlier run', { marks: [mark] }, ['group[old]']],
    [
      'both, each once',
      { marks: [mark, mark], changing: ['group[app]', 'group[old]'] },
      ['group[old]', 'group[app]'],
    ],
  ])('is the cause, from %s', (_, state, because) => {
    expect(changeOf('make', options, state).because).toEqual(because)
  })

  test('is no cause where it waits for nothing', () => {
    expect(changeOf('make', {}, { marks: [mark] })).not.toHaveProperty('because')
    expect(changeOf('make', { creates: '/x' }, { marks: [mark] })).not.toHaveProperty('because')
  })

  test('is forgotten as root, whoever runs the command', () => {
    const users = changeOf('make', options, { marks: [mark] }).actions.map(
      (action) => isShell(action) && action.as,
    )
    expect(users).toEqual([undefined, 'root'])
    expect(changeOf('make', { creates: '/x' }, { marks: [mark] }).actions).toHaveLength(1)
  })
})

describe('the command', () => {
  const actionOf = (options: CommandOptions): unknown =>
    changeOf('make', options).actions.map((action) => {
      if (!isShell(action)) return undefined
      const { what, long, input } = action
      return { what, long, input: input === undefined ? undefined : inputBytes(input).toString() }
    })

  test.each<[string, CommandOptions, string | undefined]>([
    ['has no input where none is given', { env: { A: 'b' } }, undefined],
    ['has the input that is given', { input: 'text' }, 'text'],
    ['has bytes as they are', { input: Buffer.from('é') }, 'é'],
    [
      'has the length and the bytes of each secret before its input',
      { env: { A: new Secret('héllo'), B: 'b', C: new Secret('world') }, input: 'text' },
      '6\nhéllo5\nworldtext',
    ],
  ])('%s', (_, options, input) => {
    expect(actionOf(options)).toEqual([{ what: '`make`', long: true, input }])
  })
})

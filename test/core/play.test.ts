import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { play, task, type WithFacts } from '../../src/core/play.js'
import { shareOf, type Share } from '../../src/core/percentage.js'
import { problem } from '../inventory/project.js'

const base = { name: 'Web', hosts: 'web', tasks: [] }
/** Options as plain JavaScript may give them. */
const made = (given: object) => problem(() => play({ ...base, ...given }))

describe('a play refuses', () => {
  test.each<[given: object, expected: string]>([
    [
      { serial: 0 },
      'serial of the play "Web" must be a number from 1 on, a percentage such as \'30%\', or a list of these, and is 0',
    ],
    [{ serial: 1.5 }, 'and is 1.5'],
    [{ serial: '3' }, 'and is "3"'],
    [{ serial: '0%' }, 'and is "0%"'],
    [{ serial: '101%' }, 'and is "101%"'],
    [{ serial: [] }, 'and is []'],
    [{ serial: [1, '-5%'] }, 'and is [1,"-5%"]'],
    [{ serial: null }, 'and is null'],
    [
      { maxFailures: -1 },
      'maxFailures of the play "Web" must be a number from 0 on, or a percentage such as \'20%\', and is -1',
    ],
    [{ maxFailures: '20' }, 'and is "20"'],
    [{ maxFailures: [1] }, 'and is [1]'],
    [{ forks: 0 }, 'forks of the play "Web" must be a number from 1 on, and is 0'],
    [{ forks: '50%' }, 'and is "50%"'],
    [{ facts: 'yes' }, 'facts of the play "Web" must be true or false, and is "yes"'],
    [
      { maxFailure: 1 },
      'the play "Web" has an option maxFailure, which is none; did you mean maxFailures?',
    ],
    [{ name: '' }, 'a play needs a name, hosts (a pattern) and a list of tasks'],
  ])('%j', async (given, expected) => {
    expect(await made(given)).toContain(expected)
  })
})

test('a task refuses an option that it does not have', async () => {
  const misspelt: object = { onec: true }
  expect(await problem(() => task('Migrate', () => [], misspelt))).toContain(
    'the task "Migrate" has an option onec, which is none; did you mean once?',
  )
})

test('the options of a play, and their defaults', () => {
  expect(play({ ...base, serial: '12.5%', maxFailures: 0 })).toMatchObject({
    serial: ['12.5%'],
    maxFailures: 0,
    facts: false,
  })
  expect(play({ ...base, serial: [1, '50%'], maxFailures: '0%', facts: true })).toMatchObject({
    serial: [1, '50%'],
    maxFailures: '0%',
    facts: true,
  })
  expect(play(base)).toMatchObject({ serial: [], maxFailures: null, forks: null, facts: false })
})

test.each<[share: Share, all: number, expected: number]>([
  [3, 10, 3],
  [0, 10, 0],
  ['30%', 10, 3],
  ['25%', 10, 2.5],
  ['29%', 100, 29],
  ['12.5%', 8, 1],
])('%j of %i is %d', (share, all, expected) => {
  expect(shareOf(share, all)).toBe(expected)
})

/** Code that must not compile: the type checker runs over this file. */
test('types', () => {
  const plain = task<{ readonly app: string }>('plain', ({ vars }) => [vars.app && null])
  const knowing = task<{ readonly app: string }, WithFacts>(
    'knowing',
    ({ vars, facts }) => [vars.app && facts.os.id === 'debian' && null],
    { when: ({ facts }) => facts.cpus > 1 },
  )
  // @ts-expect-error -- a task that does not say so knows no facts
  task<unknown>('not knowing', ({ facts }) => [Boolean(facts) && null])
  // @ts-expect-error -- nor does its `when`
  task<unknown>('not knowing', () => [], { when: ({ facts }) => Boolean(facts) })
  const vars = z.object({ app: z.string() })
  expect(play({ ...base, vars, facts: true, tasks: [plain, knowing] }).tasks).toHaveLength(2)
  expect(play({ ...base, vars, tasks: [plain] }).tasks).toHaveLength(1)
  // @ts-expect-error -- it needs facts, and the play reads none
  play({ ...base, vars, tasks: [plain, knowing] })
  // @ts-expect-error -- nor does one that says so
  play({ ...base, vars, facts: false, tasks: [knowing] })
  // @ts-expect-error -- it needs a variable that the schema lacks
  play({ ...base, vars: z.object({ port: z.number() }), facts: true, tasks: [knowing] })
})

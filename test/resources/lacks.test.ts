import { describe, expect, test } from '@jest/globals'
import { planOf } from '../../src/testing/outcome.js'
import { casesOf, exportedResources } from './tables.js'

/** What any change may unblock, because nobody can name all that would, and why. */
const byAnything: readonly (readonly [RegExp, string])[] = [
  [/^the guard /, 'a guard is a program of the user'],
  [/ is no directory$/, 'it may be a link to a directory that comes later'],
  [/ is a symbolic link to nothing /, 'its target may come, or another link'],
  [/^the shell .* does not exist$/, 'it may be such a link; the table says where it is not'],
  [/^\/srv\/real is a directory$/, 'a link that was followed leads there, and may lead elsewhere'],
  [/^the password of \S+ is no hash$/, 'the value comes from the host'],
  [/^the key for \S+ is not a public key /, 'the value comes from the host'],
  [/^the keys (?:are not public keys|must )/, 'the value comes from the host'],
  [/^the secret is empty/, 'the value comes from the host'],
  [/^the requirement .* cannot be compared/, 'it may stand in a file that another includes'],
]

const isByAnything = (reason: string): boolean =>
  byAnything.some(([pattern]) => pattern.test(reason))

/** The rows of all tables that are blocked, by their names. Left out are checks. */
const blockedRows = exportedResources
  .flatMap(({ definition: { type } }) => casesOf(type).map((row) => ({ type, row })))
  .flatMap(({ type, row }) => {
    const made = row.resource()
    const plan = planOf(row, made)
    return 'blocked' in plan && made.check === null
      ? [[`${type}: ${row.name}`, plan, row] as const]
      : []
  })

test('there are such rows', () => expect(blockedRows.length).toBeGreaterThan(20))

// Else a plan would take any earlier change for one that may bring it.
describe('what is blocked names what it lacks', () => {
  const named = blockedRows.filter(([, { blocked }]) => !isByAnything(blocked))
  test.each(named)('%s', (_, { lacks }) => expect(lacks).toBeDefined())
})

test.each(byAnything)('%s is found in a table: %s', (pattern) => {
  const found = blockedRows.filter(([, plan]) => pattern.test(plan.blocked))
  expect(found.some(([, { lacks }]) => lacks === undefined)).toBe(true)
})

describe('a row that is blocked says what is lacking', () => {
  test.each(blockedRows)('%s', (_name, _plan, row) => expect(row).toHaveProperty('lacks'))
})

import { describe, expect, test } from '@jest/globals'
import { planOf } from '../../src/testing/outcome.js'
import { casesOf, exportedResources } from './tables.js'

/**
 * The rows of all tables that are blocked, by their names. Left out are checks and guards, which
 * any change may decide.
 */
const blockedRows = exportedResources
  .flatMap(({ definition: { type } }) => casesOf(type).map((row) => ({ type, row })))
  .flatMap(({ type, row }) => {
    const plan = planOf(row, row.resource())
    const byAnything =
      row.resource().check !== null || /^the guard /.test('blocked' in plan ? plan.blocked : '')
    return 'blocked' in plan && !byAnything ? [[`${type}: ${row.name}`, plan] as const] : []
  })

test('there are such rows', () => expect(blockedRows.length).toBeGreaterThan(20))

// Else a plan would take any earlier change for one that may bring it.
describe('what is blocked names what it lacks', () => {
  test.each(blockedRows)('%s', (_, { lacks }) => expect(lacks).toBeDefined())
})

import { describe, expect, test } from '@jest/globals'
import { resourceTests } from '../../src/testing/resource-tests.js'
import { casesOf, exportedResources } from './tables.js'

describe.each(exportedResources.map((made) => [made.definition.type, made] as const))(
  '%s',
  (type, made) => {
    const cases = casesOf(type)
    test('has a table', () => expect(cases).not.toHaveLength(0))
    for (const { name, run } of resourceTests(made, cases)) test(name, run)
  },
)

import { expect, test } from '@jest/globals'
import { hostTables, withoutHosts } from './host-tables.js'
import { exportedResources } from './tables.js'

test.each(exportedResources.map(({ definition }) => definition.type))(
  '%s has a table for real hosts, or a reason why not',
  (type) => {
    const tables = hostTables.filter((table) => table.type === type)
    expect(tables.length + (type in withoutHosts ? 1 : 0)).toBe(1)
  },
)

test.each(hostTables.map((table) => [table.type, table] as const))(
  'each case for %s is one of it, and has a name of its own',
  (type, { hostCases }) => {
    expect(hostCases.map(({ resource }) => resource().type)).toEqual(hostCases.map(() => type))
    const names = hostCases.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  },
)

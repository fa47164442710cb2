import { readdirSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { describeAction } from '../../src/core/backend.js'
import { changesOf, isShell, type Action } from '../../src/core/change.js'
import type { Case } from './case.js'

const directory = import.meta.dirname
const tables = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.cases.ts'),
)

/** An action as the tables show it. */
const shown = (action: Action): string =>
  isShell(action) ? action.script.text : describeAction(action)

for (const file of tables) {
  const { cases } = (await import(`./${file}`)) as { cases: readonly Case[] }
  describe(file.replace('.cases.ts', ''), () => {
    test('has one row that is the documented example', () => {
      expect(cases.filter((row) => row.example === true)).toHaveLength(1)
    })
    test.each(cases.map((row) => [row.name, row] as const))('%s', (_, row) => {
      const made = row.resource()
      const plan = made.plan(row.facts, row.values ?? made.values, { changing: row.changing ?? [] })
      const summaries =
        'blocked' in plan
          ? [`blocked: ${plan.blocked}`]
          : changesOf(plan).map((change) => change.summary)
      expect(summaries).toEqual(row.changes)
      if (row.scripts !== undefined)
        expect(
          changesOf(plan).flatMap((change) =>
            [...change.actions, ...(change.settles === undefined ? [] : [change.settles])].map(
              shown,
            ),
          ),
        ).toEqual(row.scripts)
    })
  })
}

import { readdirSync } from 'node:fs'
import { definitionsIn } from '../../src/core/definition.js'
import * as fettle from '../../src/index.js'
import type { Case } from '../../src/testing/case.js'
import type { DefinedFunction } from '../../src/testing/resource-tests.js'

const tables = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.cases.ts'),
)

const loaded: { readonly cases: readonly Case[]; readonly type: string | undefined }[] = []
// One after the other: Jest cannot import several modules at once.
for (const file of tables) {
  const { cases } = (await import(`./${file}`)) as { readonly cases: readonly Case[] }
  loaded.push({ cases, type: cases[0]?.resource().type })
}

/** The tables of a kind of resource: the rows of each `.cases.ts` whose first row is of the type. */
export const casesOf = (type: string): readonly Case[] =>
  loaded.filter((table) => table.type === type).flatMap(({ cases }) => cases)

/** Every resource that `fettle` exports. */
export const exportedResources: readonly DefinedFunction[] = definitionsIn(fettle).map(
  (definition) => ({ definition }),
)

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isShellKind, type ShellFactKind } from '../../src/core/fact.js'
import { factTests } from '../../src/testing/fact-tests.js'

const sources = join(import.meta.dirname, '../../src/facts')
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /(?<!\.sh)\.ts$/.test(file),
)

type AnyKind = ShellFactKind<unknown, unknown>

const isKind = (value: unknown): value is AnyKind =>
  typeof value === 'object' && value !== null && 'parse' in value && isShellKind(value as AnyKind)

/** Every kind of fact of the shell that a file exports, once, by its name. */
const kinds = new Map<string, AnyKind>()
for (const file of files) {
  const module = (await import(`../../src/facts/${file}`)) as Readonly<Record<string, unknown>>
  for (const kind of Object.values(module).filter(isKind)) kinds.set(kind.name, kind)
}

test('there are kinds', () => expect(kinds.size).toBeGreaterThan(10))

describe.each([...kinds])('%s', (_, kind) => {
  test('has a name', () => expect(kind.name).toMatch(/^[a-z]+([.-][a-z]+)*$/))
  for (const { name, run } of factTests(kind)) test(name, run)
})

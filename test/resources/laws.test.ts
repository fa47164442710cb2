import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import ts from 'typescript'
import { type Change, isShell } from '../../src/core/change.js'
import { FettleError } from '../../src/core/errors.js'
import type { Resource } from '../../src/core/resource.js'
import { reveal, Secret } from '../../src/core/secret.js'
import type { Case } from './case.js'

const tables = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.cases.ts'),
)
const sources = join(import.meta.dirname, '../../src/resources')

/**
 * The function of a table's rows: `github/deploy-key` belongs to `githubDeployKey`, `files/file` to
 * `file`.
 */
function functionOf(table: string, module: Readonly<Record<string, unknown>>): Make {
  const name = table.replace('.cases.ts', '')
  const camelCase = (words: string): string =>
    words.replace(/[-/](.)/g, (_, letter: string) => letter.toUpperCase())
  return (module[camelCase(name)] ?? module[camelCase(basename(name))]) as Make
}

/** Every Secret in plain data, as text. */
function secretsIn(value: unknown): readonly string[] {
  if (value instanceof Secret) return [reveal(value)]
  if (Array.isArray(value)) return value.flatMap(secretsIn)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  return Object.values(value).flatMap(secretsIn)
}

/** Everything visible of a change: all but the input of programs. */
function visible({ summary, diff, because, actions }: Change): string {
  return JSON.stringify([
    summary,
    diff,
    because,
    actions.map((action) =>
      isShell(action) ? { ...action, script: action.script.text, input: null } : action,
    ),
  ])
}

type Make = (...given: readonly unknown[]) => Resource

/** The first argument is a resource's id, the start of one, or a list. */
function refusal(make: Make, { id, options }: Resource): string {
  const answers = [id, id.split(' ')[0], [id]].map((first) => {
    try {
      make(first, { ...options, unheardOf: 1 })
      return 'taken'
    } catch (error) {
      return error instanceof FettleError ? error.message : String(error)
    }
  })
  return answers.find((answer) => answer.includes('unheardOf')) ?? answers.join('; ')
}

for (const table of tables) {
  const { cases } = (await import(`./${table}`)) as { cases: readonly Case[] }
  const module = (await import(
    `../../src/resources/${table.replace('.cases.ts', '.js')}`
  )) as Readonly<Record<string, unknown>>
  const make = functionOf(table, module)
  const planned = cases.map((row) => {
    const made = row.resource()
    return {
      row,
      made,
      plan: made.plan(row.facts, row.values ?? made.values, { changing: row.changing ?? [] }),
    }
  })

  describe(table.replace('.cases.ts', ''), () => {
    test('no change without an action, and no plan without changes or a reason', () => {
      for (const { row, plan } of planned) {
        if ('blocked' in plan) {
          expect([row.name, plan.blocked === '', plan.remedy === '']).toEqual([
            row.name,
            false,
            false,
          ])
        } else if (!('fine' in plan)) {
          expect([
            row.name,
            plan.filter((change) => change.actions.length === 0 || change.summary === ''),
          ]).toEqual([row.name, []])
        }
      }
    })

    test('plans are pure: a second call gives the same', () => {
      for (const { row, made, plan } of planned) {
        const again = made.plan(row.facts, row.values ?? made.values, {
          changing: row.changing ?? [],
        })
        const shown = (one: typeof plan): unknown =>
          'blocked' in one || 'fine' in one ? one : one.map(visible)
        expect(shown(again)).toEqual(shown(plan))
      }
    })

    test('an unknown option is refused by its name', () => {
      const made = planned.find(({ row }) => row.example === true)?.made
      if (made === undefined) throw new Error('there is no example')
      expect(refusal(make, made)).toContain('has no option unheardOf')
    })

    test('no secret in sentences, diffs, scripts or anything else but input', () => {
      for (const { row, made, plan } of planned) {
        const secrets = [made.options, made.values, row.values, row.facts]
          .flatMap(secretsIn)
          .filter((text) => text.length >= 6)
        const seen =
          'blocked' in plan || 'fine' in plan ? JSON.stringify(plan) : plan.map(visible).join('\n')
        expect([
          row.name,
          secrets.filter(
            (secret) => seen.includes(secret) || seen.includes(JSON.stringify(secret).slice(1, -1)),
          ),
        ]).toEqual([row.name, []])
      }
    })
  })
}

/** The interfaces whose members users write, and the functions they call. */
function undocumented(file: string): readonly string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(sources, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  )
  const documented = (node: ts.Node): boolean => ts.getJSDocCommentsAndTags(node).length > 0
  return source.statements.flatMap((statement) => {
    if (ts.isInterfaceDeclaration(statement) && /(?:Options|Rule)$/.test(statement.name.text)) {
      return statement.members
        .filter((member) => !documented(member))
        .map((member) => `${statement.name.text}.${member.name?.getText() ?? ''}`)
    }
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
    return ts.isFunctionDeclaration(statement) && isExported === true && !documented(statement)
      ? [statement.name?.text ?? '']
      : []
  })
}

const written = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
)
test.each(written)('%s: every option and every function is documented', (file) => {
  expect(undocumented(file)).toEqual([])
})

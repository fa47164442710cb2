import assert from 'node:assert/strict'
import { changesOf } from '../core/change.js'
import {
  resource,
  type AnyDefinition,
  type Definition,
  type ResourceFunction,
} from '../core/definition.js'
import { FettleError } from '../core/errors.js'
import type { CommonOptions, Resource } from '../core/resource.js'
import type { Case, Test } from './case.js'
import { hostile, withHostileText } from './hostile.js'
import {
  effectsOf,
  outcomeOf,
  planOf,
  scriptsOf,
  secretsIn,
  shellOf,
  summariesOf,
  visibleIn,
} from './outcome.js'

/** The function of a resource, as `resource` makes it. */
export interface DefinedFunction {
  readonly definition: AnyDefinition
}

/**
 * The tests of a kind of resource, without a host: each row of its table, and what holds for every
 * resource, tried with all rows.
 */
export const resourceTests = (
  { definition }: DefinedFunction,
  cases: readonly Case[],
): readonly Test[] => {
  const rows = cases.map((row) => ({ name: row.name, run: () => assertCase(row) }))
  const laws = Object.entries(resourceLaws).map(([name, law]) => ({
    name,
    run: () => law(cases, definition),
  }))
  return [...rows, ...laws]
}

function assertCase(row: Case): void {
  const made = row.resource()
  const plan = planOf(row, made)
  assert.deepEqual(summariesOf(plan), row.changes)
  if (row.scripts !== undefined) assert.deepEqual(scriptsOf(plan), row.scripts)
  if (row.effects !== undefined) assert.deepEqual(effectsOf(plan), row.effects)
  if (row.remedy !== undefined) assert.equal('blocked' in plan && plan.remedy, row.remedy)
  if ('lacks' in row) assert.deepEqual('blocked' in plan && plan.lacks, row.lacks)
  if (row.then !== undefined)
    assert.deepEqual('blocked' in plan && plan.then?.map(({ summary }) => summary), row.then)
  if (row.reason !== undefined) assert.equal('fine' in plan && plan.fine, row.reason)
  for (const [name, key] of Object.entries(row.keys ?? {}))
    assert.deepEqual(made.reads[name]?.key, key)
}

type Law = (cases: readonly Case[], definition: AnyDefinition) => void

/** What holds for every resource. */
const resourceLaws: Readonly<Record<string, Law>> = {
  'one row is the documented example'(cases) {
    assert.equal(cases.filter(({ example }) => example === true).length, 1)
  },

  'a row has nothing to do'(cases) {
    const isDone = (row: Case): boolean => row.changes.length === 0
    assert.ok(cases.some(isDone), 'add a row in the desired state: changes: []')
  },

  'no change is without a sentence and an action, and nothing is blocked without a remedy'(cases) {
    for (const row of cases) {
      const plan = planOf(row, row.resource())
      if ('blocked' in plan) assert.ok(plan.blocked !== '' && plan.remedy !== '', row.name)
      for (const { summary, actions } of changesOf(plan))
        assert.ok(summary !== '' && actions.length > 0, row.name)
    }
  },

  'a plan is pure: a second one is the same'(cases) {
    for (const row of cases) {
      const made = row.resource()
      assert.equal(visibleIn(planOf(row, made)), visibleIn(planOf(row, made)), row.name)
    }
  },

  'no secret is in sentences, diffs, scripts or anything else but input'(cases) {
    for (const row of cases) {
      const made = row.resource()
      const secrets = secretsIn([made.options, made.values, row.values, row.facts])
      const seen = visibleIn(planOf(row, made))
      for (const secret of secrets.filter((text) => text.length >= 6))
        assert.ok(!seen.includes(JSON.stringify(secret).slice(1, -1)), row.name)
    }
  },

  'an unknown option is refused by its name'(cases, definition) {
    for (const row of cases)
      assert.throws(() => remade(definition, row.resource(), { unheardOf: 1 }), /unheardOf/)
  },

  'hostile text stays one word of the shell'(cases, definition) {
    for (const row of cases)
      for (const given of withHostileText(row.resource())) {
        const made = attempt(() => functionOf(definition)(...given.arguments, given.options))
        if (made instanceof FettleError) continue
        const plan = attempt(() => planOf(row, made))
        if (plan instanceof FettleError) continue
        for (const script of shellOf(plan)) assert.ok(!script.includes(hostile), row.name)
      }
  },

  'each option makes a difference, and where a thing exists, unless it is write-only'(
    cases,
    definition,
  ) {
    const { options } = definition
    const { writeOnly = [] } = definition
    const ignored = Object.keys(options.schemas).filter((option) => {
      const tried = writeOnly.includes(option) ? cases : cases.filter(existing)
      return !tried.some((row) => makesDifference(definition, option, row, cases))
    })
    assert.deepEqual(ignored, [], 'no row shows what these options do')
  },
}

/** Whether a fact of the row is there. */
const existing = ({ facts }: Case): boolean => Object.values(facts).some((fact) => fact !== null)

/**
 * Whether a row's resource asks for something else without an option, or with the value that it has
 * in another row.
 */
function makesDifference(
  definition: AnyDefinition,
  option: string,
  row: Case,
  cases: readonly Case[],
): boolean {
  const made = row.resource()
  const before = outcomeOf(row, made)
  const values = cases.map((other) => valueOf(other.resource().options, option))
  return [undefined, ...values].some((value) => {
    if (value === valueOf(made.options, option)) return false
    const other = attempt(() => outcomeOf(row, remade(definition, made, { [option]: value })))
    return other instanceof FettleError || other !== before
  })
}

const valueOf = (options: object, option: string): unknown =>
  (options as Readonly<Record<string, unknown>>)[option]

/** The function of a kind, which checks what it is given. */
const functionOf = (
  definition: AnyDefinition,
): ResourceFunction<readonly unknown[], CommonOptions, object> =>
  resource(definition as Definition<readonly unknown[], CommonOptions, object>)

/** The same resource with other options. */
const remade = (definition: AnyDefinition, made: Resource, others: object): Resource =>
  functionOf(definition)(...made.arguments, { ...made.options, ...others })

/** What a function returns, or the FettleError with which it refuses. */
function attempt<T>(work: () => T): T | FettleError {
  try {
    return work()
  } catch (error) {
    if (error instanceof FettleError) return error
    throw error
  }
}

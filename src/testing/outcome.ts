import { describeAction, isShell } from '../core/backend.js'
import { changesOf, type Change, type Plan } from '../core/change.js'
import { mapLeaves } from '../core/leaves.js'
import { Later } from '../core/later.js'
import type { Resource } from '../core/resource.js'
import { reveal, Secret } from '../core/secret.js'
import { Sh } from '../core/sh.js'
import type { Case } from './case.js'

/** What a resource plans with the facts of a row. */
export const planOf = (
  { facts, values, changing = [] }: Pick<Case, 'facts' | 'values' | 'changing'>,
  made: Resource,
): Plan => made.plan(facts, { ...made.values, ...values }, { changing })

/** The summaries of a plan, or why it is blocked. */
export const summariesOf = (plan: Plan): readonly string[] =>
  'blocked' in plan ? [`blocked: ${plan.blocked}`] : changesOf(plan).map((change) => change.summary)

/** What each action of a plan does, and then its follow-ups. */
export const scriptsOf = (plan: Plan): readonly string[] =>
  changesOf(plan).flatMap(({ actions, settles }) =>
    [...actions, ...(settles === undefined ? [] : [settles])].map((action) =>
      isShell(action) ? action.script.text : describeAction(action),
    ),
  )

/** Everything of a plan that a person or a process list may see: all but the input of programs. */
export const visibleIn = (plan: Plan): string =>
  'blocked' in plan || 'fine' in plan ? JSON.stringify(plan) : plan.map(visible).join('\n')

function visible({ summary, diff, because, actions, undone }: Change): string {
  const done = actions.map((action) =>
    isShell(action)
      ? { ...action, script: action.script.text, input: null }
      : { ...action, on: action.on.name },
  )
  return JSON.stringify([summary, diff, because, done, undone])
}

/** Everything that a resource asks for with the facts of a row, as text that can be compared. */
export function outcomeOf(row: Case, made: Resource): string {
  const { reads, triggers, check, joins } = made
  const keys = Object.entries(reads).map(([name, { key }]) => [name, key])
  const whole = [keys, triggers, check, joins, planOf(row, made)]
  return JSON.stringify(mapLeaves(whole, comparable))
}

/** A leaf as text. JSON would have nothing of a Secret, a Later or a piece of shell. */
function comparable(leaf: unknown): unknown {
  if (leaf instanceof Secret) return reveal(leaf)
  if (leaf instanceof Sh) return leaf.text
  if (leaf instanceof Later)
    return mapLeaves(
      leaf.requests.map(({ key }) => key),
      comparable,
    )
  if (leaf instanceof Uint8Array) return Buffer.from(leaf).toString('latin1')
  return leaf instanceof RegExp ? String(leaf) : leaf
}

/** Every Secret in plain data, as text. */
export function secretsIn(value: unknown): readonly string[] {
  const found: string[] = []
  mapLeaves(value, (leaf) => leaf instanceof Secret && found.push(reveal(leaf)))
  return found
}

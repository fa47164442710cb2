import { describeAction, isShell } from '../core/backend.js'
import { changesOf, type Action, type Change, type Plan } from '../core/change.js'
import { mapLeaves } from '../core/leaves.js'
import { findLaters, Later } from '../core/later.js'
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

/** What each change does: `change`, or `remove ! its files are lost` of a final one. */
export const effectsOf = (plan: Plan): readonly string[] =>
  changesOf(plan).map(({ effect = 'change', final }) =>
    final === undefined ? effect : `${effect} ! ${final}`,
  )

/** The actions of a plan, each change's with its follow-up behind them. */
const actionsOf = (plan: Plan): readonly Action[] =>
  changesOf(plan).flatMap(({ actions, settles }) => [
    ...actions,
    ...(settles === undefined ? [] : [settles]),
  ])

/** What each action of a plan does: its shell, else what its backend says of it. */
export const scriptsOf = (plan: Plan): readonly string[] =>
  actionsOf(plan).map((action) => (isShell(action) ? action.script.text : describeAction(action)))

/** The shell of a plan, without the actions of backends. */
export const shellOf = (plan: Plan): readonly string[] =>
  actionsOf(plan)
    .filter(isShell)
    .map(({ script }) => script.text)

/** Everything of a plan that a person or a process list may see: all but the input of programs. */
export const visibleIn = (plan: Plan): string =>
  'blocked' in plan || 'fine' in plan ? JSON.stringify(plan) : plan.map(visible).join('\n')

function visible({ summary, diff, because, actions, ineffective }: Change): string {
  const done = actions.map((action) =>
    isShell(action)
      ? { ...action, script: action.script.text, input: null }
      : { ...action, on: action.on.name },
  )
  return JSON.stringify([summary, diff, because, done, ineffective])
}

/** Everything that a resource asks for with the facts of a row, as text that can be compared. */
export function outcomeOf(row: Case, made: Resource): string {
  const { reads, values, triggers, check, joins } = made
  const keys = Object.entries(reads).map(([name, { key }]) => [name, key])
  const whole = [keys, findLaters(values), triggers, check, joins, planOf(row, made)]
  return JSON.stringify(mapLeaves(whole, comparable))
}

/** A leaf as text. JSON would have nothing of a Secret, a Later or a piece of shell. */
function comparable(leaf: unknown): unknown {
  if (leaf instanceof Secret) return reveal(leaf)
  if (leaf instanceof Sh) return leaf.text
  if (leaf instanceof Later) return mapLeaves(sourcesOf(leaf), comparable)
  if (leaf instanceof Uint8Array) return Buffer.from(leaf).toString('latin1')
  return leaf instanceof RegExp ? String(leaf) : leaf
}

/** What a Later is made from. The function that makes it cannot be compared. */
function sourcesOf({ requests, derivation }: Later<unknown>): unknown {
  const keys = requests.map(({ key }) => key)
  switch (derivation.by) {
    case 'fact':
      return keys
    case 'values':
      return [keys, derivation.values]
    case 'map':
      return [keys, derivation.of, derivation.given]
  }
}

/** Every Secret in plain data, as text. */
export function secretsIn(value: unknown): readonly string[] {
  const found: string[] = []
  mapLeaves(value, (leaf) => leaf instanceof Secret && found.push(reveal(leaf)))
  return found
}

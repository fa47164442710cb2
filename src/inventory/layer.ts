import { Secret } from '../core/secret.js'
import { nearest } from '../core/nearest.js'
import { followedNames, isConnectionName } from './connection-options.js'
import type { Place } from './inventory.js'
import type { Source } from './source.js'
import type { Warnings } from './warnings.js'

export interface Variable {
  readonly value: unknown
  /** Where it, or a part of it, was set. */
  place(path?: readonly PropertyKey[]): Place
}

/** The variables that one group, one host or the command line sets in one place. */
export type Layer = Map<string, Variable>

/** Reads a mapping of variables into a layer, over what it holds. Passwords become Secrets at once. */
export function readVariables<N>(layer: Layer, source: Source<N>, node: N | null, what: string, warnings: Warnings): void {
  for (const entry of source.entries(node, what)) {
    const { name, value } = entry
    setVariable(layer, name, { value: isPassword(name) ? password(source, name, value) : source.plain(value), place: (path = []) => source.placeIn(entry, path) }, warnings)
  }
}

/** Sets one variable, and warns of what it cannot mean. */
export function setVariable(layer: Layer, name: string, variable: Variable, warnings: Warnings): void {
  layer.set(name, variable)
  const { value } = variable
  if (name.startsWith('ansible_')) warnOfConnectionName(name, variable, warnings)
  else if (typeof value === 'string' && value.includes('{{') && value.includes('}}')) warnings.add(`${name} holds {{ … }}, which stays as it is: variables are not templates`, variable.place())
}

/** Of all names that Ansible knows, followed or not: they are never shown. */
export const isPassword = (name: string): boolean => /^ansible_.*(?:pass|private_key$)/.test(name)

function password<N>(source: Source<N>, name: string, node: N | null): Secret | null {
  const value = source.plain(node)
  if (value === null || value instanceof Secret) return value
  const text = source.text(node)
  if (text === null) throw source.error(node, `${name} must be a single value`)
  return new Secret(text)
}

/** How Ansible lets a group win over others of its depth. */
export const priorityName = 'ansible_group_priority'

function warnOfConnectionName(name: string, variable: Variable, warnings: Warnings): void {
  if (isConnectionName(name) || name === priorityName) return
  const guess = nearest(name, followedNames)
  warnings.add(`Fettle does not know ${name} and ignores it${guess === undefined ? '' : `; did you mean ${guess}?`}`, variable.place())
}

import { Secret } from '../../core/secret.js'
import { suggestion } from '../../core/names/nearest.js'
import { followedNames, isConnectionName } from './connection-options.js'
import type { SourcePlace } from '../inventory.js'
import type { MappingFile } from '../read/mapping-file.js'
import { isVault, type ValuePath } from '../read/value-parts.js'
import type { Warnings } from '../warnings.js'

export interface Variable {
  readonly value: unknown
  /** Where it, or a part of it, was set. */
  place(path?: readonly PropertyKey[]): SourcePlace
  /**
   * Whether a part of it is marked as text that is no template: `!unsafe` of YAML. Left out: no
   * part is.
   */
  isUnsafe?(path: ValuePath): boolean
}

/** The variables that one group, one host or the command line sets in one place. */
export type Layer = Map<string, Variable>

/**
 * Reads a mapping of variables into a layer, overwriting what it contains. Passwords become Secrets
 * at once.
 */
export function readVariables<N>(
  layer: Layer,
  source: MappingFile<N>,
  node: N | null,
  what: string,
  warnings: Warnings,
): void {
  for (const entry of source.entries(node, what)) {
    const { name, value } = entry
    const read = isPassword(name) ? password(source, name, value) : source.plain(value)
    const place = (path: readonly PropertyKey[] = []): SourcePlace => source.placeIn(entry, path)
    const isUnsafe = (path: ValuePath): boolean => source.isUnsafe(value, path)
    setVariable(layer, name, { value: read, place, isUnsafe }, warnings)
  }
}

/** Sets one variable, and warns of a name that has no effect. */
export function setVariable(
  layer: Layer,
  name: string,
  variable: Variable,
  warnings: Warnings,
): void {
  layer.set(name, variable)
  if (name.startsWith('ansible_')) warnOfConnectionName(name, variable, warnings)
}

/**
 * Whether a variable holds a password, among all that Ansible knows, supported or not: these are
 * never shown.
 */
export const isPassword = (name: string): boolean => /^ansible_.*(?:pass|private_key$)/.test(name)

function password<N>(source: MappingFile<N>, name: string, node: N | null): unknown {
  const value = source.plain(node)
  if (value === null || value instanceof Secret || isVault(value)) return value
  const text = source.text(node)
  if (text === null) throw source.error(node, `${name} must be a single value`)
  return new Secret(text)
}

/** Ansible's variable that gives a group precedence over others of its depth. */
export const priorityName = 'ansible_group_priority'

function warnOfConnectionName(name: string, variable: Variable, warnings: Warnings): void {
  if (isConnectionName(name) || name === priorityName) return
  const hint = suggestion(name, followedNames)
  warnings.add(`Fettle does not know ${name} and ignores it${hint}`, variable.place())
}

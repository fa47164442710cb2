import { isScalar, type Node } from 'yaml'
import { Secret } from '../core/secret.js'
import { nearest } from '../core/nearest.js'
import { connectionNames } from './connection.js'
import type { Place } from './inventory.js'
import type { Warnings } from './warnings.js'
import type { YamlFile } from './yaml-file.js'

export interface Variable {
  readonly value: unknown
  /** Where it, or a part of it, was set. */
  place(path?: readonly PropertyKey[]): Place
}

/** The variables that one group, one host or the command line sets. */
export type Layer = Map<string, Variable>

/** Old names of Ansible, for which it once had another spelling. */
const oldNames: ReadonlyMap<string, string> = new Map([
  ['ansible_ssh_host', 'ansible_host'],
  ['ansible_ssh_port', 'ansible_port'],
  ['ansible_ssh_user', 'ansible_user'],
  ['ansible_ssh_pass', 'ansible_password'],
  ['ansible_become_pass', 'ansible_become_password'],
])

/** Reads a mapping of variables into a layer, over what it holds. Passwords become Secrets at once. */
export function readVariables(layer: Layer, yaml: YamlFile, node: Node | null, what: string, warnings: Warnings): void {
  for (const entry of yaml.entries(node, what)) {
    const { name, key, value } = entry
    layer.set(name, { value: isPassword(name) ? password(yaml, name, value) : yaml.plain(value), place: (path = []) => yaml.placeIn(entry, path) })
    if (name.startsWith('ansible_')) warnOfConnectionName(name, yaml.place(key), warnings)
    else if (isScalar(value) && typeof value.value === 'string' && value.value.includes('{{') && value.value.includes('}}')) warnings.add(`${name} holds {{ … }}, which stays as it is: variables are not templates`, yaml.place(value))
  }
}

/** Of Fettle's own names and of those that Ansible knows: `ansible_sudo_pass` is ignored, and yet never shown. */
export const isPassword = (name: string): boolean => /^ansible_.*pass/.test(name)

function password(yaml: YamlFile, name: string, value: Node | null): Secret | null {
  const text = yaml.text(value)
  if (text === null && value !== null && !(isScalar(value) && value.value === null)) throw yaml.error(value, `${name} must be a single value`)
  return text === null ? null : new Secret(text)
}

export function warnOfConnectionName(name: string, place: Place, warnings: Warnings): void {
  if (connectionNames.includes(name)) return
  const guess = oldNames.get(name) ?? nearest(name, connectionNames)
  warnings.add(`Fettle does not know ${name} and ignores it${guess === undefined ? '' : `; did you mean ${guess}?`}`, place)
}

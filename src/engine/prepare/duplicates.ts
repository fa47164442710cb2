import { FettleError } from '../../core/errors.js'
import { Later } from '../../core/later.js'
import type { Resource } from '../../core/resource.js'
import { placesOf } from './resource-places.js'
import { compareOptions, type Comparison } from './same-options.js'

/** A resource with the user it acts as; null is the login user. */
interface Described {
  readonly resource: Resource
  readonly user: string | null
}

/**
 * Merges two resources with one address: returns the first. Where functions prevent a comparison of
 * the options, the values are compared as soon as they are known: before anything connects where
 * local files suffice, else at the resource's turn.
 * @throws FettleError `resource-conflict` when the two differ
 */
export function merged(first: Described, second: Described, host: string): Resource {
  const conflict = conflictOf(first.resource, second.resource, host)
  const compared = compareOptions(givenTo(first.resource), givenTo(second.resource))
  if (compared.is === 'different') throw conflict(compared)
  if (first.user !== second.user) {
    const users = [first.user, second.user].map((user) => user ?? 'the login user')
    throw conflict({ is: 'different', at: [] }, `, as ${users.join(' and as ')}`)
  }
  if (compared.is === 'equal') return first.resource
  return withComparedValues(first.resource, second.resource, compared, conflict)
}

/** What the user gave, by names that the error can show. */
const givenTo = ({ arguments: given, options }: Resource): object => ({
  ...Object.fromEntries(given.map((value, index) => [`argument ${String(index + 1)}`, value])),
  ...options,
})

type Conflict = (compared: Comparison, users?: string) => FettleError

/**
 * The first resource, with values that are compared with the second's as soon as they are known.
 */
function withComparedValues(
  first: Resource,
  second: Resource,
  compared: Comparison,
  conflict: Conflict,
): Resource {
  const others = new Map(Object.entries(second.values))
  const values = Object.entries(first.values).map(([name, value]) => ({
    name,
    value: value as unknown,
    is: compareOptions(value, others.get(name)).is,
  }))
  // A function that no value depends on cannot be compared by values.
  if (compared.is === 'opaque' && values.every(({ is }) => is === 'equal' || is === 'reordered'))
    throw conflict(compared)
  const members = values.map(({ name, value, is }): readonly [string, unknown] => {
    if (is === 'equal') return [name, value]
    return [name, agreed(name, value, others.get(name), conflict)]
  })
  const all = Object.fromEntries(members)
  return {
    ...first,
    values: all,
    resolved: Later.all<unknown>(all),
    onlyIf: agreedCondition(first, second, conflict),
  }
}

/** `onlyIf` of the first resource, compared with the second's where functions differ. */
function agreedCondition(
  { onlyIf: first }: Resource,
  { onlyIf: second }: Resource,
  conflict: Conflict,
): Later<boolean> | null {
  if (first === null || second === null) return first
  if (compareOptions(first, second).is === 'equal') return first
  return Later.agreed(first, second, comparing('onlyIf', conflict))
}

const agreed = (
  name: string,
  first: unknown,
  second: unknown,
  conflict: Conflict,
): Later<unknown> =>
  Later.agreed(Later.all<unknown>(first), Later.all<unknown>(second), comparing(name, conflict))

const comparing =
  (name: string, conflict: Conflict) =>
  (value: unknown, other: unknown): void => {
    const compared = compareOptions(value, other)
    if (compared.is !== 'equal' && compared.is !== 'reordered')
      throw conflict({ ...compared, at: [name, ...compared.at] })
  }

const conflictOf =
  (first: Resource, second: Resource, host: string): Conflict =>
  ({ is, at }, users = '') => {
    const [one, other] = placesOf(first, second)
    const option = at.length === 0 ? '' : ` (${at.join('.')})`
    const where = `${option}: at ${one} and at ${other}${users}`
    const address = `${host}/${first.address}`
    if (is !== 'opaque')
      return new FettleError('resource-conflict', {
        address,
        message: `${first.address} is described twice with different options${where}`,
      })
    return new FettleError('resource-conflict', {
      address,
      message: `${first.address} is described twice, and whether both are the same cannot be told${where}`,
      remedy: 'make the function or object once and give the same one to both, or keep one',
    })
  }

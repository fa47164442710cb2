import { FettleError } from '../../core/errors.js'
import { Later } from '../../core/later.js'
import type { Resource } from '../../core/resource.js'
import { placesOf } from './resource-places.js'
import { compareOptions, type Comparison } from './same-options.js'

/** A resource, and who acts for it; null is the login user. */
interface Described {
  readonly resource: Resource
  readonly user: string | null
}

/**
 * Two resources of one address as one: the first. Where functions keep it from being told whether
 * both were given the same, their values are compared as soon as they are known: before anything
 * connects where files of the project suffice, else at the resource's turn.
 * @throws FettleError `resource-conflict` when the two differ
 */
export function joined(first: Described, again: Described, host: string): Resource {
  const conflict = conflictOf(first.resource, again.resource, host)
  const compared = compareOptions(first.resource.options, again.resource.options)
  if (compared.is === 'different') throw conflict(compared)
  if (first.user !== again.user) {
    const users = [first.user, again.user].map((user) => user ?? 'the login user')
    throw conflict({ is: 'different', at: [] }, `, as ${users.join(' and as ')}`)
  }
  if (compared.is === 'equal') return first.resource
  return agreeing(first.resource, again.resource, compared, conflict)
}

type Conflict = (compared: Comparison, users?: string) => FettleError

/**
 * The first resource. Each of its values that may differ from the second's is compared with that
 * before it is known.
 */
function agreeing(
  first: Resource,
  again: Resource,
  compared: Comparison,
  conflict: Conflict,
): Resource {
  const others = new Map(Object.entries(again.values))
  const values = Object.entries(first.values).map(([name, value]) => ({
    name,
    value: value as unknown,
    is: compareOptions(value, others.get(name)).is,
  }))
  // A function that no value is made with cannot be judged by one.
  if (compared.is === 'opaque' && values.every(({ is }) => is === 'equal' || is === 'reordered'))
    throw conflict(compared)
  const members = values.map(({ name, value, is }): readonly [string, unknown] => {
    if (is === 'equal') return [name, value]
    return [name, agreed(name, value, others.get(name), conflict)]
  })
  const all = Object.fromEntries(members)
  return { ...first, values: all, resolved: Later.all<unknown>(all) }
}

const agreed = (name: string, first: unknown, again: unknown, conflict: Conflict): Later<unknown> =>
  Later.agreed(Later.all<unknown>(first), Later.all<unknown>(again), (value, other) => {
    const compared = compareOptions(value, other)
    if (compared.is !== 'equal' && compared.is !== 'reordered')
      throw conflict({ ...compared, at: [name, ...compared.at] })
  })

const conflictOf =
  (first: Resource, again: Resource, host: string): Conflict =>
  ({ is, at }, users = '') => {
    const [one, other] = placesOf(first, again)
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

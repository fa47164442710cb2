import { isAbsolute, relative, resolve } from 'node:path'
import type { Change } from '../../core/change.js'
import type { Resource } from '../../core/resource.js'
import { placeOfError, userPlaces } from '../../core/user-stack.js'

/** The file and line of the user's code where a resource was made. */
export const placeOf = (resource: Resource): string =>
  placeOfError(resource.origin) ?? 'an unknown place'

/** The same, relative to the project where it is inside; null where it is not known. */
export function placeIn(project: string, resource: Resource): string | null {
  const place = placeOfError(resource.origin)
  return place === null ? null : within(project, place)
}

function within(project: string, place: string): string {
  const short = relative(resolve(project), place)
  return short.startsWith('..') || isAbsolute(short) ? place : short
}

/**
 * The places of two resources. Where the same line made both, such as a role that was called twice,
 * the lines of the callers are added.
 * @param shown how to print a `file:line`
 */
export function placesOf(
  first: Resource,
  second: Resource,
  shown: (place: string) => string = String,
): readonly [string, string] {
  const one = userPlaces(first.origin.stack)
  const other = userPlaces(second.origin.stack)
  const depth = one.findIndex((place, index) => place !== other[index])
  const called = (places: readonly string[]): string => {
    const place = places[0] ?? 'an unknown place'
    const caller = depth > 0 ? places[depth] : undefined
    if (caller === undefined) return shown(place)
    return `${shown(place)} (called at ${shown(caller)})`
  }
  return [called(one), called(other)]
}

/**
 * All places of a resource that is changed on every apply, if there are several: it is changed
 * once. Paths within the project are relative to it.
 */
export function placesOnce(
  first: Resource,
  also: readonly Resource[],
  changes: readonly Change[],
  project: string,
): readonly string[] {
  if (also.length === 0 || !changes.some(({ proof }) => proof === 'status')) return []
  const shown = (place: string): string => within(project, place)
  return [...new Set(also.flatMap((other) => placesOf(first, other, shown)))]
}

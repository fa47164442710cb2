import { FettleError } from './errors.js'
import { isPlain } from './plain-object.js'

/**
 * Copies a structure of plain objects and arrays with each leaf changed. Everything else is a leaf,
 * such as a string, a `Secret` or a `Later`.
 * @param around the objects and arrays that contain the value, to detect circular values
 * @throws FettleError `option-invalid` for circular values
 */
export function mapLeaves(
  value: unknown,
  change: (leaf: unknown) => unknown,
  around: readonly unknown[] = [],
): unknown {
  if (!Array.isArray(value) && !isPlain(value)) return change(value)
  if (around.includes(value))
    throw new FettleError('option-invalid', {
      message: 'a value that is given to a resource holds itself, so it has no end',
    })
  const inside = [...around, value]
  const below = (part: unknown): unknown => mapLeaves(part, change, inside)
  if (Array.isArray(value)) return value.map(below)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, below(part)]))
}

/**
 * All leaves of plain objects and arrays, in order.
 * @throws FettleError `option-invalid` for circular values
 */
export function leavesOf(value: unknown): readonly unknown[] {
  const leaves: unknown[] = []
  mapLeaves(value, (leaf) => leaves.push(leaf))
  return leaves
}

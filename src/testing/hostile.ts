import { mapLeaves } from '../core/leaves.js'
import type { Resource } from '../core/resource.js'

/**
 * Text that ends a quoted word and begins a command, where it is put into a script as it stands.
 * Quoted by `sh`, its apostrophe is written in another way.
 */
export const hostile = `x'; $(id) "q" \\ #`

interface Given {
  readonly arguments: readonly unknown[]
  readonly options: object
}

/** The arguments and options of a resource, with each of their strings replaced once. */
export function withHostileText({ arguments: taken, options }: Resource): readonly Given[] {
  const given = [taken, options] as const
  let count = 0
  mapLeaves(given, (leaf) => (typeof leaf === 'string' ? count++ : undefined))
  return Array.from({ length: count }, (_, index) => {
    let at = 0
    const [args, others] = mapLeaves(given, (leaf) => {
      if (typeof leaf !== 'string') return leaf
      const isThis = at++ === index
      if (!isThis) return leaf
      return leaf.startsWith('/') ? `/${hostile}` : hostile
    }) as typeof given
    return { arguments: args, options: others }
  })
}

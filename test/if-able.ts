import { describe, test } from '@jest/globals'

/**
 * Tests that need something of the machine. A developer without it gets the others; in CI, where
 * everything is installed, a missing thing is an error.
 */
export function ifAble(
  isAble: boolean,
  what: string,
): { readonly test: typeof test.skip; readonly describe: typeof describe.skip } {
  if (isAble) return { test, describe }
  if (process.env['CI'] !== undefined) throw new Error(`${what} is missing, which some tests need`)
  // Only on a developer's machine that lacks it: in CI nothing is skipped.
  return { test: test.skip, describe: describe.skip }
}

const root = ifAble(process.getuid?.() === 0, 'root')

/** A test that needs root, for other owners, other users and what is closed to oneself. */
export const asRoot: typeof test.skip = root.test
/** Several such tests. */
export const describedAsRoot: typeof describe.skip = root.describe

import { describe, test } from '@jest/globals'

const isRoot = process.getuid?.() === 0
// In CI nothing is left out.
if (!isRoot && process.env['CI'] !== undefined)
  throw new Error('some tests take root, which nobody has here')

/** A test that takes root, as other owners, other users and what is closed to oneself do. */
export const asRoot: typeof test.skip = isRoot ? test : test.skip
/** Several such tests. */
export const describedAsRoot: typeof describe.skip = isRoot ? describe : describe.skip

// Whether dist/ was built from what lies in the clone now.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../clone.mjs'

/** The file of a build that bears the time at which it was begun. */
export const stamp = '.built'

const inputs = [
  'node_modules/.package-lock.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build',
  'src',
]

export function buildIsCurrent() {
  const built = statSync(join(root, 'dist', stamp), { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined) return false
  return [...inputs, ...compiledTests()].every((path) => built > newest(join(root, path)))
}

/** Of the tests a few folders are compiled; the rest may change. */
const compiledTests = () =>
  readdirSync(join(root, 'dist', 'test')).map((folder) => join('test', folder))

/**
 * When something that is compiled was changed last; a folder's own time tells of files that are
 * gone.
 */
function newest(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  // What is missing has to be made.
  if (found === undefined) return Infinity
  if (!found.isDirectory()) return found.mtimeMs
  const names = readdirSync(path).filter((name) => !/\.(test|cases)\.ts$/.test(name))
  return Math.max(found.mtimeMs, ...names.map((name) => newest(join(path, name))))
}

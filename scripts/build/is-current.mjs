// Whether dist/ was built from the clone's current files.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../clone.mjs'

/** The file of a build whose modification time is the build's start. */
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

/** The folders of tests that are compiled; changes to others do not matter. */
const compiledTests = () =>
  readdirSync(join(root, 'dist', 'test')).map((folder) => join('test', folder))

/**
 * The latest modification time of anything that is compiled. A folder's own time covers files that
 * were removed.
 */
function newest(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  // A missing file requires a build.
  if (found === undefined) return Infinity
  if (!found.isDirectory()) return found.mtimeMs
  const names = readdirSync(path).filter((name) => !/\.(test|cases)\.ts$/.test(name))
  return Math.max(found.mtimeMs, ...names.map((name) => newest(join(path, name))))
}

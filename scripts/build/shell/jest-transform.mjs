// Makes a module of a program for a host for Jest, as emit.mjs does for the build.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { programModule, shellFiles, shortNames } from './shorten.mjs'

const folder = fileURLToPath(new URL('../../../src/', import.meta.url))
const names = shortNames(folder)

// The cache key covers all files, because short names are given by frequency across all of them.
const state = createHash('sha256')
for (const path of [
  ...shellFiles(folder).map((file) => folder + file),
  fileURLToPath(import.meta.url),
  fileURLToPath(new URL('shorten.mjs', import.meta.url)),
])
  state.update(readFileSync(path))
const key = state.digest('hex')

export default {
  getCacheKey: (text, path) =>
    createHash('sha256').update(key).update(path).update(text).digest('hex'),
  process: (text, path) => ({ code: programModule(path, text, names) }),
}

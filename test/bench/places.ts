import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../../src/lab/places.js'

/** The repository's root; this runs compiled, one folder deeper than its source. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A file of the benchmark's source: a script, a playbook, a template. */
export const benchFile = (...parts: readonly string[]): string => join(root, 'test/bench', ...parts)

/** The cache, for what is slow to recreate: the installed package, the peers' files. */
export const benchCache = (): string => join(cacheFolder(), '..', 'bench')

/** The folder of results and of the outputs of the last runs; not under version control. */
export const resultsFolder = join(root, 'bench-results')

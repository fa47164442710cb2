import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../../src/lab/places.js'

/** The repository's root; this runs compiled, one folder deeper than it is written. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A file of the benchmark's source: a script, a playbook, a template. */
export const benchFile = (...parts: readonly string[]): string => join(root, 'test/bench', ...parts)

/** What is dear to make again: the installed package, what peers keep. */
export const benchCache = (): string => join(cacheFolder(), '..', 'bench')

/** Where results and the outputs of the last runs are put; not under version control. */
export const resultsFolder = join(root, 'bench-results')

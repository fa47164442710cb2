// Generates what is made from the sources: `npm run docs`. src/resources/index.ts has the public
// names of resources, src/facts/index.ts the kinds of facts; docs/resources.md and docs/errors.md
// come from the definitions, the doc comments of src/ and the rows of test/resources/ that are
// marked as examples. test/docs/reference.test.ts fails when one of them is out of date.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorsPage } from './reference/errors-page.mjs'
import { factsIndex } from './reference/facts-index.mjs'
import { PublicApi } from './reference/public-api.mjs'
import { resourcesIndex } from './reference/resources-index.mjs'
import { resourcesPage } from './reference/resources-page.mjs'
import { undocumentedOptions } from './reference/undocumented.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The texts of the indexes by their paths. */
export const makeIndexes = () => ({
  'src/facts/index.ts': factsIndex(root),
  'src/resources/index.ts': resourcesIndex(root),
})

/** The pages by their paths, and what has no doc comment. */
export function makeReference() {
  const api = new PublicApi(root)
  const { text, undocumented } = resourcesPage(root, api)
  return {
    pages: { 'docs/resources.md': text, 'docs/errors.md': errorsPage(api) },
    undocumented: [...undocumented, ...undocumentedOptions(root, api)],
  }
}

function write(texts) {
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(root, path), text)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // The pages describe what the indexes export.
  write(makeIndexes())
  write(makeReference().pages)
}

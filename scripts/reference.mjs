// Generates docs/resources.md and docs/errors.md: `npm run docs`. Their content comes from the doc
// comments of src/ and the rows of test/resources/ that are marked as examples.
// test/docs/reference.test.ts fails when the pages are out of date.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorsPage } from './reference/errors-page.mjs'
import { PublicApi } from './reference/public-api.mjs'
import { resourcesPage } from './reference/resources-page.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The pages by their paths, and the names of everything without a doc comment. */
export function makeReference() {
  const api = new PublicApi(root)
  const { text, undocumented } = resourcesPage(root, api)
  return { pages: { 'docs/resources.md': text, 'docs/errors.md': errorsPage(api) }, undocumented }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [path, text] of Object.entries(makeReference().pages))
    writeFileSync(join(root, path), text)

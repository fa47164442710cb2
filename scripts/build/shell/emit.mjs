// Makes a module of each shell file of src/, whose default export is the text that travels:
// `node scripts/build/shell/emit.mjs DIST`, after tsc.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { shellFiles, shortened, shortNames } from './shorten.mjs'

const dist = process.argv[2]
const names = shortNames('src')
for (const path of shellFiles('src')) {
  const made = join(dist, 'src', `${path}.js`)
  const text = shortened(readFileSync(join('src', path), 'utf8'), names)
  mkdirSync(dirname(made), { recursive: true })
  writeFileSync(made, `export default ${JSON.stringify(text)}\n`)
}

// Loads the sources and tests as Jest does, from TypeScript and shell files, for Node's own loader.
// A query (`?2`) makes a fresh instance of all modules of the project: its imports get the same one.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transformSync } from 'esbuild'
import { programModule, shortNames } from '../build/shell/shorten.mjs'

let root
let names
let fettle

export function initialize(data) {
  root = pathToFileURL(`${data.root}/`)
  names = shortNames(fileURLToPath(new URL('src/', root)))
  fettle = new URL('src/index.ts', root).href
}

/** The file of an import `./x.js`: `x.ts`, or for `./x.sh.js` the shell file `x.sh`. */
function sourceOf(specifier, parent) {
  const url = new URL(specifier, parent)
  if (!url.pathname.endsWith('.js')) return url
  const bare = url.pathname.slice(0, -'.js'.length)
  url.pathname = existsSync(decodeURI(bare)) ? bare : `${bare}.ts`
  return url
}

export function resolve(specifier, context, next) {
  if (specifier === '@jest/globals')
    return { url: new URL('globals.mjs', import.meta.url).href, shortCircuit: true }
  const { parentURL = '' } = context
  const isOwn = parentURL.startsWith(root.href) && !parentURL.includes('/node_modules/')
  if (!isOwn || !/^(fettle$|\.{1,2}\/)/.test(specifier)) return next(specifier, context)
  const url = sourceOf(specifier === 'fettle' ? fettle : specifier, parentURL)
  url.search = new URL(parentURL).search
  return { url: url.href, shortCircuit: true }
}

/** The compiled text of each file: a fresh instance compiles nothing again. */
const compiled = new Map()

function compile(path) {
  const text = readFileSync(path, 'utf8')
  return path.endsWith('.ts')
    ? transformSync(text, { loader: 'ts', target: 'node20.19', sourcefile: path }).code
    : programModule(path, text, names)
}

export function load(url, context, next) {
  if (!/\.(ts|sh|pl|py)(\?|$)/.test(url)) return next(url, context)
  const path = fileURLToPath(url)
  const source = compiled.get(path) ?? compile(path)
  compiled.set(path, source)
  return { format: 'module', source, shortCircuit: true }
}

// Minifies a bundle's libraries. Fettle's own code stays as it is, so that stack traces lead to
// readable statements.
import { transform } from 'esbuild'

/** esbuild begins each module with a comment that has its path. */
const beginOfModule = /^(?=\/\/ \S+\.[cm]?js$)/m
const isLibrary = (module) => /^\/\/ \S*node_modules\//.test(module)

/** The code of a library without white space, in lines that a terminal can show. */
async function minified(module) {
  const options = { minifyWhitespace: true, minifySyntax: true, target: 'node20.19' }
  const { code } = await transform(module, { ...options, lineLimit: 200, legalComments: 'none' })
  return code
}

/** Escapes the text to ASCII: V8 needs half the memory for it, and no decoding. */
const inAscii = (text) =>
  text.replace(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export async function compact(text) {
  const modules = text.split(beginOfModule)
  const smaller = modules.map((module) => (isLibrary(module) ? minified(module) : module))
  return inAscii((await Promise.all(smaller)).join(''))
}

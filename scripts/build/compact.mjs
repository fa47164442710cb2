// Makes the text of a bundle smaller. Fettle's own code stays as it is, so that the stack of an
// error leads to statements that can be read.
import { transform } from 'esbuild'

/** esbuild heads each module by a comment with its path. */
const beginOfModule = /^(?=\/\/ \S+\.[cm]?js$)/m
const isLibrary = (module) => /^\/\/ \S*node_modules\//.test(module)

/** The code of a library without white space, in lines that a terminal can show. */
async function minified(module) {
  const options = { minifyWhitespace: true, minifySyntax: true, target: 'node20.19' }
  const { code } = await transform(module, { ...options, lineLimit: 200, legalComments: 'none' })
  return code
}

/** Writes the text in ASCII: V8 keeps it in half the memory, and reading it needs no decoding. */
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

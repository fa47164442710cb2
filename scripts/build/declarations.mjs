// Copies the declarations that the public modules need, and no others.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The declaration files that a text imports, relative to its own folder. */
const importedBy = (text) =>
  [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)].map(([, path]) => `${path}.d.ts`)

/**
 * Lets a project that has not got Node's types compile: what it imports of them is `any` there.
 * `Buffer`, which is global, is imported, too.
 */
function withoutNode(text) {
  const buffer = /\bBuffer\b/.test(text) ? "import type { Buffer } from 'node:buffer'\n" : ''
  return `${buffer}${text}`.replaceAll(/^import .* from 'node:/gm, '// @ts-ignore\n$&')
}

/** Copies declaration files and their transitive imports. */
export function copyDeclarations(from, to, entries) {
  const seen = new Set()
  const copy = (name) => {
    if (seen.has(name)) return
    seen.add(name)
    const text = withoutNode(readFileSync(join(from, name), 'utf8'))
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, name), text)
    for (const imported of importedBy(text)) copy(join(dirname(name), imported))
  }
  for (const entry of entries) copy(entry)
}

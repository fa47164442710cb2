// Copies the declarations that a public module needs, and no others.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The declaration files that a text imports, relative to its own folder. */
const importedBy = (text) =>
  [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)].map(([, path]) => `${path}.d.ts`)

/**
 * Replaces the only Node type in the declarations by its base type: a project need not have Node's
 * types.
 */
const withoutNode = (text) => text.replaceAll(/\bBuffer\b/g, 'Uint8Array')

/** Copies a declaration file and its transitive imports. */
export function copyDeclarations(from, to, entry) {
  const seen = new Set()
  const copy = (name) => {
    if (seen.has(name)) return
    seen.add(name)
    const text = withoutNode(readFileSync(join(from, name), 'utf8'))
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, name), text)
    for (const imported of importedBy(text)) copy(join(dirname(name), imported))
  }
  copy(entry)
}

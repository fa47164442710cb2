// Makes what travels to a host of the programs in src/: shell files are without comments and
// indentation, and with short names; perl and python travel as they are.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Names of functions and variables that end in `_` belong to a shell file and may be shortened. */
const ownName = /(?<![A-Za-z0-9_])[a-z][a-z0-9_]*_(?![A-Za-z0-9_])/g

const filesBelow = (folder, name) =>
  readdirSync(folder, { recursive: true })
    .filter((path) => name.test(path))
    .sort()

/** The shell files below a folder, by their paths in it. */
export const shellFiles = (folder) => filesBelow(folder, /\.sh$/)

/** The programs for a host, without the application that the demonstration deploys. */
export const programFiles = (folder) =>
  filesBelow(folder, /\.(?:sh|pl|py)$/).filter((path) => !path.startsWith('demo/'))

/** A, B, …, Z, AA, AB, …: no name that is written by hand begins with a capital and ends in `_`. */
function shortName(index) {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : `${shortName(Math.floor(index / 26) - 1)}${letter}`
}

/**
 * A short name for each such name in any of the files, common to all, because files are used
 * together. The more frequent a name, the shorter.
 */
export function shortNames(folder) {
  const counts = new Map()
  for (const path of shellFiles(folder))
    for (const [name] of readFileSync(join(folder, path), 'utf8').matchAll(ownName))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  const names = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1))
  return new Map(names.map((name, index) => [name, `${shortName(index)}_`]))
}

/** The text without comments, indentation and empty lines, except inside quotes. */
function stripped(text) {
  const lines = []
  const open = []
  for (const line of text.trimEnd().split('\n')) {
    const isQuoted = open.at(-1) === "'" || open.at(-1) === '"'
    const begun = line.trimStart()
    if (!isQuoted && (begun === '' || begun.startsWith('#'))) continue
    lines.push(isQuoted ? line : begun)
    follow(line, open)
  }
  return lines.join('\n')
}

/**
 * Tracks quotes and `$(…)` through a line. `open` is the stack of what is open, outermost first:
 * `'`, `"`, `(` for `$(`. `case` patterns inside `$(…)` must begin with a bracket.
 */
function follow(line, open) {
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]
    const within = open.at(-1)
    if (within === "'") {
      if (letter === "'") open.pop()
    } else if (letter === '\\') at += 1
    else if (letter === '"') within === '"' ? open.pop() : open.push('"')
    else if (line.startsWith('$(', at)) {
      open.push('(')
      at += 1
    } else if (within === '"') continue
    else if (letter === "'") open.push("'")
    else if (letter === '#' && /[\s;]/.test(line[at - 1] ?? ' ')) return
    else if (within === '(' && letter === '(') open.push('(')
    else if (within === '(' && letter === ')') open.pop()
  }
}

/** The minified text of a shell file. */
export const shortened = (text, names) =>
  stripped(text).replace(ownName, (name) => names.get(name) ?? name)

/** The module whose default export is what travels of a program. */
export function programModule(path, text, names) {
  const travels = path.endsWith('.sh') ? shortened(text, names) : text
  return `export default ${JSON.stringify(travels)}\n`
}

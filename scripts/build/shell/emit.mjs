// Makes a module of each program for a host in src/, whose default export is the text that travels:
// `node scripts/build/shell/emit.mjs DIST`, after tsc.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from '../../clone.mjs'
import { programFiles, programModule, shortNames } from './shorten.mjs'

/** @param dist the folder with the compiled `src` */
export function emitShellModules(dist) {
  const source = join(root, 'src')
  const names = shortNames(source)
  for (const path of programFiles(source)) {
    const made = join(dist, 'src', `${path}.js`)
    const text = readFileSync(join(source, path), 'utf8')
    mkdirSync(dirname(made), { recursive: true })
    writeFileSync(made, programModule(path, text, names))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) emitShellModules(process.argv[2])

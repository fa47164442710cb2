import { realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { isOwnModule, type OwnModules } from './public-names.js'
import { compiled } from './task-cache.js'

// A fast path past jiti, which resolves each import by trying some hundred names and takes longer
// for that than a host takes to answer. Plain task files need only its compiler: TypeScript that
// imports Fettle, Node and neighbouring TypeScript. All others are loaded by jiti.

/** A compiled task file: its code, and the files behind its import specifiers. */
interface PlainModule {
  readonly code: string
  readonly imports: ReadonlyMap<string, string>
}

/** The wrapper function of compiled code, with those of jiti's arguments that it may use. */
type CompiledModule = (
  exports: object,
  jitiImport: (name: string) => Promise<object>,
  __filename: string,
  __dirname: string,
) => Promise<void>

/**
 * Loads a task file and its imports, if all of them are plain.
 * @returns the exports and all files, or null where jiti must load it; no code has been run then
 */
export async function loadPlain(
  path: string,
  folder: string | null,
  own: OwnModules,
): Promise<{
  readonly exports: Readonly<Record<string, unknown>>
  readonly files: readonly string[]
} | null> {
  const entry = realpathSync(path)
  const files = await compileAll(entry, folder)
  if (files === null) return null
  const loaded = new Map<string, object>()
  const load = async (file: string): Promise<object> => {
    const before = loaded.get(file)
    // In a cycle of imports these exports are incomplete, as in jiti.
    if (before !== undefined) return before
    const exports = {}
    loaded.set(file, exports)
    const { code, imports } = files.get(file) as PlainModule
    const run = new Script(
      `(async function (exports, jitiImport, __filename, __dirname) { ${code}\n})`,
      { filename: file },
    ).runInThisContext() as CompiledModule
    const imported = async (name: string): Promise<object> => {
      if (isOwnModule(name)) return own[name]
      if (name.startsWith('node:')) return await builtin(name)
      return await load(imports.get(name) as string)
    }
    await run(exports, imported, file, dirname(file))
    return exports
  }
  return {
    exports: (await load(entry)) as Readonly<Record<string, unknown>>,
    files: [...files.keys()],
  }
}

/**
 * Compiled code takes the default export of a module with this mark, and the whole module
 * otherwise.
 */
const builtin = async (name: string): Promise<object> => ({
  __esModule: true,
  ...((await import(name)) as object),
})

/** Compiles the entry and everything that it imports; null when any of it is not plain. */
async function compileAll(
  entry: string,
  folder: string | null,
): Promise<ReadonlyMap<string, PlainModule> | null> {
  const files = new Map<string, PlainModule>()
  const queue = [entry]
  for (const file of queue) {
    if (files.has(file)) continue
    const code = /\.m?ts$/.test(file) ? await compiled(file, folder) : null
    if (code === null) return null
    const imports = importsOf(code, file)
    if (imports === null) return null
    files.set(file, { code, imports })
    queue.push(...imports.values())
  }
  return files
}

/**
 * The imported files by specifier; null for a computed specifier, for one that only jiti resolves,
 * and for files that are not plain.
 */
function importsOf(code: string, file: string): ReadonlyMap<string, string> | null {
  const found = [...code.matchAll(/\bjitiImport\((["'])([^"'\\]+)\1\)/g)]
  if (found.length !== code.split('jitiImport').length - 1) return null
  if (/\bjitiESMResolve\b|\b(?:require|module)\s*[.([]/.test(code)) return null
  const imports = new Map<string, string>()
  for (const [, , name = ''] of found) {
    if (isOwnModule(name) || name.startsWith('node:')) continue
    if (!/^\.\.?\//.test(name)) return null
    const source = typescriptAt(join(dirname(file), name))
    if (source === null) return null
    imports.set(name, source)
  }
  return imports
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Resolves `./names.js` to `names.ts`, unless the former exists. */
function typescriptAt(path: string): string | null {
  const source = path.replace(/\.(m?)js$/, '.$1ts')
  if (!/\.m?ts$/.test(source)) return null
  if (source !== path && isFile(path)) return null
  return isFile(source) ? realpathSync(source) : null
}

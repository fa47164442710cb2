import { relative, resolve } from 'node:path'
import { types } from 'node:util'
import { FettleError, type ErrorCode } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { scrub } from '../../core/scrub/scrub.js'
import { ownCode } from '../../core/user-stack.js'
import { environmentOf } from '../../inventory/environment/environment.js'
import { loadPlain } from './plain-tasks.js'
import { publicModule, type OwnModules } from './public-names.js'
import { closeFiles, taskCache } from './task-cache.js'

/**
 * The running copy of Fettle. The project's files must import this very one, so that objects they
 * create are recognised.
 */
const runningCopy = async (): Promise<OwnModules> => ({
  fettle: await import('../../index.js'),
  'fettle/kit': await import('../../kit.js'),
})

/** How errors of the project's code are reported. */
export interface CodeErrors {
  /** The code of an error that is not a FettleError. */
  readonly code: ErrorCode
  readonly remedy: string
}

/**
 * Loads a file of the project, TypeScript or JavaScript, with its imports, and passes its default
 * export to `use`. Types are not checked (`tsc` does that). Compiled code is kept in the project's
 * `.fettle/cache`.
 * @throws FettleError with the place in the user's own file, for what the file throws and what
 *   `use` throws
 */
export async function withCode<T>(
  path: string,
  project: string,
  errors: CodeErrors,
  use: (exported: unknown, shown: string) => T | Promise<T>,
  copy: () => Promise<OwnModules> = runningCopy,
): Promise<T> {
  const root = resolve(project)
  const shown = shownIn(root, path)
  try {
    return await use(await exportOf(path, root, guarded(await copy(), root)), shown)
  } catch (error) {
    throw withPlace(error, root, shown, errors)
  }
}

/** The modules as the project's files get them: a name that they lack is an error. */
const guarded = ({ fettle, 'fettle/kit': kit }: OwnModules, root: string): OwnModules => ({
  fettle: publicModule('fettle', { ...fettle, env: environmentOf(root) }),
  'fettle/kit': publicModule('fettle/kit', kit),
})

/** The default export of a file. */
async function exportOf(path: string, root: string, own: OwnModules): Promise<unknown> {
  const cache = taskCache(root)
  const plain = await loadPlain(path, cache, own)
  if (plain !== null) {
    recordLoaded(root, plain.files)
    return plain.exports['default']
  }
  const { createJiti } = await import('jiti')
  // `virtualModules` passes the module object itself: an alias to its file would make jiti load a
  // second copy.
  const jiti = createJiti(path, {
    virtualModules: { ...own },
    fsCache: cache ?? false,
    interopDefault: true,
  })
  const exported: unknown = await jiti.import(path, { default: true })
  if (cache !== null) closeFiles(cache)
  recordLoaded(root, [path, ...Object.keys(jiti.cache).filter(isOfUser)])
  return exported
}

/** Whether code is the user's: neither a package's nor Fettle's. */
const isOfUser = (file: string): boolean =>
  !file.includes('/node_modules/') && !file.startsWith(ownCode)

/** The code files loaded so far, by project. */
const loaded = new Map<string, Set<string>>()

function recordLoaded(root: string, files: readonly string[]): void {
  const before = loaded.get(root) ?? []
  loaded.set(root, new Set([...before, ...files]))
}

/** The code files that were loaded for a project, without packages. */
export const loadedCode = (project: string): readonly string[] => [
  ...(loaded.get(resolve(project)) ?? []),
]

export const shownIn = (root: string, path: string): string => {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}

/**
 * Converts an error of the project's code to one with the place in the user's own files where it
 * arose.
 */
function withPlace(
  error: unknown,
  root: string,
  shown: string,
  { code, remedy }: CodeErrors,
): FettleError {
  if (error instanceof FettleError && error.code === code && error.address === shown) return error
  const place = placeOf(error, root) ?? shown
  const message = `${place}: ${scrub(sentenceOf(error))}`
  if (error instanceof FettleError)
    return new FettleError(error.code, {
      message,
      remedy: error.remedy,
      address: error.address ?? place,
      ...omitUndefined({ detail: error.detail ?? undefined }),
      cause: error,
    })
  return new FettleError(code, { message, remedy, address: place, cause: error })
}

/**
 * The first line of the message. The others are a stack of requires, or the place, which is shown
 * separately.
 */
function sentenceOf(error: unknown): string {
  const text = types.isNativeError(error) ? error.message : String(error)
  const line = (text.split('\n')[0] ?? '').trim()
  if (!types.isNativeError(error)) return line
  return ['Error', 'FettleError'].includes(error.name) ? line : `${error.name}: ${line}`
}

/**
 * Finds the place of an error. A syntax error's last line is its place, with a column. A stack has
 * the user's lines, but its columns are those of the compiled code.
 */
function placeOf(error: unknown, root: string): string | null {
  if (!types.isNativeError(error)) return null
  const syntax = /\n\s*(\/.+):(\d+):(\d+)\s*$/.exec(error.message)
  if (syntax !== null) {
    const [, path = '', line = '', column = ''] = syntax
    return `${shownIn(root, path)}:${line}:${column}`
  }
  for (const frame of (error.stack ?? '').split('\n')) {
    const [, path, line] =
      /(?:\(|at (?:async )?|^- )(?:file:\/\/)?(\/.+?)(?::(\d+):\d+)?\)?$/.exec(frame.trim()) ?? []
    if (path?.startsWith(`${root}/`) !== true || !isOfUser(path)) continue
    const shown = shownIn(root, path)
    return line === undefined ? shown : `${shown}:${line}`
  }
  return null
}

import { statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import { FettleError } from '../core/errors.js'
import { isPlay, type Play } from '../core/play.js'
import { scrub } from '../core/secret.js'
import { setProjectDirectory } from '../inventory/environment.js'
import { loadPlain } from './plain-tasks.js'

/** The copy of Fettle that is running: task files get this very one, so that what they make is recognised. */
const running = (): Promise<object> => import('../index.js')

/**
 * Loads a task file, TypeScript or JavaScript, and what it imports. Types are not checked (`tsc` does that); what was
 * compiled is kept in `.fettle/cache` of the project.
 * @param file relative to the project
 * @throws FettleError `source-missing`, or `play-invalid` with the place in the user's own file
 */
export async function loadPlays(file: string, project: string, fettle: () => Promise<object> = running): Promise<readonly Play[]> {
  const root = resolve(project)
  const path = resolve(root, file)
  const shown = shownIn(root, path)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new FettleError('source-missing', { address: shown, message: `there is no task file ${shown}`, remedy: 'name the file that exports the plays: fettle plan FILE; without FILE it is tasks/site.ts' })
  }
  setProjectDirectory(root)
  try {
    return playsOf(await exportOf(path, join(root, '.fettle/cache'), await fettle()), shown)
  } catch (error) {
    throw placed(error, root, shown)
  }
}

/** The default export of a task file. */
async function exportOf(path: string, cache: string, fettle: object): Promise<unknown> {
  const plain = await loadPlain(path, cache, fettle)
  if (plain !== null) return plain['default']
  const { createJiti } = await import('jiti')
  // `virtualModules` hands out the module itself: an alias to its file would make jiti load a second copy.
  return createJiti(path, { virtualModules: { fettle }, fsCache: cache, interopDefault: true }).import(path, { default: true })
}

function playsOf(exported: unknown, shown: string): readonly Play[] {
  const plays: readonly unknown[] = Array.isArray(exported) ? exported : [exported]
  if (plays.length > 0 && plays.every(isPlay)) return plays
  throw new FettleError('play-invalid', { address: shown, message: `${shown} does not export a play or a list of plays as its default` })
}

const shownIn = (root: string, path: string): string => {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside
}

/** An error of a task file, with the place in the user's own files where it arose. */
function placed(error: unknown, root: string, shown: string): FettleError {
  if (error instanceof FettleError && error.code === 'play-invalid' && error.address === shown) return error
  const place = placeOf(error, root) ?? shown
  const message = `${place}: ${scrub(sentenceOf(error))}`
  if (error instanceof FettleError) return new FettleError(error.code, { message, remedy: error.remedy, address: error.address ?? place, ...(error.detail === null ? {} : { detail: error.detail }), cause: error })
  return new FettleError('play-invalid', { address: place, message, remedy: 'correct the task file at that place', cause: error })
}

/** The first line: what follows it is a stack of requires, or the place, which is shown already. */
const sentenceOf = (error: unknown): string => {
  const text = types.isNativeError(error) ? error.message : String(error)
  const line = (text.split('\n')[0] ?? '').trim()
  return types.isNativeError(error) && !['Error', 'FettleError'].includes(error.name) ? `${error.name}: ${line}` : line
}

/** Fettle's own sources lie in the project when it runs the tasks of its own repository. */
const own = fileURLToPath(new URL('..', import.meta.url))

/** A syntax error's last line is its place, with a column; a stack's lines are the user's, its columns the compiled text's. */
function placeOf(error: unknown, root: string): string | null {
  if (!(types.isNativeError(error))) return null
  const syntax = /\n\s*(\/.+):(\d+):(\d+)\s*$/.exec(error.message)
  if (syntax !== null) return `${shownIn(root, syntax[1] ?? '')}:${syntax[2] ?? ''}:${syntax[3] ?? ''}`
  for (const frame of (error.stack ?? '').split('\n')) {
    const [, path, line] = /(?:\(|at (?:async )?|^- )(?:file:\/\/)?(\/.+?)(?::(\d+):\d+)?\)?$/.exec(frame.trim()) ?? []
    if (path?.startsWith(`${root}/`) === true && !path.startsWith(own) && !path.includes('/node_modules/')) return line === undefined ? shownIn(root, path) : `${shownIn(root, path)}:${line}`
  }
  return null
}

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FettleError } from '../../core/errors.js'
import { isPlay, type Play } from '../../core/play.js'
import { shownIn, withCode, type CodeErrors } from './load-code.js'
import type { OwnModules } from './public-names.js'

/**
 * Loads a task file, TypeScript or JavaScript, and its imports.
 * @param file relative to the project
 * @throws FettleError `source-missing`, or `play-invalid` with the place in the user's own file
 */
export async function loadPlays(
  file: string,
  project: string,
  copy?: () => Promise<OwnModules>,
): Promise<readonly Play[]> {
  const path = resolve(project, file)
  const shown = shownIn(resolve(project), path)
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new FettleError('source-missing', {
      address: shown,
      message: `there is no task file ${shown}`,
      remedy:
        'name the file that exports the plays: fettle plan FILE; without FILE it is tasks/site.ts',
    })
  }
  const errors: CodeErrors = {
    code: 'play-invalid',
    remedy: 'correct the task file at that place',
  }
  return withCode(path, project, errors, playsOf, copy)
}

function playsOf(exported: unknown, shown: string): readonly Play[] {
  const plays: readonly unknown[] = Array.isArray(exported) ? exported : [exported]
  if (plays.length > 0 && plays.every(isPlay)) return plays
  throw new FettleError('play-invalid', {
    address: shown,
    message: `${shown} does not export a play or a list of plays as its default`,
  })
}

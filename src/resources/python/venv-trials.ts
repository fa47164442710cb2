import { request } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Thing } from '../../core/thing.js'
import { trial, type Trial } from '../../core/trial.js'
import { pathFact } from '../../facts/files/path.js'
import { venvModulesFact } from '../../facts/python/venv-modules.js'
import type { PythonVenvOptions } from './venv-options.js'

/** Why an interpreter makes no environment, and what to do about it. */
export const withoutVenv = (python: string): readonly [reason: string, remedy: string] => [
  `${python} has no module venv`,
  "add apt.packages(['python3-venv']) before this",
]

/** Whether the interpreter has what makes an environment. */
export function modulesTrial(path: string, python: string, owner: string | undefined): Trial {
  const program: Thing = python.startsWith('/') ? `path:${python}` : `program:${python}`
  const needs: Thing[] = [program, 'package:python3-venv']
  if (owner !== undefined) needs.push(`user:${owner}`)
  return trial(
    request(venvModulesFact, { python, path, ...omitUndefined({ owner }) }),
    (has) => {
      const [refused, remedy] = withoutVenv(python)
      return has === false ? { refused, remedy } : null
    },
    { needs },
  )
}

/** Whether the only place that pip is to look in is there. */
export function sourceTrials({ indexUrl, findLinks }: PythonVenvOptions): readonly Trial[] {
  if (findLinks?.startsWith('/') !== true || indexUrl !== undefined) return []
  return [
    trial(
      request(pathFact, { path: findLinks }),
      (entry) =>
        entry === null
          ? {
              refused: `${findLinks} does not exist, so pip would find no packages`,
              remedy: 'add what brings it before this, or correct findLinks',
            }
          : null,
      { needs: [`path:${findLinks}`] },
    ),
  ]
}

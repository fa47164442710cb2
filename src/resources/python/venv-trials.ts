import { request } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Thing } from '../../core/thing.js'
import { trial, type Trial, type Verdict } from '../../core/trial.js'
import { pathFact } from '../../facts/files/path.js'
import { pipOffersFact, type PipOffers } from '../../facts/python/pip-offers.js'
import { meets } from '../../facts/python/pep440.js'
import type { Requirement } from '../../facts/python/requirements.js'
import { venvModulesFact } from '../../facts/python/venv-modules.js'
import { sourceOptions, type PythonVenvOptions } from './venv-options.js'

/** Why an interpreter makes no environment, and what to do about it. */
export const withoutVenv = (python: string): readonly [reason: string, remedy: string] => [
  `${python} has no module venv`,
  "add apt.packages(['python3-venv']) before this",
]

/** What making an environment depends on. */
function makerNeeds(python: string, owner: string | undefined): readonly Thing[] {
  const program: Thing = python.startsWith('/') ? `path:${python}` : `program:${python}`
  const needs: Thing[] = [program, 'package:python3-venv']
  if (owner !== undefined) needs.push(`user:${owner}`)
  return needs
}

/** Whether the interpreter has what makes an environment. */
export function modulesTrial(path: string, python: string, owner: string | undefined): Trial {
  return trial(
    request(venvModulesFact, { python, path, ...omitUndefined({ owner }) }),
    (has) => {
      const [refused, remedy] = withoutVenv(python)
      return has === false ? { refused, remedy } : null
    },
    { needs: makerNeeds(python, owner) },
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

/**
 * Whether pip finds what is to be installed.
 * @param python the interpreter that makes the environment; null where its own pip is asked
 */
export function offerTrials(
  path: string,
  options: PythonVenvOptions,
  python: string | null,
  due: readonly Requirement[],
): readonly Trial[] {
  if (due.length === 0) return []
  const { owner, findLinks, requirements } = options
  const needs: Thing[] = python === null ? [] : [...makerNeeds(python, owner)]
  for (const each of [findLinks, requirements])
    if (each?.startsWith('/') === true) needs.push(`tree:${each}`)
  const key = {
    ...{ path, python, source: sourceOptions(options), names: due.map(({ name }) => name) },
    ...omitUndefined({ owner }),
  }
  return [trial(request(pipOffersFact, key), (found) => found && judged(found, due), { needs })]
}

function judged({ offers, unread }: PipOffers, due: readonly Requirement[]): Verdict {
  for (const { text, name, specifier } of due) {
    const { versions, mayBeMore } = offers.get(name) ?? { versions: [], mayBeMore: true }
    if (mayBeMore || versions.some((version) => meets(version, specifier))) continue
    return {
      refused:
        versions.length === 0
          ? `pip finds no package ${name} for the Python of the environment`
          : `pip finds nothing that meets ${text}: ${name} has ${shownVersions(versions)}`,
      remedy:
        'correct the requirement, or where pip looks: indexUrl, findLinks, pip.conf of the host',
    }
  }
  return unread.length === 0 ? null : { note: `may fail: pip cannot read ${unread.join(', ')}` }
}

/** How many versions a sentence shows. */
const mostVersions = 5

const shownVersions = (versions: readonly string[]): string =>
  [...versions.slice(0, mostVersions), ...(versions.length > mostVersions ? ['…'] : [])].join(', ')

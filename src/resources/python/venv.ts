import { z } from 'zod'
import { blocked } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { Later, request } from '../../core/later.js'
import { absolutePath, accountName, line, state } from '../../core/schemas.js'
import { urlCredentials } from '../../core/scrub/credentials.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { sourceFact } from '../../facts/files/project-file.js'
import { parseRequirements } from '../../facts/python/requirements.js'
import { venvFact, type VenvKey } from '../../facts/python/venv.js'
import { textIn } from '../files/content.js'
import { blockedBy } from '../files/file-changes.js'
import type { PythonVenvOptions } from './venv-options.js'
import { planned, removed } from './venv-plan.js'
import { venvState } from './venv-state.js'

const noOption = line.regex(/^[^-]/, 'must not begin with -')
const withoutSecret = (url: string): boolean =>
  !/^[a-z]+:\/\/[^/]*@/i.test(url) && urlCredentials(url).length === 0

export type { PythonVenvOptions } from './venv-options.js'

/**
 * A virtual environment of Python (venv), and the packages that pip installs in it. It is in its
 * desired state when the *installed* distributions meet the requirements, whoever installed them;
 * their dependencies are left to pip at installation.
 *
 * Before anything begins, pip is asked for the packages that are to be installed (`pip index
 * versions`, from pip 21.2 on): a package or version that it does not find is an error. Requirements
 * that name sources or other files are not tried.
 *
 * Taken back, a new environment goes, and another one comes back from a copy, without the network;
 * one of more than 64 MiB is not kept, and the plan says so. With other files in its directory it
 * stays as it is.
 *
 * An empty directory that exists keeps its owner, group and mode: if others should not enter it,
 * put a `directory` before it.
 */
export const pythonVenv = resource({
  type: 'python.venv',
  undo: [venvState],
  chapter: 'Packages',
  ansible: '`pip` with `virtualenv`',
  arguments: args<[path: string]>(absolutePath),
  options: options<PythonVenvOptions>({
    requirements: line.optional(),
    packages: z
      .array(
        noOption.refine(
          (text) => parseRequirements(text).unclear.length === 0,
          'must be requirements such as flask>=2',
        ),
      )
      .readonly()
      .optional(),
    python: noOption.optional(),
    owner: accountName.optional(),
    systemSitePackages: z.boolean().optional(),
    indexUrl: line
      .regex(/^https?:\/\//, 'must be a URL')
      .refine(
        withoutSecret,
        'must not hold a user name, password or token: every process on the host could read it',
      )
      .optional(),
    findLinks: line
      .regex(/^(?:\/|https:\/\/)/, 'must be an absolute path or an https:// URL')
      .refine(withoutSecret, 'must not hold a user name, password or token')
      .optional(),
    state: state.optional(),
  }),
  conflict: (_, { requirements, packages }) =>
    requirements === undefined || packages === undefined
      ? undefined
      : 'has both requirements and packages: give one',
  build: (path, options) =>
    desired({
      reads: {
        venv: request(venvFact, keyOf(path, options)),
        missingParent: request(missingParentFact, path),
      },
      brings: [`tree:${path}`],
      plan({ venv, missingParent }) {
        if (venv?.other != null)
          return blocked(
            `${path} is ${venv.other}`,
            'remove what is there, or choose another path',
            {
              lacks: [`tree:${path}`],
            },
          )
        if (options.state === 'absent') return removed(path, venv?.environment)
        if (missingParent !== null) return blockedBy(missingParent, path)
        if (venv === null) return blocked(`${path} could not be read`, 'report this', { lacks: [] })
        if (venv.requirements === null && options.requirements !== undefined)
          return blocked(
            `${options.requirements} does not exist`,
            'add what brings it, such as git.checkout, before this',
            { lacks: [`path:${options.requirements}`] },
          )
        return planned(path, options, venv)
      },
    }),
})

function keyOf(
  path: string,
  { python, systemSitePackages, requirements, packages, state }: PythonVenvOptions,
): VenvKey | Later<VenvKey> {
  const key = {
    path,
    python: python ?? 'python3',
    systemSitePackages: systemSitePackages === true,
    requirements: null,
  }
  if (state === 'absent') return { ...key, python: null }
  if (packages !== undefined) return { ...key, requirements: { text: packages.join('\n') } }
  if (requirements === undefined) return key
  if (requirements.startsWith('/')) return { ...key, requirements: { file: requirements } }
  return Later.fact(request(sourceFact, requirements), new Uint8Array(), requirements).map(
    (bytes) => ({ ...key, requirements: { text: textIn(bytes, requirements) } }),
  )
}

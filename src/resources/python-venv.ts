import { z } from 'zod'
import { blocked, fine, type Change, type Plan, type ShellAction } from '../core/change.js'
import { enter, split } from '../core/enter.js'
import { Later, request } from '../core/fact.js'
import { absolutePath, accountName, checked, checkedId, line, state } from '../core/options.js'
import { refuse } from '../core/refuse.js'
import { resource, type CommonOptions, type Resource } from '../core/resource.js'
import { urlCredentials } from '../core/scrub/credentials.js'
import { sh, steps, type Input, type Sh } from '../core/sh.js'
import { isOwner } from '../facts/as-user.js'
import { missingParentFact } from '../facts/missing-parent.js'
import { sourceFact } from '../facts/project-file.js'
import {
  normalName,
  parseRequirements,
  unmet,
  type Distribution,
  type Requirements,
} from '../facts/requirements.js'
import { venvFact, type Environment, type Venv, type VenvKey } from '../facts/venv.js'
import { chownTree, removeTree } from './change-tree.js'
import { textIn } from './content.js'
import { blockedBy } from './file-changes.js'
import { inDirectory } from './in-directory.js'

export interface PythonVenvOptions extends CommonOptions {
  /**
   * A requirements file: of the project, relative to its directory, or an absolute path on the
   * host, as in a checkout. UTF-8; of the project also UTF-16 with a byte order mark. Left out: as
   * `packages` say.
   */
  readonly requirements?: string
  /**
   * Requirements themselves: `['flask', 'gunicorn>=20']`. Not with `requirements`. Left out: with
   * neither, only the environment is managed.
   */
  readonly packages?: readonly string[]
  /**
   * The interpreter that makes it: a command or an absolute path. Left out: `python3` for a new
   * one, an existing one keeps its own.
   */
  readonly python?: string
  /**
   * Owns the environment and runs pip. Left out: an existing one keeps its owner, a new one gets
   * the owner of its directory, else the session's user.
   */
  readonly owner?: string
  /**
   * The system's packages are seen too, and count. Left out: false for a new one, an existing one
   * keeps its own.
   */
  readonly systemSitePackages?: boolean
  /**
   * Where pip finds packages, without a password or token. Default: pip's own, which is PyPI; with
   * `findLinks`, none.
   */
  readonly indexUrl?: string
  /**
   * A directory of the host, or an `https://` page, with packages. Without `indexUrl` it is the
   * only source (pip's `--no-index`), so that nothing is asked of a network that may not be there.
   */
  readonly findLinks?: string
  /**
   * `absent` removes the environment with its directory; one that holds anything else is refused.
   * Default `present`.
   */
  readonly state?: 'present' | 'absent'
}

/** Names in a sentence before it is cut. */
const shownNames = 6

const noOption = line.regex(/^[^-]/, 'must not begin with -')
const withoutSecret = (url: string): boolean =>
  !/^[a-z]+:\/\/[^/]*@/i.test(url) && urlCredentials(url).length === 0

const shape = {
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
}

/**
 * A virtual environment of Python (venv), and what pip installs in it. It is in its desired state
 * when the *installed* distributions meet the requirements, whoever installed them; what those need
 * in turn is left to pip at installation.
 *
 * An empty directory that exists keeps its owner, group and mode: for one that others may not
 * enter, put a `directory` before it.
 */
export function pythonVenv(path: string, options: PythonVenvOptions = {}): Resource {
  checkedId('python.venv', path, absolutePath)
  checked('python.venv', path, options, shape, ({ requirements, packages }) =>
    requirements !== undefined && packages !== undefined
      ? 'has both requirements and packages: give one'
      : undefined,
  )
  return resource({
    type: 'python.venv',
    id: path,
    options,
    reads: {
      venv: request(venvFact, keyOf(path, options)),
      missingParent: request(missingParentFact, path),
    },
    plan({ venv, missingParent }): Plan {
      if (venv?.other != null)
        return blocked(`${path} is ${venv.other}`, 'remove what is there, or choose another path')
      if (options.state === 'absent') {
        if (venv?.environment == null) return fine('there is no virtual environment')
        return (
          mixed(path, venv.environment) ?? [
            {
              summary: 'remove the virtual environment',
              proof: 'facts',
              actions: [
                {
                  on: 'shell',
                  script: steps([
                    enter(split(path).directory),
                    removeTree(`./${split(path).name}`),
                  ]),
                },
              ],
            },
          ]
        )
      }
      if (missingParent !== null) return blockedBy(missingParent, path)
      if (venv === null) return blocked(`${path} could not be read`, 'report this')
      if (venv.requirements === null && options.requirements !== undefined)
        return blocked(
          `${options.requirements} does not exist`,
          'add what brings it, such as git.checkout, before this',
        )
      const wanted = parseRequirements(venv.requirements ?? '')
      const [odd] = wanted.unclear
      if (odd !== undefined)
        return blocked(
          `the requirement ${JSON.stringify(odd)} cannot be compared with what is installed`,
          'install it by a command, and leave it out here',
        )
      if (
        venv.environment !== null &&
        uselessness(venv.environment, venv, options.python) !== undefined
      ) {
        const stopped = mixed(path, venv.environment)
        if (stopped !== undefined) return stopped
      }
      const unjudged = notJudged(options, venv)
      if (unjudged !== undefined) return unjudged
      const changes = [
        ...environmentChanges(path, options, venv),
        ...installation(path, options, venv, wanted),
      ]
      return changes.length === 0 ? fine('the requirements are met') : changes
    },
  })
}

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

const versionOf = (interpreter: string | null): string =>
  /python(\d[\d.]*)$/.exec(interpreter ?? '')?.[1] ?? interpreter ?? 'none'

/** Why an environment must be made from nothing, or nothing when it need not be. */
function uselessness(
  { interpreter, outdated }: Environment,
  { python }: Venv,
  wanted: string | undefined,
): string | undefined {
  if (interpreter === null) return 'its interpreter is gone'
  if (outdated) return `it was made for another Python than ${versionOf(interpreter)}`
  return wanted !== undefined && interpreter !== python
    ? `Python ${versionOf(interpreter)} → ${versionOf(python)}`
    : undefined
}

const shown = (names: readonly string[]): string =>
  [
    ...names.slice(0, shownNames),
    ...(names.length > shownNames ? [`and ${String(names.length - shownNames)} more`] : []),
  ].join(', ')

/** An environment goes with its whole directory, in which nothing else may be. */
const mixed = (path: string, { strange }: Environment): Plan | undefined =>
  strange.length === 0
    ? undefined
    : blocked(
        `${path} holds more than a virtual environment: ${shown(strange)}`,
        'move that elsewhere: it would be removed with the environment',
      )

const willSee = ({ systemSitePackages }: PythonVenvOptions, { environment }: Venv): boolean =>
  systemSitePackages ?? environment?.systemSitePackages ?? false

/** What there is once the environment is as desired, before anything is installed. */
function installedIn(options: PythonVenvOptions, venv: Venv): readonly Distribution[] {
  const anew =
    venv.environment !== null && uselessness(venv.environment, venv, options.python) !== undefined
  return [...(willSee(options, venv) ? venv.system : []), ...(anew ? [] : venv.own)]
}

/** What the module venv has to do for an environment that is there. */
function makingOf(options: PythonVenvOptions, venv: Venv): readonly string[] {
  const { environment } = venv
  if (environment === null) return []
  const { systemSitePackages: sees } = environment
  const useless = uselessness(environment, venv, options.python)
  const sight =
    options.systemSitePackages === undefined || options.systemSitePackages === sees
      ? []
      : [`the system's packages ${sees ? 'seen → not seen' : 'not seen → seen'}`]
  const removed = venv.own
    .filter(({ name }) => !['pip', 'setuptools'].includes(normalName(name)))
    .map(({ name, version }) => `${name} ${version}`)
  if (useless !== undefined)
    return [
      `make it anew: ${useless}${removed.length === 0 ? '' : ` (removes ${shown(removed)})`}`,
      ...sight,
    ]
  return [
    ...sight,
    ...(installedIn(options, venv).some(({ name }) => normalName(name) === 'pip')
      ? []
      : ['install pip']),
  ]
}

function environmentChanges(
  path: string,
  options: PythonVenvOptions,
  venv: Venv,
): readonly Change[] {
  const { environment } = venv
  const change = (summary: string, action: ShellAction): Change => ({
    summary,
    proof: 'facts',
    actions: [action],
  })
  if (environment === null)
    return [
      change(
        `create a virtual environment of Python ${versionOf(venv.python)}`,
        making(path, options, venv),
      ),
    ]
  const { owner } = environment
  const useless = uselessness(environment, venv, options.python)
  const made = makingOf(options, venv)
  return [
    ...(options.owner === undefined || isOwner(owner, options.owner)
      ? []
      : [
          change(`owner ${owner.name} → ${options.owner}`, {
            on: 'shell',
            script: steps([enter(path), chownTree(options.owner)]),
            long: true,
          }),
        ]),
    ...(made.length === 0
      ? []
      : [change(made.join(', '), making(path, options, venv, useless !== undefined))]),
  ]
}

/**
 * Why nothing can be said of requirements that only Python can judge. An environment that is made
 * anew, or gets pip first, is asked afterwards.
 */
function notJudged(options: PythonVenvOptions, venv: Venv): Plan | undefined {
  const { judged, environment } = venv
  if (
    judged === null ||
    typeof judged === 'string' ||
    environment === null ||
    makingOf(options, venv).length > 0
  )
    return undefined
  if ('cannot' in judged)
    return blocked(
      `the requirement ${JSON.stringify(judged.cannot)} cannot be compared with what is installed`,
      'install it by a command, and leave it out here',
    )
  return blocked(
    `the environment's Python cannot judge the requirements: ${judged.failed}`,
    'see what it says to import pip; remove the environment to have it made anew',
  )
}

function installation(
  path: string,
  options: PythonVenvOptions,
  venv: Venv,
  wanted: Requirements,
): readonly Change[] {
  const anew =
    venv.environment !== null && uselessness(venv.environment, venv, options.python) !== undefined
  const missing = unmet(wanted.simple, installedIn(options, venv))
  const open = wanted.forPip.length > 0 && (anew || venv.judged !== 'met')
  if (missing.length === 0 && !open) return []
  return [
    {
      summary: `install ${shown(missing.length > 0 ? missing : wanted.forPip)}`,
      proof: 'facts',
      actions: [installing(path, options, venv)],
    },
  ]
}

/** As the owner of the environment, in its directory. */
const asOwner = (
  what: string,
  path: string,
  options: PythonVenvOptions,
  { environment }: Venv,
  script: Sh,
  input?: Input,
): ShellAction => ({
  on: 'shell',
  what: `\`${what}\` in ${path}`,
  long: true,
  script: inDirectory(path, options.owner ?? environment?.owner.id, [], script),
  ...(input === undefined ? {} : { input }),
})

function making(path: string, options: PythonVenvOptions, venv: Venv, clear = false): ShellAction {
  // Making one over an old one keeps what is installed, and its configuration is written anew.
  const python = options.python ?? venv.environment?.interpreter ?? 'python3'
  const flags = [
    ...(willSee(options, venv) ? ['--system-site-packages'] : []),
    ...(clear ? ['--clear'] : []),
  ]
  // Only a module that is missing is one that a package brings; whatever else Python says is said.
  return asOwner(
    `${python} -m venv`,
    path,
    options,
    venv,
    sh`e_=$(${python} -c 'import venv, ensurepip' 2>&1) || {
  printf '%s\\n' "$e_" >&2
  case $e_ in *"No module named"*) ${refuse(`${python} has no module venv`, "add apt.packages(['python3-venv']) before this")} ;; esac
  exit 1
}
${python} -m venv ${flags} .`,
  )
}

function installing(path: string, options: PythonVenvOptions, venv: Venv): ShellAction {
  const { indexUrl, findLinks, requirements } = options
  const source = [
    ...(indexUrl === undefined ? [] : ['--index-url', indexUrl]),
    ...(findLinks === undefined ? [] : ['--find-links', findLinks]),
    ...(findLinks !== undefined && indexUrl === undefined ? ['--no-index'] : []),
  ]
  const pip = sh`./bin/python -m pip install --disable-pip-version-check --no-input --quiet ${source}`
  if (requirements?.startsWith('/') === true)
    return asOwner('pip install', path, options, venv, sh`${pip} -r ${requirements}`)
  // The owner may not open a pipe that another user made, so the text goes through one of the
  // owner's own.
  return asOwner(
    'pip install',
    path,
    options,
    venv,
    sh`cat | ${pip} -r /dev/stdin`,
    `${venv.requirements ?? ''}\n`,
  )
}

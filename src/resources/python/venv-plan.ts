import {
  blocked,
  change,
  fine,
  type Blocked,
  type Change,
  type Plan,
  type ShellAction,
} from '../../core/change.js'
import { enter, split } from '../../core/enter.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { refuse } from '../../core/refuse.js'
import { sh, steps, type Input, type Sh } from '../../core/sh.js'
import type { Thing } from '../../core/thing.js'
import { isOwner } from '../../facts/accounts/as-user.js'
import {
  mayNameSources,
  normalName,
  parseRequirements,
  unmet,
  type Distribution,
  type Requirements,
} from '../../facts/python/requirements.js'
import type { VenvState, Venv } from '../../facts/python/venv.js'
import { chownTree, removeTree } from '../files/change-tree.js'
import { accountTrials } from '../files/file-trials.js'
import { inDirectory } from '../files/in-directory.js'
import { sourceOptions, type PythonVenvOptions } from './venv-options.js'
import { undoOfVenv, type VenvUndo } from './venv-state.js'
import { modulesTrial, offerTrials, sourceTrials, withoutVenv } from './venv-trials.js'

/** How many names a sentence shows. */
const shownNames = 6

/** Removes the environment with its directory. */
export function removed(path: string, environment: VenvState | null | undefined): Plan {
  if (environment == null) return fine('there is no virtual environment')
  const stopped = refusedRemoval(path, environment)
  if (stopped !== undefined) return stopped
  const { directory, name } = split(path)
  const script = steps([enter(directory), removeTree(`./${name}`)])
  return [
    change('remove the virtual environment', [{ script }], {
      effect: 'remove',
      ...undoOfVenv(path, environment),
    }),
  ]
}

/** The changes that create the environment and install packages, or what prevents them. */
export function planned(path: string, options: PythonVenvOptions, venv: Venv): Plan {
  const wanted = parseRequirements(venv.requirements ?? '')
  const [unclear] = wanted.unclear
  if (unclear !== undefined) return notComparable(unclear, lacksOf(options))
  if (venv.environment !== null && isRecreated(options, venv)) {
    const stopped = refusedRemoval(path, venv.environment)
    if (stopped !== undefined) return stopped
  }
  const unevaluated = notEvaluated(path, options, venv)
  if (unevaluated !== undefined) return unevaluated
  const undo = undoOfVenv(path, venv.environment)
  const changes = [
    ...environmentChanges(path, options, venv),
    ...installation(path, options, venv, wanted),
  ].map((each) => withUndo(each, undo))
  return changes.length === 0 ? fine('the requirements are met') : changes
}

/** A change with how it is taken back, and with the trial of that. */
const withUndo = (change: Change, { trials = [], ...undo }: VenvUndo): Change => ({
  ...change,
  ...undo,
  trials: [...(change.trials ?? []), ...trials],
})

/** What would have to change for other requirements: their file, where it is on the host. */
const lacksOf = ({ requirements }: PythonVenvOptions): readonly Thing[] =>
  requirements?.startsWith('/') === true ? [`path:${requirements}`] : []

const notComparable = (requirement: string, lacks?: readonly Thing[]): Blocked =>
  blocked(
    `the requirement ${JSON.stringify(requirement)} cannot be compared with what is installed`,
    'install it by a command, and leave it out here',
    omitUndefined({ lacks }),
  )

const versionOf = (interpreter: string | null): string =>
  /python(\d[\d.]*)$/.exec(interpreter ?? '')?.[1] ?? interpreter ?? 'none'

/** Why an environment must be recreated; undefined where it need not be. */
function reasonToRecreate(
  { interpreter, outdated }: VenvState,
  { python }: Venv,
  wanted: string | undefined,
): string | undefined {
  if (interpreter === null) return 'its interpreter is gone'
  if (outdated) return `it was made for another Python than ${versionOf(interpreter)}`
  if (wanted === undefined || interpreter === python) return undefined
  return `Python ${versionOf(interpreter)} → ${versionOf(python)}`
}

function shown(names: readonly string[]): string {
  if (names.length <= shownNames) return names.join(', ')
  const first = names.slice(0, shownNames)
  return [...first, `and ${String(names.length - shownNames)} more`].join(', ')
}

/** Refuses to remove a directory that holds more than the environment. */
function refusedRemoval(path: string, { strange }: VenvState): Plan | undefined {
  if (strange.length === 0) return undefined
  return blocked(
    `${path} holds more than a virtual environment: ${shown(strange)}`,
    'move that elsewhere: it would be removed with the environment',
    { lacks: [`tree:${path}`] },
  )
}

const seesSystem = ({ systemSitePackages }: PythonVenvOptions, { environment }: Venv): boolean =>
  systemSitePackages ?? environment?.systemSitePackages ?? false

/** The distributions that are installed once the environment is as desired, before pip runs. */
function installedIn(options: PythonVenvOptions, venv: Venv): readonly Distribution[] {
  const system = seesSystem(options, venv) ? venv.system : []
  return isRecreated(options, venv) ? system : [...system, ...venv.own]
}

/** Whether an existing environment must be recreated. */
const isRecreated = ({ python }: PythonVenvOptions, venv: Venv): boolean =>
  venv.environment !== null && reasonToRecreate(venv.environment, venv, python) !== undefined

/** What the module venv has to do for an existing environment. */
function pendingWork(options: PythonVenvOptions, venv: Venv): readonly string[] {
  const { environment } = venv
  if (environment === null) return []
  const reason = reasonToRecreate(environment, venv, options.python)
  const visibility = visibilityChange(options, environment)
  if (reason !== undefined)
    return [`make it anew: ${reason}${lostDistributions(venv)}`, ...visibility]
  const hasPip = installedIn(options, venv).some(({ name }) => normalName(name) === 'pip')
  return hasPip ? visibility : [...visibility, 'install pip']
}

/** The change of whether the system's packages are visible. */
function visibilityChange(
  { systemSitePackages: wanted }: PythonVenvOptions,
  { systemSitePackages: sees }: VenvState,
): readonly string[] {
  if (wanted === undefined || wanted === sees) return []
  return [`the system's packages ${sees ? 'seen → not seen' : 'not seen → seen'}`]
}

/** The distributions that are lost when an environment is recreated. */
function lostDistributions({ own }: Venv): string {
  const removed = own
    .filter(({ name }) => !['pip', 'setuptools'].includes(normalName(name)))
    .map(({ name, version }) => `${name} ${version}`)
  return removed.length === 0 ? '' : ` (removes ${shown(removed)})`
}

function environmentChanges(
  path: string,
  options: PythonVenvOptions,
  venv: Venv,
): readonly Change[] {
  const { environment } = venv
  if (environment === null) {
    const summary = `create a virtual environment of Python ${versionOf(venv.python)}`
    const trials = [
      ...accountTrials(options.owner, undefined),
      modulesTrial(path, pythonOf(options, venv), options.owner),
    ]
    return [change(summary, [making(path, options, venv)], { effect: 'create', trials })]
  }
  const { owner } = environment
  const changes: Change[] = []
  if (options.owner !== undefined && !isOwner(owner, options.owner)) {
    const script = steps([enter(path), chownTree(options.owner)])
    const summary = `owner ${owner.name} → ${options.owner}`
    const trials = accountTrials(options.owner, undefined)
    changes.push(change(summary, [{ script, long: true }], { trials }))
  }
  const made = pendingWork(options, venv)
  if (made.length > 0) {
    const trials = [modulesTrial(path, pythonOf(options, venv), options.owner)]
    const make = making(path, options, venv, isRecreated(options, venv))
    changes.push(change(made.join(', '), [make], { trials }))
  }
  return changes
}

/**
 * The error where Python could not evaluate the requirements. An environment that is recreated, or
 * gets pip first, is evaluated afterwards.
 */
function notEvaluated(path: string, options: PythonVenvOptions, venv: Venv): Plan | undefined {
  const { judged, environment } = venv
  if (
    judged === null ||
    typeof judged === 'string' ||
    environment === null ||
    pendingWork(options, venv).length > 0
  )
    return undefined
  // It may stand in a file that another includes, and only Python knows which.
  if ('cannot' in judged) return notComparable(judged.cannot)
  return blocked(
    `the environment's Python cannot judge the requirements: ${judged.failed}`,
    'see what it says to import pip; remove the environment to have it made anew',
    { lacks: [`tree:${path}`] },
  )
}

function installation(
  path: string,
  options: PythonVenvOptions,
  venv: Venv,
  wanted: Requirements,
): readonly Change[] {
  const missing = unmet(wanted.simple, installedIn(options, venv))
  const isUnevaluated = isRecreated(options, venv) || venv.judged !== 'met'
  const needsPip = wanted.forPip.length > 0 && isUnevaluated
  if (missing.length === 0 && !needsPip) return []
  const names = missing.length > 0 ? missing : wanted.forPip
  const trials = [...sourceTrials(options)]
  if (!mayNameSources(venv.requirements ?? '')) {
    const due = wanted.simple.filter((each) => unmet([each], installedIn(options, venv)).length > 0)
    trials.push(...offerTrials(path, options, makerOf(options, venv), due))
  }
  return [change(`install ${shown(names)}`, [installing(path, options, venv)], { trials })]
}

/** Runs shell as the owner of the environment, in its directory. */
const asOwner = (
  what: string,
  path: string,
  options: PythonVenvOptions,
  { environment }: Venv,
  script: Sh,
  input?: Input,
): ShellAction => ({
  what: `\`${what}\` in ${path}`,
  long: true,
  script: inDirectory(path, options.owner ?? environment?.owner.id, [], script),
  ...omitUndefined({ input }),
})

/** The interpreter that makes the environment. */
const pythonOf = (options: PythonVenvOptions, { environment }: Venv): string =>
  options.python ?? environment?.interpreter ?? 'python3'

/** The interpreter that makes the environment before pip runs; null where nothing is to be made. */
const makerOf = (options: PythonVenvOptions, venv: Venv): string | null =>
  venv.environment === null || pendingWork(options, venv).length > 0
    ? pythonOf(options, venv)
    : null

function making(path: string, options: PythonVenvOptions, venv: Venv, clear = false): ShellAction {
  // Creating an environment over an old one keeps the installed packages and rewrites its
  // configuration.
  const python = pythonOf(options, venv)
  const flags: string[] = []
  if (seesSystem(options, venv)) flags.push('--system-site-packages')
  if (clear) flags.push('--clear')
  // A missing module can be installed with a package; other errors of Python are printed.
  return asOwner(
    `${python} -m venv`,
    path,
    options,
    venv,
    sh`e_=$(${python} -c 'import venv, ensurepip' 2>&1) || {
  printf '%s\\n' "$e_" >&2
  case $e_ in *"No module named"*) ${refuse(...withoutVenv(python))} ;; esac
  exit 1
}
${python} -m venv ${flags} .`,
  )
}

function installing(path: string, options: PythonVenvOptions, venv: Venv): ShellAction {
  const { requirements } = options
  const pip = sh`./bin/python -m pip install --disable-pip-version-check --no-input --quiet ${sourceOptions(options)}`
  if (requirements?.startsWith('/') === true)
    return asOwner('pip install', path, options, venv, sh`${pip} -r ${requirements}`)
  // The owner may not open a pipe that another user created, so `cat` copies the text to a pipe of
  // the owner's own.
  return asOwner(
    'pip install',
    path,
    options,
    venv,
    sh`cat | ${pip} -r /dev/stdin`,
    `${venv.requirements ?? ''}\n`,
  )
}

import { z } from 'zod'
import { blocked, change, fine, type Action, type Blocked, type Plan } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { state } from '../../core/schemas.js'
import refuseText from '../../core/refuse.sh.js'
import type { CommonOptions } from '../../core/resource.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { aptFact, type AptState, type PackageState } from '../../facts/apt/packages.js'
import aptGetText from './apt-get.sh.js'
import missingText from './missing.sh.js'
import removeText from './remove.sh.js'
import updateText from './update.sh.js'

export interface PackagesOptions extends CommonOptions {
  /**
   * `present`: installed, in any version unless a name gives one. `absent`: removed; their
   * configuration files stay. Default `present`.
   */
  readonly state?: 'present' | 'absent'
  /**
   * With `state: 'absent'`: also remove the configuration files, even of packages that were removed
   * earlier. Default false.
   */
  readonly purge?: boolean
  /**
   * Fetch the package lists before an installation when they are older than `maxAge` seconds.
   * Default: only when there are none. Without anything to install nothing is fetched.
   */
  readonly updateCache?: {
    /** How old the lists may be, in seconds. */
    readonly maxAge: number
  }
  /**
   * Whether to install recommended packages too. Default: as apt is configured on the host (Debian:
   * yes).
   */
  readonly recommends?: boolean
  /**
   * Whether a version that a name gives may be lower than the installed one. Default false: apt
   * refuses.
   */
  readonly allowDowngrade?: boolean
}

/**
 * A package as the user named it: `git`, `git=1:2.39*`, `libc6:i386`. Without an architecture it
 * has apt's default, the host's own.
 */
interface WantedPackage {
  readonly name: string
  /** An exact version, or the start of one with `*` at its end; null for any. */
  readonly version: string | null
}

/**
 * Debian Policy 5.6.1 and 5.6.12. A `-` at the end is refused: it would tell apt to remove the
 * package.
 */
const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?(=[A-Za-z0-9.+:~-]+\*?)?$/,
    'must be names of packages, such as git or git=1:2.39*',
  )
const installLimit = 1800

function parseName(given: string): WantedPackage {
  const [name = '', version = null] = given.split('=')
  return { name, version }
}

function meets({ version }: WantedPackage, installed: string): boolean {
  if (version === null) return true
  if (version.endsWith('*')) return installed.startsWith(version.slice(0, -1))
  return installed === version
}

/** A name in the form that apt-get(8) takes. */
const asGiven = ({ name, version }: WantedPackage): string =>
  version === null ? name : `${name}=${version}`

/**
 * What all scripts begin with. Nobody is there to answer: changed configuration files are kept, and
 * needrestart only lists.
 */
const prepare: Sh = sh`${shellFunctions(aptGetText)}export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none`

const updateFunction = shellFunctions(updateText)
const missingFunction = lines([shellFunctions(refuseText), shellFunctions(missingText)])
const removeFunction = lines([shellFunctions(refuseText), shellFunctions(removeText)])

const update: Action = {
  what: '`apt-get update`',
  script: lines([prepare, sh`${updateFunction}fettle_apt_update`]),
  long: true,
  timeout: installLimit,
}

function install(
  names: readonly string[],
  { recommends, allowDowngrade }: PackagesOptions,
): Action {
  const flags: string[] = []
  if (recommends === true) flags.push('--install-recommends')
  if (recommends === false) flags.push('--no-install-recommends')
  if (allowDowngrade === true) flags.push('--allow-downgrades')
  return {
    what: `\`apt-get install ${names.join(' ')}\``,
    script: lines([
      prepare,
      sh`fettle_apt_repaired install --no-remove ${flags} -- ${names} && exit`,
      sh`failed_=$?`,
      sh`${missingFunction}fettle_apt_missing ${names}`,
      sh`exit $failed_`,
    ]),
    long: true,
    timeout: installLimit,
  }
}

function remove(names: readonly string[], purge: boolean): Action {
  const verb = purge ? 'purge' : 'remove'
  const script = sh`${removeFunction}fettle_apt_remove ${verb} ${names.join(', ')} ${names}`
  return {
    what: `\`apt-get ${verb} ${names.join(' ')}\``,
    script: lines([prepare, script]),
    long: true,
    timeout: installLimit,
  }
}

function held(wanted: readonly WantedPackage[], packages: AptState['packages']): Blocked | null {
  const names = wanted.map(({ name }) => name).filter((name) => packages[name]?.held === true)
  if (names.length === 0) return null
  return blocked(
    `held: ${names.join(', ')}`,
    `run apt-mark unhold ${names.join(' ')} on the host if they may be changed`,
    { lacks: names.map((name) => `package:${name}` as const) },
  )
}

const isInstalled = (found: PackageState | undefined): found is PackageState =>
  found !== undefined && found.status !== 'config-files' && found.status !== 'not-installed'

function planPresent(
  wanted: readonly WantedPackage[],
  { packages, listsAge }: AptState,
  options: PackagesOptions,
): Plan {
  const due = wanted.filter((each) => {
    const found = packages[each.name]
    return found?.status !== 'installed' || found.reinstall || !meets(each, found.version)
  })
  if (due.length === 0)
    return fine(wanted.map(({ name }) => describe(name, packages[name])).join(', '))
  const broken = due.find(
    ({ name }) => packages[name]?.reinstall === true || packages[name]?.status === 'half-installed',
  )
  if (broken !== undefined)
    return blocked(
      `${broken.name} is half installed`,
      `run apt-get install --reinstall ${broken.name} on the host and read what it says`,
      { lacks: [`package:${broken.name}`] },
    )
  const hindered = held(due, packages)
  if (hindered !== null) return hindered
  const isNew = due.some(({ name }) => !isInstalled(packages[name]))
  const installed = change(sentence(due, packages), [install(due.map(asGiven), options)], {
    effect: isNew ? 'create' : 'change',
  })
  const isOld =
    listsAge === null ||
    (options.updateCache !== undefined && listsAge > options.updateCache.maxAge)
  return isOld ? [change('fetch the package lists', [update]), installed] : [installed]
}

/** The summary: all installations together, then each other change. */
function sentence(due: readonly WantedPackage[], packages: AptState['packages']): string {
  const installed = due.filter(({ name }) => !isInstalled(packages[name])).map(asGiven)
  const sentences = installed.length === 0 ? [] : [`install ${installed.join(', ')}`]
  for (const { name, version } of due) {
    const found = packages[name]
    if (!isInstalled(found)) continue
    if (found.status === 'installed') sentences.push(`${name} ${found.version} → ${version ?? ''}`)
    else sentences.push(`configure ${name} (${found.status})`)
  }
  return sentences.join('; ')
}

function describe(name: string, found: PackageState | undefined): string {
  if (found === undefined) return name
  if (found.providedBy === null) return `${name} ${found.version}`
  return `${name} by ${found.providedBy} ${found.version}`
}

function planAbsent(
  wanted: readonly WantedPackage[],
  { packages }: AptState,
  purge: boolean,
): Plan {
  const due = wanted.filter(({ name }) => {
    const found = packages[name]
    return found !== undefined && found.providedBy === null && (purge || isInstalled(found))
  })
  if (due.length === 0) return fine('none of them is installed')
  const hindered = held(due, packages)
  if (hindered !== null) return hindered
  const summary = `${purge ? 'purge' : 'remove'} ${due.map(({ name }) => name).join(', ')}`
  const names = due.map(({ name }) => packages[name]?.aptName ?? name)
  return [change(summary, [remove(names, purge)], { effect: 'remove' })]
}

/**
 * Packages of Debian, managed with apt-get(8), as one resource. A name may have a version
 * (`git=1:2.39.5-0+deb12u2`, or the start of one, `git=1:2.39*`) and an architecture
 * (`libc6:i386`); without an architecture it is the host's own, as with apt.
 *
 * A virtual package is present when an installed package provides it. Other packages are never
 * removed, packages on hold are not touched, and changed configuration files are kept; where one of
 * these prevents the change, the error says so.
 */
export const aptPackages = resource({
  type: 'apt.packages',
  chapter: 'Packages',
  ansible: '`apt`, `package`',
  arguments: args<[names: readonly string[]]>(
    z.array(nameSchema, 'must be a list of names').min(1, 'must name a package'),
  ),
  options: options<PackagesOptions>({
    state: state.optional(),
    purge: z.boolean().optional(),
    updateCache: z.strictObject({ maxAge: z.number().nonnegative() }).optional(),
    recommends: z.boolean().optional(),
    allowDowngrade: z.boolean().optional(),
  }),
  conflict(names, { state, purge }) {
    const wanted = names.map(parseName)
    if (new Set(wanted.map(({ name }) => name)).size !== names.length)
      return 'a package is named twice'
    if (state !== 'absent') return purge === undefined ? undefined : 'purge needs state absent'
    if (wanted.some(({ version }) => version !== null))
      return 'a version means nothing for packages that are to be absent'
    return undefined
  },
  build(names, options) {
    const wanted = names.map(parseName)
    const packages = wanted.map(({ name }) => name)
    return desired({
      reads: { apt: request(aptFact, packages) },
      plan({ apt }) {
        const found = apt ?? { packages: {}, listsAge: null }
        if (options.state === 'absent') return planAbsent(wanted, found, options.purge === true)
        return planPresent(wanted, found, options)
      },
    })
  },
})

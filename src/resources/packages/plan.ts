import { blocked, change, fine, type Blocked, type Plan } from '../../core/change.js'
import type { KnownPackage, KnownPackages, PackageManager, WantedPackage } from './manager.js'

/** Packages that are to be installed. */
export interface PresentPackages {
  readonly state: 'present'
  readonly wanted: readonly WantedPackage[]
  /**
   * How old the package lists may be before an installation, in seconds; null for any age. They are
   * fetched where there are none in any case.
   */
  readonly maxAge: number | null
}

/** Packages that are to be removed. */
export interface AbsentPackages {
  readonly state: 'absent'
  readonly wanted: readonly WantedPackage[]
  /** Whether their configuration files are to be removed, too. */
  readonly purge: boolean
}

/**
 * Plans packages, for any manager: which of them are due, in which version, and whether one that is
 * held or broken prevents it.
 */
export const planPackages = (
  manager: PackageManager,
  packages: PresentPackages | AbsentPackages,
  known: KnownPackages,
): Plan =>
  packages.state === 'present'
    ? planPresent(manager, packages, known)
    : planAbsent(manager, packages, known)

type Known = KnownPackages['packages']

const isThere = (found: KnownPackage | undefined): found is KnownPackage =>
  found !== undefined && found.presence !== 'leftovers' && found.presence !== 'none'

function planPresent(
  manager: PackageManager,
  { wanted, maxAge }: PresentPackages,
  { packages, listsAge }: KnownPackages,
): Plan {
  const due = wanted.filter((each) => !isMet(manager, each, packages[each.name]))
  if (due.length === 0)
    return fine(wanted.map(({ name }) => describe(name, packages[name])).join(', '))
  const hindered = broken(manager, due, packages) ?? held(manager, due, packages)
  if (hindered !== null) return hindered
  const names = due.map((each) => manager.written(each))
  const isNew = due.some(({ name }) => !isThere(packages[name]))
  const { actions, ...work } = manager.install(names)
  const installed = change(sentence(manager, due, packages), actions, {
    ...work,
    effect: isNew ? 'create' : 'change',
  })
  const isOld = listsAge === null || (maxAge !== null && listsAge > maxAge)
  if (!isOld) return [installed]
  // Lists that are fetched first say something else than those that a trial would read.
  const fetched = change('fetch the package lists', [manager.update], { undo: [] })
  return [fetched, { ...installed, trials: [] }]
}

function isMet(
  manager: PackageManager,
  { version }: WantedPackage,
  found: KnownPackage | undefined,
): boolean {
  if (found?.presence !== 'installed') return false
  return version === null || manager.meets(version, found.version)
}

function planAbsent(
  manager: PackageManager,
  { wanted, purge }: AbsentPackages,
  { packages }: KnownPackages,
): Plan {
  const due = wanted.filter(({ name }) => {
    const found = packages[name]
    return found !== undefined && found.providedBy === null && (purge || isThere(found))
  })
  if (due.length === 0) return fine('none of them is installed')
  const hindered = held(manager, due, packages)
  if (hindered !== null) return hindered
  const summary = `${purge ? 'purge' : 'remove'} ${due.map(({ name }) => name).join(', ')}`
  const names = due.map(({ name }) => packages[name]?.ownName ?? name)
  const { actions, ...work } = manager.remove(names, purge)
  return [change(summary, actions, { ...work, effect: 'remove' })]
}

function broken(
  manager: PackageManager,
  due: readonly WantedPackage[],
  packages: Known,
): Blocked | null {
  const first = due.find(({ name }) => packages[name]?.presence === 'broken')
  if (first === undefined) return null
  return blocked(
    `${first.name} is half installed`,
    `run ${manager.repair(first.name)} on the host and read what it says`,
    { lacks: [`package:${first.name}`] },
  )
}

function held(
  manager: PackageManager,
  due: readonly WantedPackage[],
  packages: Known,
): Blocked | null {
  const names = due.map(({ name }) => name).filter((name) => packages[name]?.held === true)
  if (names.length === 0) return null
  return blocked(
    `held: ${names.join(', ')}`,
    `run ${manager.unhold(names)} on the host if they may be changed`,
    { lacks: names.map((name) => `package:${name}` as const) },
  )
}

/** The summary: all installations together, then each other change. */
function sentence(manager: PackageManager, due: readonly WantedPackage[], packages: Known): string {
  const installed = due
    .filter(({ name }) => !isThere(packages[name]))
    .map((each) => manager.written(each))
  const sentences = installed.length === 0 ? [] : [`install ${installed.join(', ')}`]
  for (const { name, version } of due) {
    const found = packages[name]
    if (!isThere(found)) continue
    if (found.presence === 'installed')
      sentences.push(`${name} ${found.version} → ${version ?? ''}`)
    else sentences.push(`configure ${name} (${found.status})`)
  }
  return sentences.join('; ')
}

function describe(name: string, found: KnownPackage | undefined): string {
  if (found === undefined) return name
  if (found.providedBy === null) return `${name} ${found.version}`
  return `${name} by ${found.providedBy} ${found.version}`
}

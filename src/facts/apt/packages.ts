import { present, type Fact, type Output, type ShellFactKind } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import packagesText from './packages.sh.js'

const functions = shellFunctions(packagesText)

/** A package as dpkg knows it, or the one that provides a virtual package. */
export interface PackageState {
  /**
   * `installed`, `config-files` (removed, configuration kept), or a state in which dpkg stopped:
   * `unpacked`, `half-configured`, `half-installed`, `triggers-awaited`, …
   */
  readonly status: string
  readonly version: string
  /** `apt-mark hold`: apt leaves it as it is. */
  readonly held: boolean
  /** dpkg can repair it only by installing it again. */
  readonly reinstall: boolean
  /** The installed package that provides it, where it is none itself; else null. */
  readonly providedBy: string | null
  /** As apt writes it: without an architecture where that is the host's own. */
  readonly aptName: string
}

export interface AptState {
  /** By the names that were asked for; what dpkg does not know is not in it. */
  readonly packages: Readonly<Record<string, PackageState>>
  /** Seconds since the package lists were fetched; null when there are none. */
  readonly listsAge: number | null
}

interface PackageRow extends Omit<PackageState, 'providedBy' | 'aptName'> {
  readonly name: string
  readonly architecture: string
  readonly multiArch: string
  readonly provides: readonly string[]
}

/** The fields stand in the order of `row_format_` in packages.sh. */
function parseRow(line: string): PackageRow | null {
  const [name, status, architecture, want, flag, version, multiArch, provides] = line.split('\t')
  if (
    name === undefined ||
    status === undefined ||
    architecture === undefined ||
    want === undefined ||
    flag === undefined ||
    version === undefined ||
    multiArch === undefined ||
    provides === undefined
  )
    return null
  return {
    name,
    architecture,
    held: want === 'hold',
    reinstall: flag !== 'ok',
    status,
    version,
    multiArch,
    provides: provides.split(',').map((each) => each.trim().split(/[ :]/, 1)[0] ?? ''),
  }
}

interface AptAnswer {
  readonly listsAge: number | null
  /** The host's own architecture. */
  readonly native: string
  /** Names that apt knows for another architecture only, with it. */
  readonly foreign: readonly string[]
  readonly rows: readonly PackageRow[]
}

/**
 * What a name stands for to apt: without an architecture for the host's own, and for another one
 * only where there is no other; `all` fits each. A package of another architecture provides a
 * virtual one here if it is `Multi-Arch: foreign`.
 */
function stateOf(
  wanted: string,
  { listsAge, native, foreign, rows }: AptAnswer,
): PackageState | undefined {
  const [name = '', qualifier = 'native'] = wanted.split(':')
  const architecture = ['native', 'any', 'all'].includes(qualifier) ? native : qualifier
  const isOf = (row: PackageRow): boolean =>
    row.architecture === architecture || row.architecture === 'all'
  const own = rows.filter((row) => row.name === name && isOf(row))
  const provides = (row: PackageRow): boolean =>
    row.status === 'installed' &&
    row.provides.includes(name) &&
    (isOf(row) || row.multiArch === 'foreign')
  const isForeign = (row: PackageRow): boolean =>
    row.name === name && foreign.includes(`${row.name}:${row.architecture}`)
  const isUnqualified = wanted === name
  const provider = isUnqualified ? rows.find(provides) : undefined
  // Without lists apt knows only what is installed.
  const other = isUnqualified && listsAge !== null ? rows.find(isForeign) : undefined
  const best =
    own.find((row) => row.status === 'installed') ??
    own.find((row) => row.status !== 'config-files') ??
    provider ??
    own[0] ??
    other
  if (best === undefined) return undefined
  const { status, version, held, reinstall } = best
  const isNative = best.architecture === native || best.architecture === 'all'
  return {
    status,
    version,
    held,
    reinstall,
    providedBy: best === provider && !own.includes(best) ? best.name : null,
    aptName: isNative ? best.name : `${best.name}:${best.architecture}`,
  }
}

function read({ code, stdout }: Output): AptAnswer | null {
  const [age = '', architecture = '', ...rest] = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
  const [, native] = /^native ([a-z0-9-]+)$/.exec(architecture) ?? []
  const foreign = rest.flatMap((line) => /^foreign (\S+)$/.exec(line)?.[1] ?? [])
  const rows = rest.slice(foreign.length).map(parseRow)
  if (
    code !== 0 ||
    !/^lists (-?\d+|none)$/.test(age) ||
    native === undefined ||
    rows.includes(null)
  )
    return null
  // A clock that was set back makes lists come from the future: that old, they are worth as much as
  // new ones.
  return {
    listsAge: age === 'lists none' ? null : Math.max(0, Number(age.slice(6))),
    native,
    foreign,
    rows: rows.filter((row) => row !== null),
  }
}

/**
 * Packages by lists of their names, by one dpkg-query(1) for all, in which dpkg's own line tells
 * the host's architecture. Only where a name is none of an installed package are all packages
 * listed, and thinned out on the host: another may provide it. Where a name is there for another
 * architecture alone, apt is asked whether it knows it for this one.
 */
export const aptFact: ShellFactKind<readonly string[], AptState> = {
  backend: 'shell',
  name: 'apt',
  script: (lists) => {
    const wanted = [...new Set(lists.flat())]
    const names = [...new Set(wanted.map((name) => name.split(':')[0] ?? name))]
    const patterns = names.flatMap((name) => ['-e', name])
    return {
      script: sh`${functions}fettle_apt_lists
fettle_apt_find ${names}
if fettle_apt_has ${wanted}; then fettle_apt_show
else fettle_apt_list && fettle_apt_foreign ${wanted} && fettle_apt_matching ${patterns}; fi`,
    }
  },
  parse(output, lists): readonly Fact<AptState>[] {
    const answer = read(output)
    if (answer === null)
      return allUnknown(
        lists,
        'the packages could not be read',
        output,
        'see dpkg-query -W on the host',
      )
    return lists.map((names) => {
      const packages: Record<string, PackageState> = {}
      for (const name of names) {
        const state = stateOf(name, answer)
        if (state !== undefined) packages[name] = state
      }
      return present({ listsAge: answer.listsAge, packages })
    })
  },
}

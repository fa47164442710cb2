import { present, type Fact, type Output, shellFact } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import packagesText from './packages.sh.js'

const functions = shellFunctions(packagesText)

/** A package as dpkg knows it, or the package that provides a virtual one. */
export interface PackageState {
  /**
   * `installed`, `config-files` (removed, configuration kept), or an unfinished state: `unpacked`,
   * `half-configured`, `half-installed`, `triggers-awaited`, …
   */
  readonly status: string
  readonly version: string
  /** On hold (`apt-mark hold`): apt does not change it. */
  readonly held: boolean
  /** dpkg requires a reinstallation to repair it. */
  readonly reinstall: boolean
  /** The installed package that provides it, if it is a virtual one; else null. */
  readonly providedBy: string | null
  /** The name as apt writes it: without the architecture if that is the host's own. */
  readonly aptName: string
}

export interface AptState {
  /** By the requested names; packages that dpkg does not know are left out. */
  readonly packages: Readonly<Record<string, PackageState>>
  /** Seconds since the package lists were fetched; null where there are none. */
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
  const [
    name = '',
    status = '',
    architecture = '',
    want = '',
    flag = '',
    version = '',
    multiArch = '',
    provides,
  ] = line.split('\t')
  if (provides === undefined) return null
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
  /** Packages, with their architecture, that apt knows for another architecture only. */
  readonly foreign: readonly string[]
  readonly rows: readonly PackageRow[]
}

/**
 * The package that a name means to apt. Without an architecture it is the host's own one; another
 * one only if there is no package for the host's. `all` fits each architecture. A package of
 * another architecture provides a virtual one here only if it is `Multi-Arch: foreign`.
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
  // Without package lists apt knows only installed packages.
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
  // After the clock was set back the lists may be from the future; they then count as new.
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
export const aptFact = shellFact<readonly string[], AptState>({
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
  recorded: {
    keys: [['git', 'awk'], ['nosuch']],
    // dpkg 1.21.22 and apt 2.6.1
    stdout: [
      'lists 120',
      'native amd64',
      'git\tinstalled\tamd64\tinstall\tok\t1:2.39.5-0+deb12u3\tforeign\tgit-completion, git-core',
      'mawk\tinstalled\tamd64\tinstall\tok\t1.3.4.20200120-3.1\tforeign\tawk',
      '',
    ].join('\n'),
    facts: [
      present({
        listsAge: 120,
        packages: {
          git: {
            status: 'installed',
            version: '1:2.39.5-0+deb12u3',
            held: false,
            reinstall: false,
            providedBy: null,
            aptName: 'git',
          },
          awk: {
            status: 'installed',
            version: '1.3.4.20200120-3.1',
            held: false,
            reinstall: false,
            providedBy: 'mawk',
            aptName: 'mawk',
          },
        },
      }),
      present({ listsAge: 120, packages: {} }),
    ],
  },
})

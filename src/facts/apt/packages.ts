import { present, unknown, type Fact, type Output, type ShellFactKind } from '../../core/fact.js'
import { sh } from '../../core/sh.js'

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

const fields = [
  'Package',
  'db:Status-Status',
  'Architecture',
  'db:Status-Want',
  'db:Status-Eflag',
  'Version',
  'Multi-Arch',
  'Provides',
]
const format = `${fields.map((field) => `\${${field}}`).join('\\t')}\\n`

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
 * listed, and thinned out on the host: another may provide it. The lists' age is that of their
 * directory, which `aptPackages` touches after an update; where nothing was fetched yet there is no
 * file of packages in it. What `/proc/self` is for a process is as old as that process, so it tells
 * the time. Where a name is there for another architecture alone, apt is asked whether it knows it
 * for this one.
 */
export const aptFact: ShellFactKind<readonly string[], AptState> = {
  backend: 'shell',
  name: 'apt',
  script: (lists) => {
    const wanted = [...new Set(lists.flat())]
    const names = [...new Set(wanted.map((name) => name.split(':')[0] ?? name))]
    return {
      script: sh`set -- /var/lib/apt/lists/*_Packages*
if [ -e "$1" ]; then set -- $(stat -c %Y /var/lib/apt/lists /proc/self/) && echo "lists $(($2 - $1))"; else echo 'lists none'; fi
n_='
'
native_() { a_=$n_$p_; a_=\${a_#*"\${n_}dpkg	installed	"}; a_=\${a_%%	*}; }
there_() { case $n_$p_ in *"$n_$1	installed	$2	"* | *"$n_$1	installed	all	"*) ;; *) return 1 ;; esac; }
installed_() {
  for w_; do
    case $w_ in *:native | *:any | *:all) there_ "\${w_%:*}" "$a_" ;; *:*) there_ "\${w_%:*}" "\${w_#*:}" ;; *) there_ "$w_" "$a_" ;; esac || return
  done
}
foreign_() {
  f_=
  for w_; do case $w_ in *:*) ;; *) case $n_$p_ in *"$n_$w_	installed	"*) there_ "$w_" "$a_" || f_="$f_ $w_" ;; esac ;; esac; done
  [ -z "$f_" ] || { k_=$(apt-cache policy $f_) && printf '%s\\n' "$k_" | sed -n 's/^\\([^ :]*:[^ :]*\\):$/foreign \\1/p'; }
}
p_=$(dpkg-query -W -f ${format} -- dpkg ${names} 2>/dev/null)
native_
if installed_ ${wanted}; then echo "native $a_"; printf '%s\\n' "$p_"; else
  p_=$(dpkg-query -W -f ${format}) || exit
  native_
  echo "native $a_"
  foreign_ ${wanted} || exit
  printf '%s\\n' "$p_" | grep -F ${names.flatMap((name) => ['-e', name])} || [ $? = 1 ]
fi`,
    }
  },
  parse(output, lists): readonly Fact<AptState>[] {
    const answer = read(output)
    if (answer === null)
      return lists.map(() =>
        unknown(
          `the packages could not be read: ${output.stderr.trim() || `status ${String(output.code)}`}`,
          'see dpkg-query -W on the host',
        ),
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

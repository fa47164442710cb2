import { present, unknown, type Fact, type Output, type ShellFactKind } from '../core/fact.js'
import { sh } from '../core/sh.js'

/** A package as dpkg knows it, or the one that provides a virtual package. */
export interface PackageState {
  /** `installed`, `config-files` (removed, configuration kept), or a state in which dpkg stopped: `unpacked`, `half-configured`, `half-installed`, `triggers-awaited`, … */
  readonly status: string
  readonly version: string
  /** `apt-mark hold`: apt leaves it as it is. */
  readonly held: boolean
  /** dpkg can repair it only by installing it again. */
  readonly reinstall: boolean
  /** The installed package that provides it, where it is none itself; else null. */
  readonly providedBy: string | null
}

export interface AptState {
  /** By the names that were asked for; what dpkg does not know is not in it. */
  readonly packages: Readonly<Record<string, PackageState>>
  /** Seconds since the package lists were fetched; null when there are none. */
  readonly listsAge: number | null
}

interface Row extends Omit<PackageState, 'providedBy'> {
  readonly name: string
  readonly architecture: string
  readonly provides: readonly string[]
}

const fields = ['Package', 'db:Status-Status', 'Architecture', 'db:Status-Want', 'db:Status-Eflag', 'Version', 'Provides']
const format = `${fields.map((field) => `\${${field}}`).join('\\t')}\\n`

function parseRow(line: string): Row | null {
  const [name, status, architecture, want, flag, version, provides] = line.split('\t')
  if (name === undefined || status === undefined || architecture === undefined || want === undefined || flag === undefined || version === undefined || provides === undefined) return null
  return { name, architecture, held: want === 'hold', reinstall: flag !== 'ok', status, version, provides: provides.split(',').map((each) => each.trim().replace(/[ :].*$/, '')) }
}

function stateOf(wanted: string, rows: readonly Row[]): PackageState | undefined {
  const [name = '', architecture] = wanted.split(':')
  const own = rows.filter((row) => row.name === name && (architecture === undefined || row.architecture === architecture || row.architecture === 'all'))
  const provider = rows.find((row) => row.status === 'installed' && row.provides.includes(name))
  const best = own.find((row) => row.status === 'installed') ?? own.find((row) => row.status !== 'config-files') ?? (architecture === undefined ? provider : undefined) ?? own[0]
  if (best === undefined) return undefined
  const { status, version, held, reinstall } = best
  return { status, version, held, reinstall, providedBy: best === provider && !own.includes(best) ? best.name : null }
}

function read({ code, stdout }: Output): { readonly listsAge: number | null; readonly rows: readonly Row[] } | null {
  const [age = '', ...packages] = stdout.toString().split('\n').filter((line) => line !== '')
  const rows = packages.map(parseRow)
  if (code !== 0 || !/^lists (-?\d+|none)$/.test(age) || rows.includes(null)) return null
  // A clock that was set back makes lists come from the future: that old, they are worth as much as new ones.
  return { listsAge: age === 'lists none' ? null : Math.max(0, Number(age.slice(6))), rows: rows.filter((row) => row !== null) }
}

/**
 * Packages by lists of their names, by one dpkg-query(1) for all. Only where a name is none of an installed package are all packages listed, and
 * thinned out on the host: another may provide it. The lists' age is that of their directory, which `aptPackages` touches after an update; where
 * nothing was fetched yet there is no file of packages in it. What `/proc/self` is for a process is as old as that process, so it tells the time.
 */
export const aptFact: ShellFactKind<readonly string[], AptState> = {
  backend: 'shell',
  name: 'apt',
  script: (lists) => {
    const names = [...new Set(lists.flat().map((name) => name.split(':')[0] ?? name))]
    return {
      script: sh`set -- /var/lib/apt/lists/*_Packages*
if [ -e "$1" ]; then set -- $(stat -c %Y /var/lib/apt/lists /proc/self/) && echo "lists $(($2 - $1))"; else echo 'lists none'; fi
n_='
'
installed_() { for w_; do case $n_$p_ in *"$n_$w_	installed	"*) ;; *) return 1 ;; esac; done; }
p_=$(dpkg-query -W -f ${format} -- ${names} 2>/dev/null)
if installed_ ${names}; then printf '%s\\n' "$p_"; else
  p_=$(dpkg-query -W -f ${format}) || exit
  printf '%s\\n' "$p_" | grep -F ${names.flatMap((name) => ['-e', name])} || [ $? = 1 ]
fi`,
    }
  },
  parse(output, lists): readonly Fact<AptState>[] {
    const answer = read(output)
    if (answer === null) return lists.map(() => unknown(`the packages could not be read: ${output.stderr.trim() || `status ${String(output.code)}`}`, 'see dpkg-query -W on the host'))
    return lists.map((names) =>
      present({
        listsAge: answer.listsAge,
        packages: Object.fromEntries(
          names.flatMap((name) => {
            const state = stateOf(name, answer.rows)
            return state === undefined ? [] : [[name, state]]
          }),
        ),
      }),
    )
  },
}

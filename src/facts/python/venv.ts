import { present, unknown, type Fact, type ShellFactKind } from '../../core/fact.js'
import { lines, sh, type Sh } from '../../core/sh.js'
import { asOwner, ownerOf, type Owner } from '../accounts/as-user.js'
import { judging, judgementLimit } from './judge-requirements.js'
import { memoryLimit, processorLimit } from '../limits.js'
import { parseRequirements, type Distribution } from './requirements.js'
import { answerOf } from '../section.js'

export interface VenvKey {
  readonly path: string
  /** The interpreter that a new environment is made with; null where none is to be made. */
  readonly python: string | null
  /** Count the system's packages, also where the environment does not see them yet. */
  readonly systemSitePackages: boolean
  /** What must be installed: text, or a file of the host; null where nothing is asked for. */
  readonly requirements: { readonly text: string } | { readonly file: string } | null
}

/** What is at the path. */
export interface VenvState {
  readonly owner: Owner
  readonly systemSitePackages: boolean
  /** The real path of its interpreter; null when the link leads nowhere. */
  readonly interpreter: string | null
  /**
   * It was made for another version of Python than its interpreter is now (after an upgrade of the
   * system).
   */
  readonly outdated: boolean
  /**
   * What lies in its directory and is none of an environment: a project may have one at its own
   * root.
   */
  readonly strange: readonly string[]
}

export interface Venv {
  /** Null when there is none yet. */
  readonly environment: VenvState | null
  /** Something else is at the path. */
  readonly other: string | null
  /**
   * The real path of the interpreter that a new one would be made with; null where none is to be
   * made.
   */
  readonly python: string | null
  /** What is installed in it. */
  readonly own: readonly Distribution[]
  /** What is installed beside its interpreter, where it sees that or should. */
  readonly system: readonly Distribution[]
  /** What is asked for; null when nothing is, or when the file does not exist yet. */
  readonly requirements: string | null
  /**
   * What the environment's Python says about requirements that only it can judge; null when it was
   * not asked.
   */
  readonly judged: Judgement | null
}

/** `cannot` names a requirement that nobody can judge, `failed` says why there is no answer. */
export type Judgement = 'met' | 'unmet' | { readonly cannot: string } | { readonly failed: string }

/**
 * Bytes of a file of requirements. Its size comes with its environment's owner, from one stat(1).
 */
const longestFile = 1024 * 1024

/**
 * Names and versions are in the names of `.dist-info` and `.egg-info`: no Python is started. The
 * version of an interpreter is in its real path's name (`python3.11`) or in the environment's
 * `version`.
 */
const functions = sh`n_='
'
dists_() {
  for d_ in "$2"/*.dist-info "$2"/*.egg-info; do
    [ -e "$d_" ] || continue
    f_=\${d_##*/}
    case \${f_%.*} in
    *-*) ;;
    *)
      v_=
      for m_ in "$d_/METADATA" "$d_/PKG-INFO"; do [ -n "$v_" ] || [ ! -f "$m_" ] || v_=$(${memoryLimit}; exec sed -n '/^Version: /{s///p;q;}' "$m_"); done
      f_=\${f_%.*}-\${v_:-0}.dist-info
      ;;
    esac
    echo "$1 $f_"
  done
}
system_() {
  base_=\${1%/bin/*}
  for s_ in "$base_/lib/python3/dist-packages" "$base_/lib/python$2/site-packages" "$base_/lib/python$2/dist-packages"; do dists_ system "$s_"; done
  [ "$base_" != /usr ] || dists_ system "/usr/local/lib/python$2/dist-packages"
}
which_() {
  found_=$1
  case $1 in */*) ;; *) found_= p_=$PATH:; until [ -x "$found_" ] && [ ! -d "$found_" ]; do [ -n "$p_" ] || return; found_=\${p_%%:*}/$1; p_=\${p_#*:}; done ;; esac
  [ -x "$found_" ]
}
config_() {
  while IFS=' =	' read -r k_ v_ || [ -n "$k_" ]; do
    case $k_ in
    [Ii]nclude-[Ss]ystem-[Ss]ite-[Pp]ackages) case $v_ in [Tt][Rr][Uu][Ee]*) echo sees system; system_=1 ;; esac ;;
    version) r_=\${v_#*.}; version_=\${v_%%.*}.\${r_%%[!0-9]*} ;;
    esac
  done
}
strange_() {
  for f_ in "$1"/* "$1"/.[!.]*; do
    case \${f_##*/} in bin | include | lib | lib64 | man | share | pyvenv.cfg | pip-selfcheck.json | CACHEDIR.TAG | .gitignore | .lock) continue ;; esac
    if [ -e "$f_" ] || [ -L "$f_" ]; then echo "strange \${f_##*/}"; fi
  done
}
version_of_() { case $1 in */python3.*) version_=\${1##*/python} ;; esac; }`

/**
 * Requirements that only Python can judge, and none that one would have to build or fetch to judge.
 */
const forPip = '^[[:space:]]*(-r|--requirement|-c|--constraint)|;'
const unclear = '://|[[:space:]]@[[:space:]]|^[[:space:]]*(-e|--editable|[./])'
/** For sed(1): each line as it is and, without its comment, of what kind it is. */
const sorting = `1s/^\ufeff//; s/^/requirement /p; s/^requirement //; s/#.*//; \\,${unclear},{s/.*/unclear/p; d; }; \\,${forPip},s/.*/for pip/p`

function requirementsScript({ path, requirements }: VenvKey): Sh {
  if (requirements === null) return sh`:`
  if ('text' in requirements) {
    const { forPip, unclear } = parseRequirements(requirements.text)
    if (forPip.length === 0 || unclear.length > 0) return sh`:`
    return judging(path, '/dev/stdin', sh`printf '%s\\n' ${requirements.text} | `)
  }
  const { file } = requirements
  return sh`if [ -f ${file} ]; then
  [ -n "$z_" ] && [ ! -L ${file} ] || z_=$(stat -L -c %s -- ${file})
  [ "$z_" -le ${longestFile} ] || return 95
  lines_=$(${memoryLimit}; exec sed -nE ${sorting} ${file}) && printf '%s\\n' "$lines_" || return
  case $lines_ in *"\${n_}unclear"*) ;; *"\${n_}for pip"*) ${judging(path, file)} ;; esac
else echo 'no requirements'; fi`
}

function look(key: VenvKey): Sh {
  const { path, python, systemSitePackages, requirements } = key
  const file = requirements !== null && 'file' in requirements ? [requirements.file] : []
  return sh`look_() {
  new_= python_= version_= z_=
  if [ -e ${path} ] && [ ! -d ${path} ]; then return 93; fi
  if [ -d ${path} ] && [ ! -f ${`${path}/pyvenv.cfg`} ]; then list_=$(ls -A -- ${path}) || return; [ -z "$list_" ] || return 94; fi
  which_ ${python ?? 'none'} && new_=$(readlink -f -- "$found_")
  python_=$new_
  system_=${systemSitePackages ? 1 : 0}
  if [ -f ${`${path}/pyvenv.cfg`} ]; then
    o_=$(exec stat -c 'owner %U %u %s' -- ${path} ${file} 2>/dev/null); printf '%s\\n' "$o_"; z_=\${o_##* }
    config_ <${`${path}/pyvenv.cfg`} || return
    if [ -e ${`${path}/bin/python`} ]; then python_=$(readlink -f -- ${`${path}/bin/python`}); echo "interpreter $python_"; fi
    version_of_ "$python_"
    [ -d ${`${path}/lib/python`}"$version_" ] || [ -d ${`${path}/lib/pypy`}"$version_" ] || echo outdated
    for s_ in ${path}/lib/python3*/site-packages ${path}/lib/pypy3*/site-packages; do dists_ own "$s_"; done
    strange_ ${path}
  else
    version_of_ "$python_"
  fi
  [ -n "$python_" ] || [ ${python === null ? 1 : 0} = 1 ] || return 90
  echo "python \${new_:-$python_}"
  [ "$system_" = 0 ] || system_ "$python_" "$version_"
  ${requirementsScript(key)}
}
echo @venv; look_ 2>&1; echo "@status $?"`
}

/** A virtual environment of Python with what it sees. */
export const venvFact: ShellFactKind<VenvKey, Venv> = {
  backend: 'shell',
  name: 'python.venv',
  script: (keys) => ({
    script: lines([processorLimit(60), asOwner, functions, ...keys.map(look)]),
  }),
  mayTake: (keys) => 60 + keys.length * (judgementLimit + 5),
  parse({ code, stdout, stderr }, keys): readonly Fact<Venv>[] {
    const sections = stdout
      .toString()
      .split(/^@venv\n/m)
      .slice(1)
    return keys.map((key, index) =>
      venvOf(key, sections[index] ?? '', stderr.trim() || `status ${String(code)}`),
    )
  },
}

function venvOf(key: VenvKey, section: string, said: string): Fact<Venv> {
  const { answer = '', status } = answerOf(section) ?? {}
  const nothing = {
    environment: null,
    own: [],
    system: [],
    requirements: null,
    judged: null,
    python: key.python,
  }
  if (status === '90')
    return unknown(
      `${key.python ?? 'Python'} is not installed on the host`,
      "add apt.packages(['python3-venv']) before this resource",
    )
  if (status === '93') return present({ ...nothing, other: 'no directory' })
  if (status === '94') return present({ ...nothing, other: 'a directory that holds other things' })
  if (status === '95')
    return unknown(
      `the requirements of ${key.path} are longer than ${String(longestFile)} bytes`,
      'see what the file holds',
    )
  const all = (word: string): readonly string[] =>
    answer
      .split('\n')
      .flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
  if (isWide(all('requirement')))
    return unknown(
      `the requirements of ${key.path} are written in UTF-16 or UTF-32, which is read only from files of the project`,
      'save the file on the host as UTF-8',
    )
  const python = all('python')[0]
  const environment = environmentOf(answer, all)
  if (status !== '0' || python === undefined || environment === undefined)
    return unknown(
      `the virtual environment ${key.path} could not be read: ${answer.trim() || said}`,
      'see what the shell says on the host',
    )
  return present({
    environment,
    other: null,
    python,
    own: distributions(all('own')),
    system: distributions(all('system')),
    requirements: textOf(key.requirements, answer, all('requirement')),
    judged: judgement(all('judged')[0]),
  })
}

/** Whether a file begins with a byte order mark other than UTF-8's: its bytes are no characters. */
const isWide = ([first = '']: readonly string[]): boolean => first.startsWith('\ufffd\ufffd')

/**
 * Only Python's own words are an answer: a status says that something went wrong, and never that a
 * requirement is not met.
 */
function judgement(answer: string | undefined): Judgement | null {
  if (answer === undefined) return null
  const [, status, words = ''] = /^(\d+) (.*)$/.exec(answer) ?? []
  if (status === '0' && (words === 'met' || words === 'unmet')) return words
  if (status === '0' && words.startsWith('cannot ')) return { cannot: words.slice(7) }
  return { failed: words === '' ? `status ${status ?? 'unknown'}` : words }
}

function environmentOf(
  answer: string,
  all: (word: string) => readonly string[],
): VenvState | null | undefined {
  const owner = all('owner')[0]
  if (owner === undefined) return null
  const found = ownerOf(owner.replace(/ \d+$/, ''))
  if (found === undefined) return undefined
  return {
    owner: found,
    systemSitePackages: all('sees').includes('system'),
    interpreter: all('interpreter')[0] ?? null,
    outdated: /^outdated$/m.test(answer),
    strange: all('strange'),
  }
}

function textOf(
  requirements: VenvKey['requirements'],
  answer: string,
  read: readonly string[],
): string | null {
  if (requirements === null || /^no requirements$/m.test(answer)) return null
  return 'text' in requirements ? requirements.text : read.join('\n')
}

/**
 * `Flask-2.2.2.egg-info`, `flask-2.2.2.dist-info`, `x-1.0-py3.11.egg-info`; what pip renames while
 * it works (`~lask-…`) does not count.
 */
const distributions = (names: readonly string[]): readonly Distribution[] =>
  names.flatMap((each) => {
    const [, name, version] =
      /^([^~-][^-]*)-([^-]+)(?:-py\d.*)?\.(?:dist|egg)-info$/.exec(each) ?? []
    return name === undefined || version === undefined ? [] : [{ name, version }]
  })

import { present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import type { Thing } from '../../core/thing.js'
import { asOwner, ownerOf, type Owner } from '../accounts/as-user.js'
import { judging, judgementLimit } from './judge-requirements.js'
import { processorLimit } from '../limits.js'
import { parseRequirements, type Distribution } from './requirements.js'
import { failureOf } from '../failure.js'
import { answersOf, type Answer } from '../section.js'
import judgeText from './judge-requirements.sh.js'
import venvText from './venv.sh.js'

export interface VenvKey {
  readonly path: string
  /** The interpreter for a new environment; null where none is to be created. */
  readonly python: string | null
  /** Count the system's packages, even if the environment does not see them yet. */
  readonly systemSitePackages: boolean
  /** The requirements: a text, or a file of the host; null for none. */
  readonly requirements: { readonly text: string } | { readonly file: string } | null
}

/** The environment at the path. */
export interface VenvState {
  readonly owner: Owner
  readonly systemSitePackages: boolean
  /** The real path of its interpreter; null for a dangling link. */
  readonly interpreter: string | null
  /**
   * Whether its interpreter now has another version of Python than it was created for (after an
   * upgrade of the system).
   */
  readonly outdated: boolean
  /**
   * Entries of its directory that do not belong to an environment: a project may use its own root
   * directory for one.
   */
  readonly strange: readonly string[]
}

export interface Venv {
  /** Null where there is none yet. */
  readonly environment: VenvState | null
  /** What else is at the path. */
  readonly other: string | null
  /** The real path of the interpreter for a new environment; null where none is to be created. */
  readonly python: string | null
  /** The distributions that are installed in it. */
  readonly own: readonly Distribution[]
  /** The distributions of its interpreter, if the environment sees them or should. */
  readonly system: readonly Distribution[]
  /** The requirements; null where there are none, or their file does not exist yet. */
  readonly requirements: string | null
  /**
   * The result of evaluating the requirements with the environment's Python; null where that was
   * not needed.
   */
  readonly judged: Judgement | null
}

/** `cannot` names a requirement that cannot be evaluated, `failed` says why there is no answer. */
export type Judgement = 'met' | 'unmet' | { readonly cannot: string } | { readonly failed: string }

/** Bytes of a file of requirements. */
const longestFile = 1024 * 1024

const functions = shellFunctions(venvText)
const judgeFunctions = lines([asOwner, shellFunctions(judgeText)])

function requirementsScript({ path, requirements }: VenvKey): Sh {
  if (requirements === null) return sh`:`
  if ('file' in requirements) {
    const { file } = requirements
    return sh`${judgeFunctions}fettle_requirements ${file} ${longestFile} ${path} ${judging(file).text}`
  }
  const { forPip, unclear } = parseRequirements(requirements.text)
  if (forPip.length === 0 || unclear.length > 0) return sh`:`
  const lined = sh`printf '%s\\n' ${requirements.text} | `
  return sh`${judgeFunctions}fettle_judge ${path} ${judging('/dev/stdin', lined).text}`
}

function look(key: VenvKey): Sh {
  const { path, python, systemSitePackages, requirements } = key
  const file = requirements !== null && 'file' in requirements ? [requirements.file] : []
  const found = sh`fettle_venv ${path} ${python ?? ''} ${systemSitePackages ? 1 : 0} ${file}`
  return sh`echo @venv; { ${found} && ${requirementsScript(key)}; } 2>&1; echo "@status $?"`
}

/** A virtual environment of Python, with the system's packages that it sees. */
export const venvFact = shellFact<VenvKey, Venv>({
  name: 'python.venv',
  script: (keys) => ({
    script: lines([processorLimit(60), functions, ...keys.map(look)]),
  }),
  mayTake: (keys) => 60 + keys.length * (judgementLimit + 5),
  parse(output, keys): readonly Fact<Venv>[] {
    const answers = answersOf(output.stdout, 'venv')
    return keys.map((key, index) => venvOf(key, answers[index], failureOf(output)))
  },
  recorded: {
    keys: [
      {
        path: '/srv/app/venv',
        python: 'python3',
        systemSitePackages: false,
        requirements: { file: '/srv/app/requirements.txt' },
      },
      { path: '/srv/new', python: 'python3', systemSitePackages: false, requirements: null },
    ],
    stdout: [
      '@venv',
      'owner deploy 1001 4096',
      'owner deploy 1001 30',
      'interpreter /usr/bin/python3.11',
      'own Flask-2.2.2.egg-info',
      'own pip-23.0.1.dist-info',
      'python /usr/bin/python3.11',
      'requirement flask>=2',
      'requirement six; os_name == "nt"',
      'for pip',
      'judged 0 met',
      '@status 0',
      '@venv',
      'python /usr/bin/python3.11',
      '@status 0',
      '',
    ].join('\n'),
    facts: [
      present({
        environment: {
          owner: { name: 'deploy', id: '1001' },
          systemSitePackages: false,
          interpreter: '/usr/bin/python3.11',
          outdated: false,
          strange: [],
        },
        other: null,
        python: '/usr/bin/python3.11',
        own: [
          { name: 'Flask', version: '2.2.2' },
          { name: 'pip', version: '23.0.1' },
        ],
        system: [],
        requirements: 'flask>=2\nsix; os_name == "nt"',
        judged: 'met',
      }),
      present({
        environment: null,
        other: null,
        python: '/usr/bin/python3.11',
        own: [],
        system: [],
        requirements: null,
        judged: null,
      }),
    ],
  },
})

function venvOf(key: VenvKey, found: Answer | undefined, said: string): Fact<Venv> {
  const { answer = '', status } = found ?? {}
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
      { lacks: [programOf(key.python ?? 'python3')] },
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

const programOf = (python: string): Thing =>
  python.startsWith('/') ? `path:${python}` : `program:${python}`

/**
 * Whether a file starts with a byte order mark other than UTF-8's. Decoded as UTF-8 it gives
 * replacement characters.
 */
const isWide = ([first = '']: readonly string[]): boolean => first.startsWith('\ufffd\ufffd')

/**
 * Parses the evaluation. Only the program's own words are an answer; a non-zero status means an
 * error, never an unmet requirement.
 */
function judgement(answer: string | undefined): Judgement | null {
  if (answer === undefined) return null
  const [, status, words = ''] = /^(\d+) (.*)$/s.exec(answer) ?? []
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
    outdated: answer.split('\n').includes('outdated'),
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
 * Parses names such as `Flask-2.2.2.egg-info`, `flask-2.2.2.dist-info` and `x-1.0-py3.11.egg-info`.
 * Names that pip uses temporarily (`~lask-…`) are skipped.
 */
const distributions = (names: readonly string[]): readonly Distribution[] =>
  names.flatMap((each) => {
    const [, name, version] =
      /^([^~-][^-]*)-([^-]+)(?:-py\d.*)?\.(?:dist|egg)-info$/.exec(each) ?? []
    return name === undefined || version === undefined ? [] : [{ name, version }]
  })

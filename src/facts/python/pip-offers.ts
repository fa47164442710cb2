import { present, shellFact, unknown, type Fact } from '../../core/fact.js'
import { lines, sh, shellFunctions, type Sh } from '../../core/sh.js'
import { asOwner } from '../accounts/as-user.js'
import { answersOf } from '../section.js'
import asVenvOwnerText from './as-venv-owner.sh.js'
import pipOffersText from './pip-offers.sh.js'

export interface PipOffersKey {
  /** The path of the environment. */
  readonly path: string
  /** The interpreter that is to make the environment; null to ask the environment's own pip. */
  readonly python: string | null
  /**
   * Who is to own a new environment. Default: whoever owns what is at the path, else the session's
   * user.
   */
  readonly owner?: string
  /** pip's options that say where packages come from. */
  readonly source: readonly string[]
  /** The names of packages. */
  readonly names: readonly string[]
}

/** What pip finds of one package. */
export interface PipOffer {
  /** All versions that fit the interpreter, the newest first. */
  readonly versions: readonly string[]
  /** Whether pip may install others: it has not seen all its sources, or left versions out. */
  readonly mayBeMore: boolean
}

export interface PipOffers {
  /** By the names that were asked for. */
  readonly offers: ReadonlyMap<string, PipOffer>
  /** The hosts of sources that could not be read. */
  readonly unread: readonly string[]
}

/** Seconds for all packages of an environment. */
const answerLimit = 30

/**
 * Runs `pip index versions` for each name behind `--`, in one process. A new environment gets the
 * pip of the wheel that ensurepip has, so that one is asked; it runs from the wheel.
 */
const program = `import glob, os, runpy, sys
if sys.argv[1] == "wheel":
  import ensurepip, sysconfig
  folders = sysconfig.get_config_var("WHEEL_PKG_DIR") or "", os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
  sys.path[:0] = sorted(each for folder in folders for each in glob.glob(os.path.join(folder, "pip-*.whl")))[-1:]
end = sys.argv.index("--")
options, names = sys.argv[2:end], sys.argv[end + 1:]
for name in names:
  print("package", name)
  sys.argv = ["pip", "index", "versions", *options, name]
  try: runpy.run_module("pip", run_name="__main__")
  except SystemExit: pass`

/** It looks at no other place than pip would, asks nobody, keeps nothing, and gives up soon. */
const options: readonly string[] = [
  ...['--pre', '-vv', '--no-input', '--no-color', '--no-cache-dir', '--disable-pip-version-check'],
  ...['--retries=1', '--timeout=5'],
]

function asking({ path, python, owner = '', source, names }: PipOffersKey): Sh {
  const words = ['-I', '-B', '-u', '-c', program, python === null ? 'own' : 'wheel']
  const all = [...words, ...options, ...source, '--', ...names]
  return sh`echo @offers; ( fettle_pip_offers ${[answerLimit, owner, path, python ?? '', ...all]} ); echo "@status $?"`
}

/**
 * What pip finds of packages, by `pip index versions` (pip 21.2). It is for trials only.
 * `pip install --dry-run` was refused: it fetches whole packages, and runs the scripts of those that
 * must be built.
 */
export const pipOffersFact = shellFact<PipOffersKey, PipOffers>({
  name: 'python.pip-offers',
  exchange: 'pip index versions',
  script: (keys) => ({
    script: lines([
      asOwner,
      shellFunctions(asVenvOwnerText),
      shellFunctions(pipOffersText),
      ...keys.map(asking),
    ]),
  }),
  mayTake: (keys) => 60 + keys.length * (answerLimit + 5),
  parse({ stdout }, keys) {
    const answers = answersOf(stdout, 'offers')
    return keys.map((_, index) => offersOf(answers[index]?.answer ?? ''))
  },
  recorded: {
    keys: [
      {
        path: '/srv/app/venv',
        python: null,
        source: ['--find-links=/srv/wheels', '--no-index'],
        names: ['greeting', 'nowhere'],
      },
      { path: '/srv/new', python: 'python3', source: [], names: ['flask', 'six'] },
      { path: '/srv/old', python: null, source: [], names: ['six'] },
    ],
    stdout: `@offers
package greeting
Available versions: 1.1, 1.0
package nowhere
ERROR: No matching distribution found for nowhere
@status 0
@offers
package flask
Could not fetch URL https://pypi.org/simple/flask/: connection error: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded with url: /simple/flask/ (Caused by NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f1d>: Failed to establish a new connection: [Errno 111] Connection refused')) - skipping
ERROR: No matching distribution found for flask
package six
yanked
Available versions: 1.17.0
@status 0
@offers
package six
@status 0
`,
    facts: [
      present({
        offers: new Map([
          ['greeting', { versions: ['1.1', '1.0'], mayBeMore: false }],
          ['nowhere', { versions: [], mayBeMore: false }],
        ]),
        unread: [],
      }),
      present({
        offers: new Map([
          ['flask', { versions: [], mayBeMore: true }],
          ['six', { versions: ['1.17.0'], mayBeMore: true }],
        ]),
        unread: ['pypi.org'],
      }),
      present({ offers: new Map([['six', { versions: [], mayBeMore: true }]]), unread: [] }),
    ],
  },
})

function offersOf(answer: string): Fact<PipOffers> {
  const parts = answer.split(/^package /m).slice(1)
  if (parts.length === 0)
    return unknown('pip could not be asked for its packages', 'run pip index versions on the host')
  const unread = [...answer.matchAll(unreadUrl)].map(([, host = '']) => host)
  return present({ offers: new Map(parts.map(offerOf)), unread: [...new Set(unread)] })
}

/** An index that does not have a package answers 404. The URL may hold a password. */
const unreadUrl =
  /^Could not fetch URL [a-z]+:\/\/(?:[^/\s]*@)?([^/\s]+)\S*: (?!404 Client Error)/gm

function offerOf(part: string): readonly [name: string, PipOffer] {
  const [name = '', ...said] = part.split('\n')
  const versions = said.flatMap((line) => /^Available versions: (.*)$/.exec(line)?.[1] ?? [])
  const hasEnded = versions.length > 0 || said.some((line) => line.startsWith('ERROR: '))
  // pip installs a version that was withdrawn where a requirement names it exactly.
  const mayBeMore = !hasEnded || said.includes('yanked') || part.search(unreadUrl) !== -1
  return [name, { versions: versions.flatMap((line) => line.split(', ')), mayBeMore }]
}

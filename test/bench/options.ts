import { parseArgs } from 'node:util'
import { scenarios, type Scenario } from './tools/tool.js'

/** Hosts and delay of one group of rows. */
export interface Place {
  readonly hosts: number
  /** Milliseconds for a packet to the host and back. */
  readonly rtt: number
}

export interface Options {
  readonly tools: readonly ToolName[]
  readonly scenarios: readonly Scenario[]
  readonly places: readonly Place[]
  /** Runs of each tool; null: depends on the tool's cost. */
  readonly n: number | null
  readonly keep: boolean
  readonly write: boolean
  /** Keep the page's results of cases that this call does not measure. */
  readonly add: boolean
  /** Whether to ask before something is installed. */
  readonly ask: boolean
}

export const toolNames = [
  'limit',
  'fettle',
  'pyinfra',
  'mitogen',
  'ansible',
  'ssh',
  'node',
] as const
export type ToolName = (typeof toolNames)[number]

export const usage = `npm run bench [-- OPTIONS]

Measures Fettle, its peers and the bare limit on one job, on throwaway Debian hosts of this machine.
  --quick              10 hosts, no delay, the no-op run only
  --scale              1 to 5,000 hosts instead, Fettle alone (--scale --help tells more)
  --tools a,b          ${toolNames.join(', ')} (pyinfra needs FETTLE_BENCH_PYINFRA=/path/to/its/checkout)
  --scenario a,b       ${scenarios.join(', ')}
  --hosts 1,10,50      numbers of hosts
  --rtt 0,20,100       milliseconds to the hosts and back
  --n NUMBER           runs of each tool; left out: 5, and fewer where a peer takes minutes
  --keep               leave the hosts up, and use those of an earlier call (npx fettle lab down ends them)
  --write              write docs/performance.md, .json and .svg from the results
  --add                with --write: the cases of this call take their places among those that are there
  --yes                install what is missing without asking`

/**
 * The places of a full run. Delays are measured with ten hosts, where the hosts' own work does not
 * hide them.
 */
const allPlaces: readonly Place[] = [
  { hosts: 1, rtt: 0 },
  { hosts: 10, rtt: 0 },
  { hosts: 50, rtt: 0 },
  { hosts: 10, rtt: 20 },
  { hosts: 10, rtt: 100 },
]

function scenariosOf(words: string | undefined, quick: boolean): readonly Scenario[] {
  if (words !== undefined) return oneOf('scenario', words, scenarios)
  return quick ? ['no-op', 'help'] : scenarios
}

function oneOf<T extends string>(name: string, words: string, known: readonly T[]): readonly T[] {
  return words.split(',').map((word) => {
    const found = known.find((each) => each === word)
    if (found === undefined)
      throw new RangeError(`--${name}: ${JSON.stringify(word)} is none of ${known.join(', ')}`)
    return found
  })
}

const numbers = (name: string, words: string): readonly number[] =>
  words.split(',').map((word) => {
    if (!/^\d+$/.test(word))
      throw new RangeError(`--${name}: ${JSON.stringify(word)} is no whole number`)
    return Number(word)
  })

/** @throws RangeError or TypeError with a message for the user */
export function parseOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Options {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...argv],
    options: {
      tools: text,
      scenario: text,
      hosts: text,
      rtt: text,
      n: text,
      quick: flag,
      keep: flag,
      write: flag,
      add: flag,
      yes: flag,
    },
  })
  const hosts = values.hosts === undefined ? null : numbers('hosts', values.hosts)
  const rtts = values.rtt === undefined ? null : numbers('rtt', values.rtt)
  const chosen = (hosts ?? (values.quick || rtts !== null ? [10] : null))?.flatMap((count) =>
    (rtts ?? [0]).map((rtt) => ({ hosts: count, rtt })),
  )
  const [n] = values.n === undefined ? [null] : numbers('n', values.n)
  if (n === 0 || hosts?.includes(0) === true) throw new RangeError('--n and --hosts begin at 1')
  const pyinfraIsMissing =
    env['FETTLE_BENCH_PYINFRA'] === undefined &&
    values.tools?.split(',').includes('pyinfra') === true
  if (pyinfraIsMissing)
    throw new RangeError(
      '--tools: pyinfra takes part where FETTLE_BENCH_PYINFRA names a checkout of it',
    )
  return {
    tools: values.tools === undefined ? toolNames : oneOf('tools', values.tools, toolNames),
    scenarios: scenariosOf(values.scenario, values.quick),
    places: chosen ?? allPlaces,
    n: n ?? null,
    keep: values.keep,
    write: values.write,
    add: values.add,
    ask: !values.yes,
  }
}

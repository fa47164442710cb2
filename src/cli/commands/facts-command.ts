import { FettleError } from '../../core/errors.js'
import type { HostAddress, HostFacts } from '../../core/host-facts.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { scrubAll } from '../../core/scrub/scrub.js'
import type { HostOutcome } from '../../engine/fleet/each-host.js'
import { readHostFacts } from '../../engine/host/host-facts.js'
import { oneLine } from '../../views/text/clean.js'
import { errorJson, rounded } from '../../views/json.js'
import { problem } from '../../views/text/problem.js'
import type { Style } from '../../views/screen.js'
import { onFleet, type SelectedHosts } from '../fleet.js'
import type { FleetFlags } from '../input/flags.js'
import { screensOf } from '../output/output.js'
import type { ProcessContext } from '../input/process-context.js'

type FactsOutcome = HostOutcome<HostFacts>

/**
 * `fettle facts`: shows the facts of hosts, as a play with `facts: true` gives them to its tasks.
 * @param pattern which hosts; left out: those of `-l`, else all
 * @returns 0 when the facts of every host could be read, 1 when not; 3 when nothing was contacted;
 *   a signal's code
 */
export async function factsCommand(
  pattern: string | undefined,
  flags: FleetFlags,
  io: ProcessContext,
): Promise<number> {
  if (pattern !== undefined && flags.limit !== undefined)
    throw new FettleError('usage', {
      message: `the hosts are named twice, by ${pattern} and by -l ${flags.limit}`,
      remedy: 'join them to one pattern, such as web:&prod',
    })
  const limit = pattern ?? flags.limit
  const chosen = { ...flags, ...omitUndefined({ limit }) }
  return onFleet(chosen, io, { name: 'fettle facts', doing: 'reading' }, (fleet) =>
    showFacts(fleet, flags, io),
  )
}

/** Reads the facts of each host and shows them. Returns the exit code. */
async function showFacts(
  fleet: SelectedHosts,
  flags: FleetFlags,
  io: ProcessContext,
): Promise<number> {
  const { out, err } = screensOf(io, flags.color)
  const people = flags.json === true ? err : out
  const tell = (line: object): void => {
    if (flags.json === true) out.write(`${JSON.stringify(line)}\n`)
  }
  const begun = performance.now()
  const outcomes = await fleet.each(readHostFacts, (raw) => {
    const outcome = scrubAll(raw, ['host', 'status', 'code'])
    tell(jsonLine(outcome))
    if (flags.json !== true || outcome.status !== 'ok') people.write(shown(outcome, people.style))
  })
  const exitCode = outcomes.every(({ status }) => status === 'ok') ? 0 : 1
  tell({
    type: 'summary',
    hosts: Object.fromEntries(outcomes.map(({ host, status }) => [host, status])),
    exitCode,
    seconds: rounded((performance.now() - begun) / 1000),
  })
  return exitCode
}

function shown(outcome: FactsOutcome, style: Style): string {
  const host = oneLine(outcome.host)
  if (outcome.status !== 'ok') {
    const lines = problem(outcome.error, style).map((line) => `  ${line}\n`)
    return `${style.bold(style.red(host))}: ${outcome.status}\n${lines.join('')}`
  }
  const rows = rowsOf(outcome.value)
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(
    ([name, value]) => `  ${style.dim(name.padEnd(width))}  ${oneLine(value)}\n`,
  )
  return `${style.bold(style.green(host))}\n${lines.join('')}`
}

type FactsRow = readonly [name: string, value: string]

/** Each fact by its name in a task: `os.id`. Every address has its own line. */
function rowsOf({ addresses, ...facts }: HostFacts): readonly FactsRow[] {
  const rows = leaves('', facts)
  if (addresses === null) return [...rows, ['addresses', '-']]
  return [...rows, ...addresses.map((each): FactsRow => ['addresses', addressText(each)])]
}

function addressText({ interface: name, address, prefix, scope }: HostAddress): string {
  const text = `${name} ${address}/${prefix}`
  return scope === 'global' ? text : `${text} (${scope})`
}

function leaves(path: string, value: unknown): readonly FactsRow[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [[path, value.join(' ')]]
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, inner]) =>
      leaves(path === '' ? name : `${path}.${name}`, inner),
    )
  const shown = typeof value === 'string' || typeof value === 'number' ? String(value) : '-'
  if (path !== 'memory.total') return [[path, shown]]
  const gibibytes = (Number(value) / 2 ** 30).toFixed(1)
  return [[path, `${shown} (${gibibytes} GiB)`]]
}

/** A host's line, as `docs/commands.md` documents it. */
function jsonLine(outcome: FactsOutcome): object {
  const { host, status, seconds } = outcome
  if (status === 'ok')
    return {
      type: 'facts',
      host,
      status,
      facts: outcome.value,
      error: null,
      seconds: rounded(seconds),
    }
  return {
    type: 'facts',
    host,
    status,
    facts: null,
    error: errorJson(outcome.error),
    seconds: rounded(seconds),
  }
}

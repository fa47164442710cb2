import { sh } from '../../core/sh.js'
import type { HostOutcome } from '../../engine/fleet/each-host.js'
import { oneLine } from '../../views/text/clean.js'
import { errorJson, rounded } from '../../views/json.js'
import { problem } from '../../views/text/problem.js'
import type { Style } from '../../views/screen.js'
import { onFleet, type SelectedHosts } from '../fleet.js'
import type { FleetFlags } from '../input/flags.js'
import { screensOf } from '../output/output.js'
import type { ProcessContext } from '../input/process-context.js'

/** The outcome of one host. */
type Pong = HostOutcome<{ readonly user: string }>

/**
 * `fettle ping`: connects to each host, becomes root if asked, and exchanges one answer.
 * @returns 0 when every host answered, 1 when one did not; 3 when nothing was contacted; a signal's
 *   code
 */
export const pingCommand = (flags: FleetFlags, io: ProcessContext): Promise<number> =>
  onFleet(flags, io, { name: 'fettle ping', doing: 'reading' }, (fleet) =>
    pingHosts(fleet, flags, io),
  )

async function pingHosts(
  fleet: SelectedHosts,
  flags: FleetFlags,
  io: ProcessContext,
): Promise<number> {
  const { out, err } = screensOf(io, flags.color)
  const people = flags.json === true ? err : out
  const tell = (line: object): void => {
    if (flags.json === true) out.write(`${JSON.stringify(line)}\n`)
  }
  const width = Math.max(0, ...fleet.hosts.map(({ name }) => oneLine(name).length))
  const begun = performance.now()
  const outcomes = await fleet.each<{ readonly user: string }>(
    async (session) => {
      await session.exchange([{ script: sh`:`, what: 'the ping', deadline: 30 }])
      return { user: session.user }
    },
    (pong) => {
      tell(jsonLine(pong))
      people.write(shown(pong, width, people.style))
    },
  )
  const good = outcomes.filter(({ status }) => status === 'ok').length
  const exitCode = good === outcomes.length ? 0 : 1
  tell({
    type: 'summary',
    hosts: Object.fromEntries(outcomes.map(({ host, status }) => [host, status])),
    exitCode,
    seconds: rounded((performance.now() - begun) / 1000),
  })
  if (outcomes.length > 1) people.write(`${good} of ${outcomes.length} hosts answered\n`)
  return exitCode
}

function shown(pong: Pong, width: number, style: Style): string {
  const host = oneLine(pong.host).padEnd(width)
  const seconds = style.dim(`${pong.seconds.toFixed(2)}s`)
  if (pong.status === 'ok')
    return `${host} : ${style.green('ok')} as ${oneLine(pong.value.user)}  ${seconds}\n`
  const lines = problem(pong.error, style).map((line) => `  ${line}\n`)
  return `${host} : ${style.red(pong.status)}  ${seconds}\n${lines.join('')}`
}

/** A host's line, as `docs/commands.md` documents it. */
function jsonLine(pong: Pong): object {
  const line = {
    type: 'ping',
    host: pong.host,
    status: pong.status,
    user: pong.status === 'ok' ? pong.value.user : null,
  }
  if (pong.status === 'ok') return { ...line, error: null, seconds: rounded(pong.seconds) }
  return { ...line, error: errorJson(pong.error), seconds: rounded(pong.seconds) }
}

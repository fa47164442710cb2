import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { FettleError } from '../core/errors.js'
import type { Play } from '../core/play.js'
import type { Inventory } from '../inventory/inventory.js'
import { connect as connectBySsh } from '../ssh/connect.js'
import { sumOfCounts } from './effects.js'
import type { Emit, HostSummary } from './events.js'
import { Machines } from './fleet/machines.js'
import { Supply } from './host/supply.js'
import type { RunOptions } from './options.js'
import { PlayRun } from './fleet/play-run.js'
import { prepare } from './prepare/prepare.js'
import { scrubbedEvent, Tally } from './resource-event.js'
import type { HostState } from './run-context.js'
import { Sessions, type Connect } from './fleet/sessions.js'
import { RunKeeper, runName } from './undo/keeper.js'

/**
 * Plans or applies plays for the hosts of an inventory. All output is events; a view that fails
 * does not end the run.
 * @returns the exit code: 0 done or nothing to do, 1 a failure or an unreachable host, 2 changes
 * (of a plan)
 * @throws FettleError for errors that the user has to correct first, before anything was contacted;
 * at the end the error of a view or of closing a session
 */
export async function run(
  plays: readonly Play[],
  inventory: Inventory,
  options: RunOptions,
  view: Emit,
  connectTo: Connect = connectBySsh,
): Promise<{ readonly exitCode: number }> {
  const begun = performance.now()
  const prepared = await prepare(plays, inventory, options)
  // Every host adds a listener to both; Node warns of a leak from eleven on.
  setMaxListeners(0, options.stop, options.kill)
  const defects: unknown[] = []
  const emit: Emit = (event) => {
    try {
      view(scrubbedEvent(event))
    } catch (error) {
      defects.push(error)
    }
  }
  const id = randomUUID()
  const time = new Date().toISOString()
  emit({
    type: 'run',
    version: 1,
    id,
    time,
    mode: options.mode,
    plays: prepared.plays.map(({ play, hosts }) => ({
      name: play.name,
      hosts: hosts.map((host) => host.name),
      tasks: play.tasks.map((task) => task.name),
    })),
  })
  for (const message of prepared.warnings) emit({ type: 'notice', host: null, message })
  const states = new Map<string, HostState>()
  for (const { name } of prepared.plays.flatMap(({ hosts }) => hosts))
    states.set(name, { tally: new Tally(), supply: new Supply(), counts: new Map(), ended: null })
  const sessions = new Sessions()
  const machines = new Machines({ id, time }, [...states.keys()], prepared.twins)
  const keeper = new RunKeeper(runName(id, time))
  const connect = connectTo
  const context = { run: prepared, states, options, emit, connect, sessions, machines, keeper }
  let ended: FettleError | null = null
  for (const [index, play] of prepared.plays.entries()) {
    const later = prepared.plays.slice(index + 1)
    ended = await new PlayRun(play, context, later).perform(ended)
  }
  await sessions.close().catch((error: unknown) => defects.push(error))
  await prepared.shared.clients.close().catch((error: unknown) => defects.push(error))
  const hosts = Object.fromEntries([...states].map(([name, { tally }]) => [name, tally.summary]))
  const exitCode = exitCodeOf(options.mode, Object.values(hosts), [...states.values()])
  const seconds = (performance.now() - begun) / 1000
  const changes = sumOfCounts([...states.values()].map(({ tally }) => tally.changes))
  emit({ type: 'summary', hosts, exitCode, seconds, changes })
  if (defects.length > 0) throw defects[0]
  return { exitCode }
}

function exitCodeOf(
  mode: RunOptions['mode'],
  summaries: readonly HostSummary[],
  states: readonly HostState[],
): number {
  const bad =
    summaries.some(({ failed }) => failed > 0) ||
    states.some(({ ended }) => ended !== null && ended.status !== 'ok')
  const pending = summaries.some(({ changed, unknown }) => changed + unknown > 0)
  if (bad) return 1
  return mode === 'plan' && pending ? 2 : 0
}

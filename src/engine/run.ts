import { randomUUID } from 'node:crypto'
import type { Play } from '../core/play.js'
import type { Inventory } from '../inventory/inventory.js'
import type { Emit } from './events.js'
import type { RunOptions } from './options.js'
import { PlayRun, type HostState } from './play-run.js'
import { prepare } from './prepare.js'
import { Tally } from './report.js'

/**
 * Plans or applies plays for the hosts of an inventory. All it has to say it says in events.
 * @returns the exit code: 0 done or nothing to do, 1 a failure or an unreachable host, 2 changes (of a plan)
 * @throws FettleError for what the user has to correct first; nothing has been contacted then
 */
export async function run(plays: readonly Play[], inventory: Inventory, options: RunOptions, emit: Emit): Promise<{ readonly exitCode: number }> {
  const begun = performance.now()
  const prepared = await prepare(plays, inventory, options)
  emit({ type: 'run', version: 1, id: randomUUID(), time: new Date().toISOString(), mode: options.mode, plays: prepared.plays.map(({ play, hosts }) => ({ name: play.name, hosts: hosts.map((host) => host.name), tasks: play.tasks.map((task) => task.name) })) })
  for (const message of prepared.warnings) emit({ type: 'notice', host: null, message })
  const states = new Map(prepared.plays.flatMap(({ hosts }) => hosts).map((host) => [host.name, { tally: new Tally(), counts: new Map(), ended: null } satisfies HostState as HostState]))
  for (const [index, play] of prepared.plays.entries()) {
    const later = new Set(prepared.plays.slice(index + 1).flatMap(({ hosts }) => hosts.map((host) => host.name)))
    await new PlayRun(play, prepared, states, options, emit, later).perform()
  }
  const summaries = [...states].map(([name, { tally }]) => [name, tally.summary] as const)
  const bad = summaries.some(([, { failed, unreachable }]) => failed > 0 || unreachable) || [...states.values()].some(({ ended }) => ended !== null && ended.status !== 'ok')
  const pending = summaries.some(([, { changed, unknown }]) => changed + unknown > 0)
  const exitCode = bad ? 1 : options.mode === 'plan' && pending ? 2 : 0
  emit({ type: 'summary', hosts: Object.fromEntries(summaries), exitCode, seconds: (performance.now() - begun) / 1000 })
  return { exitCode }
}

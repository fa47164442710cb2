import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Event } from '../../../src/engine/events.js'
import type { Command } from '../measure.js'

/**
 * Runs a command that prints its events as JSON lines. Returns when each host had ended, in seconds
 * from the start, by its name.
 */
export async function endTimes({ argv, cwd, env }: Command): Promise<ReadonlyMap<string, number>> {
  const [program = '', ...words] = argv
  const ends = new Map<string, number>()
  const begun = performance.now()
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as Event
    if (event.type === 'host') ends.set(event.host, (performance.now() - begun) / 1000)
  }
  if (child.exitCode === null) await once(child, 'exit')
  return ends
}

import { once } from 'node:events'
import { createWriteStream, readdirSync, rmSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/error-message.js'
import type { Event, RunEvent } from '../engine/events.js'
import { ownFolder } from '../files/own-folder.js'
import { createWithMode } from '../files/write-whole.js'
import { documented } from '../views/json.js'
import type { View } from '../views/view.js'

/** How many records a project keeps. */
const kept = 50

/** The name of a record. Sorted by name, records are in the order of their time. */
const named = ({ time, id }: RunEvent): string => `${time.replaceAll(':', '-')}-${id}.jsonl`

/** Removes old records to make room for a new one. */
function prune(runs: string): void {
  const records = readdirSync(runs)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
  for (const name of records.slice(0, 1 - kept)) rmSync(join(runs, name), { force: true })
}

/**
 * A view that records a run: its documented events and its notices as JSON lines in
 * `.fettle/runs/<time>-<id>.jsonl` (0600, because it holds diffs of hosts' files). The newest 50
 * are kept. A record that cannot be written does not stop a run: `onTrouble` gets the reason, once.
 */
export function recordView(project: string, onTrouble: (message: string) => void): View {
  let stream: WriteStream | null = null
  let failed = false

  const fail = (error: unknown): void => {
    const why = messageOf(error)
    if (!failed) onTrouble(`this run is not recorded in .fettle/runs: ${why}`)
    failed = true
    stream?.destroy()
    stream = null
  }
  const begin = (run: RunEvent): void => {
    try {
      const { path } = ownFolder(project, 'runs')
      prune(path)
      const fd = createWithMode(join(path, named(run)), 0o600)
      stream = createWriteStream('', { fd }).on('error', fail)
    } catch (error) {
      fail(error)
    }
  }
  return {
    onEvent(event: Event) {
      if (event.type === 'run' && stream === null && !failed) begin(event)
      const line = event.type === 'notice' ? event : documented(event)
      if (line !== null) stream?.write(`${JSON.stringify(line)}\n`)
    },
    async end() {
      if (stream === null) return
      const closed = once(stream, 'close').catch(fail)
      stream.end()
      await closed
    },
  }
}

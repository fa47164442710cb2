import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/error-message.js'
import type { HostEvent, RunMode } from '../engine/events.js'
import { ownFolder } from '../files/own-folder.js'
import { writeWhole } from '../files/write-whole.js'
import { unfinishedHosts } from '../views/unfinished-hosts.js'
import type { View } from '../views/view.js'

/** The file of a project that lists the hosts which the last `apply` has not finished. */
export const retryFile = '.fettle/retry'

/**
 * A view that writes the hosts which an `apply` has not finished to `.fettle/retry`, one per line,
 * for `-l @.fettle/retry`. The file is about the last `apply` that got as far as its hosts; one
 * that finished them all removes it. A file that cannot be written does not stop a run: `onTrouble`
 * gets the reason.
 */
export function retryView(project: string, onTrouble: (message: string) => void): View {
  const ends = new Map<string, HostEvent['status']>()
  let mode: RunMode = 'plan'

  const write = (hosts: readonly string[]): void => {
    try {
      if (hosts.length === 0 && !existsSync(join(project, '.fettle'))) return
      const path = join(ownFolder(project).path, 'retry')
      if (hosts.length === 0) rmSync(path, { force: true })
      else writeWhole(path, hosts.map((host) => `${host}\n`).join(''))
    } catch (error) {
      const why = messageOf(error)
      onTrouble(`${retryFile} is not that of this run: ${why}`)
    }
  }
  return {
    onEvent(event) {
      if (event.type === 'run') mode = event.mode
      if (event.type === 'host') ends.set(event.host, event.status)
      if (event.type === 'summary' && mode === 'apply') write(unfinishedHosts(ends, event))
    },
    end: () => Promise.resolve(),
  }
}

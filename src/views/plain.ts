import { oneLine } from './clean.js'
import { paintOf, resourceLines, worthALine, type Detail } from './resource-text.js'
import type { Screen } from './screen.js'
import type { View } from './view.js'

/** Without a terminal, as things happen: a line for each resource that is changed, failed or unknown, and nothing for what is ok. */
export const plainView = (screen: Screen, detail: Detail): View => ({
  onEvent(event) {
    if (event.type !== 'resource' || !worthALine(event, detail)) return
    const status = paintOf(event.status, screen.style)(event.status)
    screen.write(`${oneLine(event.host)}: ${status}: ${resourceLines(event, screen.style, detail).join('\n')}\n`)
  },
  end: () => screen.flush(),
})

/** Notices about the run as a whole, as they come: a warning of the inventory, a Ctrl-C. Those of a host wait for its recap. */
export const notesView = (screen: Screen): View => ({
  onEvent(event) {
    if (event.type === 'notice' && event.host === null) screen.write(`${screen.style.yellow('note')}: ${oneLine(event.message)}\n`)
  },
  end: () => screen.flush(),
})

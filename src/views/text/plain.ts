import { oneLine } from './clean.js'
import { paintOf, resourceLine, resourceLines, isShown, type Detail } from './resource-text.js'
import type { Screen } from '../screen.js'
import type { View } from '../view.js'

/**
 * The view without a terminal: a line for each resource that is changed, failed or unknown, and for
 * each host that cannot be reached or waits for another run, as it happens. Diffs follow their
 * line. What is ok is not shown.
 */
export const plainView = (screen: Screen, detail: Detail): View => ({
  onEvent(event) {
    const { style } = screen
    if (event.type === 'progress' && event.whom !== undefined)
      screen.write(`${oneLine(event.host)}: waiting for ${oneLine(event.whom)}\n`)
    if (event.type === 'host' && event.error !== null) {
      const status = style.red(event.status)
      screen.write(`${oneLine(event.host)}: ${status}: ${oneLine(event.error.message)}\n`)
    }
    if (event.type !== 'resource' || !isShown(event, detail)) return
    const status = paintOf(event.status, style)(event.status)
    const lines = detail.diffs ? resourceLines(event, style, detail) : [resourceLine(event, style)]
    screen.write(`${oneLine(event.host)}: ${status}: ${lines.join('\n')}\n`)
  },
  end: () => screen.flush(),
})

/**
 * Prints notices about the run as a whole as they come: a warning of the inventory, a Ctrl-C. Those
 * of a host are kept for its recap.
 */
export const noticesView = (screen: Screen): View => ({
  onEvent(event) {
    if (event.type === 'notice' && event.host === null)
      screen.write(`${screen.style.yellow('note')}: ${oneLine(event.message)}\n`)
  },
  end: () => screen.flush(),
})

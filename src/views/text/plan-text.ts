import type { ResourceEvent } from '../../engine/events.js'
import { oneLine } from './clean.js'
import { resourceLines, isShown, type Detail } from './resource-text.js'
import type { Screen, Style } from '../screen.js'
import type { View } from '../view.js'

interface AlikeHosts {
  readonly hosts: readonly string[]
  readonly events: readonly ResourceEvent[]
}

/** An event without its host and time, as a key to compare hosts by. */
const withoutHost = (event: ResourceEvent): ResourceEvent => ({
  ...event,
  host: '',
  seconds: 0,
  error: event.error && { ...event.error, address: null },
})

/** Groups hosts whose events are the same except for host and time. */
function grouped(byHost: ReadonlyMap<string, readonly ResourceEvent[]>): readonly AlikeHosts[] {
  const groups = new Map<string, AlikeHosts>()
  for (const [host, events] of byHost) {
    if (events.length === 0) continue
    const alike = JSON.stringify(events.map(withoutHost))
    const hosts = groups.get(alike)?.hosts ?? []
    groups.set(alike, { hosts: [...hosts, host], events })
  }
  return [...groups.values()]
}

function groupLines(
  { hosts, events }: AlikeHosts,
  style: Style,
  severalPlays: boolean,
  detail: Detail,
): readonly string[] {
  let task = ''
  const lines = events.flatMap((event) => {
    const names = severalPlays ? [event.play, event.task] : [event.task]
    const heading = names.map(oneLine).join(' › ')
    const lines = resourceLines(event, style, detail).map((line) => `    ${line}`)
    if (heading === task) return lines
    task = heading
    return [`  ${style.bold(heading)}`, ...lines]
  })
  return ['', style.bold(style.underline(hosts.map(oneLine).join(', '))), ...lines]
}

/**
 * Prints what would change or has changed at the end of a run: by host, by task, each resource with
 * its changes and their causes.
 */
export function planText(screen: Screen, detail: Detail): View {
  const byHost = new Map<string, ResourceEvent[]>()
  let plays = 0
  return {
    onEvent(event) {
      if (event.type === 'run') {
        plays = event.plays.length
        // Hosts are shown in the order of the inventory, not of their answers.
        for (const host of event.plays.flatMap((play) => play.hosts)) byHost.set(host, [])
      }
      if (event.type === 'resource' && isShown(event, detail)) byHost.get(event.host)?.push(event)
    },
    end() {
      for (const group of grouped(byHost))
        screen.write(groupLines(group, screen.style, plays > 1, detail).join('\n') + '\n')
      return screen.flush()
    },
  }
}

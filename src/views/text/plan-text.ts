import type { ResourceEvent } from '../../engine/events.js'
import { alikeHosts, type AlikeHosts } from './alike-hosts.js'
import { oneLine } from './clean.js'
import { resourceLines, isShown, type Detail } from './resource-text.js'
import type { Screen, Style } from '../screen.js'
import type { View } from '../view.js'

const namesOf = (hosts: readonly string[]): string => hosts.map(oneLine).join(', ')

/** Which hosts of a group have a result; empty where all have. */
function whereOf(hosts: readonly string[], group: readonly string[]): string {
  if (hosts.length === group.length) return ''
  const having = new Set(hosts)
  const others = group.filter((host) => !having.has(host))
  return others.length < hosts.length ? ` on all but ${namesOf(others)}` : ` on ${namesOf(hosts)}`
}

const indent = '    '

function groupLines(
  { hosts, results }: AlikeHosts,
  style: Style,
  severalPlays: boolean,
  detail: Detail,
): readonly string[] {
  let task = ''
  const lines = results.flatMap(({ hosts: having, event }) => {
    const names = severalPlays ? [event.play, event.task] : [event.task]
    const heading = names.map(oneLine).join(' › ')
    const where = style.bold(whereOf(having, hosts))
    const lines = resourceLines(event, style, detail, where).map((line) => `${indent}${line}`)
    if (heading === task) return lines
    task = heading
    return [`  ${style.bold(heading)}`, ...lines]
  })
  return ['', style.bold(style.underline(namesOf(hosts))), ...lines]
}

/**
 * Prints what would change or has changed at the end of a run: by hosts that are alike, by task,
 * each resource with its changes and their causes. What only some hosts of a group have names them.
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
      // A pipe or a file gets whole lines.
      const columns = screen.redraws ? screen.size().columns - indent.length : Infinity
      for (const group of alikeHosts(byHost)) {
        const lines = groupLines(group, screen.style, plays > 1, { ...detail, columns })
        screen.write(`${lines.join('\n')}\n`)
      }
      return screen.flush()
    },
  }
}

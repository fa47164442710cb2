import type { Event } from '../../engine/events.js'
import { oneLine } from './clean.js'
import { finalInOneLine } from './resource-text.js'
import type { Style } from '../screen.js'

/** What a plan would do that cannot be undone, with the hosts that have it in common. */
export class FinalChanges {
  readonly #hosts = new Map<string, string[]>()

  constructor(readonly style: Style) {}

  onEvent(event: Event): void {
    if (event.type !== 'resource' || event.status !== 'changed') return
    const line = finalInOneLine(event, this.style)
    if (line === null) return
    const hosts = this.#hosts.get(line)
    if (hosts === undefined) this.#hosts.set(line, [event.host])
    else hosts.push(event.host)
  }

  /** A line for each, after the hosts that it is about. */
  get lines(): readonly string[] {
    const { bold, red } = this.style
    return [...this.#hosts].map(([line, hosts]) => {
      const names = hosts.map(oneLine).join(', ')
      return `${bold(red('!'))} ${bold(`${names}:`)} ${line}`
    })
  }
}

import type { ResourceEvent } from '../../engine/events.js'

/** One result of a resource, and the hosts that have it. */
export interface SharedResult {
  readonly hosts: readonly string[]
  /** That of the first of them. */
  readonly event: ResourceEvent
}

/** Hosts with much the same results. */
export interface AlikeHosts {
  readonly hosts: readonly string[]
  /** In the order of the tasks. Where hosts differ, a resource has several. */
  readonly results: readonly SharedResult[]
}

interface HostResults {
  readonly host: string
  readonly events: readonly ResourceEvent[]
}

/** The results of one resource on the hosts of a group. */
interface Slot {
  readonly place: string
  readonly task: string
  readonly results: Map<string, { readonly hosts: string[]; readonly event: ResourceEvent }>
}

const taskOf = ({ play, task }: ResourceEvent): string => `${play}\0${task}`

const placeOf = (event: ResourceEvent): string => `${taskOf(event)}\0${event.resource}\0${event.id}`

/** An event without its host and time, to compare hosts by. */
const resultOf = (event: ResourceEvent): string =>
  JSON.stringify({
    ...event,
    host: '',
    seconds: 0,
    error: event.error && { ...event.error, address: null },
  })

/** Whether at least half of all these places are in both. */
function isAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const shared = [...a].filter((place) => b.has(place)).length
  return shared * 2 >= a.size + b.size - shared
}

/**
 * Groups hosts that have results for much the same resources, so that one differing line does not
 * repeat all others. Within a group equal results are one.
 */
export function alikeHosts(
  byHost: ReadonlyMap<string, readonly ResourceEvent[]>,
): readonly AlikeHosts[] {
  const groups: { readonly places: ReadonlySet<string>; readonly members: HostResults[] }[] = []
  for (const [host, events] of byHost) {
    if (events.length === 0) continue
    const places = new Set(events.map(placeOf))
    const group = groups.find((each) => isAlike(each.places, places))
    if (group === undefined) groups.push({ places, members: [{ host, events }] })
    else group.members.push({ host, events })
  }
  return groups.map(({ members }) => ({
    hosts: members.map(({ host }) => host),
    results: sharedResults(members),
  }))
}

function sharedResults(members: readonly HostResults[]): readonly SharedResult[] {
  const slots: Slot[] = []
  const byPlace = new Map<string, Slot>()
  for (const { host, events } of members) {
    /** Where the host's next resource belongs if no other host has it. */
    let at = 0
    for (const event of events) {
      const place = placeOf(event)
      const known = byPlace.get(place)
      const slot: Slot = known ?? { place, task: taskOf(event), results: new Map() }
      if (known === undefined) {
        byPlace.set(place, slot)
        at = endOfTask(slots, at, slot.task)
        slots.splice(at, 0, slot)
      }
      at = Math.max(at, slots.indexOf(slot, at) + 1)
      const result = resultOf(event)
      const shared = slot.results.get(result)
      if (shared === undefined) slot.results.set(result, { hosts: [host], event })
      else shared.hosts.push(host)
    }
  }
  return slots.flatMap(({ results }) => [...results.values()])
}

/** Moves on to the end of a task that a resource of another one would split. */
function endOfTask(slots: readonly Slot[], at: number, task: string): number {
  const before = slots[at - 1]?.task
  if (before === undefined || before === task) return at
  let end = at
  while (slots[end]?.task === before) end++
  return end
}

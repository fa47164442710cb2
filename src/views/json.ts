import { omitUndefined } from '../core/omit-undefined.js'
import type { ChangeCounts, Event, EventChange, EventError, HostSummary } from '../engine/events.js'
import type { Screen } from './screen.js'
import type { View } from './view.js'

// Objects are built key by key: the order of keys is documented, and fields meant for people are
// left out.

/** An error as a JSON line has it, in all commands. */
export const errorJson = ({ code, message, remedy, address, place }: EventError): object => ({
  code,
  message,
  remedy,
  address,
  ...omitUndefined({ place }),
})
const change = ({ summary, diff, because, effect, final, notes }: EventChange): object => ({
  summary,
  diff: diff === null ? null : { before: diff.before, after: diff.after },
  because,
  effect,
  final,
  ...omitUndefined({ notes }),
})
const counts = ({
  ok,
  changed,
  failed,
  skipped,
  unknown,
  ignored,
  unreachable,
}: HostSummary): object => ({ ok, changed, failed, skipped, unknown, ignored, unreachable })
const changeCounts = ({ create, change, remove, restart, final }: ChangeCounts): object => ({
  create,
  change,
  remove,
  restart,
  final,
})
/** Seconds, rounded to a thousandth. */
export const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000

/** An event as `docs/events.md` documents it; null for events that are meant for people only. */
export function documented(event: Event): object | null {
  switch (event.type) {
    case 'run': {
      const { type, version, id, time, mode, plays } = event
      return {
        type,
        version,
        id,
        time,
        mode,
        plays: plays.map(({ name, hosts, tasks }) => ({ name, hosts, tasks })),
      }
    }
    case 'resource': {
      const { type, play, task, host, resource, id, status, reason, places } = event
      return {
        type,
        play,
        task,
        host,
        resource,
        id,
        status,
        changes: event.changes.map(change),
        reason,
        error: event.error === null ? null : errorJson(event.error),
        seconds: rounded(event.seconds),
        ...omitUndefined({ places }),
      }
    }
    case 'error':
      return { type: event.type, ...errorJson(event) }
    case 'host':
      return {
        type: event.type,
        host: event.host,
        status: event.status,
        error: event.error === null ? null : errorJson(event.error),
      }
    case 'summary': {
      const hosts = Object.fromEntries(
        Object.entries(event.hosts).map(([host, summary]) => [host, counts(summary)]),
      )
      const { type, exitCode, seconds, changes } = event
      return { type, hosts, exitCode, seconds: rounded(seconds), changes: changeCounts(changes) }
    }
    case 'progress':
    case 'notice':
    case 'exchanges':
      return null
  }
}

/** `--json`: one event a line, for programs. */
export const jsonView = (screen: Screen): View => ({
  onEvent(event) {
    const line = documented(event)
    if (line !== null) screen.write(`${JSON.stringify(line)}\n`)
  },
  end: () => screen.flush(),
})

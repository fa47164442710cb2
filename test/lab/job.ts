import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { omitUndefined } from '../../src/core/omit-undefined.js'
import type { Ended } from '../../src/lab/command.js'
import type { LabHost } from '../../src/lab/host.js'
import type {
  HostEvent,
  HostSummary,
  ResourceEvent,
  SummaryEvent,
} from '../../src/engine/events.js'

type Line = ResourceEvent | HostEvent | SummaryEvent | { readonly type: 'run' | 'error' }

/** The parsed output of a run with `--json`. */
export interface Told {
  readonly code: number | null
  readonly resources: readonly ResourceEvent[]
  readonly hosts: readonly HostEvent[]
  readonly summary: Readonly<Record<string, HostSummary>>
  /** Standard output and error. */
  readonly text: string
}

/** Parses JSON lines; anything else on standard output is a failure. */
export function told({ code, stdout, stderr }: Ended): Told {
  const text = `${stdout}\n${stderr}`
  const events = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as Line
      } catch {
        throw new Error(`not a JSON line: ${line}\n${text}`)
      }
    })
  return {
    code,
    resources: events.filter((event): event is ResourceEvent => event.type === 'resource'),
    hosts: events.filter((event): event is HostEvent => event.type === 'host'),
    summary: events.find((event): event is SummaryEvent => event.type === 'summary')?.hosts ?? {},
    text,
  }
}

/** Each resource with this status as `type[id]: summaries`. */
export const withStatus = (
  { resources }: Told,
  status: ResourceEvent['status'],
): readonly string[] =>
  resources
    .filter((event) => event.status === status)
    .map(({ resource, id, changes, error }) => {
      const said = changes.map((change) => change.summary)
      if (error !== null) said.push(`${error.message} ${error.detail ?? ''}`)
      return `${resource}[${id}]: ${said.join('; ')}`
    })

/** Everything on a host's disk: path to inode, mode, owner, size and time of change. */
export async function listing(
  host: LabHost,
  ...places: readonly string[]
): Promise<ReadonlyMap<string, string>> {
  const roots = places.length === 0 ? ['/'] : places
  const format = '%p\\t%i %m %u %g %s %T@\\n'
  const stdout = await host.mustRun(['find', ...roots, '-xdev', '-printf', format])
  const lines = stdout.trimEnd().split('\n')
  return new Map(lines.map((line) => line.split('\t') as [string, string]))
}

/** Paths that are new, gone or different. */
export const difference = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .sort()

/** Waits until a condition holds; at the time limit throws with the last value. */
export async function eventually<T>(
  seconds: number,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > deadline)
      throw new Error(`after ${String(seconds)} s still: ${JSON.stringify(seen)}`)
    await sleep(200)
  }
}

/** Sends a delivery to the hook by hand, as GitHub signs it. Returns the status. */
export async function deliver(
  host: LabHost,
  secret: string,
  {
    body = { ref: 'refs/heads/main' },
    event = 'push',
    method = 'POST',
    signature,
  }: { body?: unknown; event?: string; method?: string; signature?: string | null } = {},
): Promise<number> {
  const payload = JSON.stringify(body)
  const right = `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`
  const signed = signature === undefined ? right : signature
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    ...omitUndefined({ 'x-hub-signature-256': signed ?? undefined }),
  }
  const sent = method === 'GET' ? { method, headers } : { method, headers, body: payload }
  const answer = await fetch(`http://${host.address}:9000/hooks/demo`, sent)
  return answer.status
}

/** Main process ids of services, by name. */
export async function processIds(
  host: LabHost,
  ...services: readonly string[]
): Promise<Readonly<Record<string, string>>> {
  const ids = (await host.mustRun(['systemctl', 'show', '-p', 'MainPID', '--value', ...services]))
    .split('\n')
    .filter((line) => line !== '')
  return Object.fromEntries(services.map((service, index) => [service, ids[index] ?? '']))
}

import type { EventChange, EventError, HostEvent, ResourceEvent } from '../../src/engine/events.js'

/** The events of a host. */
export interface Story {
  readonly host: string
  /** Seconds that it takes to connect. */
  readonly connecting: number
  readonly scenes: readonly Scene[]
  readonly end: HostEvent
}

export interface Scene {
  readonly event: ResourceEvent
  /** Its output, spread over its time. */
  readonly lines: readonly string[]
}

const installing = [
  'Reading package lists...',
  'Need to get 28.4 MB of archives.',
  'Get:7 http://deb.debian.org/debian bookworm/main amd64 mariadb-server-core amd64 1:10.11.6-0+deb12u1 [7,693 kB]',
  'Unpacking mariadb-server (1:10.11.6-0+deb12u1) ...',
  'Setting up mariadb-common (1:10.11.6-0+deb12u1) ...',
  'Setting up libmariadb3:amd64 (1:10.11.6-0+deb12u1) ...',
  'Setting up mariadb-server (1:10.11.6-0+deb12u1) ...',
  'Processing triggers for libc-bin (2.36-9+deb12u4) ...',
]
const collecting = [
  'Collecting flask==3.0.3',
  'Downloading SQLAlchemy-2.0.30-cp311-cp311-manylinux_2_17_x86_64.whl (3.1 MB)',
  'Installing collected packages: PyMySQL, SQLAlchemy, flask, gunicorn',
]

/** Task, resource, id, seconds, output. */
const job: readonly (readonly [
  task: string,
  resource: string,
  id: string,
  seconds: number,
  lines?: readonly string[],
])[] = [
  ['Packages', 'apt.packages', 'mariadb-server, python3-venv, git', 9, installing],
  ['Database', 'mysql.database', 'demo', 0.2],
  ['Database', 'mysql.user', 'demo@localhost', 0.2],
  ['App user', 'group', 'demo', 0.1],
  ['App user', 'user', 'demo', 0.2],
  ['App user', 'directory', '/srv/demo', 0.1],
  ['Code', 'sshKey', '/home/demo/.ssh/deploy', 0.3],
  ['Code', 'git.checkout', '/srv/demo/app', 1.6],
  ['Code', 'python.venv', '/srv/demo/venv', 6, collecting],
  ['Gunicorn service', 'file', '/etc/demo/environment', 0.2],
  ['Gunicorn service', 'systemd.unit', 'demo.service', 0.1],
  ['Gunicorn service', 'systemd.service', 'demo.service', 3.4],
  ['Webhook', 'file', '/etc/webhook.conf', 0.2],
  ['Webhook', 'sudoers', 'webhook', 0.2],
  ['Webhook', 'systemd.service', 'webhook.service', 3.4],
  ['Proof', 'check.http', 'http://localhost:5000/', 0.6],
]

const broken: EventError = {
  code: 'action-failed',
  message: '`pip install` in /srv/demo/venv failed with status 1',
  remedy: 'see what it printed',
  address: null,
  place: 'tasks/code.ts:14',
  detail:
    'Collecting SQLAlchemy==2.0.99\nERROR: Could not find a version that satisfies the requirement SQLAlchemy==2.0.99 (from versions: 2.0.27, 2.0.28, 2.0.29, 2.0.30)\n\u001b[31mERROR: No matching distribution found for SQLAlchemy==2.0.99\u001b[0m',
}

const away = (host: string): EventError => ({
  code: 'unreachable',
  message: `${host} (root@${host}:22) cannot be reached: connect ECONNREFUSED 10.0.0.9:22`,
  remedy: 'see that the host is up and that sshd listens there',
  address: null,
  detail: null,
})

const oddNames = [
  'web-東京-1',
  'db\u202e-evil',
  'e\u0301te\u0301',
  '🚀-launch',
  'a-name-that-is-longer-than-anybody-would-ever-want-it.internal.example.org',
  'x\u001b]0;owned\u0007y',
  '👩‍👩‍👧-family',
  '서울',
]

/** A pseudo-random generator with a fixed seed. */
function chance(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
}

/**
 * The deployment job on many hosts; of `failing` one cannot be reached and the others fail half
 * way.
 */
export function imagined({
  hosts,
  failing,
  odd,
}: {
  readonly hosts: number
  readonly failing: number
  readonly odd: boolean
}): readonly Story[] {
  const next = chance(hosts)
  return Array.from({ length: hosts }, (_, index): Story => {
    const host = odd ? (oddNames[index] ?? `web${index + 1}`) : usualName(index + 1, hosts)
    const place = Math.floor((index * failing) / hosts)
    const fails = failing > 0 && place !== Math.floor(((index + 1) * failing) / hosts)
    const isAway = fails && place === 0 && failing > 1
    const slow = 0.6 + next() * 0.8 + (next() < 0.1 ? 1.5 : 0)
    const pace = fails ? 0.7 : slow
    const breaks =
      fails && !isAway ? job.findIndex(([, resource]) => resource === 'python.venv') : job.length
    const statusAt = (at: number, changed: boolean): ResourceEvent['status'] => {
      if (at > breaks) return 'skipped'
      if (at === breaks) return 'failed'
      return changed ? 'changed' : 'ok'
    }
    const scenes = (isAway ? [] : job).map(
      ([task, resource, id, seconds, lines = []], at): Scene => {
        const changed = next() < 0.9 && resource !== 'check.http'
        const status = statusAt(at, changed)
        const starts = resource === 'systemd.service'
        const change: EventChange = {
          summary: starts ? 'start' : 'create',
          diff: null,
          because: [],
          effect: starts ? 'change' : 'create',
          final: null,
        }
        const event: ResourceEvent = {
          type: 'resource',
          play: 'Flask app',
          task,
          host,
          resource,
          id,
          name: `${resource}[${id}]`,
          status,
          changes: status === 'changed' ? [change] : [],
          reason: status === 'skipped' ? 'an earlier resource has failed' : null,
          error: status === 'failed' ? broken : null,
          seconds: status === 'changed' || status === 'failed' ? seconds * pace : 0,
        }
        return { event, lines: event.seconds > 0 ? lines : [] }
      },
    )
    const connecting = isAway ? 2.5 : 0.2 + next()
    const end = { type: 'host', host } as const
    if (isAway)
      return { host, connecting, scenes, end: { ...end, status: 'unreachable', error: away(host) } }
    const status = fails ? 'failed' : 'ok'
    return { host, connecting, scenes, end: { ...end, status, error: null } }
  })
}

/** `web07.example.org` among up to 99. */
const usualName = (number: number, hosts: number): string =>
  `web${String(number).padStart(String(hosts).length, '0')}.example.org`

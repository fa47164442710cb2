import type {
  ChangeCounts,
  Event,
  EventChange,
  EventError,
  HostSummary,
  ResourceEvent,
} from '../../src/engine/events.js'
import { plainStyle, type Screen } from '../../src/views/screen.js'

/** A screen that records what is written to it. */
export function paper(
  size = { rows: 24, columns: 80 },
): Screen & { readonly writes: string[]; readonly text: string } {
  const writes: string[] = []
  return {
    writes,
    get text() {
      return writes.join('')
    },
    style: plainStyle,
    redraws: false,
    size: () => size,
    write: (text) => void writes.push(text),
    flush: () => Promise.resolve(),
  }
}

export const error = (message: string, rest: Partial<EventError> = {}): EventError => ({
  code: 'action-failed',
  message,
  remedy: 'see the output of the command',
  address: null,
  detail: null,
  ...rest,
})

export const resource = (
  host: string,
  id: string,
  rest: Partial<ResourceEvent> = {},
): ResourceEvent => {
  const type = rest.resource ?? 'file'
  return {
    type: 'resource',
    play: 'Flask app',
    task: 'Gunicorn service',
    host,
    resource: type,
    id,
    name: `${type}[${id}]`,
    status: 'ok',
    changes: [],
    reason: null,
    error: null,
    seconds: 0.0123456,
    ...rest,
  }
}

/** A change that can be undone, without a diff. */
export const change = (summary: string, rest: Partial<EventChange> = {}): EventChange => ({
  summary,
  diff: null,
  because: [],
  effect: 'change',
  final: null,
  ...rest,
})

export const changeCounts = (rest: Partial<ChangeCounts> = {}): ChangeCounts => ({
  create: 0,
  change: 0,
  remove: 0,
  restart: 0,
  final: 0,
  ...rest,
})

export const counts = (rest: Partial<HostSummary> = {}): HostSummary => ({
  ok: 0,
  changed: 0,
  failed: 0,
  skipped: 0,
  unknown: 0,
  ignored: 0,
  unreachable: false,
  seconds: 1.24,
  ...rest,
})

export const runOf = (hosts: readonly string[], mode: 'plan' | 'apply' = 'plan'): Event => ({
  type: 'run',
  version: 1,
  id: '5f0c9a52',
  time: '2026-01-31T12:00:00.000Z',
  mode,
  plays: [{ name: 'Flask app', hosts, tasks: ['Packages', 'Gunicorn service'] }],
})

/**
 * A run with every type of event and every status, on three hosts of which one is never reached.
 */
export const everything = (mode: 'plan' | 'apply' = 'plan'): readonly Event[] => [
  runOf(['web1', 'web2', 'db1'], mode),
  {
    type: 'notice',
    host: null,
    message: 'inventory/hosts.yml:4: nobody declares prot; did you mean port?',
  },
  ...['web1', 'web2'].flatMap((host): readonly Event[] => [
    {
      type: 'progress',
      host,
      play: 0,
      doing: 'reading',
      task: null,
      resource: null,
      line: null,
      finished: 0,
      total: 6,
    },
    resource(host, 'nginx', {
      resource: 'apt.packages',
      task: 'Packages',
      reason: 'nginx 1.22.1-9 is installed',
    }),
    resource(host, '/etc/app.conf', {
      name: 'settings',
      status: 'changed',
      changes: [
        change('mode 0644 → 0600'),
        change('content differs', { diff: { before: 'a\nb\n', after: 'a\nB\n' } }),
      ],
    }),
    resource(host, 'app.service', {
      resource: 'systemd.service',
      status: 'changed',
      changes: [change('restart', { because: ['file[/etc/app.conf]'], effect: 'restart' })],
    }),
    resource(host, 'app@localhost', {
      resource: 'mysql.user',
      status: 'unknown',
      reason: 'MariaDB is not installed',
    }),
    resource(host, 'true', {
      resource: 'command',
      status: 'ignored',
      error: error('true ended with 1'),
    }),
    resource(host, 'http://localhost/', {
      resource: 'check.http',
      status: 'failed',
      error: error('http://localhost/ answered 502', {
        code: 'check-failed',
        address: `${host}/check.http[http://localhost/]`,
        detail: 'Bad Gateway\n',
      }),
    }),
    resource(host, '/etc/late', { status: 'skipped', reason: 'an earlier resource has failed' }),
    { type: 'exchanges', host, counts: { shell: 3, mysql: 2 } },
    { type: 'host', host, status: 'failed', error: null },
  ]),
  { type: 'notice', host: 'web1', message: 'systemd.service[other.service]: a restart is pending' },
  {
    type: 'host',
    host: 'db1',
    status: 'unreachable',
    error: error('db1: connection refused', {
      code: 'connection-failed',
      remedy: 'see whether sshd runs',
    }),
  },
  {
    type: 'summary',
    exitCode: 1,
    seconds: 2.5,
    changes: changeCounts({ change: 2, restart: 2 }),
    hosts: {
      web1: counts({ ok: 3, changed: 2, failed: 1, skipped: 1, unknown: 1, ignored: 1 }),
      web2: counts({ ok: 13, changed: 2, failed: 1, skipped: 1, unknown: 1, ignored: 1 }),
      db1: counts({ unreachable: true, seconds: 10 }),
    },
  },
]

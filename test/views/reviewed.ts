import type { EventChange } from '../../src/engine/events.js'
import { change, resource } from './events.js'
import type { Story } from './imagined.js'

type Result = readonly [task: string, resource: string, id: string, ...changes: EventChange[]]

const created = (summary: string): EventChange => change(summary, { effect: 'create' })

const restarted = (because: EventChange['because']): EventChange =>
  change('restart', { effect: 'restart', because })

const settings = change('content differs', {
  diff: { before: 'workers = 3\nbind = :8000\n', after: 'workers = 5\nbind = :8000\n' },
})

const everywhere: readonly Result[] = [
  ['Packages', 'apt.packages', 'redis-server', created('install redis-server 5:7.0.15-1')],
  ['Accounts', 'user', 'queue', created('create user queue')],
  ['Queue', 'directory', '/srv/queue', created('create directory: 0750 queue:queue')],
  ['Queue', 'file', '/etc/queue.conf', created('create file: 0640 root:queue, 312 bytes')],
  ['Web', 'file', '/etc/gunicorn.conf.py', settings],
  ['Web', 'systemd.service', 'gunicorn.service', restarted(['file[/etc/gunicorn.conf.py]'])],
]

const dropped: Result = [
  'Database',
  'mysql.database',
  'shop_old',
  change('drop database shop_old', {
    effect: 'remove',
    final: 'its 12 tables are deleted',
  }),
]

const removed: Result = ['Web', 'file', '/etc/cron.d/shop', change('remove', { effect: 'remove' })]

const storyOf = (host: string, results: readonly Result[]): Story => ({
  host,
  connecting: 0.2,
  scenes: results.map(([task, type, id, ...changes]) => ({
    event: resource(host, id, { task, resource: type, status: 'changed', changes, seconds: 0 }),
    lines: [],
  })),
  end: { type: 'host', host, status: 'ok', error: null },
})

/** A plan of twenty changes on three hosts, with a database that is dropped on one of them. */
export const reviewed: readonly Story[] = [
  storyOf('web1.example.org', [...everywhere, removed]),
  storyOf('web2.example.org', [...everywhere.slice(0, 4), dropped, ...everywhere.slice(4)]),
  storyOf('web3.example.org', everywhere),
]

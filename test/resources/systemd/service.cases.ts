import { systemdService } from '../../../src/resources/systemd/service.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import type { Case } from '../../../src/testing/case.js'
import { mark, members, on, running, service, wanted } from './service-state.js'
import { unitState, instance } from './unit-state.js'

// The reference shows it with the example, so it stands in this file.
const unit = systemdUnit('app.service', { content: '[Service]\nExecStart=/bin/true\n' })
const hidden = { hidden: '/var/lib/fettle' }

const unit = systemdUnit('app.service', { content: '[Service]\nExecStart=/bin/true\n' })

export const cases: readonly Case[] = [
  {
    name: 'started and enabled',
    example: true,
    resource: () =>
      systemdService('app.service', { running: true, enabled: true, restartOn: [unit] }),
    facts: on({}),
    changes: ['enable: disabled → enabled', 'start: inactive → active'],
    keys: { unit: 'app.service', marks: 'app.service' },
  },
  {
    name: 'runs',
    resource: service(wanted),
    facts: on(running),
    changes: [],
    reason: 'active (running), enabled',
  },
  {
    name: 'reloads itself',
    resource: service(wanted),
    facts: on({ ...running, active: 'reloading' }),
    changes: [],
    reason: 'reloading (running), enabled',
  },
  {
    name: 'stopped by hand',
    resource: service(wanted),
    facts: on({ file: 'enabled' }),
    changes: ['start: inactive → active'],
  },
  {
    name: 'stopped, and its unit written by hand',
    resource: service(wanted),
    facts: on({ file: 'enabled', needsReload: true }),
    changes: ['start: inactive → active, after a daemon-reload'],
  },
  {
    name: 'disabled by hand',
    resource: service(wanted),
    facts: on({ ...running, file: 'disabled' }),
    changes: ['enable: disabled → enabled'],
    scripts: ['systemctl enable --no-reload -- app.service', 'systemctl daemon-reload'],
  },
  {
    name: 'failed',
    resource: service(wanted),
    facts: on({ active: 'failed', sub: 'failed', file: 'enabled', result: 'start-limit-hit' }),
    changes: ['start: failed (start-limit-hit) → active'],
  },
  {
    name: 'crashes again and again',
    resource: service(wanted),
    facts: on({ ...running, active: 'activating', sub: 'auto-restart' }),
    changes: ['start: activating (auto-restart) → active'],
  },
  {
    name: 'is starting',
    resource: service(wanted),
    facts: on({ ...running, active: 'activating', sub: 'start' }),
    changes: ['start: activating (start) → active'],
  },
  {
    name: 'is starting as it was before a trigger changed',
    resource: service(wanted),
    facts: on({ ...running, active: 'activating', sub: 'start' }, mark('restart')),
    changes: ['restart: activating (start) → active'],
  },
  {
    name: 'is starting as it was before its unit was written',
    resource: service(wanted),
    facts: on({ ...running, active: 'activating', sub: 'start', needsReload: true }),
    changes: ['restart: activating (start) → active, after a daemon-reload'],
  },
  {
    name: 'a trigger changed, the run died',
    resource: service(wanted),
    facts: on(running, mark('restart')),
    changes: ['restart'],
  },
  {
    name: 'a trigger changed, and it was restarted since',
    resource: service(wanted),
    facts: on(
      running,
      mark('restart', unit.address, 'f'.repeat(32)),
      mark('restart', unit.address, null),
    ),
    changes: [],
  },
  {
    name: 'a trigger changed while nothing ran, and what runs now has no instance to compare',
    resource: service(wanted),
    facts: on({ ...running, invocation: null }, mark('restart', unit.address, null)),
    changes: [],
  },
  {
    name: 'something else is going to change',
    resource: service(wanted),
    facts: on(running),
    changing: [members.address],
    changes: [],
  },
  {
    name: 'a trigger that no task has any more',
    resource: service({ running: true }),
    facts: on(running, mark('restart', 'file[/etc/gone]')),
    changes: ['restart'],
  },
  {
    name: 'a trigger is going to change',
    resource: service(wanted),
    facts: on(running),
    changing: [unit.address],
    changes: ['restart'],
  },
  {
    name: 'what is stopped is started, not restarted',
    resource: service(wanted),
    facts: on({ file: 'enabled' }, mark('restart')),
    changing: [unit.address],
    changes: ['start: inactive → active'],
  },
  {
    name: 'marks that only root may see matter to what runs and waits for something',
    resource: service({ restartOn: [unit] }),
    facts: { unit: unitState(running), marks: hidden },
    changes: [
      'blocked: the pending restarts could not be read: only root may read /var/lib/fettle',
    ],
    remedy: 'give the play become: true',
  },
  {
    name: 'but not where a change is known',
    resource: service({ restartOn: [unit] }),
    facts: { unit: unitState(running), marks: hidden },
    changing: [unit.address],
    changes: ['restart'],
  },
  {
    name: 'nor to what waits for nothing',
    resource: service({ running: true }),
    facts: { unit: unitState(running), marks: hidden },
    changes: [],
  },
  {
    name: 'nor to what does not run',
    resource: service({ running: true, restartOn: [unit] }),
    facts: { unit: unitState({}), marks: hidden },
    changes: ['start: inactive → active'],
  },
  {
    name: 'what does not run is not restarted',
    resource: service({ restartOn: [unit] }),
    facts: on({ invocation: instance }, mark('restart')),
    changing: [unit.address],
    changes: [],
  },
  {
    name: 'what should not run is not restarted',
    resource: service({ running: false, restartOn: [unit] }),
    facts: on(running, mark('restart')),
    changes: ['stop: active → inactive'],
    scripts: ['systemctl stop -- app.service'],
  },
  {
    name: 'reload',
    resource: service({ running: true, reloadOn: [unit] }),
    facts: on(running, mark('reload')),
    changes: ['reload'],
  },
  {
    name: 'a restart reloads too',
    resource: service({ restartOn: [unit], reloadOn: [members] }),
    facts: on(running, mark('reload', members.address), mark('restart')),
    changes: ['restart'],
  },
  {
    name: 'cannot be reloaded',
    resource: service({ reloadOn: [unit] }),
    facts: on({ ...running, canReload: false }, mark('reload')),
    changes: ['blocked: app.service cannot be reloaded: its unit has no ExecReload='],
    remedy: 'use restartOn instead of reloadOn',
  },
  {
    name: 'cannot be reloaded as it is, and something is going to change that',
    resource: service({ reloadOn: [unit] }),
    facts: on({ ...running, canReload: false }),
    changing: [unit.address],
    changes: ['reload'],
  },
  {
    name: 'a command’s mark is none of a service',
    resource: service(wanted),
    facts: on(running, mark('run')),
    changes: [],
  },
  ...[
    ['static', 'static: it has no [Install] section, others start it'],
    ['indirect', 'indirect: its [Install] section enables others'],
    ['alias', 'an alias of another unit'],
    ['generated', 'generated by systemd'],
    ['linked', 'linked from elsewhere'],
    ['transient', 'transient'],
    ['', 'without a unit file'],
  ].map(
    ([file = '', why = '']): Case => ({
      name: `${file || 'without a file'} counts as enabled`,
      resource: service(wanted),
      facts: on({ ...running, file }),
      changes: [],
      reason: `active (running), ${why}`,
    }),
  ),
  {
    name: 'where enabled is not managed, the state of the file is told in a word',
    resource: service({ running: true }),
    facts: on({ ...running, file: 'static' }),
    changes: [],
    reason: 'active (running), static',
  },
  {
    name: 'and nothing of a file that there is not',
    resource: service({ running: true }),
    facts: on({ ...running, file: '' }),
    changes: [],
    reason: 'active (running)',
  },
  {
    name: 'enabled until the next boot only',
    resource: service(wanted),
    facts: on({ ...running, file: 'enabled-runtime' }),
    changes: ['enable: enabled-runtime → enabled'],
  },
  {
    name: 'an alias is enabled by its own name',
    resource: () => systemdService('mysql', { enabled: true }),
    facts: on({ id: 'mariadb.service' }),
    changes: ['enable: disabled → enabled'],
    scripts: ['systemctl enable --no-reload -- mariadb.service', 'systemctl daemon-reload'],
  },
  {
    name: 'disabled',
    resource: service({ enabled: false }),
    facts: on(running),
    changes: ['disable: enabled → disabled'],
    scripts: ['systemctl disable --no-reload -- app.service', 'systemctl daemon-reload'],
  },
  {
    name: 'already disabled',
    resource: service({ enabled: false }),
    facts: on({}),
    changes: [],
    reason: 'inactive (dead), disabled',
  },
  {
    name: 'disabled where it was enabled until the next boot only',
    resource: service({ enabled: false }),
    facts: on({ ...running, file: 'enabled-runtime' }),
    changes: ['disable: enabled-runtime → disabled'],
    scripts: ['systemctl disable --no-reload --runtime -- app.service', 'systemctl daemon-reload'],
  },
  {
    name: 'failed counts as stopped',
    resource: service({ running: false }),
    facts: on({ active: 'failed' }),
    changes: [],
  },
  {
    name: 'cannot be loaded',
    resource: service(wanted),
    facts: on({ load: 'bad-setting' }),
    changes: ['blocked: systemd cannot load app.service (bad-setting)'],
    remedy: 'see systemctl status app.service on the host',
  },
  {
    name: 'loaded before its file became bad',
    resource: service({ enabled: true }),
    facts: on({ ...running, file: 'bad' }),
    changes: ['blocked: systemd cannot load app.service (its file is bad)'],
    remedy: 'see systemctl status app.service on the host',
  },
  {
    name: 'no such unit',
    resource: service(wanted),
    facts: on(null),
    changes: ['blocked: there is no unit app.service'],
    remedy:
      'add the resource that brings it (a package, a systemd.unit) before this one, or correct the name',
  },
  ...[{ running: true }, { enabled: true }].map(
    (options): Case => ({
      name: `no such unit, and ${Object.keys(options).join()} is wanted`,
      resource: service(options),
      facts: on(null),
      changes: ['blocked: there is no unit app.service'],
    }),
  ),
  {
    name: 'no such unit, and none wanted',
    resource: service({ running: false, enabled: false }),
    facts: on(null),
    changes: [],
    reason: 'there is no such unit',
  },
  {
    name: 'started, and watched for longer',
    resource: service({ running: true, stableFor: 30 }),
    facts: on({}),
    changes: ['start: inactive → active'],
  },
]

import type { PendingMark } from '../../../src/facts/systemd/pending-marks.js'
import type { UnitState } from '../../../src/facts/systemd/unit.js'
import { group } from '../../../src/resources/accounts/group.js'
import type { ServiceOptions } from '../../../src/resources/systemd/service-options.js'
import { systemdService } from '../../../src/resources/systemd/service.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import type { Case } from '../../../src/testing/case.js'
import { instance, unitState } from './unit-state.js'

const unit = systemdUnit('app.service', { content: '[Service]\nExecStart=/bin/true\n' })
const members = group('demo-hook')
const service = (options: ServiceOptions) => () => systemdService('app.service', options)
const hidden = { hidden: '/var/lib/fettle' }
const on = (
  changed: Partial<UnitState> | null,
  ...marks: readonly PendingMark[]
): Case['facts'] => ({ unit: changed === null ? null : unitState(changed), marks })
const running: Partial<UnitState> = {
  active: 'active',
  sub: 'running',
  file: 'enabled',
  invocation: instance,
}
const masked: Partial<UnitState> = { load: 'masked', file: 'masked' }
const mark = (
  effect: PendingMark['effect'],
  trigger = unit.address,
  of: string | null = instance,
): PendingMark => ({ effect, trigger, instance: of })
const wanted: ServiceOptions = { running: true, enabled: true, restartOn: [unit] }

export const cases: readonly Case[] = [
  {
    name: 'started and enabled',
    example: true,
    resource: () =>
      systemdService('app.service', { running: true, enabled: true, restartOn: [unit] }),
    facts: on({}),
    changes: ['enable: disabled → enabled', 'start: inactive → active'],
  },
  { name: 'runs', resource: service(wanted), facts: on(running), changes: [] },
  {
    name: 'reloads itself',
    resource: service(wanted),
    facts: on({ ...running, active: 'reloading' }),
    changes: [],
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
  },
  {
    name: 'a command’s mark is none of a service',
    resource: service(wanted),
    facts: on(running, mark('run')),
    changes: [],
  },
  ...['static', 'indirect', 'alias', 'generated', 'linked', 'transient', ''].map(
    (file): Case => ({
      name: `${file || 'without a file'} counts as enabled`,
      resource: service(wanted),
      facts: on({ ...running, file }),
      changes: [],
    }),
  ),
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
  { name: 'already disabled', resource: service({ enabled: false }), facts: on({}), changes: [] },
  {
    name: 'failed counts as stopped',
    resource: service({ running: false }),
    facts: on({ active: 'failed' }),
    changes: [],
  },
  {
    name: 'masked',
    resource: service({ masked: true }),
    facts: on({ path: '/lib/systemd/system/app.service' }),
    changes: ['mask: disabled → masked'],
    scripts: ['systemctl mask -- app.service'],
  },
  {
    name: 'stopped, then masked',
    resource: service({ masked: true, running: false }),
    facts: on({ ...running, path: '/lib/systemd/system/app.service' }),
    changes: ['stop: active → inactive', 'mask: enabled → masked'],
  },
  {
    name: 'masked before it is installed',
    resource: service({ masked: true, running: false }),
    facts: on(null),
    changes: ['mask: no such unit → masked'],
  },
  { name: 'already masked', resource: service({ masked: true }), facts: on(masked), changes: [] },
  {
    name: 'masked until the next boot only',
    resource: service({ masked: true }),
    facts: on({ load: 'masked', file: 'masked-runtime' }),
    changes: ['mask: masked-runtime → masked'],
  },
  {
    name: 'a file where the mask would be',
    resource: service({ masked: true }),
    facts: on({}),
    changes: [
      'blocked: app.service has a file of its own in /etc/systemd/system, where the mask would be',
    ],
  },
  {
    name: 'masked by hand',
    resource: service(wanted),
    facts: on(masked),
    changes: ['blocked: app.service is masked'],
  },
  {
    name: 'unmasked',
    resource: service({ ...wanted, masked: false }),
    facts: on(masked),
    changes: ['unmask: masked', 'enable: masked → enabled', 'start: inactive → active'],
  },
  {
    name: 'a mask is no matter to what should be off',
    resource: service({ running: false, enabled: false }),
    facts: on(masked),
    changes: [],
  },
  {
    name: 'cannot be loaded',
    resource: service(wanted),
    facts: on({ load: 'bad-setting' }),
    changes: ['blocked: systemd cannot load app.service (bad-setting)'],
  },
  {
    name: 'no such unit',
    resource: service(wanted),
    facts: on(null),
    changes: ['blocked: there is no unit app.service'],
  },
  {
    name: 'no such unit, and none wanted',
    resource: service({ running: false, enabled: false }),
    facts: on(null),
    changes: [],
  },
  {
    name: 'started, and watched for longer',
    resource: service({ running: true, stableFor: 30 }),
    facts: on({}),
    changes: ['start: inactive → active'],
  },
]

import type { UnitState } from '../../../src/facts/systemd/unit.js'
import { sh } from '../../../src/core/sh.js'
import { digestOf } from '../../../src/resources/files/content.js'
import { holding } from '../../../src/resources/files/write-file.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import type { Case } from '../../../src/testing/case.js'
import { directoryEntry, fileEntry, holdingText, linkEntry } from '../files/entry.js'
import { unitState } from './unit-state.js'

const text = '[Service]\nExecStart=/bin/sleep infinity\n'
const path = '/etc/systemd/system/app.service'
const app = () => systemdUnit('app.service', { content: text })
const gone = () => systemdUnit('app.service', { state: 'absent' })
const loaded = (changed: Partial<UnitState> = {}): UnitState => unitState({ path, ...changed })

const textKey = { contentUnless: digestOf(text), size: text.length }
const setAttributes = sh`chown -- root:root /proc/self/fd/3 && chmod -- 0644 /proc/self/fd/3`

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: app,
    facts: { file: null, unit: null },
    changes: [`create ${path}: 0644 root:root, 40 bytes`],
    effects: ['create'],
    keys: { file: { path, follow: false, ...textKey }, unit: 'app.service' },
  },
  {
    name: 'as it should be',
    resource: app,
    facts: { file: holdingText(text), unit: loaded() },
    changes: [],
    reason: `${path} is loaded as it should be`,
  },
  {
    name: 'not loaded is no difference',
    resource: app,
    facts: { file: holdingText(text), unit: null },
    changes: [],
  },
  {
    name: 'another content',
    resource: app,
    facts: { file: holdingText('[Service]\n'), unit: loaded() },
    changes: ['content changed'],
    effects: ['change'],
  },
  {
    name: 'content and attributes',
    resource: app,
    facts: {
      file: holdingText('', { mode: 0o600, uid: 7, owner: 'app' }),
      unit: loaded({ needsReload: true }),
    },
    changes: ['content changed, mode 0600 → 0644, owner app → root'],
    effects: ['change'],
  },
  {
    name: 'mode',
    resource: app,
    facts: { file: holdingText(text, { mode: 0o664 }), unit: loaded() },
    changes: ['mode 0664 → 0644'],
    effects: ['change'],
    scripts: [holding(path, setAttributes).text],
  },
  {
    name: 'owner without a name, and group',
    resource: app,
    facts: {
      file: holdingText(text, { uid: 1234, owner: null, gid: 5, group: 'tty' }),
      unit: loaded(),
    },
    changes: ['owner 1234 → root, group tty → root'],
    effects: ['change'],
  },
  {
    name: 'daemon-reload forgotten',
    resource: app,
    facts: { file: holdingText(text), unit: loaded({ needsReload: true }) },
    changes: ['daemon-reload: systemd has loaded an older version'],
    effects: ['change'],
    scripts: ['systemctl daemon-reload'],
  },
  {
    name: 'the package’s is loaded',
    resource: app,
    facts: { file: holdingText(text), unit: loaded({ path: '/lib/systemd/system/app.service' }) },
    changes: ['daemon-reload: systemd has loaded an older version'],
  },
  {
    name: 'loaded without a file',
    resource: app,
    facts: { file: holdingText(text), unit: loaded({ path: '' }) },
    changes: [],
  },
  {
    name: 'masked',
    resource: app,
    facts: { file: linkEntry('/dev/null'), unit: loaded({ load: 'masked' }) },
    changes: [`blocked: app.service is masked: ${path} is a link to /dev/null`],
    remedy:
      'run systemctl unmask app.service on the host, or give systemd.service masked: false before this resource',
    lacks: ['unit:app.service'],
    then: [`create ${path}: 0644 root:root, 40 bytes`],
  },
  {
    name: 'a link',
    resource: app,
    facts: { file: linkEntry('/srv/app.service'), unit: loaded() },
    changes: [`blocked: ${path} is a symbolic link to /srv/app.service`],
    remedy: 'remove the link: a unit is written as a file',
    lacks: ['path:/etc/systemd/system/app.service'],
  },
  {
    name: 'a link that cannot be read',
    resource: app,
    facts: { file: { ...linkEntry(''), target: null }, unit: loaded() },
    changes: [`blocked: ${path} is a symbolic link to something`],
    lacks: ['path:/etc/systemd/system/app.service'],
  },
  {
    name: 'a link that is to be no unit any more',
    resource: gone,
    facts: { file: linkEntry('/srv/app.service'), unit: loaded() },
    changes: [`blocked: ${path} is a symbolic link to /srv/app.service`],
    lacks: ['path:/etc/systemd/system/app.service'],
  },
  {
    name: 'a directory',
    resource: app,
    facts: { file: directoryEntry(), unit: null },
    changes: [`blocked: ${path} is not a file`],
    remedy: 'move away what is there',
    lacks: ['path:/etc/systemd/system/app.service'],
  },
  {
    name: 'a template',
    resource: () => systemdUnit('app@.service', { content: text }),
    facts: { file: null },
    changes: ['create /etc/systemd/system/app@.service: 0644 root:root, 40 bytes'],
  },
  {
    name: 'one whose size is not told',
    resource: () => systemdUnit('app@.service', { content: text, sensitive: true }),
    facts: { file: null },
    changes: ['create /etc/systemd/system/app@.service: 0644 root:root'],
  },
  {
    name: 'removed: stopped and disabled first',
    resource: gone,
    facts: { file: fileEntry(), unit: loaded({ active: 'active', file: 'enabled' }) },
    changes: [`stop, disable, remove ${path}`],
    effects: ['remove'],
    scripts: [
      'systemctl stop -- app.service',
      'systemctl disable -- app.service',
      `rm -f -- ${path} && sync -- /etc/systemd/system && systemctl daemon-reload && { systemctl reset-failed -- app.service 2>/dev/null || :; }`,
    ],
  },
  {
    name: 'removed by hand, still loaded',
    resource: gone,
    facts: { file: null, unit: loaded({ active: 'active', needsReload: true }) },
    changes: [`stop, daemon-reload: ${path} is gone`],
  },
  {
    name: 'removed by hand, no longer loaded, still running',
    resource: gone,
    facts: {
      file: null,
      unit: loaded({ load: 'not-found', active: 'active', path: '', file: '' }),
    },
    changes: [`stop, daemon-reload: ${path} is gone`],
  },
  {
    name: 'removed, neither running nor enabled',
    resource: gone,
    facts: { file: fileEntry(), unit: loaded({ active: 'failed', file: 'static' }) },
    changes: [`remove ${path}`],
    effects: ['remove'],
  },
  {
    name: 'removed, enabled alone',
    resource: gone,
    facts: { file: fileEntry(), unit: loaded({ active: 'inactive', file: 'enabled-runtime' }) },
    changes: [`disable, remove ${path}`],
    effects: ['remove'],
  },
  {
    name: 'a template, with its instances',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: {
      file: fileEntry(),
      instances: {
        running: ['app@a.service', 'app@b.service'],
        enabled: true,
        elsewhere: true,
      },
    },
    changes: [
      'stop app@a.service, app@b.service, disable, remove /etc/systemd/system/app@.service',
    ],
    effects: ['remove'],
    scripts: [
      'systemctl stop -- app@a.service app@b.service',
      'systemctl disable -- app@.service',
      "rm -f -- /etc/systemd/system/app@.service && sync -- /etc/systemd/system && systemctl daemon-reload && { systemctl reset-failed -- 'app@*.service' 2>/dev/null || :; }",
    ],
    keys: { instances: 'app@.service' },
  },
  {
    name: 'a template that is removed already, without instances',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: { file: null, instances: { running: [], enabled: false, elsewhere: false } },
    changes: [],
    reason: 'there is no /etc/systemd/system/app@.service',
  },
  {
    name: 'a template that was removed by hand, with its instances',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: {
      file: null,
      instances: { running: ['app@a.service'], enabled: true, elsewhere: false },
    },
    changes: [
      'stop app@a.service, disable, daemon-reload: /etc/systemd/system/app@.service is gone',
    ],
    scripts: [
      'systemctl stop -- app@a.service',
      'rm -f -- /etc/systemd/system/*.wants/app@*.service /etc/systemd/system/*.requires/app@*.service',
      "rm -f -- /etc/systemd/system/app@.service && sync -- /etc/systemd/system && systemctl daemon-reload && { systemctl reset-failed -- 'app@*.service' 2>/dev/null || :; }",
    ],
  },
  {
    name: 'a template that was removed by hand, and still runs',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: {
      file: null,
      instances: { running: ['app@a.service'], enabled: false, elsewhere: false },
    },
    changes: ['stop app@a.service, daemon-reload: /etc/systemd/system/app@.service is gone'],
  },
  {
    name: 'a template that was removed by hand, and is started at boot',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: { file: null, instances: { running: [], enabled: true, elsewhere: false } },
    changes: ['disable, daemon-reload: /etc/systemd/system/app@.service is gone'],
  },
  {
    name: 'the instances of the package’s template stay',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: {
      file: null,
      instances: { running: ['app@a.service'], enabled: true, elsewhere: true },
    },
    changes: [],
    reason: 'there is no /etc/systemd/system/app@.service',
  },
  {
    name: 'a template whose instances the host does not know',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: { file: fileEntry(), instances: null },
    changes: ['remove /etc/systemd/system/app@.service'],
  },
  {
    name: 'a template without instances',
    resource: () => systemdUnit('app@.service', { state: 'absent' }),
    facts: { file: fileEntry(), instances: { running: [], enabled: false, elsewhere: false } },
    changes: ['remove /etc/systemd/system/app@.service'],
  },
  {
    name: 'already removed',
    resource: gone,
    facts: { file: null, unit: null },
    changes: [],
    reason: `there is no ${path}`,
    keys: { file: { path, follow: false }, unit: 'app.service' },
  },
  {
    name: 'the package’s stays',
    resource: gone,
    facts: { file: null, unit: loaded({ path: '/lib/systemd/system/app.service' }) },
    changes: [],
  },
  {
    name: 'a file of the project',
    resource: () => systemdUnit('app.service', { source: 'units/app.service' }),
    facts: { file: holdingText('[Service]\n'), unit: loaded() },
    values: { content: Buffer.from(text) },
    changes: ['content changed'],
  },
  {
    name: 'a template of the project',
    resource: () =>
      systemdUnit('app.service', { template: 'app.service.njk', vars: { program: '/bin/sleep' } }),
    facts: { file: holdingText(text), unit: loaded() },
    values: { content: text },
    changes: [],
  },
]

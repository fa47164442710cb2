import type { UnitState } from '../../../src/facts/systemd/unit.js'
import type { Case } from '../../../src/testing/case.js'
import { mark, on, running, service, unit, wanted } from './service-state.js'

const masked: Partial<UnitState> = { load: 'masked', file: 'masked' }

/** Masks of `systemd.service`. */
export const cases: readonly Case[] = [
  {
    name: 'masked',
    resource: service({ masked: true }),
    facts: on({ path: '/lib/systemd/system/app.service' }),
    changes: ['mask: disabled → masked'],
    effects: ['change'],
    scripts: ['systemctl mask -- app.service'],
  },
  {
    name: 'stopped, then masked',
    resource: service({ masked: true, running: false }),
    facts: on({ ...running, path: '/lib/systemd/system/app.service' }),
    changes: ['stop: active → inactive', 'mask: enabled → masked'],
    effects: ['remove', 'change'],
  },
  {
    name: 'masked before it is installed',
    resource: service({ masked: true, running: false }),
    facts: on(null),
    changes: ['mask: no such unit → masked'],
    scripts: ['systemctl mask -- app.service'],
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
    remedy: 'remove the file first, as with systemd.unit and state absent',
    lacks: ['path:/etc/systemd/system/app.service'],
  },
  {
    name: 'masked by hand',
    resource: service(wanted),
    facts: on(masked),
    changes: ['blocked: app.service is masked'],
    remedy: 'give masked: false, or leave out running and enabled',
    lacks: ['unit:app.service'],
  },
  {
    name: 'unmasked',
    resource: service({ ...wanted, masked: false }),
    facts: on(masked),
    changes: ['unmask: masked', 'enable: masked → enabled', 'start: inactive → active'],
    effects: ['change', 'change', 'change'],
  },
  {
    name: 'a mask is no matter to what should be off',
    resource: service({ running: false, enabled: false }),
    facts: on(masked),
    changes: [],
  },
  {
    name: 'masked while it runs, which systemd notices for its file alone',
    resource: service(wanted),
    facts: on({ ...running, file: 'masked' }),
    changes: ['blocked: app.service is masked'],
    lacks: ['unit:app.service'],
  },
  {
    name: 'masked until the next boot, while it runs',
    resource: service(wanted),
    facts: on({ ...running, file: 'masked-runtime' }),
    changes: ['blocked: app.service is masked'],
    lacks: ['unit:app.service'],
  },
  {
    name: 'masked, without a word on its file',
    resource: service(wanted),
    facts: on({ load: 'masked', file: '' }),
    changes: ['blocked: app.service is masked'],
    lacks: ['unit:app.service'],
  },
  ...[{ running: true }, { enabled: true }].map(
    (options): Case => ({
      name: `a mask hinders what should be ${Object.keys(options).join()}`,
      resource: service(options),
      facts: on(masked),
      changes: ['blocked: app.service is masked'],
      lacks: ['unit:app.service'],
    }),
  ),
  {
    name: 'what runs behind a mask is not restarted',
    resource: service({ restartOn: [unit] }),
    facts: on({ ...running, file: 'masked' }, mark('restart')),
    changes: [],
    reason: 'active (running), masked',
  },
  {
    name: 'unless the mask goes',
    resource: service({ restartOn: [unit], masked: false }),
    facts: on({ ...running, file: 'masked' }, mark('restart')),
    changes: ['unmask: masked', 'restart'],
    effects: ['change', 'restart'],
  },
  {
    name: 'unmasked where it was masked until the next boot only',
    resource: service({ masked: false }),
    facts: on({ load: 'masked', file: 'masked-runtime' }),
    changes: ['unmask: masked-runtime'],
    scripts: ['systemctl unmask --runtime -- app.service'],
  },
  {
    name: 'unmasked and disabled, whatever is behind the mask',
    resource: service({ masked: false, enabled: false }),
    facts: on(masked),
    changes: ['unmask: masked', 'disable: masked → disabled'],
    effects: ['change', 'change'],
    scripts: [
      'systemctl unmask -- app.service',
      'systemctl disable --no-reload -- app.service',
      'systemctl daemon-reload',
    ],
  },
  {
    name: 'masked and disabled: what is behind the mask does not matter',
    resource: service({ masked: true, enabled: false }),
    facts: on(masked),
    changes: [],
  },
  {
    name: 'a mask that is not there need not go',
    resource: service({ masked: false }),
    facts: on(running),
    changes: [],
    reason: 'active (running), enabled',
  },
  {
    name: 'masked, without a file before',
    resource: service({ masked: true }),
    facts: on({ file: '', path: '' }),
    changes: ['mask: loaded → masked'],
  },
]

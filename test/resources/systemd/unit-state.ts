import type { UnitState } from '../../../src/facts/systemd/unit.js'

export const instance = '0123456789abcdef0123456789abcdef'

/** A unit that is loaded and does not run, and what else is said of it. */
export const unitState = (changed: Partial<UnitState> = {}): UnitState => ({
  id: 'app.service',
  load: 'loaded',
  active: 'inactive',
  sub: 'dead',
  file: 'disabled',
  path: '/etc/systemd/system/app.service',
  needsReload: false,
  canReload: true,
  invocation: null,
  result: 'success',
  ...changed,
})

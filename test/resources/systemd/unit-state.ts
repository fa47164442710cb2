import type { UnitState } from '../../../src/facts/systemd/unit.js'

export const instance = '0123456789abcdef0123456789abcdef'

/** A loaded unit that does not run, with the given differences. */
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

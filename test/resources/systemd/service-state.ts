import type { PendingMark } from '../../../src/facts/systemd/pending-marks.js'
import type { UnitState } from '../../../src/facts/systemd/unit.js'
import type { Resource } from '../../../src/core/resource.js'
import { group } from '../../../src/resources/accounts/group.js'
import type { ServiceOptions } from '../../../src/resources/systemd/service-options.js'
import { systemdService } from '../../../src/resources/systemd/service.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import type { Case } from '../../../src/testing/case.js'
import { instance, unitState } from './unit-state.js'

export const unit = systemdUnit('app.service', { content: '[Service]\nExecStart=/bin/true\n' })
export const members = group('demo-hook')
export const service = (options: ServiceOptions) => (): Resource =>
  systemdService('app.service', options)
export const on = (
  changed: Partial<UnitState> | null,
  ...marks: readonly PendingMark[]
): Case['facts'] => ({ unit: changed === null ? null : unitState(changed), marks })
export const running: Partial<UnitState> = {
  active: 'active',
  sub: 'running',
  file: 'enabled',
  invocation: instance,
}
export const mark = (
  effect: PendingMark['effect'],
  trigger = unit.address,
  of: string | null = instance,
): PendingMark => ({ effect, trigger, instance: of })
export const wanted: ServiceOptions = { running: true, enabled: true, restartOn: [unit] }

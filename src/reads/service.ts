import { Later } from '../core/later.js'
import { completedUnitName } from '../facts/systemd/unit-name.js'
import { newUnit, unitFact, type UnitState } from '../facts/systemd/unit.js'
import { alone, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'

/** A unit of systemd's. */
export interface ServiceFound {
  readonly active: boolean
  readonly enabled: boolean
  readonly masked: boolean
}

const services: Reading<ReadOptions> = {
  name: 'service',
  argument: completedUnitName,
  options: alone,
}

const serviceOf = (unit: UnitState | null): ServiceFound | null =>
  unit === null
    ? null
    : {
        active: unit.active === 'active' || unit.active === 'reloading',
        enabled: unit.file === 'enabled' || unit.file === 'enabled-runtime',
        masked: unit.load === 'masked',
      }

/**
 * Whether a unit is `active`, `enabled` and `masked`; a name without a type is a service's. `null`
 * where there is none.
 * @chapter Reads
 * @ansible `service_facts`
 * @example
 * file('/etc/app/cache.conf', {
 *    content: read.service('redis-server').map((found) => `cache = ${String(found?.active === true)}\n`),
 *  })
 */
export function service(name: string, options: ReadOptions = {}): Later<ServiceFound | null> {
  const unit = checkedRead(services, name, options)
  const wanted = reading(services, name, options, unitFact, unit, { of: [`unit:${unit}`] })
  return Later.found(wanted, newUnit).map(serviceOf)
}

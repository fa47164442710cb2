import { z } from 'zod'
import { FettleError } from '../../core/errors.js'
import { request } from '../../core/later.js'
import { checked, resources } from '../../core/options.js'
import { bare } from '../../core/definition.js'
import type { Resource, Trigger } from '../../core/resource.js'
import { marksFact } from '../../facts/systemd/pending-marks.js'
import { unitFact } from '../../facts/systemd/unit.js'
import { addresses, planAbsent, planUnit } from './service-changes.js'
import type { ServiceOptions } from './service-options.js'
import { checkedUnitName, completeUnitName, isTemplate } from './unit-name.js'

const boolean = z.boolean().optional()
const shape = {
  running: boolean,
  enabled: boolean,
  masked: boolean,
  restartOn: resources.optional(),
  reloadOn: resources.optional(),
  stableFor: z.number().int().nonnegative().max(300).optional(),
}

/**
 * The state of a systemd unit of any type; a name without a type is a service's. Its file is
 * managed by `systemd.unit`.
 *
 * After a start it must stay active for `stableFor` seconds as one instance, or the change fails
 * with the last lines of its journal. Neighbouring services of a task are started one after the
 * other and watched together. A restart is due while the unit is active and still the instance
 * (InvocationID) that was running when a trigger changed.
 */
export function systemdService(name: string, options: ServiceOptions = {}): Resource {
  const type = 'systemd.service'
  const given = typeof name === 'string' ? completeUnitName(name) : name
  const unitName = checkedUnitName(type, given)
  checked(type, unitName, options, shape, ({ running, enabled, masked, restartOn, reloadOn }) => {
    if (masked === true && (running === true || enabled === true))
      return 'a masked unit can neither run nor be enabled'
    const both = addresses(restartOn).find((address) => addresses(reloadOn).includes(address))
    return both === undefined ? undefined : `${both} is in restartOn and in reloadOn`
  })
  if (isTemplate(unitName))
    throw new FettleError('option-invalid', {
      address: `${type}[${unitName}]`,
      message: `${unitName} is a template, which cannot run`,
      remedy: `name an instance, such as ${unitName.replace('@.', '@one.')}`,
    })
  const triggersOf = (
    list: readonly Resource[] | undefined,
    effect: Trigger['effect'],
  ): readonly Trigger[] =>
    addresses(list).map((address) => ({ address, effect, pending: unitName }))
  return bare({
    type,
    id: unitName,
    options,
    reads: { unit: request(unitFact, unitName), marks: request(marksFact, unitName) },
    joins: 'services',
    triggers: [
      ...triggersOf(options.restartOn, 'restart'),
      ...triggersOf(options.reloadOn, 'reload'),
    ],
    plan: ({ unit, marks }, _, context) =>
      unit === null
        ? planAbsent(unitName, options)
        : planUnit(unitName, options, unit, marks, context),
  })
}

import { z } from 'zod'
import { FettleError } from '../../core/errors.js'
import { request } from '../../core/later.js'
import { checked, resources } from '../../core/options.js'
import { resource, type CommonOptions, type Resource, type Trigger } from '../../core/resource.js'
import { marksFact } from '../../facts/systemd/pending-marks.js'
import { unitFact } from '../../facts/systemd/unit.js'
import { addresses, planAbsent, planUnit } from './service-changes.js'
import { checkedUnitName, completeUnitName, isTemplate } from './unit-name.js'

export interface ServiceOptions extends CommonOptions {
  /** Whether it is active. Left out: it is neither started nor stopped. */
  readonly running?: boolean
  /**
   * Whether it is started at boot. Left out: not managed. A unit that cannot be enabled by itself
   * (`static`, `indirect`, `alias`, `generated`, `linked`, `transient`) is accepted as it is, with
   * the reason.
   */
  readonly enabled?: boolean
  /**
   * Whether it is prevented from starting. `true` links it to `/dev/null`, even before its package
   * is installed, but does not stop it: add `running: false` for that. `false` removes a mask. Left
   * out: a masked unit that should run or be enabled is an error.
   */
  readonly masked?: boolean
  /**
   * When one of these changes, the instance that was running at that time is restarted, in this run
   * or the next. A unit that is not active is not started.
   */
  readonly restartOn?: readonly Resource[]
  /**
   * When one of these changes, the instance that was running at that time is reloaded
   * (`ExecReload=`), in this run or the next.
   */
  readonly reloadOn?: readonly Resource[]
  /**
   * How many whole seconds it must stay active after a start, restart or reload, as one instance;
   * otherwise the change has failed. Default 3.
   */
  readonly stableFor?: number
}

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
  return resource({
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

import { z } from 'zod'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { resources } from '../../core/schemas.js'
import type { Resource, Trigger } from '../../core/resource.js'
import { marksFact } from '../../facts/systemd/pending-marks.js'
import { unitFact } from '../../facts/systemd/unit.js'
import { addresses, planAbsent, planUnit } from './service-changes.js'
import type { ServiceOptions } from './service-options.js'
import { serviceState } from './service-state.js'
import { completedUnitName, isTemplate } from '../../facts/systemd/unit-name.js'

export type { ServiceOptions } from './service-options.js'

/**
 * The state of a systemd unit of any type; a name without a type is a service's. Its file is
 * managed by `systemd.unit`.
 *
 * After a start it must stay active for `stableFor` seconds as one instance, or the change fails
 * with the last lines of its journal. Neighbouring services of a task are started one after the
 * other and watched together. A restart is due while the unit is active and still the instance
 * (InvocationID) that was running when a trigger changed.
 */
export const systemdService = resource({
  type: 'systemd.service',
  chapter: 'Services',
  ansible: '`systemd_service`, `systemd`, `service`, and handlers that restart',
  arguments: args<[name: string]>(completedUnitName),
  options: options<ServiceOptions>({
    running: z.boolean().optional(),
    enabled: z.boolean().optional(),
    masked: z.boolean().optional(),
    restartOn: resources.optional(),
    reloadOn: resources.optional(),
    stableFor: z.number().int().nonnegative().max(300).optional(),
  }),
  undo: [serviceState],
  conflict(name, { running, enabled, masked, restartOn, reloadOn }) {
    if (masked === true && (running === true || enabled === true))
      return 'a masked unit can neither run nor be enabled'
    const both = addresses(restartOn).find((address) => addresses(reloadOn).includes(address))
    if (both !== undefined) return `${both} is in restartOn and in reloadOn`
    if (!isTemplate(name)) return undefined
    return `is a template, which cannot run: name an instance, such as ${name.replace('@.', '@one.')}`
  },
  build(name, options) {
    const triggersOf = (
      list: readonly Resource[] | undefined,
      effect: Trigger['effect'],
    ): readonly Trigger[] => addresses(list).map((address) => ({ address, effect, pending: name }))
    return desired({
      reads: { unit: request(unitFact, name), marks: request(marksFact, name) },
      joins: 'services',
      triggers: [
        ...triggersOf(options.restartOn, 'restart'),
        ...triggersOf(options.reloadOn, 'reload'),
      ],
      plan: ({ unit, marks }, _, context) =>
        unit === null
          ? planAbsent(name, options, context)
          : planUnit(name, options, unit, marks, context),
    })
  },
})

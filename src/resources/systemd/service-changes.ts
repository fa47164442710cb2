import type { Address } from '../../core/address.js'
import {
  blocked,
  change,
  fine,
  leaves,
  type Blocked,
  type Change,
  type Plan,
} from '../../core/change.js'
import type { PlanContext, Resource, Trigger } from '../../core/resource.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { keeps } from '../../core/undo.js'
import {
  hiddenMarks,
  seenMarks,
  type PendingMark,
  type PendingMarks,
} from '../../facts/systemd/pending-marks.js'
import { newUnit, unitFact, type UnitState } from '../../facts/systemd/unit.js'
import { begin, watch, type UnitOperation } from './operation.js'
import type { ServiceOptions } from './service-options.js'
import {
  acceptedAsEnabled,
  enabling,
  isMasked,
  masking,
  systemctl,
  toMask,
} from './service-links.js'
import { serviceState } from './service-state.js'
import { pathOf } from './unit-place.js'

const isRunning = ({ active }: UnitState): boolean => active === 'active' || active === 'reloading'
const isStopped = ({ active }: UnitState): boolean => active === 'inactive' || active === 'failed'

function operate(
  operation: UnitOperation,
  unit: string,
  stableFor: number,
  summary: string,
  { needsReload }: UnitState,
): Change {
  const whole = needsReload ? `${summary}, after a daemon-reload` : summary
  return change(whole, [begin(operation, unit)], {
    settles: watch(operation, unit, stableFor),
    effect: operation === 'restart' ? 'restart' : 'change',
    // A restart or a reload needs nothing to be taken back.
    ...omitUndefined({ undo: operation === 'start' ? undefined : [] }),
  })
}

const unique = (addresses: readonly Address[]): readonly Address[] => [...new Set(addresses)]

/** The triggers that have changed since the running instance was started or reloaded. */
function pendingTriggers(
  effect: Trigger['effect'],
  unit: UnitState,
  marks: readonly PendingMark[],
  triggers: readonly Address[],
  { changing }: PlanContext,
): readonly Address[] {
  const marked = marks.filter(
    (mark) => mark.effect === effect && mark.instance !== null && mark.instance === unit.invocation,
  )
  return unique([
    ...marked.map((mark) => mark.trigger),
    ...changing.filter((address) => triggers.includes(address)),
  ])
}

function obstacle(name: string, options: ServiceOptions, unit: UnitState): Blocked | null {
  const wanted = options.running === true || options.enabled === true
  if (wanted && isMasked(unit) && options.masked !== false)
    return blocked(`${name} is masked`, 'give masked: false, or leave out running and enabled', {
      lacks: [`unit:${name}`],
    })
  if (wanted && ((unit.load !== 'loaded' && !isMasked(unit)) || unit.file === 'bad')) {
    const state = unit.load === 'loaded' ? `its file is ${unit.file}` : unit.load
    return blocked(
      `systemd cannot load ${name} (${state})`,
      `see systemctl status ${name} on the host`,
      { lacks: [`unit:${fileOf(name)}`] },
    )
  }
  if (options.masked === true && !isMasked(unit) && unit.path === pathOf(name))
    return blocked(
      `${name} has a file of its own in /etc/systemd/system, where the mask would be`,
      'remove the file first, as with systemd.unit and state absent',
      { lacks: [`path:${unit.path}`] },
    )
  return null
}

function operating(
  name: string,
  options: ServiceOptions,
  unit: UnitState,
  found: PendingMarks | null,
  context: PlanContext,
): readonly Change[] | Blocked {
  const stableFor = options.stableFor ?? 3
  if (options.running === false) return stopping(name, unit)
  const due = (
    effect: Trigger['effect'],
    triggers: readonly Resource[] | undefined,
  ): readonly Address[] =>
    pendingTriggers(effect, unit, seenMarks(found), addresses(triggers), context)
  if (!isRunning(unit)) {
    if (options.running !== true) return []
    // A start would only join the one that is in progress, with the old configuration.
    const isOld =
      unit.active === 'activating' &&
      (unit.needsReload || due('restart', options.restartOn).length > 0)
    const operation = isOld ? 'restart' : 'start'
    return [operate(operation, name, stableFor, `${operation}: ${activity(unit)} → active`, unit)]
  }
  if (isMasked(unit) && options.masked !== false) return []
  const restart = due('restart', options.restartOn)
  if (restart.length > 0)
    return [{ ...operate('restart', name, stableFor, 'restart', unit), because: restart }]
  const reload = due('reload', options.reloadOn)
  if (reload.length === 0) {
    if ((options.restartOn ?? options.reloadOn) === undefined) return []
    return hiddenMarks(found) ?? []
  }
  const reloaded = [{ ...operate('reload', name, stableFor, 'reload', unit), because: reload }]
  if (unit.canReload) return reloaded
  return blocked(
    `${name} cannot be reloaded: its unit has no ExecReload=`,
    'use restartOn instead of reloadOn',
    { lacks: [`unit:${fileOf(name)}`], then: reloaded },
  )
}

function stopping(name: string, unit: UnitState): readonly Change[] {
  if (isStopped(unit)) return []
  return [
    change(`stop: ${unit.active} → inactive`, [systemctl('stop', '--', name)], {
      effect: 'remove',
    }),
  ]
}

/** Describes the state of a unit that is not running. */
function activity({ active, result, sub }: UnitState): string {
  if (active === 'failed') return `failed (${result})`
  if (active === 'inactive') return 'inactive'
  return `${active} (${sub})`
}

function described({ enabled }: ServiceOptions, unit: UnitState): string {
  const file = enabled === true ? (acceptedAsEnabled[unit.file] ?? unit.file) : unit.file
  return [`${unit.active} (${unit.sub})`, file].filter((part) => part !== '').join(', ')
}

export const addresses = (triggers: readonly Resource[] | undefined): readonly Address[] =>
  (triggers ?? []).map((trigger) => trigger.address)

/** Completes a change with what taking it back needs: the unit's state, where it says nothing else. */
const keeping =
  (name: string) =>
  (one: Change): Change => ({ undo: [keeps(serviceState, name)], ...one })

/** What later resources have to know of a unit: whether it is still to be stopped, or disabled. */
const ended = ({ running, enabled }: ServiceOptions, unit: UnitState): UnitState => ({
  ...unit,
  active: running === false && !isStopped(unit) ? 'inactive' : unit.active,
  file: enabled === false && unit.file.startsWith('enabled') ? 'disabled' : unit.file,
})

/** The plan for a unit that systemd knows. */
export function planUnit(
  name: string,
  wanted: ServiceOptions,
  unit: UnitState,
  marks: PendingMarks | null,
  context: PlanContext,
): Plan {
  const hindered = obstacle(name, wanted, unit)
  if (hindered !== null) return hindered
  const operations = operating(name, wanted, unit, marks, context)
  if ('blocked' in operations) return operations
  const { unmask, mask } = masking(name, wanted, unit)
  const changes = [...unmask, ...enabling(wanted, unit), ...operations, ...mask]
  if (changes.length === 0) return fine(described(wanted, unit))
  const left = [leaves(unitFact, `unit:${name}`, () => ended(wanted, unit))]
  return changes.map((one) => ({ ...keeping(name)(one), leaves: left }))
}

/** The plan where systemd knows no such unit. */
export function planAbsent(name: string, options: ServiceOptions, context: PlanContext): Plan {
  const { running, enabled, masked, stableFor = 3 } = options
  if (masked === true) return [toMask(name, 'no such unit')].map(keeping(name))
  if (running !== true && enabled !== true) return fine('there is no such unit')
  const file = fileOf(name)
  // A link of a unit's file counts as enabled.
  const isLink = context.makes?.(`tree:${pathOf(file)}`) === true
  const loaded = { ...newUnit, id: name, file: isLink ? 'linked' : 'disabled' }
  return blocked(
    `there is no unit ${name}`,
    'add the resource that brings it (a package, a systemd.unit) before this one, or correct the name',
    {
      lacks: [`unit:${file}`],
      then: [
        ...enabling(options, loaded),
        ...(running === true
          ? [operate('start', name, stableFor, 'start: inactive → active', loaded)]
          : []),
      ].map(keeping(name)),
    },
  )
}

/** The name of a unit's file: an instance has that of its template. */
const fileOf = (name: string): string => name.replace(/@[^@]+(\.[a-z]+)$/, '@$1')

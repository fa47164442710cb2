import { change, fine, program, type Action, type Change, type Plan } from '../../core/change.js'
import { sh } from '../../core/sh.js'
import { keeps } from '../../core/undo.js'
import type { PathEntry } from '../../facts/files/path.js'
import type { UnitState } from '../../facts/systemd/unit.js'
import { serviceState } from './service-state.js'
import { unitFileState } from './unit-file-state.js'
import { isTemplate } from '../../facts/systemd/unit-name.js'
import { bringsOf, directory, occupied } from './unit-place.js'

/** What has to be done before the file of a unit is removed. */
interface Running {
  /** Names of the units to stop. */
  readonly stopped: readonly string[]
  readonly disabled: boolean
}

/** Whether a unit comes from this file, or its file is gone and it still runs. */
export const isLoaded = (path: string, unit: UnitState | null): boolean =>
  unit !== null && (unit.path === path || unit.load === 'not-found')

/**
 * Disables a unit. Some versions of systemctl(1), such as 232, refuse that for a template whose file
 * is gone, so its links are removed.
 */
function disabling(name: string, hasFile: boolean): Action {
  if (hasFile || !isTemplate(name))
    return { ...program(sh`systemctl disable -- ${name}`), long: true }
  const [begin = '', end = ''] = name.split(/(?<=@)(?=\.)/)
  return program(
    sh`rm -f -- ${directory}/*.wants/${begin}*${end} ${directory}/*.requires/${begin}*${end}`,
  )
}

/** The plan for a unit that is to go. */
export function planAbsent(
  name: string,
  path: string,
  file: PathEntry | null,
  isKnown: boolean,
  { stopped, disabled }: Running,
): Plan {
  const hindered = occupied({ name, path }, file)
  if (hindered !== null) return hindered
  if (file === null && !isKnown) return fine(`there is no ${path}`)
  const actions: Action[] = []
  const summary: string[] = []
  if (stopped.length > 0) {
    actions.push({ ...program(sh`systemctl stop -- ${stopped}`), long: true })
    summary.push(isTemplate(name) ? `stop ${stopped.join(', ')}` : 'stop')
  }
  if (disabled) {
    actions.push(disabling(name, file !== null))
    summary.push('disable')
  }
  const removing = sh`rm -f -- ${path} && sync -- ${directory} && systemctl daemon-reload && { systemctl reset-failed -- ${name.replace('@.', '@*.')} 2>/dev/null || :; }`
  actions.push({ script: removing, long: true })
  summary.push(file === null ? `daemon-reload: ${path} is gone` : `remove ${path}`)
  const kept = [...new Set([name, ...stopped])].map((unit) => keeps(serviceState, unit))
  const way: Pick<Change, 'undo' | 'final'> =
    file === null && stopped.length > 0
      ? { undo: [], final: 'its file is gone, so it cannot be started again' }
      : { undo: [...kept, keeps(unitFileState, path)] }
  const brings = [...bringsOf(name), ...stopped.map((each) => `unit:${each}` as const)]
  return [change(summary.join(', '), actions, { effect: 'remove', brings, ...way })]
}

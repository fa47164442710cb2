import { clip } from './columns.js'
import type { FleetProgress, HostProgress } from './fleet-progress.js'
import { headerLine } from './header-line.js'
import { hostLines, hasOutputToShow } from './host-line.js'
import type { Style } from '../screen.js'

export interface FrameSize {
  readonly rows: number
  readonly columns: number
}

/** The width, in columns besides a host's name, from which output fits on the line of its step. */
const minColumnsForOutput = 100

/** The order of hosts by their state. */
const ranks: Readonly<Record<HostProgress['state'], number>> = {
  running: 0,
  waiting: 1,
  unreachable: 2,
  failed: 2,
  'not begun': 3,
  ok: 4,
}

/**
 * All hosts if there is a line for each: running, then waiting, then ended. Otherwise only running
 * ones.
 */
function inOrder(fleet: FleetProgress, now: number, room: number): readonly HostProgress[] {
  const running = fleet.slowest(room, now)
  if (fleet.size > room) return running
  const others = [...fleet.hosts()].filter(({ state }) => state !== 'running')
  return [...running, ...others.sort((a, b) => ranks[a.state] - ranks[b.state])]
}

/**
 * Draws a run for a terminal: counts, then a line for each host, slow ones on top. The frame has at
 * most `rows - 2` lines and is never wider than the terminal, since a frame that scrolls or wraps
 * cannot be redrawn in place.
 */
export function frame(
  fleet: FleetProgress,
  now: number,
  { rows, columns }: FrameSize,
  style: Style,
): readonly string[] {
  const usable = Math.max(1, columns - 1)
  const nameWidth = Math.min(fleet.nameWidth, Math.floor(usable * 0.4))
  const room = Math.max(0, rows - 3)
  const place =
    2 * fleet.size > room && usable - nameWidth >= minColumnsForOutput ? 'behind' : 'under'
  const all = inOrder(fleet, now, room)
  // With more hosts than lines, a quarter of the lines goes to the output of the slowest.
  const most = place === 'behind' ? 0 : Math.max(room - fleet.size, Math.floor(room / 4))
  const talking = all.slice(0, most).filter((host) => hasOutputToShow(host, now)).length
  const lines = room - talking
  // One line less if the number of omitted hosts has to be shown.
  const shown = all.slice(0, fleet.running > lines ? lines - 1 : lines)
  const left = fleet.running - shown.length
  const shape = { columns: usable, nameWidth }
  const drawn = shown.flatMap((host, index) => {
    const own = place === 'behind' || index < most ? place : 'nowhere'
    return hostLines(host, now, shape, own, style)
  })
  if (left > 0 && room > 0) drawn.push(style.dim(clip(` … and ${left} more running`, usable)))
  return [headerLine(fleet, now, usable, style), ...drawn].slice(0, Math.max(1, rows - 2))
}

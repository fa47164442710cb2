import { oneLine } from './clean.js'
import { clip, fill, joined, width, type Piece } from './columns.js'
import type { Fleet, HostProgress } from './fleet.js'
import type { Style } from './screen.js'

export interface FrameSize {
  readonly rows: number
  readonly columns: number
}

const barWidth = 24

/** `0.4s`, `12s`, `3m05s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`
  if (seconds < 60) return `${Math.round(seconds)}s`
  return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`
}

const isOver = ({ state }: HostProgress): boolean => state !== 'waiting' && state !== 'running'

/** Between 0 and 1: the mean of what each host has behind it. */
function shareDone(hosts: readonly HostProgress[]): number {
  const sum = hosts.reduce((done, host) => done + (isOver(host) ? 1 : host.total === 0 ? 0 : host.finished / host.total), 0)
  return hosts.length === 0 ? 0 : sum / hosts.length
}

function headerLine({ hosts, mode, begun }: Fleet, now: number, columns: number, style: Style): string {
  const over = hosts.filter(isOver)
  const count = (state: HostProgress['state']): number => hosts.filter((host) => host.state === state).length
  const done = Math.floor(barWidth * shareDone(hosts))
  const counter = (name: string, number: number, paint: (text: string) => string): readonly Piece[] => (number === 0 ? [] : [[`  ${name} ${number}`, paint]])
  return joined(
    [
      [`${mode} `, style.bold],
      ...(columns < 80 ? [] : ([['█'.repeat(done), style.green], [`${'░'.repeat(barWidth - done)} `, style.dim]] as const)),
      [`${over.length}/${hosts.length} hosts`],
      ...counter('ok', count('ok'), style.green),
      ...counter('failed', count('failed'), style.red),
      ...counter('unreachable', count('unreachable'), style.red),
      ...counter('running', count('running'), style.cyan),
      ...counter('waiting', count('waiting'), style.dim),
      [`  ${elapsed(now - begun)}`, style.dim],
    ],
    columns,
  )
}

function underWay({ doing, task, resource }: HostProgress): string {
  const what = [task, resource].filter((part) => part !== null).map(oneLine).join(' › ')
  switch (doing) {
    case 'connecting':
      return 'connecting'
    case 'reading':
      return what === '' ? 'reading facts' : `reading ${what}`
    case 'waiting':
      return what === '' ? 'waiting' : `waiting: ${what}`
    case 'checking':
      return `checking ${what}`
    case 'changing':
      return what
  }
}

function stateOf(host: HostProgress, now: number, style: Style): { readonly sign: Piece; readonly time: string; readonly text: Piece } {
  const changed = host.changed === 0 ? '' : `${host.changed} changed`
  const took = elapsed(host.ended - host.begun)
  switch (host.state) {
    case 'waiting':
      return { sign: ['·', style.dim], time: '', text: ['waiting', style.dim] }
    case 'running':
      return { sign: ['▸', style.cyan], time: elapsed(now - host.begun), text: [underWay(host)] }
    case 'ok':
      return { sign: ['✓', style.green], time: took, text: [changed, style.yellow] }
    case 'failed':
    case 'unreachable':
      return { sign: ['✗', style.red], time: took, text: [host.state, style.red] }
  }
}

function hostLine(host: HostProgress, nameWidth: number, now: number, columns: number, style: Style): string {
  const { sign, time, text } = stateOf(host, now, style)
  const share = host.total === 0 ? '' : `${host.finished}/${host.total}`
  return joined([[' '], sign, [` ${fill(oneLine(host.name), nameWidth)}`], [`  ${share.padStart(7)}  ${time.padStart(6)}  `, style.dim], text], columns)
}

/** The hosts that get a line: all in the inventory's order where there is room, else those that have run longest. */
function chosen(hosts: readonly HostProgress[], room: number): readonly HostProgress[] {
  if (hosts.length <= room) return hosts
  return hosts.filter((host) => host.state === 'running').sort((a, b) => a.begun - b.begun).slice(0, room)
}

/**
 * What a terminal shows of a run: counts, then a line for each host, never more than `rows - 2` lines and never wider than the
 * terminal, since a frame that scrolls or wraps cannot be drawn over.
 */
export function frame(fleet: Fleet, now: number, { rows, columns }: FrameSize, style: Style): readonly string[] {
  const room = Math.max(0, rows - 3)
  const usable = Math.max(1, columns - 1)
  const { hosts } = fleet
  const header = headerLine(fleet, now, usable, style)
  const running = hosts.filter((host) => host.state === 'running').length
  // A line less where the number of those left out is told.
  const crowded = hosts.length > room && running > room
  const shown = chosen(hosts, crowded ? room - 1 : room)
  const nameWidth = Math.min(Math.max(0, ...shown.map((host) => width(oneLine(host.name)))), Math.floor(usable * 0.4))
  const rest = crowded && room > 0 ? [style.dim(clip(` … and ${running - shown.length} more running`, usable))] : []
  return [header, ...shown.map((host) => hostLine(host, nameWidth, now, usable, style)), ...rest].slice(0, Math.max(1, rows - 2))
}

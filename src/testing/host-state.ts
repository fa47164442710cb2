import { sh, shellFunctions } from '../core/sh.js'
import type { HostState } from './host-case.js'
import stateText from './host-state.sh.js'

/** Shell that prints the state of a host, for `parseState`. */
export const stateScript = sh`${shellFunctions(stateText)}fettle_state`

/** Shell that prints the digest of each file's content, for `parseContents`. */
export const contentsScript = sh`${shellFunctions(stateText)}fettle_contents`

/** Parses what `contentsScript` prints: digests by path. */
export const parseContents = (text: string): HostState =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  )

/** Parses what `stateScript` prints. */
export const parseState = (text: string): HostState =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]),
  )

/** Whether a path or unit is one of these, or lies below one. */
export const isAmong = (name: string, places: readonly string[]): boolean =>
  places.some((place) => name === place || name.startsWith(`${place}/`))

/** The names that are new, gone or changed in any way, sorted. */
export const differences = (before: HostState, after: HostState): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort()

/**
 * The same without what is whole nevertheless: directories that only had entries made or removed,
 * since these entries are compared themselves, and files that only had another name for a while.
 */
export const replacements = (before: HostState, after: HostState): readonly string[] =>
  differences(before, after).filter((name) => {
    const [was, held] = fieldsOf(before, name)
    const [now, holds] = fieldsOf(after, name)
    if (was === undefined || was !== now) return true
    return !was.startsWith('d ') && held !== holds
  })

/**
 * The names that differ in what taking a change back brings back: whether they are there, kinds,
 * modes, owners, contents, the targets of links; whether units are active. Which inode or instance
 * it is, and when it was changed, does not count.
 */
export const lasting = (before: HostState, after: HostState): readonly string[] =>
  differences(before, after).filter((name) => lastingOf(before, name) !== lastingOf(after, name))

function lastingOf(state: HostState, name: string): string {
  const [first = '', second = ''] = fieldsOf(state, name)
  if (!name.startsWith('/')) return first.split(' ')[0] ?? ''
  const [kind = '', , mode = '', owner = ''] = first.split(' ')
  const [size = '', , target = ''] = second.split(' ')
  return [kind, mode, owner, kind === 'd' ? '' : size, target].join(' ')
}

/** Of a path: what it is, what it holds, when it was changed. */
const fieldsOf = (state: HostState, name: string): readonly string[] =>
  state.get(name)?.split('\t') ?? []

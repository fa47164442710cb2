import { sh, shellFunctions } from '../core/sh.js'
import type { HostState } from './host-case.js'
import stateText from './host-state.sh.js'

/** Shell that prints the state of a host, for `parseState`. */
export const stateScript = sh`${shellFunctions(stateText)}fettle_state`

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

/** Of a path: what it is, what it holds, when it was changed. */
const fieldsOf = (state: HostState, name: string): readonly string[] =>
  state.get(name)?.split('\t') ?? []

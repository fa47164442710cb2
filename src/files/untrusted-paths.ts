import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { whoMayChange, isReadByAll } from './trust.js'

/** A path that others may change, and who they are. */
interface UntrustedPath {
  readonly path: string
  readonly who: string
}

const isBelow = (folder: string, path: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

function shown(path: string, project: string): string {
  if (path === project) return 'the project’s folder'
  return isBelow(project, path) ? relative(project, path) : path
}

/** The first few, and the number of the others. */
function listed(all: readonly string[]): string {
  if (all.length <= 4) return all.join(', ')
  return `${all.slice(0, 3).join(', ')} and ${String(all.length - 3)} more`
}

/**
 * The stats and real path behind a path, links followed; null if it does not exist or this user may
 * not access it.
 */
function lookAt(path: string): { readonly found: Stats; readonly real: string } | null {
  try {
    const found = lstatSync(path)
    if (!found.isSymbolicLink()) return { found, real: path }
    return { found: statSync(path), real: realpathSync(path) }
  } catch {
    return null
  }
}

/** The files that decide what a run does. */
export interface DecisiveFiles {
  readonly paths: readonly string[]
  /** Those of them that nobody else should read. */
  readonly secrets: readonly string[]
}

/**
 * The paths that others than this user and root may change, among these, the targets of links, and
 * the directories of both: inside the project all up to its root, elsewhere only the one.
 */
function untrustedAmong(project: string, paths: readonly string[]): readonly UntrustedPath[] {
  const roots = [project, lookAt(project)?.real ?? project]
  const untrustedPaths: UntrustedPath[] = []
  const seen = new Set<string>()
  const look = (path: string, climbs: boolean): void => {
    if (seen.has(path)) return
    seen.add(path)
    const at = lookAt(path)
    if (at === null) return
    const who = whoMayChange(path, at.found)
    if (who !== null) untrustedPaths.push({ path, who })
    if (at.real !== path) look(at.real, climbs)
    const isInside = roots.some((root) => isBelow(root, path))
    if (climbs && !roots.includes(path)) look(dirname(path), isInside)
  }
  look(project, false)
  for (const path of paths) look(path, true)
  return untrustedPaths
}

function isOpen(path: string): boolean {
  const at = lookAt(path)
  return at !== null && isReadByAll(path, at.found)
}

/**
 * Warnings about others' access: one for what they may change, and one for secrets that everybody
 * may read.
 */
export function untrustedWarnings(
  directory: string,
  { paths, secrets }: DecisiveFiles,
): readonly string[] {
  const project = resolve(directory)
  const changed = untrustedAmong(project, [...paths, ...secrets]).map(
    ({ path, who }) => `${shown(path, project)} (${who})`,
  )
  const open = secrets.filter(isOpen).map((path) => shown(path, project))
  const sentences: string[] = []
  if (changed.length > 0)
    sentences.push(
      `others may change ${counted(changed)}: ${listed(changed)}; chmod go-w what is yours, and chown what is to be`,
    )
  if (open.length > 0)
    sentences.push(`everybody may read ${open.join(', ')}; chmod 600 ${open.join(' ')}`)
  return sentences
}

function counted(paths: readonly string[]): string {
  if (paths.length === 1) return 'a path that decides what runs'
  return `${String(paths.length)} paths that decide what runs`
}

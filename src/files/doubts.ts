import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { changedBy, isReadByAll } from './trust.js'

/** A path that others may change, and who. */
interface Doubt {
  readonly path: string
  readonly who: string
}

const isBelow = (folder: string, path: string): boolean => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/** The directories that a path lies in: up to the project where it is in it, else the one. */
function above(path: string, project: string): readonly string[] {
  const directory = dirname(path)
  return directory !== project && isBelow(project, directory) ? [directory, ...above(directory, project)] : [directory]
}

/** A path, what it leads to where it is a link, and the directories of both. */
function around(path: string, project: string, realProject: string): readonly string[] {
  const own = [path, ...above(path, project)]
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return own
  try {
    const real = realpathSync(path)
    return [...own, real, ...above(real, realProject)]
  } catch {
    return own
  }
}

function stateOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

const shown = (path: string, project: string): string => (path === project ? 'the project’s folder' : isBelow(project, path) ? relative(project, path) : path)

/** The first few, and how many more there are. */
const listed = (all: readonly string[]): string => (all.length > 4 ? `${all.slice(0, 3).join(', ')} and ${String(all.length - 3)} more` : all.join(', '))

/** Files that decide what a run does. */
export interface DecisiveFiles {
  readonly paths: readonly string[]
  /** Such of them as nobody else should read. */
  readonly secrets: readonly string[]
}

/** Paths that others than this user and root may change: these, and their directories up to the project's. */
function doubtful(project: string, paths: readonly string[]): readonly Doubt[] {
  const realProject = stateOf(project) === null ? project : realpathSync(project)
  const all = new Set([project, ...paths.flatMap((path) => around(path, project, realProject))])
  return [...all].flatMap((path) => {
    const found = stateOf(path)
    const who = found === null ? null : changedBy(path, found)
    return who === null ? [] : [{ path, who }]
  })
}

function isOpen(path: string): boolean {
  const found = stateOf(path)
  return found !== null && isReadByAll(path, found)
}

/** What others could do to a run: a sentence for what they may change, and one for secrets that everybody may read. */
export function doubts(directory: string, { paths, secrets }: DecisiveFiles): readonly string[] {
  const project = resolve(directory)
  const changed = doubtful(project, [...paths, ...secrets]).map(({ path, who }) => `${shown(path, project)} (${who})`)
  const some = changed.length === 1 ? 'a path that decides what runs' : `${String(changed.length)} paths that decide what runs`
  const open = secrets.filter(isOpen).map((path) => shown(path, project))
  return [
    ...(changed.length === 0 ? [] : [`others may change ${some}: ${listed(changed)}; chmod go-w what is yours, and chown what is to be`]),
    ...(open.length === 0 ? [] : [`everybody may read ${open.join(', ')}; chmod 600 ${open.join(' ')}`]),
  ]
}

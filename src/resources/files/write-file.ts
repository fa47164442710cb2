import type { ShellAction } from '../../core/change.js'
import { enter, enterFunctions, enterThrough, split } from '../../core/enter.js'
import { modeText } from '../../core/mode.js'
import { lines, sh, shellFunctions, steps, type Sh } from '../../core/sh.js'
import backUpText from './back-up.sh.js'
import besideText from './beside.sh.js'
import type { FileContent } from './content.js'
import holdsText from './holds.sh.js'
import mayWriteHereText from './may-write-here.sh.js'
import openPresentText from './open-present.sh.js'
import placeConfirmedText from './place-confirmed.sh.js'
import validateText from './validate.sh.js'
import writeFileText from './write-file.sh.js'

/** For shell files that call `fettle_may_write_here`. */
export const mayWriteFunctions = lines([enterFunctions, shellFunctions(mayWriteHereText)])

/** Ends where this user may not write to the directory that the shell has entered. */
export const mayWriteHere: Sh = sh`${mayWriteFunctions}fettle_may_write_here`

/** `fettle_new_path` and `fettle_place`. */
const besideFunctions = shellFunctions(besideText)

const functions = lines([mayWriteFunctions, besideFunctions, shellFunctions(writeFileText)])

/** Where Fettle keeps what it replaced, for root alone. Beside it, sudo or cron might read it. */
const backups = '/var/lib/fettle/backups'

/**
 * Gives what was just made its owner, its group, or both. The one that is left out is asked for and
 * given as well: busybox would take it from the link at `/proc/self/fd/3`, which is root's.
 */
export function owned(
  owner: string | number | undefined,
  group: string | number | undefined,
  at: '/proc/self/fd/3' | '.',
): Sh | undefined {
  if (owner === undefined) {
    if (group === undefined) return undefined
    return sh`chown -- "$(stat -L -c %u -- ${at})":${group} ${at}`
  }
  if (group === undefined) return sh`chown -- ${owner}:"$(stat -L -c %g -- ${at})" ${at}`
  return sh`chown -- ${owner}:${group} ${at}`
}

/** Five digits: with four, chmod(1) keeps a directory's setuid and setgid bits. */
export const exactly = (mode: number): string => `0${modeText(mode)}`

/** A shell line that judges a file, with the name that an error has for it. */
export interface Judge {
  readonly line: string
  readonly by: string
  /** It looks at nothing but the file, so that a trial elsewhere is sure. Default false. */
  readonly isAlone?: true
}

export interface FileToWrite {
  readonly path: string
  /** The link that was followed to the path. */
  readonly via?: string | undefined
  /** All its permissions. */
  readonly mode: number
  /** Left out: this user, and the group that the directory gives. */
  readonly owner?: string | number | undefined
  readonly group?: string | number | undefined
  /**
   * A shell line that must succeed before the file takes its place; `%s` becomes the quoted path of
   * the new file.
   */
  readonly validate?: string | Judge | undefined
  /** Keep what is replaced under /var/lib/fettle/backups. */
  readonly backup?: boolean | undefined
  /**
   * A shell line that must succeed once the file is in place; otherwise what was there comes back
   * at once.
   */
  readonly confirm?: string | undefined
  /**
   * Where `confirm` says the same without the new content, the fault is another file's, and the new
   * content stays. Default false: it goes, and the failure says so.
   */
  readonly sparedByOthers?: boolean | undefined
  /** Fails where there is such a file already. */
  readonly onlyNew?: boolean | undefined
  /** Shell that writes the content to descriptor 3. Left out: the action's input is the content. */
  readonly from?: Sh | undefined
}

/** A shell line, called by what it says before the path of the file. */
export const judgeOf = (line: string): Judge => ({
  line,
  by: `\`${(line.split('%s')[0] ?? '').trim()}\``,
})

/** Has a shell line judge the new file. */
function validation(path: string, validate: string | Judge): Sh {
  const { line, by } = typeof validate === 'string' ? judgeOf(validate) : validate
  const check = line.replaceAll('%s', '"$1"')
  return sh`${shellFunctions(validateText)}fettle_validate ${check} ${by} ${split(path).name} ${path}`
}

/** Goes into the directory of a file. */
const enterDirectoryOf = (path: string, via: string | undefined): Sh =>
  via === undefined ? enter(split(path).directory) : enterThrough(via, path)

/** Copies what is about to be replaced into root's own folder, under its path and the time. */
function backUp(path: string): Sh {
  const { directory, name } = split(path)
  const folder = `${backups}${directory === '/' ? '' : directory}`
  return sh`${shellFunctions(backUpText)}fettle_back_up ${name} ${backups} ${folder}`
}

/** How the names begin of what is made beside a thing; shortened, as they have at most 255 bytes. */
const besideOf = (name: string): string => `./.${[...name].slice(0, 40).join('')}.fettle-`

/**
 * Shell that chooses a path beside a file or a link, `$new_path`, for what will take its place by
 * `placeNew`.
 */
export const newPath = (name: string, kind: 'file' | 'link'): Sh =>
  sh`${besideFunctions}fettle_new_path ${besideOf(name)} ${kind === 'file' ? '-f' : '-L'}`

/** Renames what is at `$new_path`. */
export const placeNew = (name: string): Sh => sh`${besideFunctions}fettle_place ${name}`

/**
 * Shell that writes a file: to a new name in the same directory, created exclusively and readable
 * by nobody else, with its final owner and mode, synced, validated, renamed, the directory synced.
 */
export function writing(file: FileToWrite): Sh {
  const { name } = split(file.path)
  return steps([
    functions,
    sh`umask 077`,
    enterDirectoryOf(file.path, file.via),
    sh`fettle_open_new ${name} ${besideOf(name)} ${file.path}`,
    file.from ?? sh`cat >&3`,
    owned(file.owner, file.group, '/proc/self/fd/3'),
    sh`fettle_close_new ${exactly(file.mode)}`,
    file.validate === undefined ? undefined : validation(file.path, file.validate),
    file.backup === true && backUp(file.path),
    placing(file),
  ])
}

/** Brings the new file to its place. */
function placing({ path, confirm, sparedByOthers, onlyNew }: FileToWrite): Sh {
  const { name } = split(path)
  if (confirm !== undefined) {
    const spared = sparedByOthers === true ? 1 : 0
    const confirmed = shellFunctions(placeConfirmedText)
    return sh`${confirmed}fettle_place_confirmed ${name} ${confirm} ${`\`${confirm}\``} ${path} ${spared}`
  }
  if (onlyNew !== true) return placeNew(name)
  return sh`ln -T -- "$new_path" ${`./${name}`} && rm -f -- "$new_path" && trap - EXIT && sync -- .`
}

/** Writes a file; its content is the action's input, so that no secret is ever in the script. */
export function writeFile(file: FileToWrite & { readonly content: FileContent }): ShellAction {
  const action: ShellAction = {
    what: `writing ${file.path}`,
    script: writing(file),
    input: file.content,
  }
  if (file.validate === undefined && file.confirm === undefined) return action
  return { ...action, long: true }
}

/** Shell that succeeds where a file holds these bytes and has these attributes. */
export const holds = ({ path, mode, owner = '', group = '' }: FileToWrite, digest: string): Sh =>
  sh`${shellFunctions(holdsText)}fettle_holds ${path} ${`${digest} ${mode.toString(8)}`} ${owner} ${group}`

/**
 * Runs shell with an existing regular file open at descriptor 3, for changing its attributes by
 * `/proc/self/fd/3`.
 */
export const holding = (path: string, action: Sh, via?: string): Sh =>
  steps([
    shellFunctions(openPresentText),
    enterDirectoryOf(path, via),
    sh`fettle_open_present ${split(path).name} ${path}`,
    action,
  ])

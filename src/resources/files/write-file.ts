import type { ShellAction } from '../../core/change.js'
import { enter, enterThrough, split } from '../../core/enter.js'
import { modeText } from '../../core/mode.js'
import { refuse } from '../../core/refuse.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import type { Content } from './content.js'

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
interface Judge {
  readonly line: string
  readonly by: string
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

/**
 * Ends where this user may not write to the directory that the shell is in: programs would tell it
 * of a file that nobody knows.
 */
export const mayWriteHere: Sh = sh`[ -w . ] || ${refuse(sh`"$(id -un) may not write to \${at_:-/}"`)}`

/** A shell line, called by what it says before the path of the file. */
const judgeOf = (line: string): Judge => ({
  line,
  by: `\`${(line.split('%s')[0] ?? '').trim()}\``,
})

/**
 * Runs the shell line that judges the new file. Whatever it prints is told. Where it refuses the
 * present file too, the fault may be another one's.
 */
function validation(path: string, validate: string | Judge): Sh {
  const { line, by } = typeof validate === 'string' ? judgeOf(validate) : validate
  const { name } = split(path)
  const check = line.replaceAll('%s', '"$1"')
  return sh`{ sh -c ${check} sh "$PWD/\${t_#./}" </dev/null || case $? in
  126 | 127) ${refuse(`${by} could not be run, so ${path} was not written`, 'add the package that has the program before this, or correct validate')} ;;
  *)
    if [ -f ${`./${name}`} ] && ! sh -c ${check} sh "$PWD/"${name} </dev/null >/dev/null 2>&1; then ${refuse(`${by} refused the new ${path}, and the present one as well`, 'correct its content, or what is named of other files')}; fi
    ${refuse(`${by} refused the new ${path}`, 'correct its content')} ;;
esac; }`
}

/** Goes into the directory of a file. */
const enterDirectoryOf = (path: string, via: string | undefined): Sh =>
  via === undefined ? enter(split(path).directory) : enterThrough(via, path)

/** Copies what is about to be replaced into root's own folder, under its path and the time. */
function backUp(path: string): Sh {
  const { directory, name } = split(path)
  const folder = `${backups}${directory === '/' ? '' : directory}`
  return sh`if [ -f ${`./${name}`} ] && [ ! -L ${`./${name}`} ]; then mkdir -p -- ${folder} && chmod 0700 ${backups} && cp -pP -- ${`./${name}`} ${`${folder}/${name}`}."$(date -u +%Y%m%dT%H%M%SZ)"; fi`
}

/**
 * Takes the place of what is there. Before `confirm` has succeeded, any end of the shell brings
 * back what was there. Where it fails, it is asked again without the new content: what fails with
 * the same words then is the fault of another file.
 */
function replace(name: string, { path, sparedByOthers }: FileToWrite, confirm: string): Sh {
  return sh`o_=$t_.old &&
back_() { if [ -e "$o_" ]; then mv -fT -- "$o_" ${name}; else rm -f -- ${name}; fi; sync -- .; } &&
if [ -e ${name} ]; then ln -- ${name} "$o_"; fi &&
trap 'back_; rm -f -- "$t_"' EXIT &&
mv -fT -- "$t_" ${name} &&
sync -- . &&
confirm_() { sh -c ${confirm} </dev/null; } &&
compare_() {
  now_=$(confirm_ 2>&1 >/dev/null)
  ln -- ${name} "$t_" && trap 'rm -f -- "$t_"' EXIT && back_ || exit
  if before_=$(confirm_ 2>&1 >/dev/null) || [ "$before_" != "$now_" ]; then ${refuse(`\`${confirm}\` refused what there is with the new ${path}, so the former one is back`, 'correct its content, or what else is named')}; fi
  ${sparedByOthers === true ? sh`mv -fT -- "$t_" ${name} && sync -- .` : refuse(`\`${confirm}\` refused what there is, before the change to ${path} as well, so the former one is back`, 'mend what is named there first')}
} &&
{ confirm_ || compare_; } &&
trap - EXIT &&
rm -f -- "$o_"`
}

/**
 * Shell that writes a file: to a new name in the same directory, created exclusively and readable
 * by nobody else, with its final owner and mode, synced, validated, renamed, the directory synced.
 * Whatever happens, the path holds the old file or the new one, whole. Everything goes through the
 * open descriptor, since who owns the directory may exchange the name for a link at any moment.
 */
export function writing(file: FileToWrite): Sh {
  const { name } = split(file.path)
  const here = `./${name}`
  // The same beginning for each write of this file, so that what a killed one left is found;
  // shortened, as names have at most 255 bytes.
  const begin = `./.${[...name].slice(0, 40).join('')}.fettle-`
  return steps([
    sh`umask 077`,
    enterDirectoryOf(file.path, file.via),
    sh`if [ -L ${here} ]; then ${refuse(`${file.path} is a symbolic link`)}; fi`,
    mayWriteHere,
    sh`for p_ in ${begin}*; do if [ -f "$p_" ]; then rm -f -- "$p_"; fi; done`,
    sh`t_=$(mktemp -u -- ${begin}XXXXXXXX)`,
    sh`trap 'rm -f -- "$t_"' EXIT`,
    sh`trap 'exit 143' TERM INT HUP`,
    sh`set -C && exec 3>"$t_" && set +C`,
    file.from ?? sh`cat >&3`,
    owned(file.owner, file.group, '/proc/self/fd/3'),
    sh`chmod -- ${exactly(file.mode)} /proc/self/fd/3`,
    sh`sync -- /proc/self/fd/3`,
    sh`exec 3>&-`,
    file.validate === undefined ? undefined : validation(file.path, file.validate),
    file.backup === true && backUp(file.path),
    ...placing(here, file),
  ])
}

/** Brings the new file to its place. */
function placing(here: string, file: FileToWrite): readonly Sh[] {
  if (file.confirm !== undefined) return [replace(here, file, file.confirm)]
  const done = [sh`trap - EXIT`, sh`sync -- .`]
  if (file.onlyNew === true) return [sh`ln -T -- "$t_" ${here}`, sh`rm -f -- "$t_"`, ...done]
  return [sh`mv -fT -- "$t_" ${here}`, ...done]
}

/** Writes a file; its content is the action's input, so that no secret is ever in the script. */
export function writeFile(file: FileToWrite & { readonly content: Content }): ShellAction {
  const action: ShellAction = {
    on: 'shell',
    what: `writing ${file.path}`,
    script: writing(file),
    input: file.content,
  }
  if (file.validate === undefined && file.confirm === undefined) return action
  return { ...action, long: true }
}

/** Shell that succeeds where a file holds these bytes and has these attributes. */
export function holds({ path, mode, owner, group }: FileToWrite, digest: string): Sh {
  const is = (wanted: string | number | undefined, name: Sh, id: Sh): Sh | undefined => {
    if (wanted === undefined) return undefined
    return sh`{ [ ${name} = ${String(wanted)} ] || [ ${id} = ${String(wanted)} ]; }`
  }
  return steps([
    // Names may hold spaces, and no colon.
    sh`IFS=: && set -f && set -- $(sha256sum <${path} && stat -c ':%a:%U:%u:%G:%g' -- ${path})`,
    sh`[ "\${1%% *} $2" = ${`${digest} ${mode.toString(8)}`} ]`,
    is(owner, sh`"$3"`, sh`"$4"`),
    is(group, sh`"$5"`, sh`"$6"`),
  ])
}

/**
 * Runs shell with an existing regular file open at descriptor 3, for changing its attributes by
 * `/proc/self/fd/3`. The kernel's path of what was opened tells whether a link was followed.
 */
export function holding(path: string, action: Sh, via?: string): Sh {
  const { name } = split(path)
  const here = `./${name}`
  return steps([
    enterDirectoryOf(path, via),
    // Opening a named pipe would wait, and opening a device may do something.
    sh`if ! { [ -f ${here} ] && exec 3<${here} && [ "$(readlink /proc/self/fd/3)" = "$at_/"${name} ]; }; then ${refuse(`${path} is a symbolic link, or was replaced meanwhile`)}; fi`,
    action,
  ])
}

import type { BulkKind } from '../../core/change.js'
import { enter, split } from '../../core/enter.js'
import { inputLength, lines, sh, steps, type Sh } from '../../core/sh.js'
import { digestOf, type Content } from './content.js'
import { exactly, type FileToWrite } from './write-file.js'

/** A file that needs nothing besides being written. */
export interface PlainFile extends FileToWrite {
  readonly content: Content
}

export const isPlain = ({ via, validate, backup, confirm, onlyNew, from }: FileToWrite): boolean =>
  via === undefined &&
  validate === undefined &&
  backup !== true &&
  confirm === undefined &&
  onlyNew !== true &&
  from === undefined

/** The folder that new files are written to, in the directory that they go to. */
const folder = './.fettle-new'

/**
 * For each directory: `enter_` checks that nobody else may rename what is in it, `put_` writes a
 * file from the input, `place_` gives the files that were put their owner and mode, syncs them,
 * looks whether they hold what they should, and renames them.
 */
const functions = sh`umask 077
own_() {
  me_=$(id -u) && in_=$(stat -c %u/%a -- .) || exit
  case $in_ in 0/* | "$me_"/*) ;; *) exit 97 ;; esac
  case \${in_#*/} in *[2367] | *[2367]?) exit 97 ;; esac
  trap 'rm -rf -- ${folder}' EXIT
  rm -rf -- ${folder} && mkdir -- ${folder}
}
put_() {
  [ ! -L "./$1" ] && [ ! -d "./$1" ] || exit 97
  case $2 in 0) : >${folder}/"$1" ;; *) dd bs=65536 count="$2" iflag=fullblock,count_bytes 2>/dev/null >${folder}/"$1" ;; esac || exit
}
sums_() { sha256sum -- "$@" | while IFS= read -r l_; do l_=\${l_#\\\\}; echo "\${l_%% *}"; done | sha256sum; }
place_() {
  o_=$1 m_=$2 s_=$3; shift 3
  [ -z "$o_" ] || chown -- "$o_" "$@" || exit
  chmod -- "$m_" "$@" && sync -- "$@" && [ "$(sums_ "$@")" = "$s_  -" ] && mv -f -- "$@" . || exit
}
trap 'exit 143' TERM INT HUP`

/** The members in lists by a key, in the order of their first ones. */
function grouped<T>(
  all: readonly T[],
  keyOf: (member: T) => string,
): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const member of all) {
    const group = groups.get(keyOf(member))
    if (group === undefined) groups.set(keyOf(member), [member])
    else group.push(member)
  }
  return [...groups.values()]
}

const byDirectory = (
  files: readonly PlainFile[],
): readonly (readonly [PlainFile, ...PlainFile[]])[] =>
  grouped(files, ({ path }) => split(path).directory)

const placed = (files: readonly [PlainFile, ...PlainFile[]]): Sh => {
  const [{ owner = '', group, mode }] = files
  const account = group === undefined ? String(owner) : `${String(owner)}:${String(group)}`
  const digests = files.map(({ content }) => `${digestOf(content)}\n`)
  const paths = files.map(({ path }) => `${folder}/${split(path).name}`)
  return sh`place_ ${account} ${exactly(mode)} ${digestOf(digests.join(''))} ${paths}`
}

function directory(files: readonly [PlainFile, ...PlainFile[]]): Sh {
  const attributes = ({ owner, group, mode }: PlainFile): string =>
    JSON.stringify([owner, group, mode])
  return steps([
    enter(split(files[0].path).directory),
    sh`own_`,
    ...files.map(({ path, content }) => sh`put_ ${split(path).name} ${inputLength(content)}`),
    ...grouped(files, attributes).map(placed),
    sh`rmdir -- ${folder}`,
    sh`trap - EXIT`,
    sh`sync -- .`,
  ])
}

/**
 * Writes many files as `writeFile` does each, with a program for each file instead of a dozen: to a
 * folder of their own in their directory, synced, looked at and renamed. Only in directories that
 * nobody else may change, where names can be trusted.
 */
export const writeFiles: BulkKind<PlainFile> = {
  name: 'write files',
  action(files) {
    const directories = byDirectory(files)
    return {
      on: 'shell',
      script: lines([functions, ...directories.map((each) => sh`${directory(each)} || exit`)]),
      input: directories.flat().map(({ content }) => content),
    }
  },
}

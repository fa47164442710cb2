import type { BulkKind } from '../../core/change.js'
import { enter, split } from '../../core/enter.js'
import { inputLength, lines, sh, shellFunctions, steps, type Sh } from '../../core/sh.js'
import { digestOf, type FileContent } from './content.js'
import { exactly, type FileToWrite } from './write-file.js'
import writeFilesText from './write-files.sh.js'

/** A file that needs nothing besides being written. */
export interface PlainFile extends FileToWrite {
  readonly content: FileContent
}

export const isPlain = ({ via, validate, backup, confirm, onlyNew, from }: FileToWrite): boolean =>
  via === undefined &&
  validate === undefined &&
  backup !== true &&
  confirm === undefined &&
  onlyNew !== true &&
  from === undefined

/** The folder that `write-files.sh` writes to, in the directory that the files go to. */
const folder = './.fettle-new'

const functions = shellFunctions(writeFilesText)

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
  return sh`fettle_place_files ${account} ${exactly(mode)} ${digestOf(digests.join(''))} ${paths}`
}

function directory(files: readonly [PlainFile, ...PlainFile[]]): Sh {
  const attributes = ({ owner, group, mode }: PlainFile): string =>
    JSON.stringify([owner, group, mode])
  return steps([
    enter(split(files[0].path).directory),
    sh`fettle_begin_files`,
    ...files.map(
      ({ path, content }) => sh`fettle_put_file ${split(path).name} ${inputLength(content)}`,
    ),
    ...grouped(files, attributes).map(placed),
    sh`fettle_end_files`,
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
      script: lines([
        functions,
        sh`umask 077`,
        sh`trap 'exit 143' TERM INT HUP`,
        ...directories.map((each) => sh`${directory(each)} || exit`),
      ]),
      input: directories.flat().map(({ content }) => content),
    }
  },
}

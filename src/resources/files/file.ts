import { pathState } from './path-state.js'
import { z } from 'zod'
import { blocked, type Plan } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { FettleError } from '../../core/errors.js'
import { Later, request, type Value } from '../../core/later.js'
import { mode, type Mode } from '../../core/mode.js'
import { absolutePath, line } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { Secret } from '../../core/secret.js'
import { FileInput, inputLength } from '../../core/sh.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry, type PathKey } from '../../facts/files/path.js'
import { account } from './attributes.js'
import {
  contentConflict,
  contentShape,
  digestOf,
  fileContentOf,
  type Content,
  type ContentOptions,
  type FileContent,
} from './content.js'
import { fileChanges, notAFile } from './file-changes.js'

export interface FileOptions extends ContentOptions, CommonOptions {
  /**
   * Permissions: `'0644'`, `0o644`, or symbols of chmod(1), which change the present permissions
   * (of a new file: the default). Default: 0644 for a new file, or 0600 with a `Secret` in it; an
   * existing file keeps its own, unless it holds a `Secret` and is open wider than 0600.
   */
  readonly mode?: Mode
  /** Name or id. Default: the acting user for a new file; an existing one keeps its owner. */
  readonly owner?: string | number
  /**
   * Name or id. Default: for a new file the user's group (in a setgid directory, the directory's);
   * an existing one keeps its own.
   */
  readonly group?: string | number
  /**
   * A shell line that must succeed before new content is put in place; `%s` becomes the quoted path
   * of the new file: `'visudo -cf %s'`. It must only read: plans run it as well, on content of up to
   * 1 MiB, in a folder in memory with links to what is beside the file. Default: none.
   */
  readonly validate?: string
  /**
   * A shell line that must succeed after new content was put in place, such as `nginx -t`, which
   * reads all files together. If it fails, the previous file is restored at once, and the change
   * has failed. The error says so where the line fails with the previous file too, because of other
   * files. Default: none.
   */
  readonly confirm?: string
  /**
   * Keep a copy of the replaced file under `/var/lib/fettle/backups` (for root only), by its path
   * and the time. Default false.
   */
  readonly backup?: boolean
  /** Write content only where there is no file yet; attributes are still managed. Default false. */
  readonly onlyIfAbsent?: boolean
  /**
   * Manage the target of a symbolic link, if only root or the acting user can have created or moved
   * the link. Default false: a link is refused.
   */
  readonly follow?: boolean
}

/**
 * What to read about the path. The present content is read only where it differs and may be shown.
 */
function keyFor(path: string, follow: boolean, content: FileContent | undefined): PathKey {
  if (content === undefined) return { path, follow }
  if (content instanceof Secret) return { path, follow, digest: true }
  if (content instanceof FileInput) return { path, follow, digest: true, size: content.size }
  return { path, follow, contentUnless: digestOf(content), size: inputLength(content) }
}

/**
 * The key of the path's fact. Content that only the host knows has no digest when facts are read:
 * such a file is compared by the host's digest, and gets no diff.
 */
export function pathKey(
  path: string,
  content: Value<FileContent> | undefined,
  follow = false,
): PathKey | Later<PathKey> {
  if (!(content instanceof Later)) return keyFor(path, follow, content)
  if (!content.isEarly) return { path, follow, digest: true }
  return content.map((known) => keyFor(path, follow, known))
}

/** Checks content that may come from a `Later`, which can return anything. */
export function checkedContent(type: string, path: string, content: unknown): Content | undefined {
  if (
    content === undefined ||
    typeof content === 'string' ||
    content instanceof Uint8Array ||
    content instanceof Secret
  )
    return content
  throw new FettleError('option-invalid', {
    address: `${type}[${path}]`,
    message: `${type}[${path}]: the content turned out to be ${content === null ? 'null' : typeof content}, and must be a string, bytes or a Secret`,
  })
}

/** The error for a link: it points nowhere, or may not be followed. */
function wrongLink(path: string, { follow }: FileOptions, entry: PathEntry): Plan {
  // Another link as well as its target would do.
  if (follow === true)
    return blocked(
      `${path} is a symbolic link to nothing (${entry.target ?? ''})`,
      'remove the link, or make what it points to',
    )
  const remedy = 'set follow: true to manage the file that it points to, or remove the link'
  return notAFile(path, entry, remedy) ?? []
}

const forContent = ['validate', 'confirm', 'backup', 'onlyIfAbsent'] as const

/** What is wrong with a combination of the options. */
function conflict(given: FileOptions): string | undefined {
  const isManaged = (given.content ?? given.source ?? given.template) !== undefined
  const wrong = contentConflict(given)
  const alone = forContent.find((option) => given[option] !== undefined)
  if (wrong !== undefined || isManaged || alone === undefined) return wrong
  return `${alone} is for a file with content, source or template`
}

/**
 * A regular file: its content, from `content`, `source` or `template`, and its attributes. Without
 * any of the three, the attributes of a file that must exist.
 *
 * The content is written to a temporary file in the same directory, with its final owner and mode,
 * synced, validated and renamed into place: readers see either the old or the new file, complete.
 * Missing parents are not created (use `directory`). A `Secret` in the content, or among the
 * template's variables, makes the whole file secret: mode 0600 unless given, compared by digest,
 * never shown. Of a secret file with lines `KEY=value` a plan names the keys that change.
 */
export const file = resource({
  type: 'file',
  undo: [pathState],
  chapter: 'Files',
  ansible: '`copy`, `template`, `file`',
  arguments: args<[path: string]>(absolutePath),
  options: options<FileOptions>({
    ...contentShape,
    mode: mode.optional(),
    owner: account.optional(),
    group: account.optional(),
    validate: line.regex(/%s/, 'must hold %s, which becomes the path of the new file').optional(),
    confirm: line.optional(),
    backup: z.boolean().optional(),
    onlyIfAbsent: z.boolean().optional(),
    follow: z.boolean().optional(),
  }),
  conflict: (_, options) => conflict(options),
  build(path, options) {
    const wanted = fileContentOf(options)
    return desired({
      reads: {
        path: request(pathFact, pathKey(path, wanted, options.follow)),
        missingParent: request(missingParentFact, path),
      },
      values: { content: wanted },
      joins: 'files',
      // What `confirm` does, nobody knows.
      brings: options.confirm === undefined ? [`path:${path}`] : 'anything',
      plan({ path: entry, missingParent }, values) {
        const { content: given } = values
        const content = given instanceof FileInput ? given : checkedContent('file', path, given)
        if (entry?.kind === 'link') return wrongLink(path, options, entry)
        // Only a link that was followed has a target here.
        const place = entry?.target == null ? { path } : { path: entry.target, via: path }
        const { mode, owner, group, validate, confirm, backup, sensitive } = options
        return fileChanges(
          {
            ...place,
            content: options.onlyIfAbsent === true && entry !== null ? undefined : content,
            mode,
            owner,
            group,
            validate,
            confirm,
            backup,
            sensitive,
            isLate: wanted instanceof Later && !wanted.isEarly,
          },
          entry,
          missingParent,
        )
      },
    })
  },
})

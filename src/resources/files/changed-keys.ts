import { listed } from '../../core/listed.js'
import { request } from '../../core/later.js'
import { Secret } from '../../core/secret.js'
import { FileInput } from '../../core/sh.js'
import { trial, type Trial, type Verdict } from '../../core/trial.js'
import { changedKeysFact, hasKeyLines, type ChangedKey } from '../../facts/files/changed-keys.js'
import type { FileContent } from './content.js'

/** A line of a plan names no more keys. */
const mostNames = 10

function naming(keys: readonly ChangedKey[] | null): Verdict {
  if (keys === null || keys.length === 0) return null
  const names = keys.map(({ name, is }) => `${name} ${is}`)
  return { note: listed(names, mostNames) }
}

/**
 * Names the keys that change in a file whose content is not shown. A reviewer sees which setting it
 * is about. None for content that is shown, has no keys, or is not in memory.
 */
export function changedKeys(
  path: string,
  content: FileContent,
  sensitive: boolean,
): readonly Trial[] {
  if (!(content instanceof Secret || sensitive) || content instanceof FileInput) return []
  if (!hasKeyLines(content)) return []
  // As a diff does, it compares with the present file, whatever an earlier change may do to it.
  return [
    trial(request(changedKeysFact, { path, wanted: content }), naming, {
      needs: [],
      informs: true,
    }),
  ]
}

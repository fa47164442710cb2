import { modeText } from '../../core/mode.js'
import { Secret } from '../../core/secret.js'
import { inputLength } from '../../core/sh.js'
import { sizeText } from '../../core/size-text.js'
import type { FileContent } from './content.js'

/** What is known of a file or directory before it is made. */
export interface NewAttributes {
  /** Its permissions. Left out: they depend on the directory that it is made in. */
  readonly mode?: number | undefined
  /** Left out: the acting user's. */
  readonly owner?: string | number | undefined
  /** Left out: the acting user's, or the one that the directory gives. */
  readonly group?: string | number | undefined
  readonly content?: FileContent | undefined
  /** Do not tell the size of the content. Default false. A Secret's size is never told. */
  readonly sensitive?: boolean | undefined
}

/** Mode and account: `0640 root:adm`, `0640, owner root`, `group adm`. */
function rightsText({ mode, owner, group }: NewAttributes): string | undefined {
  const parts = mode === undefined ? [] : [modeText(mode)]
  if (owner !== undefined && group !== undefined)
    return [...parts, `${String(owner)}:${String(group)}`].join(' ')
  if (owner !== undefined) parts.push(`owner ${String(owner)}`)
  if (group !== undefined) parts.push(`group ${String(group)}`)
  return parts.length === 0 ? undefined : parts.join(', ')
}

function contentSize({ content, sensitive }: NewAttributes): string | undefined {
  if (content === undefined || content instanceof Secret || sensitive === true) return undefined
  return sizeText(inputLength(content))
}

/**
 * Says of something new what it will be: `create file: 0640 root:www-data, 1.2 KiB`. A reviewer
 * sees who may read it without looking into the tasks. What is not known is left out.
 * @param what what is done: `create file`
 */
export function withAttributes(what: string, made: NewAttributes): string {
  const parts = [rightsText(made), contentSize(made)].filter((part) => part !== undefined)
  return parts.length === 0 ? what : `${what}: ${parts.join(', ')}`
}

import { z } from 'zod'
import { Later } from '../core/later.js'
import { absolutePath } from '../core/schemas.js'
import type { Secret } from '../core/secret.js'
import { textFileFact } from '../facts/files/text-file.js'
import { become, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'
import { secretStandIn } from './secret-stand-in.js'

export interface ReadFileOptions extends ReadOptions {
  /** A missing file is `null`. Default: whatever depends on it fails. */
  readonly optional?: boolean
  /** Its text is a secret. Default false. */
  readonly secret?: boolean
}

const files: Reading<ReadFileOptions> = {
  name: 'file',
  argument: absolutePath,
  options: { become, optional: z.boolean().optional(), secret: z.boolean().optional() },
}

/** The text of a file, as its options make it. */
type Text<O extends ReadFileOptions> =
  | (O extends { readonly secret: true } ? Secret : string)
  | (O extends { readonly optional: true } ? null : never)

/**
 * The text of a file of the host, up to 1 MiB of UTF-8; a link is followed. A missing one is `null`
 * with `optional`.
 * @chapter Reads
 * @ansible `slurp`, `lookup('file', …)` on the host
 * @example
 * file('/etc/issue', { content: read.file('/etc/debian_version').map((text) => `Debian ${text}`) })
 */
export function file<const O extends ReadFileOptions = ReadFileOptions>(
  path: string,
  options?: O,
): Later<Text<O>> {
  const { optional, secret }: ReadFileOptions = options ?? {}
  checkedRead(files, path, options ?? {})
  const of = [`path:${path}`] as const
  const key = { path, secret: secret === true }
  const wanted = reading(files, path, options ?? {}, textFileFact, key, { of })
  const standIn = secret === true ? secretStandIn : ''
  const found =
    optional === true
      ? Later.found(wanted, standIn)
      : Later.fact(wanted, standIn, path, { lacks: of })
  // The parser makes a Secret where the key says so.
  return found as Later<Text<O>>
}

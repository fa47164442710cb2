import { isUtf8 } from 'node:buffer'

/** The longest text that a read of the user's brings, in bytes. */
export const mostRead = 1024 * 1024

/** The text in bytes, or what is wrong with them as the end of a sentence. */
export function decoded(
  bytes: Uint8Array,
): { readonly text: string } | { readonly wrong: string; readonly remedy: string } {
  if (bytes.length > mostRead)
    return { wrong: 'is longer than 1 MiB', remedy: 'read less: a read is never cut' }
  if (!isUtf8(bytes))
    return { wrong: 'is not text in UTF-8', remedy: 'read it by read.command, as base64 or od(1)' }
  return { text: Buffer.from(bytes).toString() }
}

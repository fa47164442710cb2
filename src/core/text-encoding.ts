/**
 * The text of a file, or the problem with its encoding, as the end of a sentence that starts with
 * the file's name.
 */
export type DecodedText = { readonly text: string } | { readonly problem: string }

interface ByteOrderMark {
  readonly bytes: readonly number[]
  readonly encoding: string
}

/**
 * Byte order marks (Unicode 15, section 2.6). UTF-32's comes first, because UTF-16's is a prefix of
 * it.
 */
const marks: readonly ByteOrderMark[] = [
  { bytes: [0xff, 0xfe, 0, 0], encoding: 'UTF-32' },
  { bytes: [0, 0, 0xfe, 0xff], encoding: 'UTF-32' },
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'UTF-8' },
  { bytes: [0xff, 0xfe], encoding: 'UTF-16LE' },
  { bytes: [0xfe, 0xff], encoding: 'UTF-16BE' },
]

/**
 * Decodes a file that a person wrote: UTF-8, or UTF-16 with a byte order mark, as PowerShell and
 * editors on Windows write it. The mark is not part of the text.
 */
export function decodeText(content: Uint8Array): DecodedText {
  const encoding = markedEncoding(content)
  if (encoding === 'UTF-32') return { problem: 'is written in UTF-32, which is not read' }
  try {
    const text = new TextDecoder(encoding ?? 'utf-8', { fatal: true }).decode(content)
    if (!looksWide(text)) return { text }
    return { problem: 'is written in UTF-16 without a byte order mark, which is not read' }
  } catch {
    if (encoding === null) return { problem: 'is not UTF-8 text' }
    return { problem: `begins as ${encoding} and is not` }
  }
}

/** The encoding that a file's byte order mark names; null without a mark. */
export function markedEncoding(content: Uint8Array): string | null {
  const begins = ({ bytes }: ByteOrderMark): boolean =>
    bytes.every((byte, index) => content[index] === byte)
  return marks.find(begins)?.encoding ?? null
}

/**
 * Whether the first two characters are paired with NUL: a sign of UTF-16, in which ASCII characters
 * have a zero byte.
 */
const looksWide = (text: string): boolean => /^(?:[^\0]\0|\0[^\0]){2}/.test(text)

import { ScrubbedLines } from '../../core/scrub/scrub.js'

/** How many characters of an incomplete line are kept. */
const longest = 4096

/**
 * Returns a function that takes pieces of output and returns the last complete line in them that is
 * not empty, scrubbed; null where there is none. An incomplete line is not shown, because half a
 * secret would not be recognised.
 */
export function lastLine(): (text: string) => string | null {
  const lines = new ScrubbedLines(['\n', '\r'], longest)
  return (text) => lines.push(text).findLast((line) => line.trim() !== '') ?? null
}

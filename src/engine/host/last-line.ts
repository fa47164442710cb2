import { ScrubbedLines } from '../../core/scrub/scrub.js'

/** How much of a line without an end is remembered. */
const longest = 4096

/**
 * Takes text as it comes and answers the last line that has ended in it and is not empty, scrubbed;
 * null when none has. A line that has not ended yet may hold the first half of a secret, which
 * nobody would know for one.
 */
export function lastLine(): (text: string) => string | null {
  const lines = new ScrubbedLines(['\n', '\r'], longest)
  return (text) => lines.push(text).findLast((line) => line.trim() !== '') ?? null
}

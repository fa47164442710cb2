import { scrub } from '../../core/scrub/scrub.js'

const shownCharacters = 2000

/**
 * Makes the other side's output safe to show: without known secrets and control characters, and of
 * bounded length.
 */
export function remoteWords(words: Buffer | string): string {
  const text = scrub(words.toString())
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim()
  return text.length > shownCharacters ? `…${text.slice(-shownCharacters)}` : text
}

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { decodeText } from '../../core/text-encoding.js'
import { splitPattern } from './pattern.js'

/**
 * The value of `-l`, with each `@FILE` replaced by the lines of that file: a host or a pattern a
 * line. `#` starts a comment.
 * @param directory where relative paths start
 * @throws FettleError `usage` for a file that cannot be read, or that names no host
 */
export function readLimit(limit: string, directory: string): string {
  const terms = splitPattern(limit)
  if (!terms.some((term) => term.startsWith('@'))) return limit
  return terms
    .flatMap((term) => (term.startsWith('@') ? linesOf(term.slice(1), directory) : [term]))
    .join(',')
}

function linesOf(file: string, directory: string): readonly string[] {
  const terms = textOf(file, directory)
    .split('\n')
    .flatMap((line) => splitPattern(line.replace(/(^|\s)#.*/, '')))
  if (terms.length === 0)
    throw new FettleError('usage', {
      address: '-l',
      message: `-l @${file}: the file names no host`,
      remedy: 'write a host or a pattern on each line',
    })
  return terms
}

function textOf(file: string, directory: string): string {
  try {
    const decoded = decodeText(readFileSync(resolve(directory, file)))
    if ('text' in decoded) return decoded.text
    throw new FettleError('usage', {
      address: '-l',
      message: `-l @${file}: the file ${decoded.problem}`,
      remedy: 'save it as UTF-8',
    })
  } catch (cause) {
    if (cause instanceof FettleError) throw cause
    const why = messageOf(cause)
    throw new FettleError('usage', {
      address: '-l',
      message: `-l @${file}: the file cannot be read: ${why}`,
      remedy: 'name a file with a host on each line, such as the one that the last recap named',
      cause,
    })
  }
}

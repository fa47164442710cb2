import { z } from 'zod'
import { Later } from '../core/later.js'
import { absolutePath, line } from '../core/schemas.js'
import { reveal, Secret } from '../core/secret.js'
import { answerFact } from '../facts/commands/answer.js'
import type { Stat } from './stat.js'
import { become, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'

export interface FindOptions extends ReadOptions {
  /** Only what has a name of this pattern, as find(1) takes it: `*.log`. Default: all. */
  readonly name?: string
  /** Only what is of this kind. Default: all. */
  readonly type?: Stat['kind']
  /** Only what was changed more than this many seconds ago. Default: all. */
  readonly olderThan?: number
  /** How deep to look: 1 is what lies directly in it. Default: all. */
  readonly depth?: number
}

const finds: Reading<FindOptions> = {
  name: 'find',
  argument: absolutePath,
  options: {
    become,
    name: line.optional(),
    type: z.enum(['file', 'directory', 'link', 'other']).optional(),
    olderThan: z.number().int().positive().optional(),
    depth: z.number().int().positive().optional(),
  },
}

const tests: Readonly<Record<Stat['kind'], readonly string[]>> = {
  file: ['-type', 'f'],
  directory: ['-type', 'd'],
  link: ['-type', 'l'],
  other: ['!', '-type', 'f', '!', '-type', 'd', '!', '-type', 'l'],
}

/** $1: the directory; $2: the most seconds of age that are left out, or nothing; the rest: words of find(1). */
const script = `directory=$1 age=$2
shift 2
[ -e "$directory" ] || exit 0
[ -z "$age" ] || set -- "$@" ! -newermt "@$(($(date +%s) - age))"
exec find -H "$directory" -mindepth 1 "$@" -print0`

function wordsOf({ name, type, olderThan, depth }: FindOptions): readonly string[] {
  return [
    olderThan === undefined ? '' : String(olderThan),
    ...(depth === undefined ? [] : ['-maxdepth', String(depth)]),
    ...(type === undefined ? [] : tests[type]),
    ...(name === undefined ? [] : ['-name', name]),
  ]
}

const pathsIn = (answer: string | Secret): readonly string[] =>
  (answer instanceof Secret ? reveal(answer) : answer).split('\0').slice(0, -1).sort()

/**
 * The absolute paths of what is in a directory, sorted, without the directory itself; none where it
 * is missing. Links are not followed.
 * @chapter Reads
 * @ansible `find`
 * @example
 * file('/srv/app/plugins.txt', {
 *    content: read.find('/srv/app/plugins', { name: '*.so' }).map((paths) => paths.join('\n')),
 *  })
 */
export function find(directory: string, options: FindOptions = {}): Later<readonly string[]> {
  checkedRead(finds, directory, options)
  const argv = ['sh', '-c', script, 'find', directory, ...wordsOf(options)]
  const key = { argv, codes: [0], timeout: 60, secret: false, name: `find ${directory}` }
  const wanted = reading(finds, directory, options, answerFact, key, { of: [`tree:${directory}`] })
  return Later.fact(wanted, '', directory).map(pathsIn)
}

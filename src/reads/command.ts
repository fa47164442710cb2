import { z } from 'zod'
import { Later } from '../core/later.js'
import type { Resource } from '../core/resource.js'
import { resources, text } from '../core/schemas.js'
import type { Secret } from '../core/secret.js'
import { answerFact, type AnswerKey } from '../facts/commands/answer.js'
import { become, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'
import { secretStandIn } from './secret-stand-in.js'

export interface ReadCommandOptions extends ReadOptions {
  /** The statuses that are an answer; with any other it is unknown. Default: 0. */
  readonly successCodes?: readonly number[]
  /** Seconds that it may take. Default 60. */
  readonly timeout?: number
  /** The only resources whose changes may change its answer. Default: any change on the host may. */
  readonly dependsOn?: readonly Resource[]
  /** What it prints is a secret. Default false. */
  readonly secret?: boolean
}

const commands: Reading<ReadCommandOptions> = {
  name: 'command',
  argument: z.tuple([text.regex(/^(?!-).*\S/s, 'must begin with a program')], text),
  options: {
    become,
    successCodes: z.array(z.number().int().min(0).max(255)).min(1).optional(),
    timeout: z.number().int().positive().max(3600).optional(),
    dependsOn: resources.optional(),
    secret: z.boolean().optional(),
  },
}

/**
 * What a program prints on standard output, up to 1 MiB of UTF-8, without the last line break. Plans
 * run it as well, so it must change nothing. A text for the shell is `['sh', '-c', 'text']`.
 * @chapter Reads
 * @ansible `command` with `register` and `changed_when: false`
 * @example
 * file('/etc/app/workers', {
 *    content: read.command(['nproc']).map((count) => `${String(2 * Number(count) + 1)}\n`),
 *  })
 */
export function command<const O extends ReadCommandOptions = ReadCommandOptions>(
  argv: readonly string[],
  options?: O,
): Later<O extends { readonly secret: true } ? Secret : string> {
  const given: ReadCommandOptions = options ?? {}
  checkedRead(commands, argv, given)
  const { successCodes: codes = [0], timeout = 60, dependsOn, secret } = given
  const key: AnswerKey = { argv, codes, timeout, secret: secret === true }
  const wanted = reading(commands, argv, given, answerFact, key, { of: 'anything', dependsOn })
  const found = Later.fact(wanted, secret === true ? secretStandIn : '', argv.join(' '))
  // The parser makes a Secret where the key says so.
  return found as Later<O extends { readonly secret: true } ? Secret : string>
}

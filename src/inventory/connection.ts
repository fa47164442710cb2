import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { FettleError } from '../core/errors.js'
import { Secret } from '../core/secret.js'
import { showPlace, type Connection, type Place } from './inventory.js'
import { shellWords } from './shell-words.js'

const yes = ['yes', 'on', 'true']
const no = ['no', 'off', 'false']

/** YAML 1.2 reads `yes` as a string; Ansible's inventories mean true. */
const truth = z.union([z.boolean(), z.string().transform((word, context) => {
  if (yes.includes(word.toLowerCase())) return true
  if (no.includes(word.toLowerCase())) return false
  context.addIssue('no truth')
  return z.NEVER
})])

const word = z.string().regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u)

/** The `ansible_*` names that Fettle knows: what each takes, and the sentence that says so. */
const known = {
  ansible_host: [z.string().transform((text) => text.replace(/^\[([0-9A-Fa-f:.]+(%[\w.-]+)?)\]$/, '$1')).pipe(z.string().regex(/^[\p{L}\p{N}_:][\p{L}\p{N}_.:%-]*$/u)), 'must be a host name or an address'],
  ansible_port: [z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(1).max(65535)), 'must be a number from 1 to 65535'],
  ansible_user: [word, 'must be the name of a user'],
  ansible_password: [z.instanceof(Secret), 'must be a string'],
  ansible_ssh_private_key_file: [z.string().regex(/^[^\0\r\n]+$/), 'must be the path of a file'],
  ansible_ssh_common_args: [z.string(), 'must be a string'],
  ansible_connection: [z.enum(['local', 'ssh']), 'must be ssh or local'],
  ansible_become: [truth, 'must be true or false'],
  ansible_become_user: [word, 'must be the name of a user'],
  ansible_become_password: [z.instanceof(Secret), 'must be a string'],
} as const satisfies Readonly<Record<string, readonly [z.ZodType, string]>>

type Name = keyof typeof known

export const connectionNames: readonly string[] = Object.keys(known)

/** The part of a host that its connection follows from. */
interface Source {
  readonly name: string
  readonly vars: Readonly<Record<string, unknown>>
  place(variable: string): Place | null
}

/**
 * How a host is reached, from its `ansible_*` variables.
 * @throws FettleError `inventory-invalid` with the place of a value that cannot be
 */
export function connectionOf(host: Source, project: string): Connection {
  const take = <N extends Name>(name: N): z.output<(typeof known)[N][0]> | undefined => taken(host, name)
  const port = take('ansible_port')
  const user = take('ansible_user')
  const password = take('ansible_password')
  const key = take('ansible_ssh_private_key_file')
  const common = take('ansible_ssh_common_args')
  const become = take('ansible_become')
  const becomeUser = take('ansible_become_user')
  const becomePassword = take('ansible_become_password')
  return {
    host: take('ansible_host') ?? host.name,
    local: take('ansible_connection') === 'local',
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(key === undefined ? {} : { privateKeyFile: resolve(project, key.replace(/^~(?=\/)/, homedir())) }),
    ...(common === undefined ? {} : { commonArguments: commonArguments(host, common) }),
    ...(become === undefined ? {} : { become }),
    ...(becomeUser === undefined ? {} : { becomeUser }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
  }
}

function taken<N extends Name>(host: Source, name: N): z.output<(typeof known)[N][0]> | undefined {
  const value = host.vars[name]
  if (value === undefined || value === null) return undefined
  const [schema, expected] = known[name]
  const result = schema.safeParse(value)
  if (!result.success) throw wrong(host, name, `${expected}, and is ${value instanceof Secret ? 'something else' : JSON.stringify(value)}`)
  return result.data as z.output<(typeof known)[N][0]>
}

function commonArguments(host: Source, text: string): readonly string[] {
  const name = 'ansible_ssh_common_args'
  const words = shellWords(text)
  if (words === null) throw wrong(host, name, 'has a quote without its partner')
  const pairs: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [, flag, joined = ''] = /^(-[JFo])(.*)$/s.exec(word) ?? []
    const value = flag === undefined || joined !== '' ? joined : words[++index]
    if (flag === undefined || value === undefined) throw wrong(host, name, `takes ssh's -J, -F and -o with a value each, and has ${JSON.stringify(word)}`)
    pairs.push(flag, value)
  }
  return pairs
}

function wrong(host: Source, variable: string, problem: string): FettleError {
  const place = host.place(variable)
  const where = place === null ? host.name : showPlace(place)
  return new FettleError('inventory-invalid', { address: where, message: `${where}: ${variable} of ${host.name} ${problem}` })
}

import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { z } from 'zod'
import { omitUndefined } from '../../core/omit-undefined.js'
import { reveal, Secret } from '../../core/secret.js'
import { jsonText } from '../../core/written-number.js'
import {
  connectionOptions,
  copyingArguments,
  refusals,
  type OptionName,
} from './connection-options.js'
import type { Connection, InventoryHost } from '../inventory.js'
import { shellWords } from '../read/shell-words.js'
import { UnfitHost } from './unfit-host.js'
import { isTemplate } from '../read/value-parts.js'

/** The part of a host that its connection is computed from. */
type ConnectionSource = Pick<InventoryHost, 'name' | 'vars' | 'place'>

/**
 * Computes how to reach a host from its `ansible_*` variables.
 * @throws FettleError `inventory-invalid` with the place of a value that is wrong or not supported
 */
export function connectionOf(host: ConnectionSource, project: string): Connection {
  const local = optionValue(host, 'connection') === 'local'
  const become = becomeOf(host)
  optionValue(host, 'shellType')
  optionValue(host, 'shell')
  if (local) return { host: host.name, local, ...become }
  refuseUnsupported(host, 'ssh')
  optionValue(host, 'executable')
  const login = omitUndefined({
    port: optionValue(host, 'port'),
    user: optionValue(host, 'user'),
    password: optionValue(host, 'password'),
    privateKeyFile: keyFileOf(host, project),
  })
  const words = sshArguments(host)
  const commonArguments = words.length === 0 ? undefined : words
  return {
    host: optionValue(host, 'host') ?? host.name,
    local,
    ...login,
    ...omitUndefined({ commonArguments }),
    ...become,
  }
}

function keyFileOf(host: ConnectionSource, project: string): string | undefined {
  const path = optionValue(host, 'key')
  if (path === undefined) return undefined
  return resolve(project, path.replace(/^~(?=\/)/, homedir()))
}

function becomeOf(
  host: ConnectionSource,
): Pick<Connection, 'become' | 'becomeUser' | 'becomePassword'> {
  const become = optionValue(host, 'become')
  // Without become, the other become variables do not matter.
  if (become === false) return { become }
  refuseUnsupported(host, 'become')
  for (const name of ['becomeMethod', 'becomeProgram', 'becomeFlags'] as const)
    optionValue(host, name)
  return omitUndefined({
    become,
    becomeUser: optionValue(host, 'becomeUser'),
    becomePassword: optionValue(host, 'becomePassword'),
  })
}

type OptionValue<N extends OptionName> = z.output<(typeof connectionOptions)[N]['takes']>

/** The value of an option. An empty one counts as unset, as in Ansible. */
function optionValue<N extends OptionName>(
  host: ConnectionSource,
  option: N,
): OptionValue<N> | undefined {
  const { names, takes, expected } = connectionOptions[option]
  const name = names.findLast((each: string) => (host.vars[each] ?? null) !== null)
  if (name === undefined) return undefined
  const value = host.vars[name]
  const text = value instanceof Secret ? reveal(value) : value
  if (text === '' && option !== 'host' && option !== 'port') return undefined
  if (typeof text === 'string' && isTemplate(text)) {
    throw unfitHost(host, name, 'holds {{ … }}, and variables are not templates')
  }
  const result = takes.safeParse(value)
  if (!result.success) {
    const shown = value instanceof Secret ? 'something else' : (jsonText(value) ?? '')
    throw unfitHost(host, name, `${expected}, and is ${shown}`)
  }
  return result.data as OptionValue<N>
}

function refuseUnsupported(host: ConnectionSource, when: 'ssh' | 'become'): void {
  const set = Object.keys(host.vars).filter((each) => (host.vars[each] ?? null) !== null)
  for (const refusal of refusals) {
    if (refusal.when !== when) continue
    const name = set.find((each) => refusal.names.test(each))
    if (name !== undefined) throw unfitHost(host, name, refusal.why)
  }
}

/**
 * ssh's `-J`, `-F` and `-o` with their values, in Ansible's order: of several options of one name
 * ssh uses the first.
 */
function sshArguments(host: ConnectionSource): readonly string[] {
  const first = argumentsOf(host, 'args')
  for (const option of ['port', 'user'] as const) {
    const isSet = first.some((word) => word.toLowerCase().replace(/\W.*/s, '') === option)
    if (isSet && optionValue(host, option) !== undefined) {
      throw unfitHost(
        host,
        'ansible_ssh_args',
        `sets a ${option}, and so does another variable: keep one of the two`,
      )
    }
  }
  const words = [...first]
  const timeout = optionValue(host, 'timeout')
  if (optionValue(host, 'hostKeyChecking') === false) words.push('-o', 'StrictHostKeyChecking=no')
  if (timeout !== undefined) words.push('-o', `ConnectTimeout=${String(timeout)}`)
  words.push(...argumentsOf(host, 'commonArgs'), ...argumentsOf(host, 'extraArgs'))
  for (const name of copyingArguments) checkCopying(host, name, words)
  return words
}

function argumentsOf(
  host: ConnectionSource,
  option: 'args' | 'commonArgs' | 'extraArgs',
): readonly string[] {
  const [name] = connectionOptions[option].names
  const words = shellWords(optionValue(host, option) ?? '')
  if (words === null) throw unfitHost(host, name, 'has a quote without its partner')
  const pairs: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    // Compression affects only speed, and is in Ansible's default ssh_args.
    if (word === '-C') continue
    const [, flag, joined = ''] = /^(-[JFo])(.*)$/s.exec(word) ?? []
    const value = flag === undefined || joined !== '' ? joined : words[++index]
    if (flag === undefined || value === undefined) {
      throw unfitHost(
        host,
        name,
        `takes ssh's -J, -F and -o with a value each, and has ${JSON.stringify(word)}`,
      )
    }
    pairs.push(flag, value)
  }
  return pairs
}

/**
 * Accepts arguments for copying that do not affect how the host is reached, or repeat ssh's own.
 */
function checkCopying(
  host: ConnectionSource,
  name: (typeof copyingArguments)[number],
  followed: readonly string[],
): void {
  const value = host.vars[name] ?? ''
  const words = typeof value === 'string' ? shellWords(value) : null
  const isRedundant = (word: string): boolean =>
    /^-(?:[OCpqrv]+|[JFo])$/.test(word) || followed.includes(word.replace(/^-[JFo]/, ''))
  if (words?.every(isRedundant) === true) return
  const why =
    'would say how to reach the host, and Fettle does not copy by scp or sftp: set ansible_ssh_common_args'
  throw unfitHost(host, name, why)
}

/** The error of a host that cannot be reached in the way that the inventory says. */
const unfitHost = (
  { name, place }: ConnectionSource,
  variable: string,
  sentence: string,
): UnfitHost =>
  new UnfitHost(
    { subject: variable, sentence, place: place(variable), remedy: 'correct it there' },
    name,
  )

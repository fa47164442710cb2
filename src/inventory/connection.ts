import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { z } from 'zod'
import { FettleError } from '../core/errors.js'
import { reveal, Secret } from '../core/secret.js'
import { jsonText } from '../core/written-number.js'
import { connectionOptions, copyingArguments, refusals, type OptionName } from './connection-options.js'
import { showPlace, type Connection, type InventoryHost, type Place } from './inventory.js'
import { listed } from './names.js'
import { shellWords } from './shell-words.js'

/** The part of a host that its connection follows from. */
type Source = Pick<InventoryHost, 'name' | 'vars' | 'place'>

/**
 * How a host is reached, from its `ansible_*` variables.
 * @throws FettleError `inventory-invalid` with the place of a value that cannot be, or cannot be followed
 */
export function connectionOf(host: Source, project: string): Connection {
  const local = take(host, 'connection') === 'local'
  const become = becomeOf(host)
  take(host, 'shellType')
  take(host, 'shell')
  if (local) return { host: host.name, local, ...become }
  refuse(host, 'ssh')
  take(host, 'executable')
  const [port, user, password, key] = [take(host, 'port'), take(host, 'user'), take(host, 'password'), take(host, 'key')]
  const commonArguments = sshArguments(host)
  return {
    host: take(host, 'host') ?? host.name,
    local,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(key === undefined ? {} : { privateKeyFile: resolve(project, key.replace(/^~(?=\/)/, homedir())) }),
    ...(commonArguments.length === 0 ? {} : { commonArguments }),
    ...become,
  }
}

function becomeOf(host: Source): Pick<Connection, 'become' | 'becomeUser' | 'becomePassword'> {
  const become = take(host, 'become')
  // Nobody is become, whatever the other variables say.
  if (become === false) return { become }
  refuse(host, 'become')
  for (const name of ['becomeMethod', 'becomeProgram', 'becomeFlags'] as const) take(host, name)
  const [becomeUser, becomePassword] = [take(host, 'becomeUser'), take(host, 'becomePassword')]
  return {
    ...(become === undefined ? {} : { become }),
    ...(becomeUser === undefined ? {} : { becomeUser }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
  }
}

/** The value of an option; an empty one is none, as with Ansible. */
function take<N extends OptionName>(host: Source, option: N): z.output<(typeof connectionOptions)[N]['takes']> | undefined {
  const { names, takes, expected } = connectionOptions[option]
  const name = names.findLast((each: string) => (host.vars[each] ?? null) !== null)
  if (name === undefined) return undefined
  const value = host.vars[name]
  const text = value instanceof Secret ? reveal(value) : value
  if (text === '' && option !== 'host' && option !== 'port') return undefined
  if (typeof text === 'string' && text.includes('{{') && text.includes('}}')) {
    throw new UnfitConnection(host, name, 'holds {{ … }}, and variables are not templates')
  }
  const result = takes.safeParse(value)
  if (!result.success) {
    const shown = value instanceof Secret ? 'something else' : (jsonText(value) ?? '')
    throw new UnfitConnection(host, name, `${expected}, and is ${shown}`)
  }
  return result.data as z.output<(typeof connectionOptions)[N]['takes']>
}

function refuse(host: Source, when: 'ssh' | 'become'): void {
  for (const refusal of refusals.filter((each) => each.when === when)) {
    const name = Object.keys(host.vars).find((each) => refusal.names.test(each) && (host.vars[each] ?? null) !== null)
    if (name !== undefined) throw new UnfitConnection(host, name, refusal.why)
  }
}

/** ssh's `-J`, `-F` and `-o` with their values, in Ansible's order: of several options of one name ssh takes the first. */
function sshArguments(host: Source): readonly string[] {
  const first = argumentsOf(host, 'args')
  for (const option of ['port', 'user'] as const) {
    const isSet = first.some((word) => word.toLowerCase().replace(/\W.*/s, '') === option)
    if (isSet && take(host, option) !== undefined) {
      throw new UnfitConnection(host, 'ansible_ssh_args', `sets a ${option}, and so does another variable: keep one of the two`)
    }
  }
  const timeout = take(host, 'timeout')
  const words = [
    ...first,
    ...(take(host, 'hostKeyChecking') === false ? ['-o', 'StrictHostKeyChecking=no'] : []),
    ...(timeout === undefined ? [] : ['-o', `ConnectTimeout=${String(timeout)}`]),
    ...argumentsOf(host, 'commonArgs'),
    ...argumentsOf(host, 'extraArgs'),
  ]
  for (const name of copyingArguments) checkCopying(host, name, words)
  return words
}

function argumentsOf(host: Source, option: 'args' | 'commonArgs' | 'extraArgs'): readonly string[] {
  const [name] = connectionOptions[option].names
  const words = shellWords(take(host, option) ?? '')
  if (words === null) throw new UnfitConnection(host, name, 'has a quote without its partner')
  const pairs: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    // Compression changes nothing but speed, and stands in Ansible's own ssh_args.
    if (word === '-C') continue
    const [, flag, joined = ''] = /^(-[JFo])(.*)$/s.exec(word) ?? []
    const value = flag === undefined || joined !== '' ? joined : words[++index]
    if (flag === undefined || value === undefined) {
      throw new UnfitConnection(host, name, `takes ssh's -J, -F and -o with a value each, and has ${JSON.stringify(word)}`)
    }
    pairs.push(flag, value)
  }
  return pairs
}

/** Arguments for copying are passed over when they say nothing of the way to the host, or the same as ssh's own. */
function checkCopying(host: Source, name: (typeof copyingArguments)[number], followed: readonly string[]): void {
  const value = host.vars[name] ?? ''
  const words = typeof value === 'string' ? shellWords(value) : null
  const isSaid = (word: string): boolean => /^-(?:[OCpqrv]+|[JFo])$/.test(word) || followed.includes(word.replace(/^-[JFo]/, ''))
  if (words?.every(isSaid) === true) return
  const why = 'would say how to reach the host, and Fettle does not copy by scp or sftp: set ansible_ssh_common_args'
  throw new UnfitConnection(host, name, why)
}

/** A host that cannot be reached in the way that the inventory says. */
class UnfitConnection extends FettleError {
  readonly problem: Problem

  constructor({ name, place }: Source, variable: string, sentence: string) {
    const problem = { variable, sentence, place: place(variable), hosts: [name] }
    super('inventory-invalid', { address: whereOf(problem), message: sentenceOf(problem), remedy: remedyFor([name]) })
    this.problem = problem
  }
}

interface Problem {
  readonly variable: string
  readonly sentence: string
  readonly place: Place | null
  /** Those that have it in common. */
  readonly hosts: string[]
}

const whereOf = ({ place, hosts }: Problem): string => (place === null ? listed(hosts) : showPlace(place))
const sentenceOf = (problem: Problem): string =>
  `${whereOf(problem)}: ${problem.variable} of ${listed(problem.hosts)} ${problem.sentence}`

function remedyFor([first = '', ...others]: readonly string[]): string {
  return `correct it there, or leave ${others.length === 0 ? `the host out: -l 'all:!${first}'` : 'these hosts out with -l'}`
}

/**
 * Answers the hosts that it is given, when each of them can be reached in the way that the inventory says.
 * @throws FettleError `inventory-invalid`: one error for all hosts, a line for each problem with its place
 */
export function checkConnections(hosts: readonly InventoryHost[]): readonly InventoryHost[] {
  const problems = new Map<string, Problem>()
  for (const host of hosts) {
    const found = problemOf(() => host.connection)
    if (found === null) continue
    const key = JSON.stringify([found.variable, found.sentence, found.place])
    const known = problems.get(key)
    if (known === undefined) problems.set(key, { ...found, hosts: [host.name] })
    else known.hosts.push(host.name)
  }
  if (problems.size === 0) return hosts
  const all = [...problems.values()]
  const more = all.length > mostShown ? [`and ${String(all.length - mostShown)} more`] : []
  throw new FettleError('inventory-invalid', {
    message: [...all.slice(0, mostShown).map(sentenceOf), ...more].join('\n'),
    remedy: remedyFor(all.flatMap((problem) => problem.hosts)),
  })
}

const mostShown = 20

/** What is wrong with a connection that is asked for; null: nothing. */
function problemOf(connection: () => Connection): Problem | null {
  try {
    connection()
    return null
  } catch (error) {
    if (error instanceof UnfitConnection) return error.problem
    throw error
  }
}

import { existsSync } from 'node:fs'
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler } from 'ssh2'
import { counted } from '../../core/counted.js'
import { FettleError } from '../../core/errors.js'
import { reveal, type Secret } from '../../core/secret.js'
import { agentKeys, OneKeyAgent, parsedKey, type AgentKey } from './agent.js'
import { fingerprint } from './known-hosts.js'
import { isLocked, readPrivateKey, type PrivateKey } from './private-key.js'
import type { HostConfig } from '../config/ssh-config.js'
import type { Target } from '../target.js'

interface Attempt {
  /** For the message when all have failed. */
  readonly label: string
  readonly method: AnyAuthMethod
}

/** The ways to log in that were found, and notes on those that cannot be used. */
export interface Ways {
  readonly attempts: readonly Attempt[]
  readonly notes: readonly string[]
  /** Paths of encrypted keys that would be further ways. */
  readonly locked: readonly string[]
  /** The key files that were read. */
  readonly keyFiles: readonly string[]
}

interface AgentAnswer {
  readonly keys: readonly AgentKey[]
  readonly note: string | null
}

async function askAgent(socket: string | null): Promise<AgentAnswer> {
  if (socket === null) return { keys: [], note: 'there is no ssh-agent (SSH_AUTH_SOCK is not set)' }
  try {
    const keys = await agentKeys(socket)
    return { keys, note: keys.length === 0 ? 'ssh-agent holds no key' : null }
  } catch (error) {
    return { keys: [], note: `ssh-agent at ${socket} does not answer: ${(error as Error).message}` }
  }
}

function unusableNote(keys: readonly AgentKey[]): readonly string[] {
  const types = keys.filter((key) => parsedKey(key) === null).map(({ type }) => type)
  if (types.length === 0) return []
  const shown = [...new Set(types)].join(', ')
  const held = counted(types.length, 'key')
  return [`ssh-agent holds ${held} that Fettle cannot use yet (${shown})`]
}

function agentAttempts({ user, agent }: HostConfig, keys: readonly AgentKey[]): readonly Attempt[] {
  if (agent === null) return []
  return keys.flatMap((key) => agentAttempt(user, agent, key))
}

function agentAttempt(username: string, socket: string, key: AgentKey): readonly Attempt[] {
  const parsed = parsedKey(key)
  if (parsed === null) return []
  return [
    {
      label: `agent key ${key.comment} (${key.type} ${fingerprint(key.blob)})`,
      method: { type: 'agent', username, agent: new OneKeyAgent(socket, parsed) },
    },
  ]
}

function fileAttempt(username: string, { path, usable }: PrivateKey): readonly Attempt[] {
  if (usable instanceof FettleError) return []
  return [
    {
      label: `key ${path} (${usable.type} ${fingerprint(usable.getPublicSSH())})`,
      method: { type: 'publickey', username, key: usable },
    },
  ]
}

/** Notes on certificates beside the key files: ssh presents them, and ssh2 cannot. */
export const certificateNotes = ({ keyFiles }: Ways): readonly string[] =>
  keyFiles
    .map((path) => `${path}-cert.pub`)
    .filter((path) => existsSync(path))
    .map((path) => `the certificate ${path} was not shown: certificates are not supported yet`)

/** The encrypted keys without which there is no way to log in. */
export async function lockedKeysOf(target: Target, config: HostConfig): Promise<readonly string[]> {
  try {
    const { attempts, locked } = await waysToLogIn(target, config)
    return attempts.length === 0 ? locked : []
  } catch (error) {
    // Other faults of the key are reported when the host is connected to.
    if (isLocked(error) && target.privateKeyFile !== undefined) return [target.privateKeyFile]
    return []
  }
}

/**
 * Collects the ways to log in, in ssh's order: keys of the agent that identity files name, the
 * agent's others, then files. With a key file in the inventory only that key is tried, and with a
 * password there only the password, because a server counts each failure.
 * @throws FettleError `key-…` when the inventory's key file cannot be used
 */
export async function waysToLogIn(target: Target, config: HostConfig): Promise<Ways> {
  const { name, password, privateKeyFile } = target
  const passwords = passwordAttempts(config, password)
  const byPassword: Ways = { attempts: passwords, notes: [], locked: [], keyFiles: [] }
  if (password !== undefined && privateKeyFile === undefined) return byPassword
  if (!config.methods.includes('publickey'))
    return { ...byPassword, notes: ['ssh_config does not permit keys'] }

  const agent = await askAgent(config.agent)
  if (privateKeyFile === undefined) {
    const files = await Promise.all(config.identityFiles.map((path) => readPrivateKey(path)))
    const keys = files.filter((key) => key !== null)
    return waysByIdentityFiles(config, agent, keys)
  }
  const key = await readPrivateKey(privateKeyFile)
  if (key === null)
    throw new FettleError('key-unreadable', {
      message: `${name}: the key ${privateKeyFile} does not exist`,
    })
  const ways = waysByOneKey(config, agent, key)
  return { ...ways, attempts: [...ways.attempts, ...passwords] }
}

const heldBy = (agent: AgentAnswer, key: PrivateKey): AgentKey | undefined =>
  agent.keys.find(({ blob }) => key.publicBlob?.equals(blob) === true)

/** The ways with the key that the inventory names, and no other. */
function waysByOneKey(config: HostConfig, agent: AgentAnswer, key: PrivateKey): Ways {
  const held = heldBy(agent, key)
  if (held === undefined && key.usable instanceof FettleError) throw key.usable
  return {
    attempts: held === undefined ? fileAttempt(config.user, key) : agentAttempts(config, [held]),
    notes: unusableNote(agent.keys),
    locked: [],
    keyFiles: [key.path],
  }
}

/** The ways with the keys of the agent and of ssh_config. */
function waysByIdentityFiles(
  config: HostConfig,
  agent: AgentAnswer,
  files: readonly PrivateKey[],
): Ways {
  const named = files.map((key) => heldBy(agent, key)).filter((key) => key !== undefined)
  const others = config.identitiesOnly ? [] : agent.keys.filter((key) => !named.includes(key))
  const loose = files.filter((key) => heldBy(agent, key) === undefined)
  const problems = loose
    .map(({ usable }) => usable)
    .filter((usable) => usable instanceof FettleError)
  const notes = [agent.note, ...unusableNote(agent.keys), ...problems.map(({ message }) => message)]
  return {
    attempts: [
      ...agentAttempts(config, [...named, ...others]),
      ...loose.flatMap((key) => fileAttempt(config.user, key)),
    ],
    keyFiles: files.map(({ path }) => path),
    locked: loose.filter(({ usable }) => isLocked(usable)).map(({ path }) => path),
    notes: notes.filter((note) => note !== null),
  }
}

/**
 * The attempts with a password: by either method that the server offers, sent once, and only in
 * answer to a single hidden prompt.
 */
function passwordAttempts(
  { user: username, methods }: HostConfig,
  password: Secret | undefined,
): readonly Attempt[] {
  if (password === undefined) return []
  let answered = false
  const attempts: readonly Attempt[] = [
    { label: 'password', method: { type: 'password', username, password: reveal(password) } },
    {
      label: 'password (keyboard-interactive)',
      method: {
        type: 'keyboard-interactive',
        username,
        prompt(_name, _instructions, _lang, prompts, finish) {
          const hidden = prompts.length === 1 && prompts[0]?.echo !== true && !answered
          answered ||= hidden
          finish(hidden ? [reveal(password)] : prompts.map(() => ''))
        },
      },
    },
  ]
  return attempts.filter(({ method }) => methods.includes(method.type))
}

/**
 * Goes through the attempts once, skipping methods that the server does not permit. `tried` and
 * `offered` are for the message.
 */
export class Login {
  readonly tried: string[] = []
  offered: readonly string[] = []
  readonly #left: Attempt[]
  #passwordRefused = false

  constructor(attempts: readonly Attempt[]) {
    this.#left = [...attempts]
  }

  /** ssh2's `authHandler`. On the first call it does not know yet what the server permits. */
  readonly next = (
    permitted: readonly AuthenticationType[] | null,
    partial: boolean | null,
    answer: NextAuthHandler,
  ): void => {
    if (permitted !== null) this.offered = permitted
    const isRefused =
      permitted?.includes('password') === true &&
      partial !== true &&
      this.tried.includes('password')
    if (isRefused) this.#passwordRefused = true
    const attempt = this.#nextOf(permitted)
    // ssh2's value for "no more", which its types leave out.
    if (attempt === undefined) return answer(false as unknown as AuthenticationType)
    this.tried.push(attempt.label)
    answer(attempt.method)
  }

  #nextOf(permitted: readonly AuthenticationType[] | null): Attempt | undefined {
    for (;;) {
      const attempt = this.#left.shift()
      if (attempt === undefined || this.#isWorthwhile(attempt, permitted)) return attempt
    }
  }

  #isWorthwhile({ method }: Attempt, permitted: readonly AuthenticationType[] | null): boolean {
    const wire = method.type === 'agent' ? 'publickey' : method.type
    if (permitted !== null && !permitted.includes(wire)) return false
    return wire !== 'keyboard-interactive' || !this.#passwordRefused
  }
}

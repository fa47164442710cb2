import { existsSync } from 'node:fs'
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler } from 'ssh2'
import { FettleError } from '../core/errors.js'
import { reveal, type Secret } from '../core/secret.js'
import { agentKeys, OneKeyAgent, parsedKey, type AgentKey } from './agent.js'
import { fingerprint } from './known-hosts.js'
import { isLocked, readPrivateKey, type PrivateKey } from './private-key.js'
import type { HostConfig } from './ssh-config.js'
import type { Target } from './target.js'

interface Attempt {
  /** For the message when all have failed. */
  readonly label: string
  readonly method: AnyAuthMethod
}

/** The ways to log in that were found, and why others were not. */
export interface Ways {
  readonly attempts: readonly Attempt[]
  readonly notes: readonly string[]
  /** Encrypted keys that would be others, by path. */
  readonly locked: readonly string[]
  /** The key files that were looked at. */
  readonly keyFiles: readonly string[]
}

interface Found {
  readonly keys: readonly AgentKey[]
  readonly note: string | null
}

async function askAgent(socket: string | null): Promise<Found> {
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
  return types.length === 0
    ? []
    : [
        `ssh-agent holds ${types.length} ${types.length === 1 ? 'key' : 'keys'} that Fettle cannot use yet (${[...new Set(types)].join(', ')})`,
      ]
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

/** ssh shows a certificate that lies beside a key, and ssh2 cannot. */
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
    // What else is wrong with the key is told when the host is connected to.
    return isLocked(error) && target.privateKeyFile !== undefined ? [target.privateKeyFile] : []
  }
}

/**
 * In ssh's order: keys of the agent that identity files name, the agent's others, then files. With
 * a key file in the inventory only that key is tried, and with a password there only the password:
 * a server counts each failure.
 * @throws FettleError `key-…` when the inventory's key file cannot be used
 */
export async function waysToLogIn(target: Target, config: HostConfig): Promise<Ways> {
  const { user, methods } = config
  const passwords =
    target.password === undefined ? [] : passwordAttempts(user, target.password, methods)
  if (target.password !== undefined && target.privateKeyFile === undefined)
    return { attempts: passwords, notes: [], locked: [], keyFiles: [] }
  if (!methods.includes('publickey'))
    return {
      attempts: passwords,
      notes: ['ssh_config does not permit keys'],
      locked: [],
      keyFiles: [],
    }

  const { keys: agent, note } = await askAgent(config.agent)
  const held = (key: PrivateKey): AgentKey | undefined =>
    agent.find(({ blob }) => key.publicBlob?.equals(blob) === true)
  const fromAgent = (keys: readonly AgentKey[]): readonly Attempt[] =>
    config.agent === null ? [] : keys.flatMap((key) => agentAttempt(user, config.agent ?? '', key))

  if (target.privateKeyFile !== undefined) {
    const key = await readPrivateKey(target.privateKeyFile)
    if (key === null)
      throw new FettleError('key-unreadable', {
        message: `${target.name}: the key ${target.privateKeyFile} does not exist`,
      })
    const inAgent = held(key)
    if (inAgent === undefined && key.usable instanceof FettleError) throw key.usable
    return {
      attempts: [
        ...(inAgent === undefined ? fileAttempt(user, key) : fromAgent([inAgent])),
        ...passwords,
      ],
      notes: unusableNote(agent),
      locked: [],
      keyFiles: [key.path],
    }
  }

  const files = (
    await Promise.all(config.identityFiles.map((path) => readPrivateKey(path)))
  ).filter((key) => key !== null)
  const named = files.map(held).filter((key) => key !== undefined)
  const others = config.identitiesOnly ? [] : agent.filter((key) => !named.includes(key))
  const loose = files.filter((key) => held(key) === undefined)
  return {
    attempts: [
      ...fromAgent([...named, ...others]),
      ...loose.flatMap((key) => fileAttempt(user, key)),
    ],
    keyFiles: files.map(({ path }) => path),
    locked: loose.filter(({ usable }) => isLocked(usable)).map(({ path }) => path),
    notes: [
      ...(note === null ? [] : [note]),
      ...unusableNote(agent),
      ...loose.flatMap(({ usable }) => (usable instanceof FettleError ? [usable.message] : [])),
    ],
  }
}

/**
 * The same password by whichever of the two methods the server offers; it is answered once, and to
 * one hidden prompt only.
 */
function passwordAttempts(
  username: string,
  password: Secret,
  methods: readonly string[],
): readonly Attempt[] {
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
 * Goes through the attempts once, as the server still permits them. `tried` and `offered` are for
 * the message.
 */
export class Login {
  readonly tried: string[] = []
  offered: readonly string[] = []
  readonly #left: Attempt[]
  #passwordRefused = false

  constructor(attempts: readonly Attempt[]) {
    this.#left = [...attempts]
  }

  /** ssh2's `authHandler`: on the first call nothing is known of what the server permits. */
  readonly next = (
    permitted: readonly AuthenticationType[] | null,
    partial: boolean | null,
    answer: NextAuthHandler,
  ): void => {
    if (permitted !== null) this.offered = permitted
    if (
      permitted?.includes('password') === true &&
      partial !== true &&
      this.tried.includes('password')
    )
      this.#passwordRefused = true
    for (;;) {
      const attempt = this.#left.shift()
      // ssh2's own sign for "no more", which its types leave out.
      if (attempt === undefined) return answer(false as unknown as AuthenticationType)
      const wire = attempt.method.type === 'agent' ? 'publickey' : attempt.method.type
      if (permitted !== null && !permitted.includes(wire)) continue
      if (wire === 'keyboard-interactive' && this.#passwordRefused) continue
      this.tried.push(attempt.label)
      return answer(attempt.method)
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { NodeSSH, type Config } from 'node-ssh'
import type { Algorithms, Client } from 'ssh2'
import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { showAddress } from '../address.js'
import { algorithmsFor } from '../login/algorithms.js'
import { certificateNotes, Login, waysToLogIn, type Ways } from '../login/authentication.js'
import { Semaphores } from '../../core/semaphores.js'
import { guardAnswers, guardWindows } from './receive-limits.js'
import { hostKeyCheck, hostVerifier, type HostKeyCheck } from '../login/host-key.js'
import { Dropped, dropped, reason, unlessAborted, type Link, type Dialer } from './link.js'
import { remoteWords } from '../shell/remote-words.js'
import type { HostConfig } from '../config/ssh-config.js'
import { sshTransport, type Connected, type SshTransport } from './ssh-transport.js'
import { pipelineLogin } from '../login/pipelined-login.js'
import type { ConnectOptions, Target } from '../target.js'

/**
 * Retries of connections that were dropped before the login, with random back-off: sshd drops some
 * of them when many are not logged in yet (MaxStartups).
 */
const attempts = 6
const longestPause = 400

/** Logins at once per address. sshd starts to drop them at ten, and other people connect too. */
const logins = new Semaphores(8)

/**
 * Key exchanges at once. More than the process finishes in a fraction of the time limit would only
 * time each other out.
 */
const handshakes = new Semaphores(128)

/**
 * Opens a connection whose login has at least been started. A refused login is reported by the
 * first channel.
 */
export async function connectSsh(
  target: Target,
  config: HostConfig,
  dialer: Dialer,
  options: ConnectOptions,
): Promise<SshTransport> {
  const place = `${config.user}@${showAddress(config)}`
  const described = target.name === config.host ? place : `${target.name} (${place})`
  const [hostKey, ways] = await unlessAborted(
    Promise.all([hostKeyCheck(config, options, described), waysToLogIn(target, config)]),
    options.signal,
  )
  if (ways.attempts.length === 0) {
    const why = ways.notes.join('; ') || 'neither key nor password'
    throw new FettleError('ssh-auth-failed', {
      message: `${described}: there is no way to log in: ${why}`,
    })
  }
  const { signal } = options
  const plan: ConnectionPlan = { config, dialer, hostKey, ways, place: described, signal }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectOnce(plan)
    } catch (error) {
      if (!(error instanceof Dropped) || attempt === attempts) throw error
      const pause = Math.random() * longestPause * attempt
      await delay(pause, undefined, { signal })
    }
  }
}

interface ConnectionPlan {
  readonly config: HostConfig
  readonly dialer: Dialer
  readonly hostKey: HostKeyCheck
  readonly ways: Ways
  readonly place: string
  readonly signal: AbortSignal | undefined
}

async function connectOnce(plan: ConnectionPlan): Promise<SshTransport> {
  const { config, dialer, hostKey, place, signal } = plan
  const offer = algorithmsFor(config, hostKey.algorithms, place)
  const leave = await logins.acquire(dialer.loginKey, signal)
  try {
    const link = await dialer.dial(place, signal)
    const connected = await inTurn(plan, link, () => logIn(plan, link, offer))
    void connected.loggedIn.then(leave, leave)
    return sshTransport(connected)
  } catch (error) {
    leave()
    throw error
  }
}

/**
 * Runs the handshake under its semaphore. The link is open by then, so a host that does not answer
 * holds no place.
 */
async function inTurn<T>(
  { place, signal }: ConnectionPlan,
  link: Link,
  handshake: () => Promise<T>,
): Promise<T> {
  const errors: Error[] = []
  link.stream.once('error', (error) => {
    errors.push(error)
  })
  const leave = await handshakes.acquire('', signal).catch((error: unknown) => {
    link.stream.destroy()
    throw error
  })
  try {
    // ssh2 does not see errors from before it listens, and would wait until the time limit.
    const [early] = errors
    if (early instanceof FettleError) throw early
    if (early !== undefined) throw dropped(place, early)
    return await handshake()
  } finally {
    leave()
  }
}

/** Of a banner only the last characters are kept, however much the host sends before the login. */
const bannerCharacters = 8192

interface LoginProgress {
  /** Why the host's key was not accepted. */
  refused: Error | null
  handshake: boolean
  banner: string
  expired: boolean
  readonly login: Login
}

/**
 * node-ssh is used only to connect, and ssh2's client that it holds for all else: its execCommand
 * resolves when the link is dropped, changes directory with `;`, and breaks UTF-8 between packets.
 */
async function logIn(plan: ConnectionPlan, link: Link, algorithms: Algorithms): Promise<Connected> {
  const { config, ways, place, signal } = plan
  const login = new Login(ways.attempts)
  const seen: LoginProgress = { refused: null, handshake: false, banner: '', expired: false, login }
  const ssh = new NodeSSH()
  const stop = (): void => {
    link.stream.destroy()
  }
  signal?.addEventListener('abort', stop, { once: true })
  const ready = ssh.connect(settings(plan, link, algorithms, seen))
  const client = ssh.connection
  if (client === null)
    throw new Error('node-ssh holds no connection', {
      cause: await ready.catch((error: unknown) => error),
    })
  // Errors may come at any time, also twice; without a listener one would end the process.
  const lost = watch(client, seen, link)
  guardAnswers(link.stream)
  guardWindows(client, () => {
    client.emit('error', new Error('it sent more than the window of a channel allows'))
    link.stream.destroy()
  })
  const failed = (error: unknown): never => {
    link.stream.destroy()
    if (signal?.aborted === true) throw signal.reason
    throw explain(error, { ...seen, named: isNamed(client) }, plan, link)
  }
  const loggedIn = ready
    .then(() => undefined, failed)
    .finally(() => signal?.removeEventListener('abort', stop))
  const sent = ways.attempts.length === 1 ? [pipelineLogin(client)] : []
  await Promise.race([loggedIn, ...sent])
  const forwardsAgent = config.forwardedAgent !== null
  return { client, link, loginUser: config.user, place, forwardsAgent, loggedIn, lost }
}

const settings = (
  { config, hostKey }: ConnectionPlan,
  link: Link,
  algorithms: Algorithms,
  seen: LoginProgress,
): Config => ({
  sock: link.stream,
  username: config.user,
  readyTimeout: config.connectSeconds * 1000,
  keepaliveInterval: config.keepalive.seconds * 1000,
  keepaliveCountMax: config.keepalive.count,
  algorithms,
  ...omitUndefined({ agent: config.forwardedAgent ?? undefined }),
  authHandler: seen.login.next,
  hostVerifier: hostVerifier(hostKey, (error) => {
    seen.refused ??= error
  }),
})

/** @returns why the connection ended, once it has; never rejects */
function watch(client: Client, seen: LoginProgress, link: Link): Promise<string> {
  return new Promise((resolve) => {
    let why = 'the connection was closed'
    client.on('error', (error) => {
      why = error.message
    })
    client.on('close', () => resolve(link.why() ?? seen.refused?.message ?? why))
    client.on('handshake', () => {
      seen.handshake = true
    })
    client.on('banner', (text) => {
      seen.banner = (seen.banner + text).slice(-bannerCharacters)
    })
    client.on('change password', () => {
      seen.expired = true
      client.end()
    })
  })
}

/**
 * Whether the server has sent its identification string (RFC 4253, section 4.2). ssh2's types leave
 * that field out.
 */
const isNamed = (client: Client): boolean =>
  typeof (client as { readonly _remoteVer?: unknown })._remoteVer === 'string'

/** The state of the login when it failed. */
interface Failed extends LoginProgress {
  readonly named: boolean
}

function explain(error: unknown, seen: Failed, plan: ConnectionPlan, link: Link): Error {
  if (error instanceof FettleError) return error
  if (seen.refused !== null) return seen.refused
  if (!seen.handshake) return handshakeError(error, seen, plan, link)
  const why = link.why()
  if (why === null) return loginError(error, seen, plan)
  // Nothing was refused: the underlying link has ended.
  return new FettleError('unreachable', {
    message: `${plan.place} cannot be reached: ${why}`,
    cause: error,
    ...bannerOf(seen),
  })
}

const bannerOf = ({ banner }: LoginProgress): { readonly detail?: string } =>
  omitUndefined({ detail: banner.trim() === '' ? undefined : remoteWords(banner) })

/** The fields of ssh2's errors that its types leave out. */
interface Details {
  readonly level?: string
  readonly code?: unknown
}

function handshakeError(
  error: unknown,
  seen: Failed,
  { config, place }: ConnectionPlan,
  link: Link,
): Error {
  const { level, code } = error as Details
  if (level === 'client-timeout') {
    const missing = seen.named ? 'the key exchange did not end' : 'no SSH banner or handshake'
    return new FettleError('ssh-handshake-failed', {
      message: `${place}: ${missing} within ${config.connectSeconds} s`,
      ...bannerOf(seen),
    })
  }
  const message = link.why() ?? reason(error)
  const isGone =
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /before handshake|No response from server/.test(message)
  if (isGone) return dropped(place, link.why() ?? error)
  return new FettleError('ssh-handshake-failed', {
    message: `${place}: the SSH handshake failed: ${message}`,
    cause: error,
    ...bannerOf(seen),
  })
}

function loginError(error: unknown, seen: Failed, { config, place, ways }: ConnectionPlan): Error {
  const { tried, offered } = seen.login
  const why = refusalOf(error, seen, config)
  const notes = [...ways.notes, ...certificateNotes(ways)]
  if (offered.length > 0) notes.unshift(`the server accepts ${offered.join(', ')}`)
  if (offered.some((method) => method.startsWith('gssapi')))
    notes.push('Fettle cannot log in by GSSAPI')
  const shown = [`tried: ${tried.join(', ') || 'nothing'}`, ...notes].join('; ')
  return new FettleError('ssh-auth-failed', {
    message: `${place}: ${why}; ${shown}`,
    cause: error,
    ...bannerOf(seen),
  })
}

function refusalOf(
  error: unknown,
  { expired }: LoginProgress,
  { connectSeconds }: HostConfig,
): string {
  if (expired) return 'its password has expired'
  const { level } = error as Details
  if (level === 'client-authentication') return 'the login was refused'
  if (level === 'client-timeout') return `the login did not end within ${connectSeconds} s`
  return reason(error)
}

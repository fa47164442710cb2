import { setTimeout as delay } from 'node:timers/promises'
import { NodeSSH, type Config } from 'node-ssh'
import type { Algorithms, Client } from 'ssh2'
import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { showAddress } from '../address.js'
import { algorithmsFor } from '../login/algorithms.js'
import { Login, waysToLogIn, type Ways } from '../login/authentication.js'
import { Semaphores } from '../../core/semaphores.js'
import { guardAnswers, guardWindows } from './receive-limits.js'
import { hostKeyCheck, hostVerifier, type HostKeyCheck } from '../login/host-key.js'
import { Dropped, dropped, unlessAborted, type Link, type Dialer } from './link.js'
import type { HostConfig } from '../config/ssh-config.js'
import { sshTransport, type Connected, type SshTransport } from './ssh-transport.js'
import { pipelineLogin } from '../login/pipelined-login.js'
import type { ConnectOptions, Target } from '../target.js'
import { loginFailure, type LoginProgress } from './login-failure.js'

/**
 * Retries of connections that were dropped before the login, with random back-off: sshd drops some
 * of them when many are not logged in yet (MaxStartups).
 */
const maxAttempts = 6
const maxPause = 400

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
      if (!(error instanceof Dropped) || attempt === maxAttempts) throw error
      const pause = Math.random() * maxPause * attempt
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
  const release = await logins.acquire(dialer.loginKey, signal)
  try {
    const link = await dialer.dial(place, signal)
    const connected = await withHandshakeSlot(plan, link, () => logIn(plan, link, offer))
    void connected.loggedIn.then(release, release)
    return sshTransport(connected)
  } catch (error) {
    release()
    throw error
  }
}

/**
 * Runs the handshake under its semaphore. The link is open by then, so a host that does not answer
 * holds no place.
 */
async function withHandshakeSlot<T>(
  { place, signal }: ConnectionPlan,
  link: Link,
  handshake: () => Promise<T>,
): Promise<T> {
  const errors: Error[] = []
  link.stream.once('error', (error) => {
    errors.push(error)
  })
  const release = await handshakes.acquire('', signal).catch((error: unknown) => {
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
    release()
  }
}

/** Of a banner only the last characters are kept, however much the host sends before the login. */
const bannerCharacters = 8192

/**
 * node-ssh is used only to connect, and ssh2's client that it holds for all else: its execCommand
 * resolves when the link is dropped, changes directory with `;`, and breaks UTF-8 between packets.
 */
async function logIn(plan: ConnectionPlan, link: Link, algorithms: Algorithms): Promise<Connected> {
  const { config, ways, place, signal } = plan
  const login = new Login(ways.attempts)
  const progress: LoginProgress = {
    refused: null,
    handshake: false,
    banner: '',
    expired: false,
    login,
  }
  const ssh = new NodeSSH()
  const stop = (): void => {
    link.stream.destroy()
  }
  signal?.addEventListener('abort', stop, { once: true })
  const ready = ssh.connect(settings(plan, link, algorithms, progress))
  const client = ssh.connection
  if (client === null)
    throw new Error('node-ssh holds no connection', {
      cause: await ready.catch((error: unknown) => error),
    })
  // Errors may come at any time, also twice; without a listener one would end the process.
  const lost = watch(client, progress, link)
  guardAnswers(link.stream)
  guardWindows(client, () => {
    client.emit('error', new Error('it sent more than the window of a channel allows'))
    link.stream.destroy()
  })
  const failed = (error: unknown): never => {
    link.stream.destroy()
    if (signal?.aborted === true) throw signal.reason
    throw loginFailure(error, { ...progress, named: isNamed(client) }, plan, link)
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
  progress: LoginProgress,
): Config => ({
  sock: link.stream,
  username: config.user,
  readyTimeout: config.connectSeconds * 1000,
  keepaliveInterval: config.keepalive.seconds * 1000,
  keepaliveCountMax: config.keepalive.count,
  algorithms,
  ...omitUndefined({ agent: config.forwardedAgent ?? undefined }),
  authHandler: progress.login.next,
  hostVerifier: hostVerifier(hostKey, (error) => {
    progress.refused ??= error
  }),
})

/** @returns why the connection ended, once it has; never rejects */
function watch(client: Client, progress: LoginProgress, link: Link): Promise<string> {
  return new Promise((resolve) => {
    let why = 'the connection was closed'
    client.on('error', (error) => {
      why = error.message
    })
    client.on('close', () => resolve(link.why() ?? progress.refused?.message ?? why))
    client.on('handshake', () => {
      progress.handshake = true
    })
    client.on('banner', (text) => {
      progress.banner = (progress.banner + text).slice(-bannerCharacters)
    })
    client.on('change password', () => {
      progress.expired = true
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

import { setTimeout as delay } from 'node:timers/promises'
import { NodeSSH } from 'node-ssh'
import type { Algorithms, Client } from 'ssh2'
import { FettleError } from '../core/errors.js'
import { showAddress } from './address.js'
import { algorithmsFor } from './algorithms.js'
import { certificateNotes, Login, waysToLogIn, type Ways } from './authentication.js'
import { Doors } from './doors.js'
import { guardAnswers, guardWindows } from './guard-memory.js'
import { hostKeyCheck, hostVerifier, type HostKeyCheck } from './host-key.js'
import { Dropped, dropped, reason, unlessAborted, type Link, type Way } from './link.js'
import { quoted } from './quoted.js'
import type { HostConfig } from './ssh-config.js'
import { sshTransport, type Connected, type SshTransport } from './ssh-transport.js'
import { swiftLogin } from './swift-login.js'
import type { ConnectOptions, Target } from './target.js'

/**
 * sshd drops connections that have not logged in when there are many (MaxStartups): try again, at
 * random times.
 */
const attempts = 6
const longestPause = 400

/** It begins to drop them at ten, and other people connect too. */
const doors = new Doors(8)

/**
 * More key exchanges at a time than this process gets done in a fraction of the time limit would
 * only make each other late.
 */
const handshakes = new Doors(128)

/**
 * One connection, whose login is at least on its way: a login that is refused is told by the first
 * channel.
 */
export async function connectSsh(
  target: Target,
  config: HostConfig,
  way: Way,
  options: ConnectOptions,
): Promise<SshTransport> {
  const place = `${config.user}@${showAddress(config)}`
  const described = target.name === config.host ? place : `${target.name} (${place})`
  const [hostKey, ways] = await unlessAborted(
    Promise.all([hostKeyCheck(config, options, described), waysToLogIn(target, config)]),
    options.signal,
  )
  if (ways.attempts.length === 0)
    throw new FettleError('ssh-auth-failed', {
      message: `${described}: there is no way to log in: ${ways.notes.join('; ') || 'neither key nor password'}`,
    })
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectOnce({
        config,
        way,
        hostKey,
        ways,
        place: described,
        signal: options.signal,
      })
    } catch (error) {
      if (!(error instanceof Dropped) || attempt === attempts) throw error
      await delay(Math.random() * longestPause * attempt, undefined, { signal: options.signal })
    }
  }
}

interface Plan {
  readonly config: HostConfig
  readonly way: Way
  readonly hostKey: HostKeyCheck
  readonly ways: Ways
  readonly place: string
  readonly signal: AbortSignal | undefined
}

async function connectOnce(plan: Plan): Promise<SshTransport> {
  const { config, way, hostKey, place, signal } = plan
  const offer = algorithmsFor(config, hostKey.algorithms, place)
  const leave = await doors.enter(way.door, signal)
  try {
    const connected = await inTurn(plan, await way.dial(place, signal), (link) =>
      logIn(plan, link, offer),
    )
    void connected.loggedIn.then(leave, leave)
    return sshTransport(connected)
  } catch (error) {
    leave()
    throw error
  }
}

/** A host that does not answer at all has no turn, so it holds nobody up. */
async function inTurn<T>(
  { place, signal }: Plan,
  link: Link,
  handshake: (link: Link) => Promise<T>,
): Promise<T> {
  const errors: Error[] = []
  link.stream.once('error', (error) => void errors.push(error))
  const leave = await handshakes.enter('', signal).catch((error: unknown) => {
    link.stream.destroy()
    throw error
  })
  try {
    // ssh2 would not hear of an error that came before it listens, and wait until the time limit.
    if (errors[0] !== undefined)
      throw errors[0] instanceof FettleError ? errors[0] : dropped(place, errors[0])
    return await handshake(link)
  } finally {
    leave()
  }
}

/** Of a banner its last characters are kept, however much the host says before the login. */
const bannerCharacters = 8192

interface Seen {
  /** Why the host's key was not accepted. */
  refused: Error | null
  handshake: boolean
  banner: string
  expired: boolean
  readonly login: Login
}

/**
 * node-ssh makes the connection, and nothing more: its execCommand resolves when the link is
 * dropped, changes directory with `;` and breaks UTF-8 between packets. All else is done with
 * ssh2's client that it holds.
 */
async function logIn(plan: Plan, link: Link, algorithms: Algorithms): Promise<Connected> {
  const { config, hostKey, ways, place, signal } = plan
  const login = new Login(ways.attempts)
  const seen: Seen = { refused: null, handshake: false, banner: '', expired: false, login }
  const ssh = new NodeSSH()
  const stop = (): void => void link.stream.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  const ready = ssh.connect({
    sock: link.stream,
    username: config.user,
    readyTimeout: config.connectSeconds * 1000,
    keepaliveInterval: config.keepalive.seconds * 1000,
    keepaliveCountMax: config.keepalive.count,
    algorithms,
    ...(config.forwardedAgent !== null && { agent: config.forwardedAgent }),
    authHandler: login.next,
    hostVerifier: hostVerifier(hostKey, (error) => (seen.refused ??= error)),
  })
  const client = ssh.connection
  if (client === null)
    throw new Error('node-ssh holds no connection', {
      cause: await ready.catch((error: unknown) => error),
    })
  // Errors come at any time, also twice; one that nobody hears would end the process.
  const lost = watch(client, seen, link)
  guardAnswers(link.stream)
  guardWindows(client, () => {
    client.emit('error', new Error('it sent more than the window of a channel allows'))
    link.stream.destroy()
  })
  const loggedIn = ready
    .then(
      () => undefined,
      (error: unknown) => {
        link.stream.destroy()
        throw signal?.aborted === true
          ? signal.reason
          : explain(error, { ...seen, named: isNamed(client) }, plan, link)
      },
    )
    .finally(() => signal?.removeEventListener('abort', stop))
  await Promise.race([loggedIn, ...(ways.attempts.length === 1 ? [swiftLogin(client)] : [])])
  return {
    client,
    link,
    loginUser: config.user,
    place,
    forwardsAgent: config.forwardedAgent !== null,
    loggedIn,
    lost,
  }
}

/** @returns why the connection ended, when it has; it never rejects */
function watch(client: Client, seen: Seen, link: Link): Promise<string> {
  return new Promise((resolve) => {
    let why = 'the connection was closed'
    client.on('error', (error) => (why = error.message))
    client.on('close', () => resolve(link.why() ?? seen.refused?.message ?? why))
    client.on('handshake', () => (seen.handshake = true))
    client.on('banner', (text) => (seen.banner = (seen.banner + text).slice(-bannerCharacters)))
    client.on('change password', () => {
      seen.expired = true
      client.end()
    })
  })
}

/**
 * Whether the server has said its name (RFC 4253, section 4.2), which ssh2 keeps without a word in
 * its types.
 */
const isNamed = (client: Client): boolean =>
  typeof (client as { readonly _remoteVer?: unknown })._remoteVer === 'string'

function explain(
  error: unknown,
  seen: Seen & { readonly named: boolean },
  { config, place, ways }: Plan,
  link: Link,
): Error {
  const said = seen.banner.trim() === '' ? {} : { detail: quoted(seen.banner) }
  if (error instanceof FettleError) return error
  if (seen.refused !== null) return seen.refused
  const { level, code } = error as { readonly level?: string; readonly code?: unknown }
  const message = link.why() ?? reason(error)
  if (!seen.handshake) {
    const missing = seen.named ? 'the key exchange did not end' : 'no SSH banner or handshake'
    if (level === 'client-timeout')
      return new FettleError('ssh-handshake-failed', {
        message: `${place}: ${missing} within ${config.connectSeconds} s`,
        ...said,
      })
    const gone =
      code === 'ECONNRESET' ||
      code === 'EPIPE' ||
      /before handshake|No response from server/.test(message)
    return gone
      ? dropped(place, link.why() ?? error)
      : new FettleError('ssh-handshake-failed', {
          message: `${place}: the SSH handshake failed: ${message}`,
          cause: error,
          ...said,
        })
  }
  // Nothing was refused: what the connection goes through has ended.
  if (link.why() !== null)
    return new FettleError('unreachable', {
      message: `${place} cannot be reached: ${message}`,
      cause: error,
      ...said,
    })
  const tried = seen.login.tried.join(', ') || 'nothing'
  const accepts =
    seen.login.offered.length === 0 ? '' : `; the server accepts ${seen.login.offered.join(', ')}`
  const gssapi = seen.login.offered.some((method) => method.startsWith('gssapi'))
    ? ['Fettle cannot log in by GSSAPI']
    : []
  const notes = [...ways.notes, ...certificateNotes(ways), ...gssapi]
    .map((note) => `; ${note}`)
    .join('')
  const slow =
    level === 'client-timeout' ? `the login did not end within ${config.connectSeconds} s` : null
  const why = seen.expired
    ? 'its password has expired'
    : level === 'client-authentication'
      ? 'the login was refused'
      : (slow ?? message)
  return new FettleError('ssh-auth-failed', {
    message: `${place}: ${why}; tried: ${tried}${accepts}${notes}`,
    cause: error,
    ...said,
  })
}

import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { HostConfig } from '../config/ssh-config.js'
import { certificateNotes, type Login, type Ways } from '../login/authentication.js'
import { remoteWords } from '../shell/remote-words.js'
import { dropped, networkErrorMessage, type Link } from './link.js'

/** How far a login has come. */
export interface LoginProgress {
  /** Why the host's key was not accepted. */
  refused: Error | null
  handshake: boolean
  banner: string
  expired: boolean
  readonly login: Login
}

/** The state of the login when it failed. */
interface Failed extends LoginProgress {
  /** The server has sent its identification string. */
  readonly named: boolean
}

/** What was tried. */
interface Attempted {
  readonly config: HostConfig
  readonly ways: Ways
  readonly place: string
}

/** Why a connection did not come to a login, as an error for the user. */
export function loginFailure(
  error: unknown,
  progress: Failed,
  attempt: Attempted,
  link: Link,
): Error {
  if (error instanceof FettleError) return error
  if (progress.refused !== null) return progress.refused
  if (!progress.handshake) return handshakeError(error, progress, attempt, link)
  const why = link.why()
  if (why === null) return loginError(error, progress, attempt)
  // Nothing was refused: the underlying link has ended.
  return new FettleError('unreachable', {
    message: `${attempt.place} cannot be reached: ${why}`,
    cause: error,
    ...bannerOf(progress),
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
  progress: Failed,
  { config, place }: Attempted,
  link: Link,
): Error {
  const { level, code } = error as Details
  if (level === 'client-timeout') {
    const missing = progress.named ? 'the key exchange did not end' : 'no SSH banner or handshake'
    return new FettleError('ssh-handshake-failed', {
      message: `${place}: ${missing} within ${config.connectSeconds} s`,
      ...bannerOf(progress),
    })
  }
  const message = link.why() ?? networkErrorMessage(error)
  const isGone =
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /before handshake|No response from server/.test(message)
  if (isGone) return dropped(place, link.why() ?? error)
  return new FettleError('ssh-handshake-failed', {
    message: `${place}: the SSH handshake failed: ${message}`,
    cause: error,
    ...bannerOf(progress),
  })
}

function loginError(error: unknown, progress: Failed, { config, place, ways }: Attempted): Error {
  const { tried, offered } = progress.login
  const why = refusalOf(error, progress, config)
  const notes = [...ways.notes, ...certificateNotes(ways)]
  if (offered.length > 0) notes.unshift(`the server accepts ${offered.join(', ')}`)
  if (offered.some((method) => method.startsWith('gssapi')))
    notes.push('Fettle cannot log in by GSSAPI')
  const shown = [`tried: ${tried.join(', ') || 'nothing'}`, ...notes].join('; ')
  return new FettleError('ssh-auth-failed', {
    message: `${place}: ${why}; ${shown}`,
    cause: error,
    ...bannerOf(progress),
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
  return networkErrorMessage(error)
}

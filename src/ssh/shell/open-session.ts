import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../core/error-message.js'
import { FettleError, isCode } from '../../core/errors.js'
import { startBoot, boot } from './boot.js'
import { bridgeScript, duplexOf, withoutProgram } from './bridge.js'
import { driver, killScript, nonce } from './driver.js'
import type { Block, ForwardTarget, Session } from '../session.js'
import { Shell, type Actor, type Hello } from './shell.js'
import type { Become } from '../target.js'
import type { Transport } from '../transport.js'

/**
 * Starts the persistent shell with the requested privilege, without waiting until it runs: see
 * `Session.started`.
 */
export async function openSession(transport: Transport, become: Become | null): Promise<Session> {
  const id = nonce()
  const booting = await startBoot(transport, become, driver(id))
  const shell = new Shell(booting, transport.place)
  return new HostSession(transport, become, shell, shell.hello(id), () => booting.stdin.end())
}

/**
 * Seconds to end what is under way on a host: six for its processes, and the way there and back.
 */
const killSeconds = 15
/**
 * Seconds in which a started shell may still send its greeting; before that its session id is
 * unknown, and there is nothing to end.
 */
const greetingSeconds = 1

/** Whether the blocks of a failed exchange go on, or wait for their input, on the host. */
const leavesBlocks = (error: unknown): error is FettleError =>
  (['answer-late', 'answer-long', 'source-changed'] as const).some((code) => isCode(error, code))

const nameOf = (target: ForwardTarget): string =>
  'socket' in target ? target.socket : `${target.host}:${String(target.port)}`

/** RFC 4254, section 5.1: administratively prohibited, unknown channel type. */
const refusals: readonly unknown[] = [1, 3]

/**
 * Whether sshd may have forbidden the forwarding. For ports it says so; for sockets it gives the
 * same answer for every failure.
 */
function mayBeForbidden(target: ForwardTarget, error: unknown): boolean {
  if (!isCode(error, 'forward-failed')) return false
  const { cause } = error
  if (typeof cause !== 'object' || cause === null || !('reason' in cause)) return false
  return 'socket' in target || refusals.includes(cause.reason)
}

function forbidden(target: ForwardTarget, place: string, why: string): FettleError {
  const forbids = 'socket' in target ? 'may forbid' : 'forbids'
  return new FettleError('forward-forbidden', {
    message: `sshd on ${place} ${forbids} the forwarding to ${nameOf(target)}, and there is no other way on the host (${why})`,
  })
}

class HostSession implements Session {
  readonly user: string
  readonly loginUser: string
  readonly started: Promise<void>
  #hello: Hello | null = null
  #roundTrips = 0
  #killed: Promise<void> | null = null

  constructor(
    private readonly transport: Transport,
    private readonly become: Become | null,
    private readonly shell: Shell,
    private readonly hello: Promise<Hello>,
    private readonly hangUp: () => void,
  ) {
    this.loginUser = transport.loginUser
    this.user = become?.user ?? transport.loginUser
    this.started = hello.then((said) => {
      this.#hello = said
    })
    // Prevents an unhandled rejection: every exchange rejects with the same error.
    this.started.catch(() => undefined)
  }

  get roundTrips(): number {
    return this.#roundTrips
  }

  get over(): boolean {
    return this.shell.over
  }

  exchange(blocks: readonly Block[]): ReturnType<Session['exchange']> {
    if (blocks.length === 0) return Promise.resolve([])
    this.#roundTrips += 1
    return this.#exchange(blocks)
  }

  /** Before the greeting, nothing is sent that may be secret or that needs the shell's user id. */
  async #exchange(blocks: readonly Block[]): ReturnType<Session['exchange']> {
    try {
      const actor = this.#hello ?? this.#earlyActor(blocks) ?? (await this.hello)
      const outputs = await this.shell.exchange(blocks, actor)
      if (this.#killed !== null) throw this.#ended()
      return outputs
    } catch (error) {
      // Nothing waits for the block any more, so it must not go on.
      if (leavesBlocks(error)) throw await this.#endBlocks(error)
      throw error
    }
  }

  /**
   * The error for an answer of a session that is being ended: a block may still tell that it was
   * ended, before the session itself is.
   */
  #ended(): FettleError {
    return new FettleError('connection-lost', {
      message: `the session on ${this.transport.place} was ended: the outcome of what was under way is unknown`,
    })
  }

  /** The user that blocks will run as, if they may be sent before the greeting; otherwise null. */
  #earlyActor(blocks: readonly Block[]): Actor | null {
    const isRoot = this.user === 'root'
    const isEarly = blocks.every(
      ({ input, as }) => input === undefined && (as === undefined || isRoot),
    )
    return isEarly ? { user: this.user, uid: isRoot ? 0 : -1 } : null
  }

  /** Ends what is under way, and returns the error completed with the outcome. */
  async #endBlocks(error: FettleError): Promise<FettleError> {
    if (this.#hello === null) return error
    const outcome = await this.kill().then(
      () => 'it was ended there',
      (cause: unknown) => {
        const why = messageOf(cause)
        return `it could not be ended there (${why})`
      },
    )
    return new FettleError(error.code, { message: `${error.message}; ${outcome}`, cause: error })
  }

  async forward(target: ForwardTarget): ReturnType<Session['forward']> {
    // sshd and this process have only the rights of the login user.
    if ('socket' in target && this.user !== this.loginUser) return this.#bridge(target)
    try {
      return await this.transport.dial(target)
    } catch (error) {
      if (!mayBeForbidden(target, error)) throw error
      return this.#bridge(target).catch((cause: unknown) => {
        // The login works, so what failed is a second session beside the first (MaxSessions).
        if (isCode(cause, 'shell-not-started'))
          throw forbidden(target, this.transport.place, cause.message)
        throw cause
      })
    }
  }

  /**
   * Forwards by a program on the host, which has the session's rights and needs no forwarding of
   * sshd.
   */
  async #bridge(target: ForwardTarget): ReturnType<Session['forward']> {
    const { place } = this.transport
    const pipes = await boot(this.transport, this.become, bridgeScript(target))
    return duplexOf(pipes, (how, detail) => {
      if (!this.over && how === withoutProgram) return forbidden(target, place, detail)
      const why = detail === '' ? how : detail
      return new FettleError(this.over ? 'connection-lost' : 'forward-failed', {
        message: `${nameOf(target)} on ${place} could not be reached (${why})`,
        detail,
      })
    })
  }

  kill(): Promise<void> {
    return (this.#killed ??= this.#kill().finally(() => this.close()))
  }

  async #kill(): Promise<void> {
    const nobody = (seconds: number): Promise<null> => delay(seconds * 1000, null, { ref: false })
    const hello = await Promise.race([this.hello.catch(() => null), nobody(greetingSeconds)])
    if (hello === null) return
    const how = await Promise.race([this.#endSession(hello), nobody(killSeconds)])
    if (how === null)
      throw new FettleError('answer-late', {
        message: `${this.transport.place}: no end within ${killSeconds} s`,
      })
  }

  /** Ends the session's processes from a second shell, which prints nothing if it succeeds. */
  async #endSession({ session }: Hello): Promise<string> {
    const { stdout, stderr, ended } = await boot(this.transport, this.become, killScript(session))
    return Promise.race([ended, this.#rejectOnOutput(stdout), this.#rejectOnOutput(stderr)])
  }

  /** Rejects when the stream has any output. */
  #rejectOnOutput(stream: Readable): Promise<never> {
    const { place } = this.transport
    const message = `${place}: an answer where there is none`
    return new Promise((_, reject) => {
      stream.once('data', () => reject(new FettleError('answer-long', { message }))).resume()
    })
  }

  async close(): Promise<void> {
    this.hangUp()
    await this.transport.close()
  }
}

import { FettleError } from '../core/errors.js'
import { begin, boot } from './boot.js'
import { bridgeScript, duplexOf } from './bridge.js'
import { driver, killScript, nonce } from './driver.js'
import type { Block, ForwardTarget, Session } from './session.js'
import { Shell, type Hello } from './shell.js'
import type { Become } from './target.js'
import type { Transport } from './transport.js'

/** Starts the persistent shell with the privilege that is asked for, and does not wait until it runs: see `Session.started`. */
export async function openSession(transport: Transport, become: Become | null): Promise<Session> {
  const id = nonce()
  const booting = await begin(transport, become, driver(id))
  const shell = new Shell(booting, transport.place)
  return new HostSession(transport, become, shell, shell.hello(id), () => booting.stdin.end())
}

class HostSession implements Session {
  readonly user: string
  readonly loginUser: string
  readonly started: Promise<void>
  #hello: Hello | null = null
  #roundTrips = 0

  constructor(
    private readonly transport: Transport,
    private readonly become: Become | null,
    private readonly shell: Shell,
    private readonly hello: Promise<Hello>,
    private readonly hangUp: () => void,
  ) {
    this.loginUser = transport.loginUser
    this.user = become?.user ?? transport.loginUser
    this.started = hello.then((said) => void (this.#hello = said))
    // Whoever asks for an exchange hears of it too.
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

  /** Before the shell has said who it is, nothing is sent that may be secret, or for which its user id must be known. */
  async #exchange(blocks: readonly Block[]): ReturnType<Session['exchange']> {
    const early = blocks.every(({ input, as }) => input === undefined && (as === undefined || this.user === 'root'))
    const expected = early ? { user: this.user, uid: this.user === 'root' ? 0 : -1 } : null
    return this.shell.exchange(blocks, this.#hello ?? expected ?? (await this.hello))
  }

  async forward(target: ForwardTarget): ReturnType<Session['forward']> {
    // sshd and we ourselves have the rights of the login user only.
    if (!('socket' in target) || this.user === this.loginUser) return this.transport.dial(target)
    const pipes = await boot(this.transport, this.become, bridgeScript(target.socket))
    return duplexOf(pipes, (how, detail) => new FettleError('forward-failed', { message: `${target.socket} on ${this.transport.place} could not be reached (${how})`, detail }))
  }

  async kill(): Promise<void> {
    const killer = await boot(this.transport, this.become, killScript((await this.hello).session))
    killer.stdout.resume()
    killer.stderr.resume()
    await killer.ended
    await this.close()
  }

  async close(): Promise<void> {
    this.hangUp()
    await this.transport.close()
  }
}

import { boot } from './boot.js'
import { bridgeScript, duplexOf } from './bridge.js'
import { driver, killScript, nonce } from './driver.js'
import type { Block, ForwardTarget, Session } from './session.js'
import { Shell, type Hello } from './shell.js'
import type { Become } from './target.js'
import type { Transport } from './transport.js'

/** Starts the persistent shell with the privilege that is asked for. */
export async function openSession(transport: Transport, become: Become | null): Promise<Session> {
  const id = nonce()
  const pipes = await boot(transport, become, driver(id))
  const shell = new Shell(pipes, transport.place)
  return new HostSession(transport, become, shell, await shell.hello(id), () => pipes.stdin.end())
}

class HostSession implements Session {
  readonly user: string
  readonly loginUser: string
  #roundTrips = 0

  constructor(
    private readonly transport: Transport,
    private readonly become: Become | null,
    private readonly shell: Shell,
    private readonly hello: Hello,
    private readonly hangUp: () => void,
  ) {
    this.user = hello.user
    this.loginUser = transport.loginUser
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
    return this.shell.exchange(blocks, this.hello)
  }

  async forward(target: ForwardTarget): ReturnType<Session['forward']> {
    // sshd and we ourselves have the rights of the login user only.
    if (!('socket' in target) || this.user === this.loginUser) return this.transport.dial(target)
    const pipes = await boot(this.transport, this.become, bridgeScript(target.socket))
    return duplexOf(pipes, `${target.socket} on ${this.transport.place}`)
  }

  async kill(): Promise<void> {
    const killer = await boot(this.transport, this.become, killScript(this.hello.session))
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

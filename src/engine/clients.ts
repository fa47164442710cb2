import { implementationOf } from '../backends/own.js'
import {
  describeAction,
  type Action,
  type AnyBackend,
  type BackendAction,
  type HostAccess,
  type HostLink,
  type Implementation,
  type RunAccess,
} from '../core/backend.js'
import { messageOf } from '../core/error-message.js'
import { FettleError } from '../core/errors.js'
import type { BackendFactKind, Fact } from '../core/fact.js'

/** Finds how a backend works. */
export type FindImplementation = (backend: AnyBackend) => Implementation<unknown, unknown>

/** The clients of the run, or of one host: each is opened when first needed. */
export class Clients {
  readonly #open = new Map<AnyBackend, Promise<unknown>>()
  readonly #needs = new Map<AnyBackend, Promise<void>>()

  constructor(
    readonly access: RunAccess,
    readonly find: FindImplementation = implementationOf,
  ) {}

  /** Checks once what a backend needs before anything connects. */
  needs(backend: AnyBackend): Promise<void> {
    const checked = this.#needs.get(backend)
    if (checked !== undefined) return checked
    const checking = this.#checkNeeds(backend)
    this.#needs.set(backend, checking)
    return checking
  }

  async #checkNeeds(backend: AnyBackend): Promise<void> {
    await this.find(backend).needs?.(this.access)
  }

  async read<K, V>(kind: BackendFactKind<unknown, K, V>, key: K): Promise<Fact<V>> {
    return kind.read(await this.#client(kind.backend), key)
  }

  /** @returns the actions that follow from it */
  async perform(action: BackendAction<unknown>): Promise<readonly Action[]> {
    const implementation = this.find(action.on)
    if (implementation.perform === undefined)
      throw new TypeError(`the backend ${action.on.name} performs no actions`)
    return (await implementation.perform(await this.#client(action.on), action)) ?? []
  }

  /** Closes all clients, then throws the first error of it. */
  async close(): Promise<void> {
    const closing = [...this.#open].map(([backend, client]) => this.#close(backend, client))
    this.#open.clear()
    const results = await Promise.allSettled(closing)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #close(backend: AnyBackend, opening: Promise<unknown>): Promise<void> {
    const opened = await opening.then(
      (client) => ({ client }),
      () => null,
    )
    if (opened !== null) await this.find(backend).close?.(opened.client)
  }

  #client(backend: AnyBackend): Promise<unknown> {
    const open = this.#open.get(backend)
    if (open !== undefined) return open
    const opening = this.#openOne(backend)
    this.#open.set(backend, opening)
    // What was missing may be there at the next need, such as a service that this run installs.
    opening.catch(() => this.#open.delete(backend))
    return opening
  }

  async #openOne(backend: AnyBackend): Promise<unknown> {
    return await this.find(backend).open(this.access)
  }
}

/** All clients that one host's resources use: its own, and the run's. Counts their exchanges. */
export class HostClients {
  /** Counts of exchanges that are not round trips of the shell, by name. */
  readonly exchanges = new Map<string, number>()
  readonly #own: Clients

  constructor(
    readonly run: Clients,
    host: string,
    readonly link: HostLink,
  ) {
    const access: HostAccess = { ...run.access, ...link, host }
    this.#own = new Clients(access, run.find)
  }

  /** Reads a fact of the host. Those of the run are read by `SharedFacts`. */
  read<K, V>(kind: BackendFactKind<unknown, K, V>, key: K): Promise<Fact<V>> {
    this.count(kind.backend.name, 1)
    return this.#orLost(() => this.#own.read(kind, key))
  }

  /**
   * Performs an action.
   * @returns the actions that follow from it
   * @throws FettleError of the backend, else `action-failed`; `connection-lost`
   */
  async perform(action: BackendAction<unknown>): Promise<readonly Action[]> {
    const { on } = action
    this.count(on.name, 1)
    try {
      if (on.scope === 'run') return await this.run.perform(action)
      return await this.#orLost(() => this.#own.perform(action))
    } catch (error) {
      if (error instanceof FettleError) throw error
      throw new FettleError('action-failed', {
        message: `${describeAction(action)}: ${messageOf(error)}`,
        remedy: `see what ${on.name} says; where that explains nothing, report it as a defect`,
        cause: error,
      })
    }
  }

  count(name: string, more: number): void {
    if (more > 0) this.exchanges.set(name, (this.exchanges.get(name) ?? 0) + more)
  }

  close(): Promise<void> {
    return this.#own.close()
  }

  /** An error that nobody has answered may mean that the link to the host is lost. */
  async #orLost<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof FettleError) throw error
      throw (await this.link.lost()) ?? error
    }
  }
}

import { factBlocks, type ShellRequest } from '../../backends/shell.js'
import type { AnyBackend } from '../../core/backend.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError, isCode } from '../../core/errors.js'
import { isShellKind, unknown, type Fact, type Output } from '../../core/fact.js'
import { Later, type FactRequest, type FactSource } from '../../core/later.js'
import type { Block, Session } from '../../ssh/session.js'
import type { Clients, HostClients } from '../clients.js'
import type { Step } from '../prepare/build.js'
import { identityOf } from './fact-identity.js'
import { backendKind, requestsOf } from './requests.js'

/**
 * Reads one fact. An error makes that fact unknown and affects no other, unless the link is lost.
 */
async function attempt(kind: string, read: () => Promise<Fact<unknown>>): Promise<Fact<unknown>> {
  try {
    return await read()
  } catch (error) {
    if (isCode(error, 'connection-lost')) throw error
    if (error instanceof FettleError) return unknown(error.message, error.remedy)
    const why = messageOf(error)
    return unknown(`${kind} could not be read: ${why}`, 'report it as a defect')
  }
}

/** Facts of the run's backends, such as files of the project: read once per key for all hosts. */
export class SharedFacts {
  readonly #facts = new Map<string, Fact<unknown>>()
  readonly #reading = new Map<string, Promise<void>>()

  constructor(readonly clients: Clients) {}

  /** Early facts, for resources and for the keys of other facts. */
  readonly source: FactSource = {
    standIns: false,
    cacheKey: this,
    fact: <V>(wanted: FactRequest<V>) => this.get(wanted),
  }
  /** The same, with stand-ins for facts that are read later. */
  readonly trial: FactSource = { ...this.source, standIns: true }

  get<V>(wanted: FactRequest<V>): Fact<V> {
    const fact = this.#facts.get(this.identity(wanted))
    return (fact ?? unknown(`${wanted.kind.name} has not been read`, 'report this')) as Fact<V>
  }

  /** The cache key of a fact, as read by this user where the host's shell reads it. */
  identity(wanted: FactRequest<unknown>, user = ''): string {
    const { kind } = wanted
    return identityOf(isShellKind(kind) ? user : '', kind.name, this.key(wanted))
  }

  /** The key of a fact. One that is a Later depends on early facts, which are known by now. */
  key({ key }: FactRequest<unknown>): unknown {
    if (!(key instanceof Later)) return key
    const evaluated = Later.evaluate(key, this.source)
    if (!evaluated.known) throw new TypeError(`the key of a fact is not known: ${evaluated.reason}`)
    return evaluated.value
  }

  /**
   * Reads the facts that are not cached; with `again`, all of them.
   * @returns how many this call has read
   */
  async read(wanted: readonly FactRequest<unknown>[], again = false): Promise<number> {
    const distinct = new Map(wanted.map((each) => [this.identity(each), each]))
    const due = [...distinct].filter(([identity]) => again || !this.#reading.has(identity))
    for (const [identity, each] of due) {
      const fact = attempt(each.kind.name, () => this.#read(each))
      const kept = fact.then((known) => {
        this.#facts.set(identity, known)
      })
      this.#reading.set(identity, kept)
    }
    for (const identity of distinct.keys()) await this.#reading.get(identity)
    return due.length
  }

  async #read(wanted: FactRequest<unknown>): Promise<Fact<unknown>> {
    const kind = backendKind(wanted)
    if (kind?.backend.scope !== 'run')
      throw new TypeError(`${wanted.kind.name} is not read on the control machine`)
    return this.clients.read(kind, this.key(wanted))
  }
}

/** A fact that is read for a step besides those that its resource requests. */
export interface ExtraFact {
  readonly step: Step
  readonly reads: FactRequest<unknown>
}

/** The facts of one host, as read last. */
export class KnownFacts {
  readonly #facts = new Map<string, Fact<unknown>>()
  /** The cache key of each request, memoised. */
  readonly #identities = new Map<
    FactRequest<unknown>,
    { readonly user: string; readonly identity: string }
  >()

  constructor(
    readonly shared: SharedFacts,
    readonly session: Session,
    readonly clients: HostClients,
  ) {}

  /** The user that a block must switch to; undefined where the session already is that user. */
  as(step: Step): string | undefined {
    return this.#switched(step.user)
  }

  #switched(wanted: string | null): string | undefined {
    const user = wanted ?? this.session.loginUser
    return user === this.session.user ? undefined : user
  }

  /** The facts for a step's plan. */
  source(step: Step): FactSource {
    return {
      standIns: false,
      cacheKey: this.shared,
      fact: <V>(wanted: FactRequest<V>) => this.#get(wanted, step),
    }
  }

  #get<V>(wanted: FactRequest<V>, step: Step): Fact<V> {
    if (wanted.kind.backend?.scope === 'run') return this.shared.get(wanted)
    const fact = this.#facts.get(this.#identity(wanted, step))
    return (fact ?? unknown(`${wanted.kind.name} has not been read`, 'report this')) as Fact<V>
  }

  /** Whether a fact that the host's shell reads has been read for a step. */
  isRead(wanted: FactRequest<unknown>, step: Step): boolean {
    return !isShellKind(wanted.kind) || this.#facts.has(this.#identity(wanted, step))
  }

  #identity(wanted: FactRequest<unknown>, step: Step): string {
    const user = this.#reader(wanted, step) ?? ''
    const known = this.#identities.get(wanted)
    if (known?.user === user) return known.identity
    const identity = this.shared.identity(wanted, user)
    this.#identities.set(wanted, { user, identity })
    return identity
  }

  #reader({ kind, read }: FactRequest<unknown>, step: Step): string | undefined {
    if (!isShellKind(kind) || kind.asSession === true) return undefined
    return this.#switched(read === undefined ? step.user : step.reader(read.become))
  }

  /**
   * Sends `before` and the reads of these steps in one round trip.
   * @param more what is read besides the facts that a step's resource requests
   * @returns the outputs of `before`
   */
  async exchange(
    before: readonly Block[],
    steps: readonly Step[],
    more: (step: Step) => readonly FactRequest<unknown>[] = () => [],
  ): Promise<readonly Output[]> {
    return this.#exchange(
      before,
      steps.flatMap((step) =>
        this.#shellRequests(step, [...requestsOf(step.resource), ...more(step)]),
      ),
    )
  }

  /**
   * Reads facts that no resource requests, in one round trip: those of the shell, and at the same time
   * those of backends.
   */
  async readMore(wanted: readonly ExtraFact[]): Promise<void> {
    const shell = wanted.flatMap(({ step, reads }) => this.#shellRequests(step, [reads]))
    await Promise.all([
      this.#exchange([], shell),
      ...wanted.flatMap(({ step, reads }) => [
        this.#readOwn(step, [reads]),
        this.#readShared([reads], () => false),
      ]),
    ])
  }

  async #exchange(
    before: readonly Block[],
    requests: readonly ShellRequest[],
  ): Promise<readonly Output[]> {
    const reads = factBlocks(requests)
    if (before.length + reads.blocks.length === 0) return []
    for (const [name, count] of reads.exchanges) this.clients.count(name, count)
    const outputs = await this.session.exchange([...before, ...reads.blocks])
    for (const [identity, fact] of reads.parse(outputs.slice(before.length)))
      this.#facts.set(identity, fact)
    return outputs.slice(0, before.length)
  }

  #shellRequests(step: Step, all: readonly FactRequest<unknown>[]): readonly ShellRequest[] {
    const { address, common } = step.resource
    const requests: ShellRequest[] = []
    for (const wanted of all) {
      const { kind } = wanted
      if (!isShellKind(kind)) continue
      requests.push({
        identity: this.#identity(wanted, step),
        kind,
        key: this.shared.key(wanted),
        as: this.#reader(wanted, step),
        wantedBy: { address, timeout: common.timeout },
      })
    }
    return requests
  }

  /**
   * Reads a step's facts that backends read: those of the host anew, and those of the run once per
   * key for all hosts.
   * @param again whether the facts of a backend of the run are read anew, too
   */
  async readBackends(
    step: Step,
    again: (backend: AnyBackend) => boolean = () => false,
  ): Promise<void> {
    const requests = requestsOf(step.resource)
    await Promise.all([this.#readOwn(step, requests), this.#readShared(requests, again)])
  }

  async #readOwn(step: Step, requests: readonly FactRequest<unknown>[]): Promise<void> {
    for (const wanted of requests) {
      const kind = backendKind(wanted)
      if (kind?.backend.scope !== 'host') continue
      const key = this.shared.key(wanted)
      const fact = await attempt(kind.name, () => this.clients.read(kind, key))
      this.#facts.set(this.#identity(wanted, step), fact)
    }
  }

  async #readShared(
    requests: readonly FactRequest<unknown>[],
    again: (backend: AnyBackend) => boolean,
  ): Promise<void> {
    for (const [backend, wanted] of byRunBackend(requests)) {
      const count = await this.shared.read(wanted, again(backend))
      this.clients.count(backend.name, count)
    }
  }
}

/** The requests of facts that the run's backends read after hosts are connected. */
function byRunBackend(
  requests: readonly FactRequest<unknown>[],
): ReadonlyMap<AnyBackend, readonly FactRequest<unknown>[]> {
  const groups = new Map<AnyBackend, FactRequest<unknown>[]>()
  for (const wanted of requests) {
    const kind = backendKind(wanted)
    if (kind?.backend.scope !== 'run' || kind.backend.early === true) continue
    const group = groups.get(kind.backend) ?? []
    group.push(wanted)
    groups.set(kind.backend, group)
  }
  return groups
}

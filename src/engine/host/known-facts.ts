import { createHash } from 'node:crypto'
import { factBlocks, type ShellRequest } from '../../backends/shell.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError, isCode } from '../../core/errors.js'
import {
  isShellKind,
  unknown,
  type BackendFactKind,
  type Fact,
  type Output,
} from '../../core/fact.js'
import { Later, type FactRequest, type FactSource } from '../../core/later.js'
import type { Resource } from '../../core/resource.js'
import { reveal, Secret } from '../../core/secret.js'
import { http, type HttpReader } from '../../facts/commands/http.js'
import { projectFiles, type ProjectReader } from '../../facts/files/project-file.js'
import { github, type GithubReader } from '../../facts/github/backend.js'
import type { Block, Session } from '../../ssh/session.js'
import type { Step } from '../prepare/build.js'

/** All facts that a resource requests: directly, and through its Laters. */
export const requestsOf = ({ reads, resolved }: Resource): readonly FactRequest<unknown>[] => [
  ...Object.values(reads),
  ...resolved.requests,
]

/**
 * The cache key of a fact. JSON would not distinguish Secrets and regular expressions in the key,
 * so these are replaced by something distinct.
 */
function identityOf(backend: string, kind: string, key: unknown, as: string): string {
  return [backend, kind, as, JSON.stringify(key, distinguishable)].join('\0')
}

function distinguishable(
  this: Readonly<Record<string, unknown>>,
  name: string,
  shown: unknown,
): unknown {
  const value = this[name]
  if (value instanceof Secret)
    return { secret: createHash('sha256').update(reveal(value)).digest('hex') }
  return value instanceof RegExp ? { pattern: String(value) } : shown
}

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

/**
 * Facts that the control machine reads: from files of the project and from GitHub. Each key is read
 * once for all hosts.
 */
export class SharedFacts {
  readonly #facts = new Map<string, Fact<unknown>>()
  readonly #reading = new Map<string, Promise<void>>()

  constructor(
    readonly project: ProjectReader,
    /** Opens GitHub's API when its first fact is requested. */
    readonly github: () => Promise<GithubReader>,
  ) {}

  /** Local facts, for resources and for the keys of other facts. */
  readonly source: FactSource = {
    standIns: false,
    cacheKey: this,
    fact: <V>(wanted: FactRequest<V>) => this.get(wanted),
  }
  /** The same, with stand-ins for facts that only hosts have. */
  readonly trial: FactSource = { ...this.source, standIns: true }

  get<V>(wanted: FactRequest<V>): Fact<V> {
    const fact = this.#facts.get(this.#identity(wanted))
    return (fact ?? unknown(`${wanted.kind.name} has not been read`, 'report this')) as Fact<V>
  }

  #identity(wanted: FactRequest<unknown>): string {
    return identityOf(wanted.kind.backend?.name ?? 'shell', wanted.kind.name, wanted.key, '')
  }

  /**
   * Reads the facts that are not cached; with `again`, all of them.
   * @returns how many this call has read
   */
  async read(wanted: readonly FactRequest<unknown>[], again = false): Promise<number> {
    const distinct = new Map(wanted.map((each) => [this.#identity(each), each]))
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

  async #read({ kind, key }: FactRequest<unknown>): Promise<Fact<unknown>> {
    if (kind.backend === projectFiles)
      return (kind as BackendFactKind<ProjectReader, unknown, unknown>).read(this.project, key)
    if (kind.backend === github)
      return (kind as BackendFactKind<GithubReader, unknown, unknown>).read(
        await this.github(),
        key,
      )
    throw new TypeError(`${kind.name} is not read on the control machine`)
  }
}

/** The facts of one host, as read last. */
export class KnownFacts {
  readonly #facts = new Map<string, Fact<unknown>>()
  /** The cache key of each request, memoised. */
  readonly #identities = new Map<
    FactRequest<unknown>,
    { readonly reader: string; readonly identity: string }
  >()
  /** Counts of exchanges that are not round trips, by name. */
  readonly exchanges = new Map<string, number>()

  constructor(
    readonly shared: SharedFacts,
    readonly session: Session,
    readonly http: HttpReader,
  ) {}

  /** The user that a block must switch to; undefined where the session already is that user. */
  as(step: Step): string | undefined {
    const user = step.user ?? this.session.loginUser
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

  #identity(wanted: FactRequest<unknown>, step: Step): string {
    const reader = this.#reader(wanted, step) ?? ''
    const known = this.#identities.get(wanted)
    if (known?.reader === reader) return known.identity
    const identity = identityOf(
      wanted.kind.backend?.name ?? 'shell',
      wanted.kind.name,
      this.#key(wanted),
      reader,
    )
    this.#identities.set(wanted, { reader, identity })
    return identity
  }

  #reader({ kind }: FactRequest<unknown>, step: Step): string | undefined {
    return isShellKind(kind) && kind.asSession === true ? undefined : this.as(step)
  }

  #key({ key }: FactRequest<unknown>): unknown {
    if (!(key instanceof Later)) return key
    const evaluated = Later.evaluate(key, this.shared.source)
    if (!evaluated.known) throw new TypeError(`the key of a fact is not known: ${evaluated.reason}`)
    return evaluated.value
  }

  /**
   * Sends `before` and the reads of these steps in one round trip.
   * @returns the outputs of `before`
   */
  async exchange(before: readonly Block[], steps: readonly Step[]): Promise<readonly Output[]> {
    const reads = factBlocks(steps.flatMap((step) => this.#shellRequests(step)))
    if (before.length + reads.blocks.length === 0) return []
    for (const [name, count] of reads.exchanges) this.#count(name, count)
    const outputs = await this.session.exchange([...before, ...reads.blocks])
    for (const [identity, fact] of reads.parse(outputs.slice(before.length)))
      this.#facts.set(identity, fact)
    return outputs.slice(0, before.length)
  }

  #shellRequests(step: Step): readonly ShellRequest[] {
    const { address, common } = step.resource
    const requests: ShellRequest[] = []
    for (const wanted of requestsOf(step.resource)) {
      const { kind } = wanted
      if (!isShellKind(kind)) continue
      requests.push({
        identity: this.#identity(wanted, step),
        kind,
        key: this.#key(wanted),
        as: this.#reader(wanted, step),
        wantedBy: { address, timeout: common.timeout },
      })
    }
    return requests
  }

  /** Reads HTTP facts, which are never cached. */
  async readHttp(step: Step): Promise<void> {
    for (const wanted of requestsOf(step.resource)) {
      const { kind } = wanted
      if (isShellKind(kind) || kind.backend !== http) continue
      this.#count('http', 1)
      const identity = this.#identity(wanted, step)
      const read = (): Promise<Fact<unknown>> => kind.read(this.http, this.#key(wanted) as never)
      this.#facts.set(identity, await attempt(kind.name, read))
    }
  }

  /** Reads a step's facts from GitHub: once in a run, or `again` after a change. */
  async readGithub(step: Step, again = false): Promise<void> {
    const all = requestsOf(step.resource)
    const wanted = all.filter(({ kind }) => kind.backend === github)
    this.#count('github', await this.shared.read(wanted, again))
  }

  #count(name: string, more: number): void {
    if (more > 0) this.exchanges.set(name, (this.exchanges.get(name) ?? 0) + more)
  }
}

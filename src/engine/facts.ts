import { factBlocks, type ShellRequest } from '../backends/shell.js'
import { Later, unknown, type Fact, type FactRequest, type FactSource, type GithubFactKind, type GithubReader, type HttpReader, type LocalFactKind, type Output, type ProjectReader } from '../core/fact.js'
import type { Resource } from '../core/resource.js'
import type { Block, Session } from '../ssh/session.js'
import type { Step } from './build.js'

/** Everything a resource asks for: by its reads, and through its Laters. */
export const requestsOf = ({ reads, laters }: Resource): readonly FactRequest<unknown>[] => [...Object.values(reads), ...laters.flatMap((later) => later.requests)]

const identityOf = (backend: string, kind: string, key: unknown, as: string): string => `${backend}\0${kind}\0${as}\0${JSON.stringify(key)}`

/** Facts of the control machine: files of the project, and GitHub. Each key is read once for all hosts. */
export class SharedFacts {
  readonly #facts = new Map<string, Fact<unknown>>()
  readonly #reading = new Map<string, Promise<void>>()

  constructor(
    readonly project: ProjectReader,
    /** Opens GitHub's API when the first fact of it is wanted. */
    readonly github: () => Promise<GithubReader>,
  ) {}

  /** Local facts for resources and for the keys of other facts. */
  readonly source: FactSource = { standIns: false, fact: <V>(wanted: FactRequest<V>) => this.get(wanted) }
  /** The same, with stand-ins for what only hosts know. */
  readonly trial: FactSource = { ...this.source, standIns: true }

  get<V>(wanted: FactRequest<V>): Fact<V> {
    const fact = this.#facts.get(this.#identity(wanted))
    return (fact ?? unknown(`${wanted.kind.name} has not been read`, 'report this')) as Fact<V>
  }

  #identity(wanted: FactRequest<unknown>): string {
    return identityOf(wanted.kind.backend, wanted.kind.name, wanted.key, '')
  }

  /** Reads what has not been read yet; with `again`, all of it. */
  async read(wanted: readonly FactRequest<unknown>[], again = false): Promise<void> {
    await Promise.all(wanted.map((each) => this.#once(each, again)))
  }

  async #once(wanted: FactRequest<unknown>, again: boolean): Promise<void> {
    const identity = this.#identity(wanted)
    if (again) this.#reading.delete(identity)
    const reading = this.#reading.get(identity) ?? this.#read(wanted).then((fact) => void this.#facts.set(identity, fact))
    this.#reading.set(identity, reading)
    await reading
  }

  async #read({ kind, key }: FactRequest<unknown>): Promise<Fact<unknown>> {
    if (kind.backend === 'local') return (kind as LocalFactKind<unknown, unknown>).read(this.project, key)
    if (kind.backend === 'github') return (kind as GithubFactKind<unknown, unknown>).read(await this.github(), key)
    throw new TypeError(`${kind.name} is not read on the control machine`)
  }
}

/** The facts of one host, as last read. */
export class HostFacts {
  readonly #facts = new Map<string, Fact<unknown>>()
  /** Exchanges that are not round trips, by their names. */
  readonly exchanges = new Map<string, number>()

  constructor(
    readonly shared: SharedFacts,
    readonly session: Session,
    readonly http: HttpReader,
  ) {}

  /** The user for whom a block must be switched; undefined where the session already is that user. */
  as(step: Step): string | undefined {
    const user = step.user ?? this.session.loginUser
    return user === this.session.user ? undefined : user
  }

  /** Where a step's plan finds its facts. */
  source(step: Step): FactSource {
    return { standIns: false, fact: <V>(wanted: FactRequest<V>) => this.#get(wanted, step) }
  }

  #get<V>(wanted: FactRequest<V>, step: Step): Fact<V> {
    if (wanted.kind.backend === 'local' || wanted.kind.backend === 'github') return this.shared.get(wanted)
    const fact = this.#facts.get(this.#identity(wanted, step))
    return (fact ?? unknown(`${wanted.kind.name} has not been read`, 'report this')) as Fact<V>
  }

  #identity(wanted: FactRequest<unknown>, step: Step): string {
    return identityOf(wanted.kind.backend, wanted.kind.name, this.#key(wanted), this.#reader(wanted, step) ?? '')
  }

  #reader({ kind }: FactRequest<unknown>, step: Step): string | undefined {
    return kind.backend === 'shell' && kind.asSession === true ? undefined : this.as(step)
  }

  #key({ key }: FactRequest<unknown>): unknown {
    if (!(key instanceof Later)) return key
    const evaluated = Later.evaluate(key, this.shared.source)
    if (!evaluated.known) throw new TypeError(`the key of a fact is not known: ${evaluated.reason}`)
    return evaluated.value
  }

  /** Writes `before` and the reads of these steps at once: one round trip. Answers what `before` said. */
  async exchange(before: readonly Block[], steps: readonly Step[]): Promise<readonly Output[]> {
    const reads = factBlocks(steps.flatMap((step) => this.#shellRequests(step)))
    if (before.length + reads.blocks.length === 0) return []
    for (const [name, count] of reads.exchanges) this.exchanges.set(name, (this.exchanges.get(name) ?? 0) + count)
    const outputs = await this.session.exchange([...before, ...reads.blocks])
    for (const [identity, fact] of reads.parse(outputs.slice(before.length))) this.#facts.set(identity, fact)
    return outputs.slice(0, before.length)
  }

  #shellRequests(step: Step): readonly ShellRequest[] {
    return requestsOf(step.resource).flatMap((wanted) => {
      const { kind } = wanted
      return kind.backend === 'shell' ? [{ identity: this.#identity(wanted, step), kind, key: this.#key(wanted), as: this.#reader(wanted, step) }] : []
    })
  }

  /** Reads by HTTP, always anew. */
  async readHttp(step: Step): Promise<void> {
    for (const wanted of requestsOf(step.resource)) {
      const { kind } = wanted
      if (kind.backend !== 'http') continue
      this.exchanges.set('http', (this.exchanges.get('http') ?? 0) + 1)
      this.#facts.set(this.#identity(wanted, step), await kind.read(this.http, this.#key(wanted) as never))
    }
  }

  /** Reads GitHub's facts of a step: once in a run, or `again` after a change. */
  async readGithub(step: Step, again = false): Promise<void> {
    await this.shared.read(requestsOf(step.resource).filter((wanted) => wanted.kind.backend === 'github'), again)
  }
}

import type { Address } from '../../core/address.js'
import type { Ahead } from '../../core/fact.js'
import type { Thing } from '../../core/thing.js'
import type { Step } from '../prepare/build.js'
import { Links } from './links.js'
import { RemovedThings } from './removed-things.js'

/**
 * The things of a host as planned changes leave them. A thing at a path is known by its place: two
 * paths that lead to one place through links are one thing.
 */
export class PlannedThings implements Ahead {
  readonly #there: Links
  readonly #links: Links
  #moved = false
  readonly #makers = new Map<Thing, Address>()
  readonly #removed = new RemovedThings()

  /** @param there the links that are there */
  constructor(there: Links) {
    this.#there = there
    this.#links = new Links(there)
  }

  make(thing: Thing, by: Address): void {
    const made = this.placeOf(thing)
    this.#makers.set(made, by)
    this.#removed.make(made)
  }

  remove(thing: Thing): void {
    const gone = this.placeOf(thing)
    this.#removed.remove(gone)
    const path = pathOf(gone)
    for (const made of this.#makers.keys())
      if (made === gone || (path !== null && isIn(made, path))) this.#makers.delete(made)
    if (path === null) return
    this.#links.remove(path)
    this.#moved = true
  }

  link(path: string, target: string): void {
    this.#links.add(path, target)
    this.#moved = true
  }

  /** The step that makes a thing itself, not what a link leads to. */
  makerOf(thing: Thing): Address | undefined {
    const made = this.placeOf(thing)
    return this.#makers.get(made) ?? this.#makers.get(treeOf(made))
  }

  makes(thing: Thing): boolean {
    return this.placesOf(thing).some((place) => this.makerOf(place) !== undefined)
  }

  /** How many things are made below a path. */
  madeIn(path: string): number {
    const place = this.#links.place(path)
    return [...this.#makers.keys()].filter((made) => isIn(made, place) && pathOf(made) !== place)
      .length
  }

  isGone(thing: Thing): boolean {
    return this.#removed.has(this.placeOf(thing))
  }

  /** Something changes that may bring anything back. */
  doubt(): void {
    this.#removed.doubt()
  }

  /** Whether a thing, other than a path, is removed, and nothing since can have brought it back. */
  isSurelyGone(thing: Thing): boolean {
    return this.#removed.isSurelyGone(thing)
  }

  end(path: string): string {
    return this.#links.end(path)
  }

  /** The thing by its place. */
  placeOf(thing: Thing): Thing {
    return mapPath(thing, (path) => this.#links.place(path))
  }

  /** The place of a step's own thing: through links, steps of several paths may have one. */
  placeOfStep({ resource: { brings } }: Step): Thing | undefined {
    const own = brings === 'anything' ? undefined : brings[0]
    return own && this.placeOf(own)
  }

  /** All by which changes may name a thing: what it leads to counts as the thing. */
  placesOf(thing: Thing): readonly Thing[] {
    return [thing, this.placeOf(thing), mapPath(thing, (path) => this.#links.end(path))]
  }

  /** Where a path leads by then; undefined where that is where it leads now. */
  moved(path: string): string | undefined {
    if (!this.#moved) return undefined
    const place = this.#links.place(path)
    return place === this.#there.place(path) ? undefined : place
  }
}

const atPath = /^(path|tree):(.*)$/s

const pathOf = (thing: Thing): string | null => atPath.exec(thing)?.[2] ?? null

/** Whether a thing is at a path or below it. */
function isIn(thing: Thing, path: string): boolean {
  const own = pathOf(thing)
  return own !== null && (own === path || own.startsWith(`${path}/`))
}

const mapPath = (thing: Thing, change: (path: string) => string): Thing => {
  const [, kind, path] = atPath.exec(thing) ?? []
  return kind === undefined || path === undefined ? thing : (`${kind}:${change(path)}` as Thing)
}

const treeOf = (thing: Thing): Thing => thing.replace(/^path:/, 'tree:') as Thing

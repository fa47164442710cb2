import type { Brings, Lacks, Thing } from '../../core/thing.js'

/**
 * What the changes planned so far can bring. A plan asks it whether what a resource lacks may be
 * there by the time of its turn.
 */
export class Supply {
  #any = false
  #anything = false
  readonly #things = new Set<Thing>()
  readonly #places = new SuppliedPlaces()

  constructor(earlier?: Supply) {
    if (earlier !== undefined) this.addAll(earlier)
  }

  add(brings: Brings): void {
    this.#any = true
    if (brings === 'anything') this.#anything = true
    else for (const thing of brings) this.#addThing(thing)
  }

  addAll(other: Supply): void {
    this.#any ||= other.#any
    this.#anything ||= other.#anything
    for (const thing of other.#things) this.#addThing(thing)
  }

  /** Whether there are any changes. */
  get hasAny(): boolean {
    return this.#any
  }

  /** Whether one of these changes can bring anything. */
  get hasAnything(): boolean {
    return this.#anything
  }

  /** Whether these changes name a thing: they surely bring it. */
  names(thing: Thing): boolean {
    return this.#things.has(thing)
  }

  canBring(thing: Thing): boolean {
    return this.#anything || this.names(thing) || this.#places.mayHold(thing)
  }

  #addThing(thing: Thing): void {
    if (this.#things.has(thing)) return
    this.#things.add(thing)
    this.#places.add(thing)
    const unit = unitFile.exec(thing)?.[1]
    if (unit !== undefined) this.#addThing(`unit:${unit}`)
  }
}

/** Whether all that is lacking is as asked; of things in a list, one. Nothing is not. */
export const areAll = (lacks: NonNullable<Lacks>, is: (thing: Thing) => boolean): boolean =>
  lacks.length > 0 && lacks.every((each) => [each].flat().some(is))

/** The paths and units that changes can bring, and what else can come with them. */
class SuppliedPlaces {
  /** Paths and trees, and all directories above them. */
  readonly #above = new Set<string>()
  readonly #paths = new Set<string>()
  readonly #trees = new Set<string>()
  /** The names in all paths, and units, each as its template. */
  readonly #names = new Set<string>()

  add(thing: Thing): void {
    const [kind, name] = partsOf(thing)
    if (kind === 'unit') this.#names.add(templateOf(name))
    if (kind !== 'path' && kind !== 'tree') return
    const way = wayTo(name)
    const path = way.at(-1) ?? ''
    this.#paths.add(path)
    if (kind === 'tree') this.#trees.add(path)
    for (const each of way) this.#above.add(each)
    // A drop-in of app.service is in app.service.d.
    for (const each of path.split('/')) this.#names.add(templateOf(each.replace(/\.d$/, '')))
  }

  mayHold(thing: Thing): boolean {
    const [kind, name] = partsOf(thing)
    switch (kind) {
      case 'path':
        return this.#hasPath(name)
      case 'tree':
        return this.#hasPath(name) || this.#above.has(plainPath(name))
      case 'program':
      case 'unit':
        // As a file or a link of its name, or by a drop-in; an instance also by its template, and
        // the other way round, for an instance can have a file of its own.
        return this.#names.has(templateOf(name))
      default:
        return false
    }
  }

  #hasPath(path: string): boolean {
    const way = wayTo(path)
    return this.#paths.has(way.at(-1) ?? '') || way.some((each) => this.#trees.has(each))
  }
}

function partsOf(thing: Thing): readonly [kind: string, name: string] {
  const colon = thing.indexOf(':')
  return [thing.slice(0, colon), thing.slice(colon + 1)]
}

/** The name of a unit's file, which by itself brings the unit (systemd.unit(5)). */
const unitFile =
  /^(?:path|tree):(?:\/etc|\/run|(?:\/usr|\/usr\/local)?\/lib)\/systemd\/system\/([^/]+)$/

/** A unit's template: `app@1.service` → `app@.service`. Any other name is its own. */
const templateOf = (name: string): string => name.replace(/@[^@]*(\.[a-z]+)$/, '@$1')

/** Directories that are links to others on most systems (file-hierarchy(7)). */
const links: readonly (readonly [RegExp, string])[] = [
  [/^\/(bin|sbin|lib|lib64)(?=\/|$)/, '/usr/$1'],
  [/^\/var\/run(?=\/|$)/, '/run'],
  [/^\/var\/lock(?=\/|$)/, '/run/lock'],
]

/** A path without these links and without a slash at its end; that of the root is empty. */
const plainPath = (path: string): string =>
  links.reduce((plain, [link, target]) => plain.replace(link, target), path.replace(/\/+$/, ''))

/** The root, the directories above a path, and the path: `/a/b` → ``, `/a`, `/a/b`. */
function wayTo(path: string): readonly string[] {
  const names = plainPath(path).split('/')
  return names.map((_, index) => names.slice(0, index + 1).join('/'))
}

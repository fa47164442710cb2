import { TemplateRefusal } from './refusal.js'
import { TimeOver, withinTime } from '../within-time.js'

/**
 * What one rendering may make: some hundred times what the largest file of a server needs, and far
 * below what ends a process.
 */
export const limits = {
  /** Turns of all loops, and calls. */
  turns: 1_000_000,
  /** Items of one list. */
  items: 1_000_000,
  /** Characters of one text, of a list with all that is in it, and of all that is written. */
  characters: 10_000_000,
  /** Characters of all texts and lists that are made on the way; an item counts as eight. */
  made: 1_000_000_000,
  /** Macros inside each other. */
  depth: 100,
  seconds: 10,
} as const

/**
 * What may be done without a watch over the time: it costs 0.2 ms, which is more than most
 * renderings.
 */
const unwatched = { turns: 10_000, made: 1_000_000, characters: 10_000 } as const

const remedy =
  'make the text in the task and give it as content, or as source (docs/templates.md tells the limits)'
/** With commas. Intl does that too, and takes 12 ms to be loaded. */
export const counted = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

const tooMuch = (message: string): TemplateRefusal => new TemplateRefusal(message, remedy)

/**
 * Thrown by a rendering that turns out to be a long one: it is begun again, with a watch over its
 * time.
 */
export class NeedsWatch extends Error {}

/** What one rendering has made so far. */
export class Meter {
  #turns = 0
  #made = 0
  #written = 0
  #depth = 0
  /** Characters of lists and objects with all that is in them. */
  readonly #weights = new WeakMap<object, number>()

  constructor(private readonly watched: boolean) {}

  /** Says that what comes now may take long, such as a regular expression. */
  needWatch(): void {
    if (!this.watched) throw new NeedsWatch()
  }

  /** Counts turns of a loop, or a call. */
  turn(turns: number): void {
    this.#turns += turns
    if (this.#turns > limits.turns)
      throw tooMuch(`its loops turn more than ${counted(limits.turns)} times`)
    this.#check()
  }

  /** Counts a value that was made, and answers it. */
  value<T>(made: T): T {
    if (typeof made === 'string') this.text(made.length)
    else if (Array.isArray(made)) this.list(made.length)
    return made
  }

  /**
   * Counts a list or an object as it is put together, and answers it: it may hold the same thing
   * many times, and so on in that.
   */
  together<T extends object>(made: T): T {
    if (this.#weigh(made) > limits.characters)
      throw tooMuch(`it makes a list of more than ${counted(limits.characters)} characters`)
    this.#made += 64 + 8 * (Array.isArray(made) ? made.length : Object.keys(made).length)
    this.#check()
    return made
  }

  #weigh(value: unknown): number {
    if (typeof value === 'string') return value.length
    if (typeof value !== 'object' || value === null) return 8
    const before = this.#weights.get(value)
    if (before !== undefined) return before
    const items: readonly unknown[] = Object.values(value)
    const weight = items.reduce(
      (sum: number, item) => (sum > limits.characters ? sum : sum + this.#weigh(item)),
      8,
    )
    // What is soon counted again is not worth keeping.
    if (items.length > 8 || items.some((item) => typeof item === 'object'))
      this.#weights.set(value, weight)
    return weight
  }

  text(length: number): void {
    if (length > limits.characters)
      throw tooMuch(`it makes a text of more than ${counted(limits.characters)} characters`)
    this.#made += length
    this.#check()
  }

  list(length: number): void {
    if (length > limits.items)
      throw tooMuch(`it makes a list of more than ${counted(limits.items)} items`)
    this.#made += 8 * length
    this.#check()
  }

  /** Looks at a text before something is done with it that may take longer than its length. */
  look(length: number): void {
    if (length > limits.characters)
      throw tooMuch(`it works on a text of more than ${counted(limits.characters)} characters`)
    if (length > unwatched.characters) this.needWatch()
  }

  write(length: number): void {
    this.#written += length
    this.#made += 32
    if (this.#written > limits.characters)
      throw tooMuch(`it writes more than ${counted(limits.characters)} characters`)
    this.#check()
  }

  /** Does what is inside a macro. */
  inside<T>(work: () => T): T {
    if (this.#depth >= limits.depth)
      throw tooMuch(`its macros call each other more than ${counted(limits.depth)} deep`)
    this.#depth += 1
    try {
      return work()
    } finally {
      this.#depth -= 1
    }
  }

  #check(): void {
    if (this.#made > limits.made)
      throw tooMuch(`it makes more than ${counted(limits.made)} characters and items on the way`)
    if (this.#turns > unwatched.turns || this.#made > unwatched.made) this.needWatch()
  }
}

/**
 * Does something of a template that may take long.
 * @throws what `work` throws, or a Refusal when the time is over
 */
export function timed<T>(work: () => T): T {
  try {
    return withinTime(limits.seconds, work)
  } catch (error) {
    throw error instanceof TimeOver
      ? tooMuch(`it takes longer than ${String(limits.seconds)} s`)
      : error
  }
}

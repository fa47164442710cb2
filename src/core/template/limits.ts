import { TemplateRefusal } from './refusal.js'
import { TimeOver, withinTime } from '../within-time.js'

/**
 * The limits of one rendering: some hundred times what the largest file of a server needs, and far
 * below what would crash the process.
 */
export const limits = {
  /** Iterations of all loops, and calls. */
  turns: 1_000_000,
  /** Items of one list. */
  items: 1_000_000,
  /** Characters of one text, of a list with all its contents, and of the whole output. */
  characters: 10_000_000,
  /** Characters of all intermediate texts and lists; an item counts as eight. */
  made: 1_000_000_000,
  /** Nested macro calls. */
  depth: 100,
  seconds: 10,
} as const

/**
 * What a rendering may do before it needs a time limit. The watchdog costs 0.2 ms, more than most
 * renderings take.
 */
const unwatched = { turns: 10_000, made: 1_000_000, characters: 10_000 } as const

const remedy =
  'make the text in the task and give it as content, or as source (docs/templates.md tells the limits)'
/** With thousands separators. Intl does that too, but takes 12 ms to load. */
export const withSeparators = (count: number): string =>
  String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

const tooMuch = (message: string): TemplateRefusal => new TemplateRefusal(message, remedy)

/** Thrown by a rendering that turns out to be long: it is restarted with a time limit. */
export class NeedsWatch extends Error {}

/** Counts what one rendering has made so far. */
export class Meter {
  #turns = 0
  #made = 0
  #written = 0
  #depth = 0
  /** Characters of lists and objects with all their contents, memoised. */
  readonly #weights = new WeakMap<object, number>()

  constructor(private readonly watched: boolean) {}

  /** Called before work that may take long, such as a regular expression. */
  needWatch(): void {
    if (!this.watched) throw new NeedsWatch()
  }

  /** Counts iterations of a loop, or a call. */
  turn(turns: number): void {
    this.#turns += turns
    if (this.#turns > limits.turns)
      throw tooMuch(`its loops turn more than ${withSeparators(limits.turns)} times`)
    this.#check()
  }

  /** Counts a new value, and returns it. */
  value<T>(made: T): T {
    if (typeof made === 'string') this.text(made.length)
    else if (Array.isArray(made)) this.list(made.length)
    return made
  }

  /**
   * Counts a new list or object with all its contents, and returns it. It may hold the same value
   * many times, nested to any depth.
   */
  composite<T extends object>(made: T): T {
    if (this.#weigh(made) > limits.characters)
      throw tooMuch(`it makes a list of more than ${withSeparators(limits.characters)} characters`)
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
    // Small flat values are cheaper to count again than to keep.
    if (items.length > 8 || items.some((item) => typeof item === 'object'))
      this.#weights.set(value, weight)
    return weight
  }

  text(length: number): void {
    if (length > limits.characters)
      throw tooMuch(`it makes a text of more than ${withSeparators(limits.characters)} characters`)
    this.#made += length
    this.#check()
  }

  list(length: number): void {
    if (length > limits.items)
      throw tooMuch(`it makes a list of more than ${withSeparators(limits.items)} items`)
    this.#made += 8 * length
    this.#check()
  }

  /** Checks the length of a text before an operation whose time is not linear in it. */
  input(length: number): void {
    if (length > limits.characters)
      throw tooMuch(
        `it works on a text of more than ${withSeparators(limits.characters)} characters`,
      )
    if (length > unwatched.characters) this.needWatch()
  }

  write(length: number): void {
    this.#written += length
    this.#made += 32
    if (this.#written > limits.characters)
      throw tooMuch(`it writes more than ${withSeparators(limits.characters)} characters`)
    this.#check()
  }

  /** Runs the body of a macro. */
  inside<T>(work: () => T): T {
    if (this.#depth >= limits.depth)
      throw tooMuch(`its macros call each other more than ${withSeparators(limits.depth)} deep`)
    this.#depth += 1
    try {
      return work()
    } finally {
      this.#depth -= 1
    }
  }

  #check(): void {
    if (this.#made > limits.made)
      throw tooMuch(
        `it makes more than ${withSeparators(limits.made)} characters and items on the way`,
      )
    if (this.#turns > unwatched.turns || this.#made > unwatched.made) this.needWatch()
  }
}

/**
 * Runs work of a template that may take long, with a time limit.
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

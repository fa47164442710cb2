import { runtime, type AnyFunction, type NunjucksFrame } from './nunjucks-parts.js'
import { isPlain } from '../plain-object.js'
import { allowed, callable, isCallable, kindOf, member, textIn } from './data.js'
import { filterOf, testOf } from './filters.js'
import { limits, type Meter } from './limits.js'
import { outOfReach, TemplateRefusal } from './refusal.js'

/** A function that nunjucks generates for the whole template and for each `{% block %}`. */
export type Root = (
  environment: object,
  context: object,
  frame: NunjucksFrame,
  runtime: object,
  callback: (error: unknown, output?: string) => void,
) => void

/** An expression without a value was to be printed. Line and column count from 1. */
export class NoValue extends Error {
  constructor(
    readonly line: number,
    readonly column: number,
  ) {
    super('there is no value')
  }
}

/** The numbers up to `stop`; stops soon after the limit for lists. */
function numbers(start: number, stop: number, step: number): readonly number[] {
  const made: number[] = []
  const isWithin = (next: number): boolean => (step > 0 ? next < stop : next > stop)
  for (let next = start; isWithin(next); next += step) {
    made.push(next)
    if (made.length > limits.items) break
  }
  return made
}

/** The global functions of every template, as nunjucks has them. */
function globalsFor(meter: Meter): ReadonlyMap<string, unknown> {
  const range = (first: unknown, second: unknown, third: unknown): readonly number[] => {
    if (second === undefined) return meter.value(numbers(0, Number(first), 1))
    return meter.value(numbers(Number(first), Number(second), Number(third) || 1))
  }
  const cycler = (...items: readonly unknown[]): object => {
    let index = -1
    const cycle: Record<string, unknown> = {
      current: null,
      reset: callable(() => {
        index = -1
        cycle['current'] = null
      }),
      next: callable(() => {
        index = (index + 1) % items.length
        return (cycle['current'] = items[index])
      }),
    }
    return cycle
  }
  const joiner = (separator: unknown): AnyFunction => {
    let isFirst = true
    return callable(() => {
      const text = isFirst ? '' : separator || ','
      isFirst = false
      return text
    })
  }
  return new Map(
    Object.entries({ range, cycler, joiner }).map(([name, made]) => [
      name,
      callable(made as AnyFunction),
    ]),
  )
}

interface NunjucksEnvironment {
  readonly opts: { readonly autoescape: false; readonly throwOnUndefined: true }
  getFilter(name: string): AnyFunction
  getTest(name: unknown): AnyFunction
}

/** One rendering: the runtime object of the generated code, which calls its members by name. */
export class Rendering {
  /** The line that is being rendered, from 1. */
  line = 0
  readonly #variables = new Map<string, unknown>()
  #globals: ReadonlyMap<string, unknown> | null = null

  constructor(
    private readonly vars: Readonly<Record<string, unknown>>,
    private readonly meter: Meter,
    private readonly blocks: ReadonlyMap<string, Root>,
  ) {}

  /** @throws Refusal with the line, or what else the template's code throws */
  run(root: Root): string {
    let failure: { readonly error: unknown } | null = null
    let output = ''
    const frame = Object.assign(new runtime.Frame(), { topLevel: true })
    root(this.environment, this.context, frame, this, (error, text) => {
      if (error !== null && error !== undefined) failure ??= { error }
      else output = text ?? ''
    })
    const failed = failure as { readonly error: unknown } | null
    if (failed === null) return output
    throw this.placed(failed.error)
  }

  /** A Refusal with the current line; any other error unchanged. */
  placed(error: unknown): unknown {
    if (!(error instanceof TemplateRefusal) || error.line !== undefined) return error
    return new TemplateRefusal(error.message, error.remedy, this.line)
  }

  readonly environment: NunjucksEnvironment = {
    opts: { autoescape: false, throwOnUndefined: true },
    getFilter: (name) => {
      const filter = filterOf(name)
      return (...given) => {
        const made = filter(given, this.meter, this.context)
        this.meter.value(textIn(made) ?? made)
        return made
      }
    },
    getTest: testOf,
  }

  readonly context = {
    env: this.environment,
    setVariable: (name: string, value: unknown): void => {
      this.#variables.set(name, value)
    },
    addExport: () => undefined,
    getBlock: (name: string): Root => {
      const block = this.blocks.get(name)
      if (block === undefined) throw new Error(`there is no block ${name}`)
      return block
    },
  }

  readonly Frame = runtime.Frame
  readonly SafeString = runtime.SafeString
  readonly makeKeywordArgs = runtime.makeKeywordArgs
  readonly suppressValue = runtime.suppressValue
  readonly keys = runtime.keys
  readonly isArray = runtime.isArray

  /**
   * Looks up a variable: first the template's own, then those that were passed in, then globals.
   */
  contextOrFrameLookup(_: unknown, frame: NunjucksFrame, name: string): unknown {
    const inFrame = frame.lookup(name)
    return allowed(inFrame === undefined ? this.#named(name) : inFrame, name)
  }

  #named(name: string): unknown {
    if (this.#variables.has(name)) return this.#variables.get(name)
    if (Object.hasOwn(this.vars, name)) return this.vars[name]
    return (this.#globals ??= globalsFor(this.meter)).get(name)
  }

  memberLookup(target: unknown, key: unknown): unknown {
    return member(target, key, this.meter)
  }

  callWrap(called: unknown, name: string, context: unknown, given: readonly unknown[]): unknown {
    if (!isCallable(called))
      throw outOfReach(`${name} cannot be called: it is ${kindOf(called)}`, this.line)
    this.meter.turn(1)
    return Reflect.apply(called, context, given)
  }

  makeMacro(names: readonly string[], options: readonly string[], body: AnyFunction): AnyFunction {
    const macro = runtime.makeMacro(names, options, body)
    return callable((...given) => this.meter.inside(() => macro(...given)))
  }

  /**
   * Checks what a loop iterates over.
   * @param names how many variables the loop sets: two for an object
   */
  loop(over: unknown, names: number): unknown {
    const text = textIn(over)
    const items = text ?? (over instanceof Map || over instanceof Set ? [...over] : over)
    if (typeof items === 'string' || Array.isArray(items)) {
      this.meter.turn(items.length)
      return items
    }
    if (isPlain(items)) {
      // With one variable nunjucks would trust a property called `length`.
      if (names === 1) return []
      this.meter.turn(Object.keys(items).length)
      return items
    }
    if (typeof items === 'object' ? items !== null : typeof items === 'function')
      throw outOfReach(
        `a loop runs over a list, a text or an object, and there is ${kindOf(items)}`,
        this.line,
      )
    return items
  }

  fromIterator(items: unknown): unknown {
    return items
  }

  /** Counts a list or an object literal. */
  composite(made: object): object {
    return this.meter.composite(made)
  }

  /** Counts the result of an addition or concatenation. */
  made(value: unknown): unknown {
    return this.meter.value(value)
  }

  /** Counts literal text of the template that is written. */
  wrote(characters: number): void {
    this.meter.write(characters)
  }

  /**
   * The text that is written for a value.
   * @throws NoValue for null and undefined
   */
  ensureDefined(value: unknown, line: number, column: number): unknown {
    if (value === null || value === undefined) throw new NoValue(line + 1, column + 1)
    const text = this.#printed(value)
    this.meter.write(text.length)
    return text
  }

  #printed(value: unknown): string {
    const text = textIn(value)
    if (text !== null) return text
    if (typeof value === 'function') throw outOfReach('a function cannot be written', this.line)
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => this.#printedItem(item))
      return this.meter.value(items.join())
    }
    return isPlain(value) ? '[object Object]' : String(value)
  }

  #printedItem(item: unknown): string {
    if (item === null || item === undefined) return ''
    return this.#printed(item)
  }

  inOperator(wanted: unknown, holder: unknown): boolean {
    const text = textIn(holder)
    if (text !== null || Array.isArray(holder)) {
      const within = text ?? (holder as readonly unknown[])
      this.meter.input(within.length)
      if (typeof within !== 'string') return within.includes(wanted)
      return within.includes(textIn(wanted) ?? String(wanted))
    }
    if (isPlain(holder)) return Object.hasOwn(holder, textIn(wanted) ?? String(wanted))
    throw outOfReach(
      `"in" asks a list, a text or an object, and there is ${kindOf(holder)}`,
      this.line,
    )
  }

  handleError(error: unknown): unknown {
    return error
  }
}

import nunjucks from 'nunjucks'

/** A node of nunjucks' syntax tree, which has no published types. */
export interface Node {
  readonly typename: string
  readonly lineno: number
  readonly fields: readonly string[]
  readonly [field: string]: unknown
}

export type AnyFunction = (...given: readonly unknown[]) => unknown

/** Nunjucks' scope of a template's variables. */
export interface NunjucksFrame {
  /** Variables that are set here are visible in macros too. */
  topLevel: boolean
  lookup(name: string): unknown
}

interface Runtime {
  readonly Frame: new () => NunjucksFrame
  /** The result of a macro: a string that is never escaped. */
  readonly SafeString: new (
    text: string,
  ) => { toString(): string }
  readonly makeMacro: (
    names: readonly string[],
    options: readonly string[],
    body: AnyFunction,
  ) => AnyFunction
  readonly makeKeywordArgs: AnyFunction
  readonly suppressValue: AnyFunction
  readonly keys: AnyFunction
  readonly isArray: AnyFunction
}

/**
 * Nunjucks' compiler, which writes a syntax tree as JavaScript. Each node goes through `compile`.
 */
interface Compiler {
  compile(node: Node, frame?: unknown): void
  getCode(): string
  _emit(code: string): void
  _getNodeName(node: Node): string
}

// Casts, because @types/nunjucks has neither these exports nor an environment's filters and tests.
const parts = nunjucks as unknown as {
  readonly parser: { parse(text: string, extensions: readonly unknown[], options: object): Node }
  readonly compiler: {
    readonly Compiler: new (name: string, throwOnUndefined: boolean) => Compiler
  }
  readonly runtime: Runtime
}
const defaults = new nunjucks.Environment([]) as unknown as {
  readonly filters: Readonly<Record<string, AnyFunction>>
  readonly tests: Readonly<Record<string, AnyFunction>>
}

export const { parser, compiler, runtime } = parts
/** Nunjucks' own filters and tests, by name. */
export const ownFilters: ReadonlyMap<string, AnyFunction> = new Map(
  Object.entries(defaults.filters),
)
export const ownTests: ReadonlyMap<string, AnyFunction> = new Map(Object.entries(defaults.tests))

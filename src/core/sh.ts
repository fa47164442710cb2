import { FettleError } from './errors.js'
import { reveal, Secret } from './secret.js'

/** A piece of POSIX shell. Only `sh` makes it, so every value in it is quoted. */
export class Sh {
  readonly #body: string
  readonly #functions: ReadonlySet<string>
  private constructor(body: string, functions: ReadonlySet<string>) {
    this.#body = body
    this.#functions = functions
  }
  static of(body: string, functions: ReadonlySet<string> = new Set()): Sh {
    return new Sh(body, functions)
  }
  /** The shell without the functions that it calls. */
  get body(): string {
    return this.#body
  }
  /** The texts of the shell files whose functions it calls. */
  get functions(): ReadonlySet<string> {
    return this.#functions
  }
  /** The whole script: each file of functions once, then the shell that calls them. */
  get text(): string {
    return [...this.#functions, this.#body].join('\n')
  }
}

/**
 * Makes the functions of a shell file available: a script that contains this piece anywhere defines
 * them first.
 * @param text the default export of a `.sh.js` module
 */
export const shellFunctions = (text: string): Sh => Sh.of('', new Set([text]))

const functionsOf = (pieces: readonly Sh[]): ReadonlySet<string> =>
  new Set(pieces.flatMap(({ functions }) => [...functions]))

/** A string becomes one word, an array one word per element; an `Sh` is inserted as it is. */
export type ShArgument = string | number | Sh | readonly (string | number)[]

/** Quotes a string as one word of POSIX shell. A NUL byte cannot be part of one and is refused. */
export function quote(word: string): string {
  if (word.includes('\0'))
    throw new FettleError('option-invalid', {
      message: `a value holds a NUL byte: ${JSON.stringify(word)}`,
    })
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function render(argument: ShArgument): string {
  if (argument instanceof Sh) return argument.body
  if (typeof argument === 'string') return quote(argument)
  if (typeof argument === 'number') return quote(String(argument))
  if (Array.isArray(argument))
    return argument.map((word: string | number) => render(word)).join(' ')
  const what = argument instanceof Secret ? 'a Secret' : typeof argument
  throw new FettleError('secret-exposed', {
    message: `sh\`…\` takes strings, numbers and lists of them, and was given ${what}`,
    remedy: 'pass a Secret as input',
  })
}

/** Shell text in which every interpolated value is quoted. */
export function sh(text: TemplateStringsArray, ...values: readonly ShArgument[]): Sh {
  const quoted = text.reduce(
    (whole, part, index) => whole + render(values[index - 1] as ShArgument) + part,
  )
  return Sh.of(quoted, functionsOf(values.filter((value) => value instanceof Sh)))
}

/**
 * Joins pieces with `&&`: each runs only if the one before it succeeded, whether or not `set -e` is
 * on.
 */
export const steps = (pieces: readonly (Sh | false | undefined)[]): Sh =>
  joined(
    pieces.filter((piece) => piece instanceof Sh),
    ' &&\n',
  )

/** Joins pieces of shell with newlines. */
export const lines = (pieces: readonly Sh[]): Sh => joined(pieces, '\n')

function joined(pieces: readonly Sh[], separator: string): Sh {
  const isOnlyFunctions = ({ body, functions }: Sh): boolean => body === '' && functions.size > 0
  const bodies = pieces.filter((piece) => !isOnlyFunctions(piece)).map(({ body }) => body)
  return Sh.of(bodies.join(separator), functionsOf(pieces))
}

/**
 * A file of this machine as input, which is read piece by piece while it is sent and never held in
 * memory. Where it has another size or digest by then, it is not sent to its end, and the block
 * that waits for it is ended.
 */
export class FileInput {
  constructor(
    /** Its absolute path, with links resolved. */
    readonly path: string,
    /** Its name in messages. */
    readonly name: string,
    /** In bytes. */
    readonly size: number,
    /** In hex. */
    readonly sha256: string,
  ) {}
}

type InputPart = string | Uint8Array | Secret | FileInput

/** Standard input of a program: the only way in which a secret is sent to a host. */
export type Input = InputPart | readonly InputPart[]

const isList = (input: Input): input is readonly InputPart[] => Array.isArray(input)

function partBytes(part: Exclude<InputPart, FileInput>): Buffer {
  if (typeof part === 'string') return Buffer.from(part)
  if (part instanceof Secret) return Buffer.from(reveal(part))
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength)
}

/**
 * The parts of an input, with secrets in clear text. Only for a backend that is about to write
 * them.
 */
export const inputParts = (input: Input): readonly (Buffer | FileInput)[] =>
  (isList(input) ? input : [input]).map((part) =>
    part instanceof FileInput ? part : partBytes(part),
  )

/**
 * The bytes of an input that is in memory, with secrets in clear text. Only for a backend that is
 * about to write them.
 * @throws TypeError for a `FileInput`
 */
export function inputBytes(input: Input): Buffer {
  const parts = inputParts(input).map((part) => {
    if (part instanceof FileInput) throw new TypeError(`${part.name} is not held in memory`)
    return part
  })
  const [only, ...others] = parts
  return only !== undefined && others.length === 0 ? only : Buffer.concat(parts)
}

const partLength = (part: InputPart): number => {
  if (part instanceof FileInput) return part.size
  return Buffer.byteLength(part instanceof Secret ? reveal(part) : part)
}

/** The length of an input in bytes, without building it. */
export const inputLength = (input: Input = ''): number =>
  isList(input) ? input.reduce((sum, part) => sum + partLength(part), 0) : partLength(input)

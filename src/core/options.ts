import { z } from 'zod'
import { accountPattern } from './account-name.js'
import { address, type Address } from './address.js'
import { FettleError } from './errors.js'
import { Later } from './later.js'
import { suggestion } from './names/nearest.js'
import type { CommonOptions } from './resource.js'
import { kindOf, wantedOf } from './schema-words.js'

/**
 * A schema for each option of `O`: one that is missing, or that `O` does not have, does not
 * compile.
 */
export type Shape<O> = {
  readonly [K in keyof Required<Omit<O, keyof CommonOptions>>]: z.ZodType
} & {
  /** Where it also takes something else than all other resources do. */
  readonly onlyIf?: z.ZodType
}

const common: { readonly [K in keyof Required<CommonOptions>]: z.ZodType } = {
  name: z.string().min(1).optional(),
  become: z
    .string('must be the name of a user')
    .regex(accountPattern, 'must be the name of a user')
    .optional(),
  tags: z.array(z.string().min(1)).optional(),
  sensitive: z.boolean().optional(),
  timeout: z.number().positive().optional(),
  retry: z
    .strictObject({ attempts: z.number().int().positive(), delay: z.number().nonnegative() })
    .optional(),
  ignoreFailure: z.boolean().optional(),
  onlyIf: z
    .custom((given) => given instanceof Later, 'must be a Later: use read.stat(…).map(…)')
    .optional(),
  undo: z.literal(false, 'must be false, or be left out').optional(),
}

/**
 * What was given instead, where it may be shown. Text may be secret, so it is shown only where it
 * should have been one of a list of words.
 */
function andIs(value: unknown, issue: z.core.$ZodIssue | undefined): string {
  const got = (issue?.path ?? []).reduce(memberOf, value)
  if (got === undefined || issue === undefined || !typeIssues.has(issue.code)) return ''
  return `, and is ${shown(got, issue.code)}`
}

/** Issues about the type of a value, not about its format or size. */
const typeIssues: ReadonlySet<z.core.$ZodIssue['code']> = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_union',
])

function shown(got: unknown, code: z.core.$ZodIssue['code']): string {
  if (typeof got === 'string' && code === 'invalid_value') return JSON.stringify(got)
  return typeof got === 'number' ? String(got) : kindOf(got)
}

function memberOf(value: unknown, name: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<PropertyKey, unknown>)[name]
}

/** All options of a resource, and the required ones. */
interface Options {
  readonly schemas: Readonly<Record<string, z.ZodType>>
  readonly required: readonly string[]
}

/** Memoised by shape: shapes are constants, and resources are checked for every host. */
const allOptions = new WeakMap<object, Options>()

function optionsOf(shape: object, others: object): Options {
  const before = allOptions.get(shape)
  if (before !== undefined) return before
  const schemas: Readonly<Record<string, z.ZodType>> = { ...others, ...shape }
  const required = Object.keys(schemas).filter(
    (option) => schemas[option]?.safeParse(undefined).success === false,
  )
  const made = { schemas, required }
  allOptions.set(shape, made)
  return made
}

/**
 * Checks the options that a user gave a resource, also from plain JavaScript: unknown options, with
 * the nearest known one, and invalid values.
 * @param shape a constant beside the resource, because it is the key of a cache
 * @returns the options as given
 * @throws FettleError `option-unknown` or `option-invalid`, naming the resource and the option
 */
export const checked = <O extends object>(type: string, id: string, given: O, shape: Shape<O>): O =>
  checkedBy(address(type, id), given, optionsOf(shape, common))

/** The same for what is no resource, such as a read: it has the options of its shape alone. */
export const checkedAlone = <O extends object>(
  type: string,
  id: string,
  given: O,
  shape: { readonly [K in keyof Required<O>]: z.ZodType },
): O => checkedBy(address(type, id), given, optionsOf(shape, {}))

function checkedBy<O extends object>(where: Address, given: O, { schemas, required }: Options): O {
  const invalid = (what: string): FettleError => invalidOption(where, what)
  if (typeof given !== 'object' || (given as unknown) === null)
    throw invalid('options must be an object')
  for (const [option, got] of Object.entries(given)) {
    const schema = Object.hasOwn(schemas, option) ? schemas[option] : undefined
    if (schema === undefined) throw unknownOption(where, option, Object.keys(schemas))
    // `condition && value` gives undefined for an option that is left out.
    if (got === undefined) continue
    const result = schema.safeParse(got)
    if (result.success) continue
    const issue = result.error.issues[0]
    const place = [option, ...(issue?.path ?? [])].join('.')
    throw invalid(`${place} ${wantedOf(issue, schema)}${andIs(got, issue)}`)
  }
  const missing = required.find(
    (option) => (given as Record<string, unknown>)[option] === undefined,
  )
  if (missing !== undefined) throw invalid(`${missing} is required`)
  return given
}

/** The error for an option of a resource, or for several that exclude each other. */
export const invalidOption = (where: Address, what: string): FettleError =>
  new FettleError('option-invalid', { address: where, message: `${where}: ${what}` })

function unknownOption(where: Address, option: string, known: readonly string[]): FettleError {
  return new FettleError('option-unknown', {
    address: where,
    message: `${where} has no option ${option}${suggestion(option, known)}`,
  })
}

const places = ['first', 'second', 'third']

/**
 * Checks the positional arguments of a resource's function.
 * @returns what the schemas make of them
 * @throws FettleError `option-invalid`
 */
export const checkedArguments = (
  type: string,
  given: readonly unknown[],
  schemas: readonly z.ZodType[],
): readonly unknown[] =>
  schemas.map((schema, index) => {
    const result = schema.safeParse(given[index])
    if (result.success) return result.data
    const place = places[index] ?? 'last'
    throw new FettleError('option-invalid', {
      message: `${type}(${shownArgument(given[0])}): the ${place} argument ${wantedOf(result.error.issues[0])}`,
    })
  })

/** Text as it was given; a URL without its scheme is not recognised as one, and may hold a password. */
const shownArgument = (first: unknown): string =>
  typeof first === 'string'
    ? JSON.stringify(first).replace(/:[^\s:@]+@/g, ':[secret]@')
    : kindOf(first)

import { z } from 'zod'
import { suggestion } from './names/nearest.js'
import { Secret } from './secret.js'

type Issue = z.core.$ZodIssue

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  nan: 'a number',
}
const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  url: 'a URL',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'an IPv4 network such as 10.0.0.0/8',
  uuid: 'a UUID',
  datetime: 'a date and time (ISO 8601)',
  date: 'a date (ISO 8601)',
}

/**
 * Whether an issue has a message of the schema's author. zod's own messages are for programmers and
 * start with these words.
 */
export const hasOwnWords = ({ message }: Issue): boolean =>
  !/^(?:Invalid|Too (?:small|big)|Unrecognized)\b/.test(message)

/**
 * What a value should have been, for the error: all alternatives of a union or enum, the nearest
 * name for an unknown one, or the schema's own message where it has one
 * (`z.string().min(1, 'must name a branch')`).
 * @param schema the schema at which the issue's path starts
 */
export function wanted(issue: Issue, schema?: z.core.$ZodType): string {
  if (hasOwnWords(issue)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_union':
      return unionWanted(issue)
    case 'unrecognized_keys':
      return unknownKeys(issue, schema)
    case 'too_small':
      return sized(issue.origin, 'least', issue.minimum, issue.inclusive)
    case 'too_big':
      return sized(issue.origin, 'most', issue.maximum, issue.inclusive)
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`
    case 'invalid_format':
      return formatWanted(issue)
    case 'invalid_key':
      return `has a name in it that is not right: it ${allWanted(issue.issues)}`
    case 'invalid_element':
      return `has an entry that is not right: it ${allWanted(issue.issues)}`
    case 'custom':
      return 'is not right'
  }
}

const allWanted = (issues: readonly Issue[]): string =>
  issues.map((issue) => wanted(issue)).join(', ')

function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value)).join(', ')
  return values.length === 1 ? `must be ${words}` : `must be one of ${words}`
}

function formatWanted(issue: Extract<Issue, { readonly code: 'invalid_format' }>): string {
  if (issue.format === 'starts_with' && 'prefix' in issue)
    return `must begin with ${JSON.stringify(issue.prefix)}`
  if (issue.format === 'ends_with' && 'suffix' in issue)
    return `must end with ${JSON.stringify(issue.suffix)}`
  const format = formats[issue.format]
  if (format !== undefined) return `must be ${format}`
  if (issue.pattern !== undefined) return `must match ${issue.pattern}`
  return `must be a valid ${issue.format}`
}

/**
 * All alternatives of a union. The detailed error of an object that nearly fits would hide the
 * others.
 */
function unionWanted(issue: Extract<Issue, { readonly code: 'invalid_union' }>): string {
  if (issue.errors.length === 0) return 'must be something else'
  const ways = issue.errors.flatMap((errors) =>
    errors.slice(0, 1).map((inner) => wanted(inner).replace(/^must be /, '')),
  )
  const distinct = [...new Set(ways)]
  const all = distinct.join(', or ')
  return /^must\b/.test(distinct[0] ?? '') ? all : `must be ${all}`
}

function unknownKeys(
  { keys, path }: Extract<Issue, { readonly code: 'unrecognized_keys' }>,
  schema: z.core.$ZodType | undefined,
): string {
  const known = schema === undefined ? [] : namesAt(schema, path)
  const [first = ''] = keys
  const refused = `must not have ${keys.join(', ')}`
  const meant = suggestion(first, known)
  if (meant !== '' || known.length === 0) return `${refused}${meant}`
  return `${refused}: it has ${known.join(', ')}`
}

const entries = { one: 'entry', many: 'entries' }
const parts: Readonly<Record<string, { readonly one: string; readonly many: string }>> = {
  string: { one: 'character', many: 'characters' },
  array: entries,
  set: entries,
  map: entries,
  object: entries,
}

/** A size limit: in characters for text, in entries for lists, the value itself for numbers. */
function sized(
  origin: string,
  bound: 'least' | 'most',
  limit: number | bigint,
  inclusive = true,
): string {
  const number = String(limit)
  const units = parts[origin]
  if (units === undefined) {
    if (inclusive) return `must be at ${bound} ${number}`
    return `must be ${bound === 'least' ? 'more' : 'less'} than ${number}`
  }
  if (number !== '1') return `must have at ${bound} ${number} ${units.many}`
  return bound === 'least' ? 'must not be empty' : `must have at ${bound} ${number} ${units.one}`
}

/** The names that the object at a path of a schema has; none where there is no object. */
function namesAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const inner = path.reduce<z.core.$ZodType | undefined>(
    (at, step) => (at === undefined ? undefined : within(bare(at), step)),
    schema,
  )
  const object = inner === undefined ? undefined : bare(inner)
  return object instanceof z.ZodObject ? Object.keys(object.shape) : []
}

function within(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject)
    return (schema.shape as Readonly<Record<PropertyKey, z.core.$ZodType>>)[step]
  if (schema instanceof z.ZodArray) return schema.element
  return schema instanceof z.ZodRecord ? schema.valueType : undefined
}

/** A schema without its wrappers: `optional`, `nullable`, `default`, `readonly`, pipe. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return bare(schema.def.innerType)
  return schema instanceof z.ZodPipe ? bare(schema.def.in) : schema
}

/** The kind of a value. The value itself may be secret and is not shown. */
export function kindOf(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (value instanceof Secret) return 'a Secret'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`
}

/** What an issue's value should have been. */
export const wantedOf = (issue: z.core.$ZodIssue | undefined, schema?: z.ZodType): string =>
  issue === undefined ? 'has a value that it cannot have' : wanted(issue, schema)

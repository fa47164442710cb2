import type { z } from 'zod'
import type { Names } from './known-names.js'

/** Which side of a schema: its input or its output. */
type Side = 'in' | 'out'

type Schema = z.core.$ZodType

/** Schemas that list the names of an object or the items of a collection. */
type NamingSchema =
  | z.core.$ZodObject
  | z.core.$ZodRecord
  | z.core.$ZodArray
  | z.core.$ZodTuple
  | z.core.$ZodMap
  | z.core.$ZodSet

/**
 * The object and collection schemas that may have produced a value. Null where one of the parts
 * says nothing about its value: `z.any()`, and results of functions (`transform`, `custom`).
 */
function namingSchemas(
  schema: Schema,
  side: Side,
  around: ReadonlySet<Schema> = new Set(),
): readonly NamingSchema[] | null {
  // A lazy schema may refer to itself.
  if (around.has(schema)) return []
  const inside = new Set([...around, schema])
  const all = (schemas: readonly Schema[]): readonly NamingSchema[] | null => {
    const found = schemas.map((each) => namingSchemas(each, side, inside))
    return found.includes(null) ? null : found.flatMap((each) => each ?? [])
  }
  const one = schema as z.core.$ZodTypes
  switch (one._zod.def.type) {
    case 'object':
    case 'record':
    case 'array':
    case 'tuple':
    case 'map':
    case 'set':
      return [one as NamingSchema]
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return all([one._zod.def.innerType])
    case 'pipe':
      return all([one._zod.def[side]])
    case 'lazy':
      return all([one._zod.def.getter()])
    case 'union':
      return all(one._zod.def.options)
    case 'intersection':
      return all([one._zod.def.left, one._zod.def.right])
    // Not objects.
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'enum':
    case 'file':
    case 'literal':
    case 'nan':
    case 'never':
    case 'null':
    case 'number':
    case 'string':
    case 'success':
    case 'symbol':
    case 'template_literal':
    case 'undefined':
    case 'void':
      return []
    case 'any':
    case 'unknown':
    case 'custom':
    case 'transform':
    case 'promise':
    case 'function':
    // Types that a later version of zod may add.
    default:
      return null
  }
}

/**
 * The names of a schema's input or output, at any depth. Optional names are known; records and open
 * objects allow any name.
 * @param path what the whole is called in an error
 * @returns null where the schema says nothing about names
 */
export function schemaNames(
  schemas: readonly Schema[],
  path: string,
  side: Side,
  remedy: string,
): Names | null {
  const found = schemas.map((schema) => namingSchemas(schema, side))
  const parts = found.flatMap((each) => each ?? [])
  if (found.includes(null) || parts.length === 0) return null
  return new SchemaNames(parts, path, side, remedy)
}

class SchemaNames implements Names {
  readonly known: ReadonlySet<string> | null
  readonly #members = new Map<string, Names | null>()
  #items: Names | null | undefined

  constructor(
    private readonly parts: readonly NamingSchema[],
    readonly path: string,
    private readonly side: Side,
    readonly remedy: string,
  ) {
    this.known = parts.some(isOpen) ? null : new Set(parts.flatMap(declaredIn))
  }

  member(name: string): Names | null {
    const before = this.#members.get(name)
    if (before !== undefined) return before
    const values = this.parts.flatMap((part) => valueOf(part, name))
    const made = this.#below(values, `.${name}`)
    this.#members.set(name, made)
    return made
  }

  items(): Names | null {
    if (this.#items === undefined) this.#items = this.#below(this.parts.flatMap(itemsOf), '[]')
    return this.#items
  }

  #below(schemas: readonly Schema[], step: string): Names | null {
    return schemaNames(schemas, `${this.path}${step}`, this.side, this.remedy)
  }
}

const declaredIn = ({ _zod: { def } }: NamingSchema): readonly string[] =>
  def.type === 'object' ? Object.keys(def.shape) : []

/** Whether objects may have names that the schema does not list. */
function isOpen({ _zod: { def } }: NamingSchema): boolean {
  if (def.type === 'record') return true
  return (
    def.type === 'object' &&
    def.catchall !== undefined &&
    (def.catchall as z.core.$ZodTypes)._zod.def.type !== 'never'
  )
}

/** The schema of the value below a name. */
function valueOf({ _zod: { def } }: NamingSchema, name: string): readonly Schema[] {
  if (def.type === 'record') return [def.valueType]
  if (def.type !== 'object') return []
  const declared = Object.hasOwn(def.shape, name) ? def.shape[name] : def.catchall
  return declared === undefined ? [] : [declared]
}

function itemsOf({ _zod: { def } }: NamingSchema): readonly Schema[] {
  switch (def.type) {
    case 'array':
      return [def.element]
    case 'tuple':
      return def.rest === null ? def.items : [...def.items, def.rest]
    case 'map':
    case 'set':
      return [def.valueType]
    case 'object':
    case 'record':
      return []
  }
}

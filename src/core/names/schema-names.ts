import type { z } from 'zod'
import type { Names } from './known-names.js'

/** What of a schema is meant: what it takes, or what it makes of that. */
type Side = 'in' | 'out'

type Schema = z.core.$ZodType

/** Parts of a schema that say which names an object has, or what a list holds. */
type Bearing =
  | z.core.$ZodObject
  | z.core.$ZodRecord
  | z.core.$ZodArray
  | z.core.$ZodTuple
  | z.core.$ZodMap
  | z.core.$ZodSet

/**
 * The schemas of objects and lists that a value may have been made by; null where one of them says
 * nothing about its value, as `z.any()` and what a function makes (`transform`, `custom`).
 */
function bearing(
  schema: Schema,
  side: Side,
  around: ReadonlySet<Schema> = new Set(),
): readonly Bearing[] | null {
  // A lazy schema may lead back to itself before anything is named.
  if (around.has(schema)) return []
  const inside = new Set([...around, schema])
  const all = (schemas: readonly Schema[]): readonly Bearing[] | null => {
    const found = schemas.map((each) => bearing(each, side, inside))
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
      return [one as Bearing]
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
    // No objects.
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
    // And what a later zod may have.
    default:
      return null
  }
}

/**
 * The names in what a schema takes or makes, at any depth. What it allows to be missing is known;
 * records and objects that are open have any name.
 * @param path how the whole is called in an error
 * @returns null where the schema says nothing about names
 */
export function schemaNames(
  schemas: readonly Schema[],
  path: string,
  side: Side,
  remedy: string,
): Names | null {
  const found = schemas.map((schema) => bearing(schema, side))
  const parts = found.flatMap((each) => each ?? [])
  if (found.includes(null) || parts.length === 0) return null
  return new SchemaNames(parts, path, side, remedy)
}

class SchemaNames implements Names {
  readonly known: ReadonlySet<string> | null
  readonly #members = new Map<string, Names | null>()
  #items: Names | null | undefined

  constructor(
    private readonly parts: readonly Bearing[],
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

const declaredIn = ({ _zod: { def } }: Bearing): readonly string[] =>
  def.type === 'object' ? Object.keys(def.shape) : []

/** Whether objects may have names that the schema does not list. */
function isOpen({ _zod: { def } }: Bearing): boolean {
  if (def.type === 'record') return true
  return (
    def.type === 'object' &&
    def.catchall !== undefined &&
    (def.catchall as z.core.$ZodTypes)._zod.def.type !== 'never'
  )
}

/** The schema of the value below a name. */
function valueOf({ _zod: { def } }: Bearing, name: string): readonly Schema[] {
  if (def.type === 'record') return [def.valueType]
  if (def.type !== 'object') return []
  const declared = Object.hasOwn(def.shape, name) ? def.shape[name] : def.catchall
  return declared === undefined ? [] : [declared]
}

function itemsOf({ _zod: { def } }: Bearing): readonly Schema[] {
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

import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { Secret } from '../../core/secret.js'
import type { SourcePlace } from '../inventory.js'
import type { MappingEntry, MappingFile } from './mapping-file.js'

/** A part of the data, and the path of names to it. */
interface DataPart {
  readonly path: readonly string[]
  readonly value: unknown
}

const maxDepth = 64
/** The longest path that an error shows. */
const maxShownNames = 8

/**
 * An inventory that code has returned. The place of every part is the file; errors show the path to
 * the faulty part.
 */
export class DataFile implements MappingFile<DataPart> {
  readonly root: DataPart

  constructor(
    readonly file: string,
    value: unknown,
  ) {
    this.root = { path: [], value }
  }

  entries(part: DataPart | null, what: string): readonly MappingEntry<DataPart>[] {
    if (part === null || part.value === null || part.value === undefined) return []
    if (!isMapping(part.value)) {
      const is = Array.isArray(part.value) ? 'a list' : 'something else'
      throw this.error(part, `${what} must be a mapping (name: value), and is ${is}`)
    }
    return Object.entries(part.value)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const inner = { path: [...part.path, name], value }
        return { name, key: inner, value: inner }
      })
  }

  plain(part: DataPart | null): unknown {
    return part === null ? null : this.#plain(part.path, part.value)
  }

  #plain(path: readonly string[], value: unknown): unknown {
    if (path.length > maxDepth)
      throw this.error({ path, value }, `is nested more than ${String(maxDepth)} levels deep`)
    if (value === undefined || value === null) return null
    if (isSingle(value) || value instanceof Secret) return value
    if (Array.isArray(value)) {
      const items = value.map((item: unknown, index) => this.#plain([...path, String(index)], item))
      return Object.freeze(items)
    }
    if (!isMapping(value))
      throw this.error(
        { path, value },
        'must be data: text, numbers, truths, lists, mappings and Secrets',
      )
    const made = Object.create(null) as Record<string, unknown>
    for (const [name, inner] of Object.entries(value))
      if (inner !== undefined) made[name] = this.#plain([...path, name], inner)
    return Object.freeze(made)
  }

  text(part: DataPart | null): string | null {
    const value = part?.value
    return isSingle(value) ? String(value) : null
  }

  isList(part: DataPart | null): boolean {
    return Array.isArray(part?.value)
  }

  /** Text from code is always literal: it is never taken for an Ansible template. */
  isUnsafe(): boolean {
    return true
  }

  place(): SourcePlace {
    return { file: this.file, line: 0, column: 0 }
  }

  placeIn(): SourcePlace {
    return this.place()
  }

  error(part: DataPart | null, message: string, remedy?: string): FettleError {
    return new FettleError('inventory-invalid', {
      address: this.file,
      message: `${this.file}: ${shownPath(part?.path ?? [])}${message}`,
      ...omitUndefined({ remedy }),
    })
  }
}

function shownPath(names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.length > maxShownNames ? [...names.slice(0, maxShownNames), '…'] : names
  return `${shown.join('.')}: `
}

const isSingle = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** An object without a class, from any realm. */
function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

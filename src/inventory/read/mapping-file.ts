import type { FettleError } from '../../core/errors.js'
import type { SourcePlace } from '../inventory.js'
import type { ValuePath } from './value-parts.js'

/** A key of a mapping with its value. */
export interface MappingEntry<N> {
  readonly name: string
  readonly key: N
  readonly value: N | null
}

/** A file of nested mappings, in any syntax. `N` is a node that knows its place. */
export interface MappingFile<N> {
  /** The file's name in errors. */
  readonly file: string
  /**
   * The entries of a mapping, in order; an empty value has none.
   * @param what names the mapping in the error when it is something else
   */
  entries(node: N | null, what: string): readonly MappingEntry<N>[]
  /**
   * The value as plain, frozen data. Mappings have no prototype, so that no key in them has a
   * meaning to JavaScript.
   */
  plain(node: N | null): unknown
  /**
   * The text of a scalar as written, without quotes: `0123` stays `0123`. Null for null and for
   * anything that is no scalar.
   */
  text(node: N | null): string | null
  isList(node: N | null): boolean
  /** Whether a part of a value, or something around it, is marked as text that is no template. */
  isUnsafe(node: N | null, path: ValuePath): boolean
  place(node: N): SourcePlace
  /** The place where a part of an entry is named, or the nearest thing around it. */
  placeIn(entry: MappingEntry<N>, path: readonly PropertyKey[]): SourcePlace
  error(node: N | null, message: string, remedy?: string): FettleError
}

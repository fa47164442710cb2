/**
 * A text after decoding (or the text itself), with the position of each unit in the source. Units
 * are UTF-16 code units or decoded bytes.
 */
export class Decoding {
  #text: string | null = null

  constructor(
    readonly units: Uint16Array,
    /**
     * Decoded from numbers or base64. Part of a secret cannot occur there by chance, so parts are
     * matches.
     */
    readonly decoded: boolean,
    /**
     * Start and end offset in the source for each unit. Null: the units are those of the source.
     */
    readonly places: Int32Array | null = null,
  ) {}

  static of(text: string): Decoding {
    const units = new Uint16Array(text.length)
    for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at)
    return new Decoding(units, false)
  }

  get text(): string {
    const { buffer, byteOffset, byteLength } = this.units
    return (this.#text ??= Buffer.from(buffer, byteOffset, byteLength).toString('utf16le'))
  }

  start(index: number): number {
    return this.places === null ? index : (this.places[2 * index] ?? 0)
  }

  end(index: number): number {
    return this.places === null ? index + 1 : (this.places[2 * index + 1] ?? 0)
  }
}

/** Separates runs of decoded bytes. No secret contains it. */
export const gap = 0xffff

const empty = { units: new Uint16Array(0), places: new Int32Array(0) }

/** Collects the units of one decoding of a text. */
export class DecodingBuilder {
  #units = empty.units
  #places = empty.places
  #size = 0

  constructor(
    readonly source: Decoding,
    /** The expected number of units for each unit of the source. */
    readonly growth = 1,
  ) {}

  /** Adds a unit that stands for the source from `from` to `to`. */
  add(unit: number, from: number, to: number): void {
    if (this.#size === this.#units.length) this.#grow()
    const { source } = this
    this.#units[this.#size] = unit
    this.#places[2 * this.#size] = source.start(from)
    this.#places[2 * this.#size + 1] = source.end(to - 1)
    this.#size++
  }

  #grow(): void {
    const [units, places] = [this.#units, this.#places]
    const size = Math.ceil(Math.max(this.source.units.length * this.growth, 16, units.length * 1.5))
    this.#units = new Uint16Array(size)
    this.#places = new Int32Array(2 * size)
    this.#units.set(units)
    this.#places.set(places)
  }

  /** Adds the source's units from `from` to `to` unchanged. */
  keep(from: number, to: number): void {
    for (let index = from; index < to; index++)
      this.add(this.source.units[index] ?? 0, index, index + 1)
  }

  gap(at: number): void {
    this.add(gap, at, at + 1)
  }

  /** The decoding; null where nothing was added. */
  build(decoded: boolean): Decoding | null {
    const size = this.#size
    return size === 0
      ? null
      : new Decoding(this.#units.subarray(0, size), decoded, this.#places.subarray(0, 2 * size))
  }
}

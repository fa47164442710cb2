/**
 * The output up to a marker: its first bytes, how many more there were, and the text after the
 * marker on its line.
 */
export interface Section {
  readonly kept: Buffer
  readonly leftOut: number
  readonly trailer: string
}

const keptBytes = 4 * 1024 * 1024

/** MiB that may come before a marker. */
const maxMebibytes = 64

/** Characters that may follow a marker on its line; a status is expected there. */
const maxTrailer = 64

const nothing = Buffer.alloc(0)

interface Expected {
  readonly marker: Buffer
  readonly done: (section: Section) => void
  readonly onData: ((data: Buffer) => void) | null
}

/**
 * Splits a stream at markers that are registered before they arrive, and keeps a bounded part of
 * each section.
 */
export class Scanner {
  readonly #expected: Expected[] = []
  #carry: Buffer = nothing
  #kept: Buffer[] = []
  #size = 0

  /** @param onTooLong called with the reason when a section is too long to be an answer */
  constructor(readonly onTooLong: (how: string) => void = () => undefined) {}

  /** Bytes of the current section that count for the deadline: those that are kept. */
  get received(): number {
    return Math.min(this.#size, keptBytes)
  }

  /**
   * Registers the next marker: a line that begins with `@id`. The newline before it is part of the
   * marker. What comes before it is kept, or passed to `heard` as it arrives.
   */
  expect(
    id: string,
    done: (section: Section) => void,
    onData: ((data: Buffer) => void) | null = null,
  ): void {
    this.#expected.push({ marker: Buffer.from(`\n@${id}`), done, onData })
  }

  push(chunk: Buffer): void {
    let data = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    for (;;) {
      const next = this.#expected[0]
      if (next === undefined) {
        this.#keep(data)
        this.#carry = nothing
        return
      }
      const { marker } = next
      const start = data.indexOf(marker)
      if (start < 0) return this.#keepUpTo(data.length - partialMarkerLength(marker, data), data)
      const trailerStart = start + marker.length
      const end = data.indexOf('\n', trailerStart)
      if (end < 0) {
        if (data.length - trailerStart > maxTrailer)
          return this.onTooLong('a last line without an end')
        return this.#keepUpTo(start, data)
      }
      this.#keep(data.subarray(0, start))
      this.#expected.shift()
      const trailer = data.subarray(trailerStart, end).toString().trim()
      next.done({ ...this.#take(), trailer })
      data = data.subarray(end + 1)
    }
  }

  /**
   * Keeps the data up to `end`. The rest may be the start of a marker and is examined together with
   * the next data.
   */
  #keepUpTo(end: number, data: Buffer): void {
    this.#keep(data.subarray(0, end))
    this.#carry = data.subarray(end)
  }

  /** The output after the last marker. */
  rest(): Buffer {
    return Buffer.concat([...this.#kept, this.#carry])
  }

  #keep(data: Buffer): void {
    const onData = this.#expected[0]?.onData ?? null
    if (onData !== null) {
      if (data.length > 0) onData(data)
      return
    }
    const room = keptBytes - this.#size
    if (room > 0 && data.length > 0) this.#kept.push(data.subarray(0, room))
    this.#size += data.length
    if (this.#size > maxMebibytes * 1024 * 1024)
      this.onTooLong(`more than ${String(maxMebibytes)} MiB`)
  }

  #take(): { readonly kept: Buffer; readonly leftOut: number } {
    const section = {
      kept: Buffer.concat(this.#kept),
      leftOut: Math.max(0, this.#size - keptBytes),
    }
    this.#kept = []
    this.#size = 0
    return section
  }
}

/** How many bytes at the end of `data` may be the start of `marker`. */
function partialMarkerLength(marker: Buffer, data: Buffer): number {
  for (let length = Math.min(marker.length - 1, data.length); length > 0; length--)
    if (data.subarray(data.length - length).equals(marker.subarray(0, length))) return length
  return 0
}

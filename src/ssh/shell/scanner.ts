/**
 * What came before a marker: its first bytes, how many more there were, and what stood behind the
 * marker on its line.
 */
export interface Section {
  readonly kept: Buffer
  readonly leftOut: number
  readonly trailer: string
}

const keptBytes = 4 * 1024 * 1024

/** MiB that may come before a marker. */
const most = 64

/** Characters behind a marker on its line, which is a status. */
const longestTrailer = 64

const nothing = Buffer.alloc(0)

interface Expected {
  readonly marker: Buffer
  readonly done: (section: Section) => void
  readonly heard: ((data: Buffer) => void) | null
}

/**
 * Cuts a stream at markers that are announced before they arrive, and keeps a bounded part of what
 * lies between.
 */
export class Scanner {
  readonly #expected: Expected[] = []
  #carry: Buffer = nothing
  #kept: Buffer[] = []
  #size = 0

  /** @param endless is told when what comes is too long for an answer, and in which way */
  constructor(readonly endless: (how: string) => void = () => undefined) {}

  /** Bytes of the section so far that count: those that are kept. */
  get received(): number {
    return Math.min(this.#size, keptBytes)
  }

  /**
   * The marker is a line of its own that begins with `@id`; the newline before it belongs to it.
   * What comes before it is kept, or handed on as it comes where somebody has `heard` of it.
   */
  expect(
    id: string,
    done: (section: Section) => void,
    heard: ((data: Buffer) => void) | null = null,
  ): void {
    this.#expected.push({ marker: Buffer.from(`\n@${id}`), done, heard })
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
      if (start < 0) return this.#keepUpTo(data.length - begun(marker, data), data)
      const trailerStart = start + marker.length
      const end = data.indexOf('\n', trailerStart)
      if (end < 0) {
        if (data.length - trailerStart > longestTrailer)
          return this.endless('a last line without an end')
        return this.#keepUpTo(start, data)
      }
      this.#keep(data.subarray(0, start))
      this.#expected.shift()
      const trailer = data.subarray(trailerStart, end).toString().trim()
      next.done({ ...this.#take(), trailer })
      data = data.subarray(end + 1)
    }
  }

  /** What follows may belong to a marker, and is looked at with what comes next. */
  #keepUpTo(end: number, data: Buffer): void {
    this.#keep(data.subarray(0, end))
    this.#carry = data.subarray(end)
  }

  /** The last words: what was read and no marker ended. */
  rest(): Buffer {
    return Buffer.concat([...this.#kept, this.#carry])
  }

  #keep(data: Buffer): void {
    const heard = this.#expected[0]?.heard ?? null
    if (heard !== null) {
      if (data.length > 0) heard(data)
      return
    }
    const room = keptBytes - this.#size
    if (room > 0 && data.length > 0) this.#kept.push(data.subarray(0, room))
    this.#size += data.length
    if (this.#size > most * 1024 * 1024) this.endless(`more than ${String(most)} MiB`)
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

/** How many bytes at the end of `data` may be the beginning of `marker`. */
function begun(marker: Buffer, data: Buffer): number {
  for (let length = Math.min(marker.length - 1, data.length); length > 0; length--)
    if (data.subarray(data.length - length).equals(marker.subarray(0, length))) return length
  return 0
}

import { width } from '../../src/views/terminal/columns.js'
import { plainStyle, type Screen, type Style } from '../../src/views/screen.js'

interface Row {
  cells: string[]
  /** It continues in the next row, because it was too long. */
  wraps: boolean
}

/**
 * A terminal emulator for a few sequences. It wraps, scrolls, and reflows lines on a new size, as
 * most do. Other sequences are an error.
 */
export class Terminal implements Screen {
  readonly redraws = true
  #rows: Row[] = [{ cells: [], wraps: false }]
  #at = { row: 0, column: 0 }
  #wrap = true
  /** The row at the top of the screen. */
  #top = 0
  bytes = 0

  constructor(
    public size_: { rows: number; columns: number },
    readonly style: Style = plainStyle,
  ) {}

  size(): { readonly rows: number; readonly columns: number } {
    return this.size_
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  /**
   * All lines that were ever shown and not overwritten, including those that were scrolled away.
   */
  get text(): readonly string[] {
    return this.#rows.map((row) => row.cells.join('').trimEnd())
  }

  /** The visible lines. */
  get screen(): readonly string[] {
    return this.text.slice(this.#top)
  }

  write(text: string): void {
    this.bytes += text.length
    for (const [piece, , sequence] of text.matchAll(/(\u001b\[(\??\d*[A-Za-z]))|\n|\r|./gsu)) {
      if (sequence !== undefined) this.#perform(sequence)
      else if (piece === '\n') this.#newline(false)
      else if (piece === '\r') this.#at.column = 0
      else this.#letter(piece)
    }
  }

  #perform(sequence: string): void {
    const row = this.#row()
    if (sequence === 'K') row.cells.length = Math.min(row.cells.length, this.#at.column)
    else if (sequence === 'J') {
      row.cells.length = Math.min(row.cells.length, this.#at.column)
      row.wraps = false
      this.#rows.length = this.#at.row + 1
    } else if (sequence.endsWith('A'))
      this.#at.row = Math.max(this.#top, this.#at.row - Number.parseInt(sequence))
    else if (sequence === 'H') this.#at = { row: this.#top, column: 0 }
    else if (sequence === '?7l') this.#wrap = false
    else if (sequence === '?7h') this.#wrap = true
    else if (!/^(?:\?25[lh]|\d*m)$/.test(sequence)) throw new Error(`unknown sequence ${sequence}`)
  }

  #row(): Row {
    while (this.#rows.length <= this.#at.row) this.#rows.push({ cells: [], wraps: false })
    return this.#rows[this.#at.row] as Row
  }

  #newline(wraps: boolean): void {
    this.#row().wraps = wraps
    this.#at = { row: this.#at.row + 1, column: 0 }
    this.#row()
    this.#top = Math.max(this.#top, this.#at.row - this.size_.rows + 1)
  }

  #letter(letter: string): void {
    const columns = width(letter)
    if (this.#at.column + columns > this.size_.columns) {
      if (this.#wrap) this.#newline(true)
      else this.#at.column = this.size_.columns - columns
    }
    const { cells } = this.#row()
    while (cells.length < this.#at.column) cells.push(' ')
    if (columns === 0) cells.push(`${cells.pop() ?? ''}${letter}`)
    else cells[this.#at.column] = letter
    if (columns === 2) cells[this.#at.column + 1] = ''
    this.#at.column += columns
  }

  /** Expects the cursor at the start of a line, as it is between two drawings. */
  resize(size: { rows: number; columns: number }): void {
    const lines: string[][] = []
    let goesOn = false
    for (const row of this.#rows) {
      if (goesOn) lines.at(-1)?.push(...row.cells)
      else lines.push([...row.cells])
      goesOn = row.wraps
    }
    this.size_ = size
    this.#rows = lines.flatMap((cells) => {
      const count = Math.max(1, Math.ceil(cells.length / size.columns))
      return Array.from({ length: count }, (_, index) => ({
        cells: cells.slice(index * size.columns, (index + 1) * size.columns),
        wraps: index < count - 1,
      }))
    })
    this.#at = { row: this.#rows.length - 1, column: 0 }
    this.#top = Math.max(0, this.#rows.length - size.rows)
  }
}

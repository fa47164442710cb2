import { wrapped } from './columns.js'
import type { FrameSize } from './frame.js'
import type { Screen } from '../screen.js'

/** Erases what is right of the cursor, what is below it, and the whole screen. */
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'
const clearAll = '\u001b[H\u001b[J'

/**
 * Turns line wrapping off and on. Terminals disagree on the width of some letters, and a line that
 * is wider than computed must not take two rows.
 */
const wrapOff = '\u001b[?7l'
const wrapOn = '\u001b[?7h'

/** How many lines of scrollback are remembered: more than a terminal shows. */
const maxKept = 300

/** A frame that is redrawn in place, below lines that stay. */
export class Drawing {
  #frame: readonly string[] = []
  #size: FrameSize | null = null
  /** The last of the lines that stay, and those that have not been written yet. */
  #kept: readonly string[] = []
  #new: string[] = []

  /** @param frame returns the lines for the given room */
  constructor(
    readonly screen: Screen,
    readonly frame: (size: FrameSize) => readonly string[],
  ) {}

  /** Adds lines that stay; the next drawing prints them above the frame. */
  keep(lines: readonly string[]): void {
    this.#new.push(...lines)
  }

  /** Draws the frame. It leaves up to half of the terminal to the lines that stay. */
  draw(): void {
    const { rows, columns } = this.screen.size()
    const most = Math.floor(rows / 2)
    const above = fitted([...this.#kept, ...this.#new].slice(-most), columns).length
    this.#replace(this.frame({ rows: rows - Math.min(above, most), columns }))
  }

  clear(): void {
    this.#replace([])
  }

  /** Writes nothing if nothing would look different. */
  #replace(next: readonly string[]): void {
    const { rows, columns } = this.screen.size()
    const isResized = this.#isResized(rows, columns)
    if (this.#isDrawn(next) && !isResized && this.#new.length === 0) return
    this.#kept = [...this.#kept, ...this.#new].slice(-maxKept)
    let begin = cursorUpOver(this.#frame)
    let above = fitted(this.#new, columns)
    if (isResized) {
      // How a terminal reflows lines on resizing differs, so everything is drawn again from the
      // top.
      begin = clearAll
      above = lastOf(fitted(this.#kept, columns), rows - 1 - next.length)
    }
    const drawn = next.length === 0 ? '' : `${wrapOff}${written(next)}${wrapOn}`
    this.screen.write(`${begin}${written(above)}${drawn}${clearBelow}`)
    this.#frame = next
    this.#size = { rows, columns }
    this.#new = []
  }

  #isResized(rows: number, columns: number): boolean {
    if (this.#size === null) return false
    return rows !== this.#size.rows || columns !== this.#size.columns
  }

  #isDrawn(lines: readonly string[]): boolean {
    if (lines.length !== this.#frame.length) return false
    return lines.every((line, index) => line === this.#frame[index])
  }
}

/** Moves the cursor from below these lines to the first of them. */
const cursorUpOver = ({ length }: readonly string[]): string =>
  length === 0 ? '\r' : `\u001b[${length}A\r`

const written = (lines: readonly string[]): string =>
  lines.map((line) => `${line}${clearLine}\n`).join('')

const fitted = (lines: readonly string[], columns: number): readonly string[] =>
  lines.flatMap((line) => wrapped(line, columns))

const lastOf = (lines: readonly string[], most: number): readonly string[] =>
  lines.slice(Math.max(0, lines.length - Math.max(0, most)))

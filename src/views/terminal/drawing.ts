import { wrapped } from './columns.js'
import type { FrameSize } from './frame.js'
import type { Screen } from '../screen.js'

/** Erases what is right of the cursor, what is below it, and the whole screen. */
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'
const clearAll = '\u001b[H\u001b[J'

/**
 * Terminals disagree on how wide some letters are: a line that is wider than was reckoned must not
 * become two.
 */
const wrapOff = '\u001b[?7l'
const wrapOn = '\u001b[?7h'

/** How many of the lines that stay are remembered: more than a terminal shows. */
const mostKept = 300

/** Lines that are drawn over again and again, and lines above them that stay. */
export class Drawing {
  #frame: readonly string[] = []
  #size: FrameSize | null = null
  /** The last of those that stay, and those that have not been written yet. */
  #kept: readonly string[] = []
  #new: string[] = []

  /** @param frame gives the lines to be drawn into so much room */
  constructor(
    readonly screen: Screen,
    readonly frame: (size: FrameSize) => readonly string[],
  ) {}

  /** The next drawing puts the lines above the frame, where they stay. */
  keep(lines: readonly string[]): void {
    this.#new.push(...lines)
  }

  /** What was kept stays in sight: the frame leaves it up to half of the terminal. */
  draw(): void {
    const { rows, columns } = this.screen.size()
    const most = Math.floor(rows / 2)
    const above = fitted([...this.#kept, ...this.#new].slice(-most), columns).length
    this.#replace(this.frame({ rows: rows - Math.min(above, most), columns }))
  }

  clear(): void {
    this.#replace([])
  }

  /** Nothing is written where nothing would look different. */
  #replace(next: readonly string[]): void {
    const { rows, columns } = this.screen.size()
    const isResized = this.#isResized(rows, columns)
    if (this.#isDrawn(next) && !isResized && this.#new.length === 0) return
    this.#kept = [...this.#kept, ...this.#new].slice(-mostKept)
    let begin = upOver(this.#frame)
    let above = fitted(this.#new, columns)
    if (isResized) {
      // Where the lines stand in a window of another size depends on the terminal: all is drawn
      // anew from the top.
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

/** Moves the cursor to the first of these lines, which it stands below. */
const upOver = ({ length }: readonly string[]): string =>
  length === 0 ? '\r' : `\u001b[${length}A\r`

const written = (lines: readonly string[]): string =>
  lines.map((line) => `${line}${clearLine}\n`).join('')

const fitted = (lines: readonly string[], columns: number): readonly string[] =>
  lines.flatMap((line) => wrapped(line, columns))

const lastOf = (lines: readonly string[], most: number): readonly string[] =>
  lines.slice(Math.max(0, lines.length - Math.max(0, most)))

import { stripped } from './clean.js'
import { height } from './columns.js'
import type { FrameSize } from './frame.js'
import type { Screen } from './screen.js'

/** Erases what is right of the cursor, and what is below it. */
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** Terminals disagree on how wide some letters are: a line that is wider than was reckoned must not become two. */
const wrapOff = '\u001b[?7l'
const wrapOn = '\u001b[?7h'

/** Lines that are drawn over again and again, and lines above them that stay. */
export class Drawing {
  #frame: readonly string[] = []
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
    this.#kept = [...this.#kept, ...this.#new].slice(-most)
    const above = this.#kept.reduce((sum, line) => sum + height(stripped(line), columns), 0)
    this.#replace(this.frame({ rows: rows - Math.min(above, most), columns }))
  }

  clear(): void {
    this.#replace([])
  }

  /** Nothing is written where nothing would look different. */
  #replace(next: readonly string[]): void {
    const { columns } = this.screen.size()
    const isSame = next.length === this.#frame.length && next.every((line, index) => line === this.#frame[index])
    if (isSame && this.#new.length === 0) return
    // A window that was made narrower has wrapped the lines that stand there.
    const drawn = this.#frame.reduce((sum, line) => sum + height(stripped(line), columns), 0)
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`
    const lines = (all: readonly string[]): string => all.map((line) => `${line}${clearLine}\n`).join('')
    this.screen.write(`${up}\r${lines(this.#new)}${next.length === 0 ? '' : `${wrapOff}${lines(next)}${wrapOn}`}${clearBelow}`)
    this.#frame = next
    this.#new = []
  }
}

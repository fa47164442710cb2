import { Listr } from 'listr2'
import type { Event } from '../engine/events.js'
import { oneLine, stripped } from './clean.js'
import { width } from './columns.js'
import { Fleet } from './fleet.js'
import { frame } from './frame.js'
import { inOneLine } from './resource-text.js'
import type { Screen } from './screen.js'
import type { View } from './view.js'

/** Milliseconds between two drawings. */
const interval = 100

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/** What is drawn: a frame that is drawn over, and lines above it that stay. */
class Drawing {
  readonly fleet = new Fleet()
  #frame: readonly string[] = []
  #permanent: string[] = []

  constructor(
    readonly screen: Screen,
    readonly now: () => number,
  ) {}

  /** The next drawing puts the line above the frame, where it stays. */
  keep(line: string): void {
    this.#permanent.push(line)
  }

  draw(): void {
    this.#replace(frame(this.fleet, this.now(), this.screen.size(), this.screen.style))
  }

  clear(): void {
    this.#replace([])
  }

  /** Nothing is written where nothing would look different. */
  #replace(next: readonly string[]): void {
    const same = next.length === this.#frame.length && next.every((line, index) => line === this.#frame[index])
    if (same && this.#permanent.length === 0) return
    const { columns } = this.screen.size()
    // A window that was made narrower has wrapped the lines that stand there.
    const height = this.#frame.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(stripped(line)) / columns)), 0)
    const up = height === 0 ? '' : `\u001b[${height}A`
    this.screen.write(`${up}\r\u001b[J${[...this.#permanent, ...next].map((line) => `${line}\n`).join('')}`)
    this.#frame = next
    this.#permanent = []
  }
}

/**
 * Draws hosts instead of listr2's own tasks: its renderers measure every line anew at every event (100 hosts took 37 s for 3 s of
 * work), show the tail of what is taller than the terminal, and count a host whose subtask failed as completed.
 */
class FleetRenderer {
  static nonTTY = true
  static rendererOptions: { readonly drawing: Drawing }
  static rendererTaskOptions: never
  readonly #drawing: Drawing
  #timer: NodeJS.Timeout | undefined
  readonly #showCursor = (): void => this.#drawing.screen.write(showCursor)

  constructor(_: unknown, { drawing }: { readonly drawing: Drawing }) {
    this.#drawing = drawing
  }

  render(): void {
    this.#drawing.screen.write(hideCursor)
    process.once('exit', this.#showCursor)
    this.#timer = setInterval(() => this.#drawing.draw(), interval)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#drawing.clear()
    this.#showCursor()
    process.off('exit', this.#showCursor)
  }
}

/** A line that stays above the frame: failures, and notes on the run as a whole. */
function permanent(event: Event, { style }: Screen): string | null {
  if (event.type === 'notice' && event.host === null) return `${style.yellow('note')}: ${oneLine(event.message)}`
  if (event.type === 'resource' && event.error !== null) return `${style.red('✗')} ${oneLine(event.host)}: ${inOneLine(event)}`
  if (event.type === 'host' && event.status === 'unreachable') return `${style.red('✗')} ${oneLine(event.host)}: unreachable${event.error === null ? '' : `: ${oneLine(event.error.message)}`}`
  return null
}

/** On a terminal: a line for each host under way, drawn anew at most ten times a second, and failures as they come. */
export function progressView(screen: Screen, now: () => number = Date.now): View {
  const drawing = new Drawing(screen, now)
  let finish = (): void => undefined
  let running: Promise<unknown> = Promise.resolve()

  const begin = (): void => {
    const finished = new Promise<void>((resolve) => (finish = resolve))
    // Ctrl-C belongs to the command line: listr2 would end the process with a change under way.
    const runner = new Listr([{ title: 'run', task: () => finished }], { renderer: FleetRenderer, rendererOptions: { drawing }, registerSignalListeners: false })
    running = runner.run()
  }
  return {
    onEvent(event) {
      drawing.fleet.onEvent(event, now())
      if (event.type === 'run') begin()
      const line = permanent(event, screen)
      if (line !== null) drawing.keep(line)
    },
    async end() {
      finish()
      await running
      await screen.flush()
    },
  }
}

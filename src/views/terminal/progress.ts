import { Listr } from 'listr2'
import { Drawing } from './drawing.js'
import { LiveRun } from './live-run.js'
import type { Screen } from '../screen.js'
import type { View } from '../view.js'

/** Milliseconds between two drawings. */
const interval = 100

const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'

/**
 * Draws hosts instead of listr2's own tasks: its renderers measure every line again at every event
 * (100 hosts took 37 s for 3 s of work), show the end of a frame that is taller than the terminal,
 * and count a host whose subtask failed as completed.
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

/**
 * The progress on a terminal: a line for each running host, redrawn at most ten times a second, and
 * failures as they happen.
 */
export function progressView(screen: Screen, now: () => number = () => performance.now()): View {
  const live = new LiveRun(screen.style, now)
  const drawing = new Drawing(screen, (size) => live.frame(size))
  let finish = (): void => undefined
  let running: Promise<unknown> = Promise.resolve()

  const begin = (): void => {
    const finished = new Promise<void>((resolve) => (finish = resolve))
    // Leaves Ctrl-C to the command line: listr2 would end the process with a change under way.
    const runner = new Listr([{ title: 'run', task: () => finished }], {
      renderer: FleetRenderer,
      rendererOptions: { drawing },
      registerSignalListeners: false,
    })
    running = runner.run()
  }
  return {
    onEvent(event) {
      drawing.keep(live.take(event))
      if (event.type === 'run') begin()
    },
    async end() {
      finish()
      await running
      await screen.flush()
    },
  }
}

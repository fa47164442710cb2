import type { ProcessContext } from './process-context.js'

/** Exit codes by convention: 128 and the signal's number. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * What is done on hosts. The first signal lets `changes` finish, and ends a `command` and `reading`
 * there.
 */
type Activity = 'changes' | 'reading' | 'a command'

/** The message of the first signal. */
const stopping: Readonly<Record<Activity, string>> = {
  'a command': 'ending it on the hosts',
  reading: 'stopping: nothing is changed',
  changes:
    'stopping: changes under way are finished, reading is ended, nothing new is begun; once more ends changes on their hosts',
}

/** Milliseconds after the end that other pending work gets, such as a request to GitHub. */
const graceMilliseconds = 1000

/**
 * Handles signals during a run: the first ends what only reads and lets changes under way finish,
 * the second ends them on their hosts, the third ends this process at once. A command is ended by
 * the first signal; where nothing is changed the second ends the process.
 */
export class Interrupts {
  readonly #stop = new AbortController()
  readonly #kill = new AbortController()
  /** The exit code for the signal received; null: none. */
  code: number | null = null

  constructor(readonly doing: Activity) {}

  get stop(): AbortSignal {
    return this.#stop.signal
  }

  get kill(): AbortSignal {
    return this.#kill.signal
  }

  /**
   * Listens until the returned function is called, which after a signal ends the process within a
   * second. `tell` is called with a message for people.
   */
  listen(
    { signals, exit }: Pick<ProcessContext, 'signals' | 'exit'>,
    tell: (message: string) => void,
  ): () => void {
    const listeners = Object.entries(codes).map(
      ([signal, code]) => [signal, () => this.#onSignal(code, exit, tell)] as const,
    )
    for (const [signal, listener] of listeners) signals.on(signal, listener)
    return () => {
      for (const [signal, listener] of listeners) signals.off(signal, listener)
      const { code } = this
      if (code !== null) setTimeout(() => exit(code), graceMilliseconds).unref()
    }
  }

  #onSignal(code: number, exit: (code: number) => void, tell: (message: string) => void): void {
    this.code ??= code
    if (!this.stop.aborted) {
      this.#stop.abort()
      if (this.doing === 'a command') this.#kill.abort()
      tell(stopping[this.doing])
    } else if (!this.kill.aborted && this.doing === 'changes') {
      this.#kill.abort()
      tell('ending what is under way on the hosts; its outcome will be unknown')
    } else exit(this.code)
  }
}

import { slowestLink } from '../session.js'

/** An answer that is waited for. */
export interface Awaited {
  /** For the message when it is late. */
  readonly what: string
  /** Seconds that it may take; Infinity: no limit. */
  readonly seconds: number
  /** Bytes that are sent to the host before it can answer. */
  readonly bytes: number
}

/** The longest delay, in milliseconds, that setTimeout supports. */
const maxTimerMilliseconds = 2_000_000_000

/** One timer for answers that arrive in order: the time of each starts at the previous answer. */
export class Deadlines {
  readonly #queue: Awaited[] = []
  #timer: NodeJS.Timeout | undefined
  #since = 0
  #running = false

  /**
   * @param received bytes of the first pending answer that have arrived
   * @param onLate called once, with the answer that did not arrive in time
   */
  constructor(
    readonly received: () => number,
    readonly onLate: (awaited: Awaited) => void,
  ) {}

  /** The answer that is waited for now. */
  get head(): Awaited | undefined {
    return this.#queue[0]
  }

  /** Starts the clock: from now on the other side can answer. */
  start(): void {
    this.#running = true
    this.#next()
  }

  /** @returns a function to call when the answer has arrived */
  expect(awaited: Awaited): () => void {
    this.#queue.push(awaited)
    if (this.#queue.length === 1) this.#next()
    return () => {
      this.#queue.splice(this.#queue.indexOf(awaited), 1)
      this.#next()
    }
  }

  /** Counts the time of the first answer from now on: the other side goes on taking what is sent. */
  restart(): void {
    this.#since = performance.now()
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }

  #next(): void {
    clearTimeout(this.#timer)
    this.#since = performance.now()
    if (this.#running) this.#wait()
  }

  #wait(): void {
    const [head] = this.#queue
    if (head === undefined || head.seconds === Infinity) return
    const allowed = (head.seconds + (head.bytes + this.received()) / slowestLink) * 1000
    const left = allowed - (performance.now() - this.#since)
    if (left > 0) this.#timer = setTimeout(() => this.#wait(), Math.min(left, maxTimerMilliseconds))
    else this.onLate(head)
  }
}

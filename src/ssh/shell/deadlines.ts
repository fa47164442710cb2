/** An answer that is waited for. */
export interface Awaited {
  /** For the message when it is late. */
  readonly what: string
  /** Seconds that it may take; Infinity: any time. */
  readonly seconds: number
  /** Bytes that go to the host before it can come. */
  readonly bytes: number
}

/**
 * A line that is slower than this, in bytes a second, is too slow: what is sent and what comes may
 * take as long as it takes with it.
 */
const slowest = 10 * 1024

/** setTimeout takes no longer time. */
const longestTimer = 2_000_000_000

/**
 * One clock for answers that come in the order in which they were asked for: each has its time from
 * the answer before it on.
 */
export class Deadlines {
  readonly #queue: Awaited[] = []
  #timer: NodeJS.Timeout | undefined
  #since = 0
  #running = false

  /**
   * @param received bytes that have come of the answer at the head
   * @param late is told of the one that did not come in time, once
   */
  constructor(
    readonly received: () => number,
    readonly late: (awaited: Awaited) => void,
  ) {}

  /** What is waited for. */
  get head(): Awaited | undefined {
    return this.#queue[0]
  }

  /** From now on the other side can answer. */
  start(): void {
    this.#running = true
    this.#next()
  }

  /** @returns to be called when the answer has come */
  expect(awaited: Awaited): () => void {
    this.#queue.push(awaited)
    if (this.#queue.length === 1) this.#next()
    return () => {
      this.#queue.splice(this.#queue.indexOf(awaited), 1)
      this.#next()
    }
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
    const allowed = (head.seconds + (head.bytes + this.received()) / slowest) * 1000
    const left = allowed - (performance.now() - this.#since)
    if (left > 0) this.#timer = setTimeout(() => this.#wait(), Math.min(left, longestTimer))
    else this.late(head)
  }
}

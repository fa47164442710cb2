import { ScrubbedLines } from '../../core/scrub/scrub.js'

/**
 * Milliseconds that a line without an end is waited for. What is told comes once a second, and may
 * be cut anywhere; the last line break of all is held back until more comes.
 */
const patience = 1500

/** How much of the end is shown when it cannot be told what of it was shown before. */
const tailLength = 4096

/**
 * The lines of what a command prints, scrubbed and told while it runs, and the rest from its whole
 * output when it has ended. What came too fast to be told is left out with a line that says so,
 * unless the end still holds it.
 */
export class LiveLines {
  readonly #scrubbed = new ScrubbedLines()
  /** What was begun has been told, so that a line break alone says nothing new. */
  #impatient = false
  #length = 0
  #last = ''
  #timer: NodeJS.Timeout | undefined

  constructor(readonly tell: (line: string) => void) {}

  /** Some text, as it comes. */
  hear(text: string): void {
    if (text === '') return
    this.#length += text.length
    this.#last = text
    this.#lines(text)
    if (!this.#scrubbed.isOpen) return
    this.#timer = setTimeout(() => {
      this.#impatient = this.#tellBegun()
    }, patience)
  }

  /** The end, with all that the command has printed; null where that is not known. */
  end(whole: string | null): void {
    if (whole !== null) this.#lines(this.#untold(whole))
    clearTimeout(this.#timer)
    this.#tellBegun()
  }

  #lines(text: string): void {
    clearTimeout(this.#timer)
    const fresh = this.#impatient && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') this.#impatient = false
    for (const line of this.#scrubbed.push(fresh)) this.tell(line)
  }

  #tellBegun(): boolean {
    if (!this.#scrubbed.isOpen) return false
    this.tell(this.#scrubbed.flush())
    return true
  }

  /**
   * What follows the last piece that was told: at its place when all was told, else where it stands
   * last.
   */
  #untold(whole: string): string {
    const last = this.#last
    if (whole.slice(this.#length - last.length, this.#length) === last)
      return whole.slice(this.#length)
    const at = whole.lastIndexOf(last)
    if (at >= 0) return whole.slice(at + last.length)
    const lineEnd = this.#scrubbed.isOpen ? '\n' : ''
    return `${lineEnd}[… some lines left out …]\n${whole.slice(-tailLength)}`
  }
}

import { ScrubbedLines } from '../../core/scrub/scrub.js'

/**
 * Milliseconds to wait for the end of a line. Output arrives once a second and may be cut anywhere;
 * its very last line break is held back until more arrives.
 */
const lineMilliseconds = 1500

/** How much of the end is shown if the output shown before cannot be located in it. */
const tailLength = 4096

/**
 * Splits a command's live output into scrubbed lines, and adds the rest from the whole output at
 * its end. If the host skipped output that came too fast, a line says so, unless the whole output
 * still contains it.
 */
export class LiveLines {
  readonly #scrubbed = new ScrubbedLines()
  /** The current line was flushed already, so that a line break alone adds nothing. */
  #isFlushed = false
  #length = 0
  #last = ''
  #timer: NodeJS.Timeout | undefined

  constructor(readonly tell: (line: string) => void) {}

  /** Takes a piece of live output. */
  push(text: string): void {
    if (text === '') return
    this.#length += text.length
    this.#last = text
    this.#lines(text)
    if (!this.#scrubbed.isOpen) return
    this.#timer = setTimeout(() => {
      this.#isFlushed = this.#flush()
    }, lineMilliseconds)
  }

  /** Ends with the command's whole output; null where that is not known. */
  end(whole: string | null): void {
    if (whole !== null) this.#lines(this.#rest(whole))
    clearTimeout(this.#timer)
    this.#flush()
  }

  #lines(text: string): void {
    clearTimeout(this.#timer)
    const fresh = this.#isFlushed && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') this.#isFlushed = false
    for (const line of this.#scrubbed.push(fresh)) this.tell(line)
  }

  #flush(): boolean {
    if (!this.#scrubbed.isOpen) return false
    this.tell(this.#scrubbed.flush())
    return true
  }

  /**
   * The part of the whole output after the last live piece: located by its offset if no piece was
   * skipped, otherwise by its last occurrence.
   */
  #rest(whole: string): string {
    const last = this.#last
    if (whole.slice(this.#length - last.length, this.#length) === last)
      return whole.slice(this.#length)
    const at = whole.lastIndexOf(last)
    if (at >= 0) return whole.slice(at + last.length)
    const lineEnd = this.#scrubbed.isOpen ? '\n' : ''
    return `${lineEnd}[… some lines left out …]\n${whole.slice(-tailLength)}`
  }
}

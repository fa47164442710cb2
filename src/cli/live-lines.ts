/**
 * The lines of what a command prints, told while it runs, and the rest from its whole output when it has ended. What came too fast to be told is left out
 * with a line that says so, unless the end still holds it.
 */
export class LiveLines {
  /** The beginning of a line whose end has not come yet. */
  #begun = ''
  #length = 0
  #last = ''

  constructor(readonly tell: (line: string) => void) {}

  /** Some text, as it comes. */
  hear(text: string): void {
    this.#length += text.length
    this.#last = text.length > 0 ? text : this.#last
    this.#lines(text)
  }

  /** The end, with all that the command has printed. */
  end(whole: string): void {
    this.#lines(this.#untold(whole))
    if (this.#begun !== '') this.tell(this.#begun)
    this.#begun = ''
  }

  #lines(text: string): void {
    const lines = `${this.#begun}${text}`.split('\n')
    this.#begun = lines.pop() ?? ''
    for (const line of lines) this.tell(line)
  }

  /** What follows the last piece that was told: at its place when all was told, else where it stands last. */
  #untold(whole: string): string {
    const last = this.#last
    if (whole.slice(this.#length - last.length, this.#length) === last) return whole.slice(this.#length)
    const at = whole.lastIndexOf(last)
    if (at >= 0) return whole.slice(at + last.length)
    return `${this.#begun === '' ? '' : '\n'}[… some lines left out …]\n${whole.slice(-Math.min(whole.length, tailLength))}`
  }
}

/** How much of the end is shown when it cannot be told what of it was shown before. */
const tailLength = 4096

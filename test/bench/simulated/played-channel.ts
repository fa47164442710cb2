import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerChannel } from 'ssh2'
import { filled, Match, type Transcript } from './transcript.js'

/** One channel of a simulated host: it replays a recording as long as the input matches. */
export class PlayedChannel {
  #match: Match
  readonly #heard: Buffer
  #length = 0
  #said = 0

  constructor(
    readonly channel: ServerChannel,
    readonly transcript: Transcript,
    /** Seconds that each answer takes. */
    readonly delay: number,
    readonly onUnknown: (what: string) => void,
  ) {
    this.#match = new Match(transcript.command)
    this.#heard = Buffer.alloc(transcript.input.bytes.length)
  }

  begin(command: string): void {
    const { channel, transcript } = this
    const difference = this.#match.upTo(Buffer.from(command), Buffer.byteLength(command))
    if (difference !== null) return this.#refuse(`the command ${command.slice(difference)}`)
    this.#match = new Match(transcript.input, this.#match.ids)
    channel.on('data', (bytes: Buffer) => this.#hear(bytes))
    channel.on('end', () => this.#end(transcript.status))
    void this.#answer()
  }

  #hear(bytes: Buffer): void {
    bytes.copy(this.#heard, this.#length)
    this.#length += bytes.length
    const place = this.#match.upTo(this.#heard, this.#length)
    if (place === null) void this.#answer()
    else
      this.#refuse(
        `${JSON.stringify(this.#heard.toString('latin1', place, place + 80))} at byte ${String(place)} of the input, instead of ${JSON.stringify(this.transcript.input.bytes.toString('latin1', place, place + 80))}`,
      )
  }

  /** Sends the output that the real host had sent after the same input. */
  async #answer(): Promise<void> {
    const due = this.transcript.output
      .slice(this.#said)
      .filter(({ after }) => after <= this.#length)
    this.#said += due.length
    if (due.length > 0 && this.delay > 0) await sleep(this.delay * 1000)
    for (const { stream, text } of due)
      (stream === 'stdout' ? this.channel : this.channel.stderr).write(
        filled(text, this.#match.ids),
      )
  }

  #refuse(what: string): void {
    this.onUnknown(what)
    this.channel.stderr.write(`a played host knows no answer to ${what}\n`)
    this.#end(1)
  }

  #end(status: number): void {
    this.channel.exit(status)
    this.channel.end()
  }
}

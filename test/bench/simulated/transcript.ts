import { readFileSync, writeFileSync } from 'node:fs'

/**
 * The recording of one channel of a real host, for a simulated host to replay. All that it assumes
 * of Fettle's protocol is that ids have 32 hexadecimal digits and are new in every run: where the
 * recorded run had one, any other matches.
 */
export interface Transcript {
  readonly command: Template
  readonly input: Template
  readonly output: readonly Piece[]
  /** The exit status of the command. */
  readonly status: number
}

/** Bytes, and the positions of the ids in them. Ids are numbered by their first occurrence. */
export interface Template {
  readonly bytes: Buffer
  readonly slots: readonly { readonly at: number; readonly id: number }[]
}

/** A part of the output, sent after that much of the input. */
export interface Piece {
  readonly after: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: Template
}

/** The traffic of a channel, in order. */
export interface Heard {
  readonly command: string
  readonly input: readonly Buffer[]
  readonly output: readonly {
    readonly after: number
    readonly stream: Piece['stream']
    readonly bytes: Buffer
  }[]
  readonly status: number
}

const idLength = 32
const idPattern = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g

export function transcriptOf({ command, input, output, status }: Heard): Transcript {
  const numbers = new Map<string, number>()
  const template = (bytes: Buffer, isNew: boolean): Template => {
    const slots = [...bytes.toString('latin1').matchAll(idPattern)].flatMap(({ 0: id, index }) => {
      if (isNew && !numbers.has(id)) numbers.set(id, numbers.size)
      const number = numbers.get(id)
      return number === undefined ? [] : [{ at: index, id: number }]
    })
    return { bytes, slots }
  }
  // Ids are those in the input; other digits in the output are the host's own.
  const asked = {
    command: template(Buffer.from(command), true),
    input: template(Buffer.concat(input), true),
  }
  return {
    ...asked,
    output: joined(output).map(({ after, stream, bytes }) => ({
      after,
      stream,
      text: template(bytes, false),
    })),
    status,
  }
}

/** Joins chunks of one stream after the same input, so that no id is cut in two. */
function joined(output: Heard['output']): Heard['output'] {
  const groups = new Map<
    string,
    { readonly after: number; readonly stream: Piece['stream']; readonly chunks: Buffer[] }
  >()
  for (const { after, stream, bytes } of output) {
    const group = groups.get(`${after} ${stream}`) ?? { after, stream, chunks: [] }
    groups.set(`${after} ${stream}`, group)
    group.chunks.push(bytes)
  }
  return [...groups.values()]
    .map(({ after, stream, chunks }) => ({ after, stream, bytes: Buffer.concat(chunks) }))
    .sort((one, other) => one.after - other.after)
}

/** Compares bytes with a template piece by piece, and captures the ids. */
export class Match {
  readonly ids: Buffer[]
  #slot = 0
  #at = 0

  constructor(
    readonly template: Template,
    ids: readonly Buffer[] = [],
  ) {
    this.ids = [...ids]
  }

  /**
   * Compares `bytes` up to `end`, continuing where the last call stopped. Returns the position of
   * the first difference, or null.
   */
  upTo(bytes: Buffer, end: number): number | null {
    const { bytes: recorded, slots } = this.template
    for (;;) {
      const slot = slots[this.#slot]
      const stop = Math.min(end, slot?.at ?? recorded.length)
      if (stop > this.#at && recorded.compare(bytes, this.#at, stop, this.#at, stop) !== 0)
        return this.#at
      this.#at = Math.max(this.#at, stop)
      if (slot === undefined || slot.at + idLength > end)
        return end > recorded.length ? recorded.length : null
      const id = Buffer.from(bytes.subarray(slot.at, slot.at + idLength))
      if (this.ids[slot.id]?.equals(id) === false) return slot.at
      this.ids[slot.id] = id
      this.#slot += 1
      this.#at = slot.at + idLength
    }
  }
}

/** The template with these ids in their places. */
export function filled({ bytes, slots }: Template, ids: readonly Buffer[]): Buffer {
  const copy = Buffer.from(bytes)
  for (const { at, id } of slots) ids[id]?.copy(copy, at)
  return copy
}

interface Written {
  readonly bytes: string
  readonly slots: Template['slots']
}

const write = ({ bytes, slots }: Template): Written => ({ bytes: bytes.toString('base64'), slots })
const read = ({ bytes, slots }: Written): Template => ({
  bytes: Buffer.from(bytes, 'base64'),
  slots,
})

export function saveTranscript(path: string, { command, input, output, status }: Transcript): void {
  writeFileSync(
    path,
    JSON.stringify({
      command: write(command),
      input: write(input),
      output: output.map(({ after, stream, text }) => ({ after, stream, text: write(text) })),
      status,
    }),
  )
}

export function loadTranscript(path: string): Transcript {
  const { command, input, output, status } = JSON.parse(readFileSync(path, 'utf8')) as {
    command: Written
    input: Written
    output: { after: number; stream: Piece['stream']; text: Written }[]
    status: number
  }
  return {
    command: read(command),
    input: read(input),
    output: output.map(({ after, stream, text }) => ({ after, stream, text: read(text) })),
    status,
  }
}

import { inputBytes, quote } from '../../core/sh.js'
import { nonce } from './driver.js'
import type { Block } from '../session.js'

/**
 * What the driver reads at once: its own words for one block with input, or for any number without.
 */
export interface Frame {
  readonly bytes: readonly Buffer[]
  /** In the order in which they are answered. */
  readonly answers: readonly ExpectedAnswer[]
}

export interface ExpectedAnswer {
  readonly id: string
  /** Ends what is told while the block runs; null where nobody listens. */
  readonly liveId: string | null
  /** Which of the blocks it is. */
  readonly index: number
  readonly block: Block
  /** Both its streams come on standard output, one after the other. */
  readonly beside: boolean
}

/**
 * An input that is smaller goes into one packet with what is around it; a larger one is not copied.
 */
const smallInput = 65_536

/**
 * Blocks without input travel as one frame: one program starts on the host to read them all.
 * `beside` ones are a pipeline around the others, so that what they say waits in a pipe until those
 * have spoken.
 */
export function frames(blocks: readonly Block[]): readonly Frame[] {
  const made: Frame[] = []
  let together: ExpectedAnswer[] = []
  const flush = (): void => {
    if (together.length > 0) made.push(frame(together))
    together = []
  }
  for (const [index, block] of blocks.entries()) {
    const beside = block.beside === true && block.input === undefined
    const isLive = block.live !== undefined && block.long === true && !beside
    const liveId = isLive ? nonce() : null
    const answer: ExpectedAnswer = { id: nonce(), liveId, index, block, beside }
    if (block.input === undefined) {
      together.push(answer)
      continue
    }
    flush()
    made.push(frame([answer], inputBytes(block.input)))
  }
  flush()
  return made
}

function frame(answers: readonly ExpectedAnswer[], input: Buffer = Buffer.alloc(0)): Frame {
  const ordered = [
    ...answers.filter(({ beside }) => !beside),
    ...answers.filter(({ beside }) => beside),
  ]
  const text = Buffer.from(
    input.length > 0 ? `fettle_block ${words(ordered[0])}` : program(ordered),
  )
  const id = nonce()
  const head = Buffer.concat([Buffer.from(`${id} ${text.length} ${input.length}\n`), text])
  const trailer = Buffer.from(`${id}\n`)
  const parts = [head, input, trailer]
  const bytes = input.length < smallInput ? [Buffer.concat(parts)] : parts
  return { answers: ordered, bytes }
}

/** It never ends with a newline, which the driver would not see. */
function program(answers: readonly ExpectedAnswer[]): string {
  const inOrder = answers.filter(({ beside }) => !beside)
  const lines = inOrder.map((answer) => `fettle_now ${words(answer)}`)
  let text = lines.join('\n') || ':'
  for (const answer of answers.filter(({ beside }) => beside))
    text = `fettle_beside ${words(answer)} | { {\n${text}\n} </dev/null; cat; }`
  return text
}

function words(answer: ExpectedAnswer | undefined): string {
  if (answer === undefined) throw new TypeError('a frame holds a block')
  const { id, liveId, index, block } = answer
  const onlyIfOk = block.onlyIfOk === true && index > 0
  const isLong = block.long === true
  return [
    id,
    quote(block.as ?? '-'),
    Number(onlyIfOk),
    Math.ceil(block.timeout ?? 0),
    liveId ?? Number(isLong),
    quote(block.script.text),
  ].join(' ')
}

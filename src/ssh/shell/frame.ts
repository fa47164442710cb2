import { FileInput, inputLength, inputParts, quote, type Input } from '../../core/sh.js'
import { nonce } from './driver.js'
import type { Block } from '../session.js'

/**
 * What the driver reads in one piece: its program for one block with input, or for any number
 * without.
 */
export interface Frame {
  readonly parts: readonly (Buffer | FileInput)[]
  /** In the order in which they are answered. */
  readonly answers: readonly ExpectedAnswer[]
}

export interface ExpectedAnswer {
  readonly id: string
  /** The marker that ends the live output of the block; null: nothing listens. */
  readonly liveId: string | null
  /** The block's index in the exchange. */
  readonly index: number
  readonly block: Block
  /** Runs in parallel; both its streams arrive on standard output, one after the other. */
  readonly beside: boolean
}

/** Smaller parts of a frame are joined into one packet with their neighbours; larger ones not copied. */
const maxJoined = 65_536

/**
 * Packs blocks into frames. All blocks without input share one frame, for which the host starts one
 * program to read it. `beside` blocks become a pipeline around those after the first of them, so
 * that their output waits in a pipe until these have answered.
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
    made.push(frame([answer], block.input))
  }
  flush()
  return made
}

function frame(answers: readonly ExpectedAnswer[], input: Input = ''): Frame {
  const ordered = [
    ...answers.filter(({ beside }) => !beside),
    ...answers.filter(({ beside }) => beside),
  ]
  const length = inputLength(input)
  const text = Buffer.from(length > 0 ? `fettle_block ${words(ordered[0])}` : program(ordered))
  const id = nonce()
  const head = Buffer.concat([Buffer.from(`${id} ${text.length} ${length}\n`), text])
  const trailer = Buffer.from(`${id}\n`)
  return { answers: ordered, parts: joined([head, ...inputParts(input), trailer]) }
}

/** Joins small neighbours, so that many small inputs are neither many packets nor one large copy. */
function joined(parts: readonly (Buffer | FileInput)[]): readonly (Buffer | FileInput)[] {
  const made: (Buffer | FileInput)[] = []
  let small: Buffer[] = []
  let length = 0
  const flush = (): void => {
    if (length > 0) made.push(Buffer.concat(small))
    small = []
    length = 0
  }
  for (const part of parts) {
    if (part instanceof FileInput || part.length >= maxJoined) {
      flush()
      made.push(part)
      continue
    }
    if (length + part.length > maxJoined) flush()
    small.push(part)
    length += part.length
  }
  flush()
  return made
}

/**
 * The shell program for the answers, without a newline at its end: the driver's `$(…)` would drop
 * it.
 */
function program(answers: readonly ExpectedAnswer[]): string {
  const beside = answers.filter((answer) => answer.beside)
  const inOrder = answers.filter((answer) => !answer.beside)
  const first = Math.min(...beside.map(({ index }) => index))
  let text = linesOf(inOrder.filter(({ index }) => index > first)) || ':'
  for (const answer of beside)
    text = `fettle_beside ${words(answer)} | { {\n${text}\n} </dev/null; cat; }`
  const before = linesOf(inOrder.filter(({ index }) => index < first))
  return [before, ...(beside.length === 0 ? [] : [text])].filter((part) => part !== '').join('\n')
}

const linesOf = (answers: readonly ExpectedAnswer[]): string =>
  answers.map((answer) => `fettle_now ${words(answer)}`).join('\n')

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

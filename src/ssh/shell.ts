import type { Writable } from 'node:stream'
import { accountPattern } from '../core/account-name.js'
import { FettleError } from '../core/errors.js'
import type { Output } from '../core/fact.js'
import { Deadlines, type Awaited } from './deadlines.js'
import { frames, type Answer } from './frame.js'
import { Scanner, type Section } from './scanner.js'
import type { Block } from './session.js'
import { quoted } from './quoted.js'
import type { Booting } from './boot.js'
import type { Pipes } from './transport.js'

/** What the driver says of itself when it starts. */
export interface Hello extends Actor {
  /** The session id of its processes, for ending them from outside. */
  readonly session: number
}

/** Whom blocks run as. */
export interface Actor {
  readonly uid: number
  readonly user: string
}

/**
 * Seconds for the driver's first words, once the shell runs: its user's name may come from a
 * network.
 */
const helloSeconds = 30
/**
 * Seconds for a block that says nothing of its own limit, and those that the host has for ending
 * one.
 */
const usualSeconds = 600
const endingSeconds = 30

function awaitedOf(
  { what = 'a command', deadline, timeout, long }: Block,
  sent: readonly Buffer[],
): Awaited {
  const unsaid = long === true ? Infinity : usualSeconds
  return {
    what,
    seconds: deadline ?? (timeout === undefined ? unsaid : timeout + endingSeconds),
    bytes: sent.reduce((sum, { length }) => sum + length, 0),
  }
}

/**
 * The client of the driver: writes blocks, reads their answers. It works over any pair of pipes.
 */
export class Shell {
  readonly #stdin: Writable
  readonly #place: string
  readonly #stdout = new Scanner((how) => this.#fail(this.#endless(how)))
  readonly #stderr = new Scanner((how) => this.#fail(this.#endless(how)))
  readonly #deadlines = new Deadlines(
    () => this.#stdout.received + this.#stderr.received,
    (awaited) => this.#fail(this.#late(awaited)),
  )
  readonly #rejects = new Set<(error: FettleError) => void>()
  /** Why nothing can be asked any more. */
  #failure: FettleError | null = null

  /** Blocks may be written before the driver runs. */
  constructor({ stdin, running }: Booting, place: string) {
    this.#stdin = stdin
    this.#place = place
    running.then(
      (pipes) => this.#listen(pipes),
      (error: unknown) => this.#fail(error as FettleError),
    )
  }

  get over(): boolean {
    return this.#failure !== null
  }

  #listen({ stdout, stderr, ended }: Pipes): void {
    for (const [stream, scanner] of [
      [stdout, this.#stdout],
      [stderr, this.#stderr],
    ] as const) {
      // What is not wanted any more is not taken from the connection either.
      stream
        .on('data', (chunk: Buffer) => (this.over ? stream.pause() : scanner.push(chunk)))
        .resume()
    }
    void ended.then((how) => this.#fail(this.#lost(how)))
    this.#deadlines.start()
  }

  /** Waits for the driver's first words, which end with the nonce that it was given. */
  async hello(id: string): Promise<Hello> {
    const { stdout } = await this.#answer(
      { id, liveId: null, beside: false },
      { what: 'the start of the shell', seconds: helloSeconds, bytes: 0 },
    )
    const [session, uid, ...user] = stdout.toString().split(' ')
    return { session: Number(session), uid: Number(uid), user: user.join(' ') }
  }

  /** Writes all blocks at once; answers when the last one has ended. */
  async exchange(blocks: readonly Block[], { uid, user }: Actor): Promise<readonly Output[]> {
    if (blocks.some(({ script }) => script.text.includes('\0')))
      throw new FettleError('internal', { message: 'a script holds a NUL byte' })
    const framed = frames(blocks.map((block) => this.#asOther(block, uid, user)))
    const answers = framed.flatMap(({ answers: asked, bytes }) =>
      asked.map(
        async (answer, place) =>
          [
            answer.index,
            await this.#answer(answer, awaitedOf(answer.block, place === 0 ? bytes : [])),
          ] as const,
      ),
    )
    if (!this.over)
      for (const bytes of framed.flatMap((frame) => frame.bytes)) this.#stdin.write(bytes)
    return [...(await Promise.all(answers))]
      .sort(([one], [other]) => one - other)
      .map(([, output]) => output)
  }

  /** Leaves `as` out where it names the session's own user. */
  #asOther(block: Block, uid: number, user: string): Block {
    if (block.as === undefined) return block
    if (!accountPattern.test(block.as))
      throw new FettleError('option-invalid', {
        message: `${JSON.stringify(block.as)} is not the name of a user`,
      })
    const { as, ...plain } = block
    if (as === user) return plain
    if (uid !== 0)
      throw new FettleError('become-denied', {
        message: `${this.#place}: ${user} cannot act as ${as}`,
      })
    return block
  }

  #answer(
    { id, liveId, beside, block }: Pick<Answer, 'id' | 'liveId' | 'beside'> & Partial<Answer>,
    awaited: Awaited,
  ): Promise<Output> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure)
      this.#rejects.add(reject)
      const arrived = this.#deadlines.expect(awaited)
      let other: Section | null = null
      const half = (own: Section): Section | null => {
        const first = other
        other = own
        return first
      }
      const settle = (stdout: Section, stderr: Section): void => {
        this.#rejects.delete(reject)
        arrived()
        resolve({
          code: Number(stdout.trailer),
          stdout: stdout.kept,
          stderr: stderr.kept.toString(),
          ...(stdout.leftOut > 0 && { leftOut: stdout.leftOut }),
        })
      }
      if (liveId !== null) {
        const text = new TextDecoder()
        this.#stdout.expect(
          liveId,
          () => undefined,
          (data) => block?.live?.(text.decode(data, { stream: true })),
        )
      }
      this.#stdout.expect(id, (stdout) => {
        const stderr = half(stdout)
        if (stderr !== null) settle(stdout, stderr)
      })
      const errors = beside ? this.#stdout : this.#stderr
      errors.expect(id, (stderr) => {
        const stdout = half(stderr)
        if (stdout !== null) settle(stdout, stderr)
      })
    })
  }

  #fail(error: FettleError): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#deadlines.stop()
    for (const reject of this.#rejects) reject(error)
    this.#rejects.clear()
  }

  #late({ what, seconds }: Awaited): FettleError {
    return new FettleError('answer-late', {
      message: `${this.#place}: ${what} did not end within ${seconds} s`,
    })
  }

  #endless(how: string): FettleError {
    return new FettleError('answer-long', {
      message: `${this.#place}: ${this.#deadlines.head?.what ?? 'nothing that was asked for'} brought ${how}`,
    })
  }

  #lost(how: string): FettleError {
    const words = quoted(this.#stderr.rest())
    return new FettleError('connection-lost', {
      message: `the connection to ${this.#place} ended (${how}): the outcome of what was under way is unknown`,
      ...(words !== '' && { detail: words }),
    })
  }
}

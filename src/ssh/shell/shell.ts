import type { Readable } from 'node:stream'
import { accountPattern } from '../../core/account-name.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { Deadlines, type Awaited } from './deadlines.js'
import { frames, type ExpectedAnswer, type Frame } from './frame.js'
import { Scanner, type Section } from './scanner.js'
import { Sender } from './sender.js'
import type { Block } from '../session.js'
import { remoteWords } from './remote-words.js'
import type { Booting } from './boot.js'
import type { Pipes } from '../transport.js'

/** The driver's greeting. */
export interface Hello extends Actor {
  /** The session id of its processes, for ending them from outside. */
  readonly session: number
}

/** The user that blocks run as. */
export interface Actor {
  readonly uid: number
  readonly user: string
}

/**
 * Seconds for the driver's greeting, once the shell runs: its user's name may come from a network.
 */
const helloSeconds = 30
/** Seconds for a block without a limit, and seconds that the host gets to end one at its limit. */
const usualSeconds = 600
const endingSeconds = 30

function awaitedOf(
  { what = 'a command', deadline, timeout, long }: Block,
  sent: Frame['parts'],
): Awaited {
  const unlimited = long === true ? Infinity : usualSeconds
  const limit = timeout === undefined ? unlimited : timeout + endingSeconds
  // A file extends the time while its pieces are taken, so that a host which takes none is noticed.
  const bytes = sent.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : 0), 0)
  return { what, seconds: deadline ?? limit, bytes }
}

function outputOf(stdout: Section, stderr: Section): Output {
  const output = {
    code: Number(stdout.trailer),
    stdout: stdout.kept,
    stderr: stderr.kept.toString(),
  }
  return stdout.leftOut > 0 ? { ...output, leftOut: stdout.leftOut } : output
}

/** The client of the driver: writes blocks and reads their answers, over any pair of pipes. */
export class Shell {
  readonly #sender: Sender
  readonly #place: string
  readonly #stdout = new Scanner((how) => this.#fail(this.#endless(how)))
  readonly #stderr = new Scanner((how) => this.#fail(this.#endless(how)))
  readonly #deadlines = new Deadlines(
    () => this.#stdout.received + this.#stderr.received,
    (awaited) => this.#fail(this.#late(awaited)),
  )
  readonly #rejects = new Set<(error: FettleError) => void>()
  /** Why no exchange is possible any more. */
  #failure: FettleError | null = null

  /** Blocks may be written before the driver runs. */
  constructor({ stdin, running }: Booting, place: string) {
    this.#sender = new Sender(
      stdin,
      () => this.#deadlines.restart(),
      (error) => this.#fail(this.#unsent(error)),
    )
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
    this.#scan(stdout, this.#stdout)
    this.#scan(stderr, this.#stderr)
    void ended.then((how) => this.#fail(this.#lost(how)))
    this.#deadlines.start()
  }

  #scan(stream: Readable, scanner: Scanner): void {
    stream.on('data', (chunk: Buffer) => {
      // Leaves unwanted output in the connection, so that flow control stops the sender.
      if (this.over) stream.pause()
      else scanner.push(chunk)
    })
    stream.resume()
  }

  /** Waits for the driver's greeting, which ends with the given nonce. */
  async hello(id: string): Promise<Hello> {
    const { stdout } = await this.#answer(
      { id, liveId: null, beside: false },
      { what: 'the start of the shell', seconds: helloSeconds, bytes: 0 },
    )
    const [session, uid, ...user] = stdout.toString().split(' ')
    return { session: Number(session), uid: Number(uid), user: user.join(' ') }
  }

  /** Writes all blocks at once; resolves when the last one has ended. */
  async exchange(blocks: readonly Block[], { uid, user }: Actor): Promise<readonly Output[]> {
    if (blocks.some(({ script }) => script.text.includes('\0')))
      throw new FettleError('internal', { message: 'a script holds a NUL byte' })
    const framed = frames(blocks.map((block) => this.#withoutOwnUser(block, uid, user)))
    const asked = framed.flatMap(({ answers, parts }) =>
      answers.map(async (answer, place) => {
        // The first answer of a frame waits for all bytes of the frame to be sent.
        const awaited = awaitedOf(answer.block, place === 0 ? parts : [])
        const output = await this.#answer(answer, awaited)
        return { index: answer.index, output }
      }),
    )
    if (!this.over) this.#sender.send(framed.flatMap(({ parts }) => parts))
    const answered = await Promise.all(asked)
    answered.sort((one, other) => one.index - other.index)
    return answered.map(({ output }) => output)
  }

  /** Removes `as` where it names the session's own user. */
  #withoutOwnUser(block: Block, uid: number, user: string): Block {
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
    {
      id,
      liveId,
      beside,
      block,
    }: Pick<ExpectedAnswer, 'id' | 'liveId' | 'beside'> & Partial<ExpectedAnswer>,
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
        resolve(outputOf(stdout, stderr))
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
    this.#sender.stop()
    for (const reject of this.#rejects) reject(error)
    this.#rejects.clear()
  }

  #unsent(error: unknown): FettleError {
    const message = `${this.#place}: ${messageOf(error)}`
    if (error instanceof FettleError) return new FettleError(error.code, { message, cause: error })
    return new FettleError('internal', { message, cause: error })
  }

  #late({ what, seconds }: Awaited): FettleError {
    return new FettleError('answer-late', {
      message: `${this.#place}: ${what} did not end within ${seconds} s`,
    })
  }

  #endless(how: string): FettleError {
    const what = this.#deadlines.head?.what ?? 'nothing that was asked for'
    return new FettleError('answer-long', { message: `${this.#place}: ${what} brought ${how}` })
  }

  #lost(how: string): FettleError {
    const words = remoteWords(this.#stderr.rest())
    return new FettleError('connection-lost', {
      message: `the connection to ${this.#place} ended (${how}): the outcome of what was under way is unknown`,
      ...omitUndefined({ detail: words || undefined }),
    })
  }
}

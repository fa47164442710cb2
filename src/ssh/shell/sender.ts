import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { FileInput } from '../../core/sh.js'

/** Bytes of a file that are read and written at a time. */
const pieceBytes = 256 * 1024

const sourceChanged = ({ name }: FileInput, what: string): FettleError =>
  new FettleError('source-changed', {
    message: `${name} ${what}, so the command that takes it cannot succeed`,
  })

async function opened(input: FileInput): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
  const file = await open(input.path, flags).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    throw sourceChanged(input, `can no longer be read (${code ?? messageOf(error)})`)
  })
  const found = await file.stat()
  if (found.isFile() && found.size === input.size) return file
  await file.close()
  throw sourceChanged(input, 'has another size than when it was read')
}

/**
 * Writes what is sent to a host, in order. Buffers go to the stream at once. Of a file one piece is
 * read at a time, after the stream has taken the one before, so that a file of any size and any
 * number of files need the memory of one piece.
 */
export class Sender {
  readonly #queue: (Buffer | FileInput)[] = []
  #isSending = false
  #isStopped = false
  #wake: () => void = () => undefined

  /**
   * @param onProgress called when a piece of a file was taken
   * @param onFailure called once, where a file is not what was announced; nothing is sent after it
   */
  constructor(
    readonly stdin: Writable,
    readonly onProgress: () => void,
    readonly onFailure: (error: unknown) => void,
  ) {}

  send(parts: readonly (Buffer | FileInput)[]): void {
    for (const part of parts) this.#queue.push(part)
    if (!this.#isSending) void this.#sendQueue()
  }

  /** Drops what was not written yet. */
  stop(): void {
    this.#isStopped = true
    this.#queue.length = 0
    this.#wake()
  }

  async #sendQueue(): Promise<void> {
    this.#isSending = true
    try {
      for (let part = this.#queue.shift(); part !== undefined; part = this.#queue.shift())
        if (part instanceof FileInput) await this.#sendFile(part)
        else this.stdin.write(part)
    } catch (error) {
      this.stop()
      this.onFailure(error)
    } finally {
      this.#isSending = false
    }
  }

  /** The last piece is sent only where the digest of all is the announced one. */
  async #sendFile(input: FileInput): Promise<void> {
    const file = await opened(input)
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, input.size))
    try {
      let sent = 0
      while (sent < input.size && !this.#isStopped) {
        const wanted = Math.min(buffer.length, input.size - sent)
        const { bytesRead } = await file.read(buffer, 0, wanted, sent)
        if (bytesRead === 0) throw sourceChanged(input, 'became shorter while it was sent')
        const piece = buffer.subarray(0, bytesRead)
        hash.update(piece)
        sent += bytesRead
        if (sent === input.size && hash.digest('hex') !== input.sha256)
          throw sourceChanged(input, 'changed between being read and being sent')
        await this.#write(piece)
      }
    } finally {
      await file.close()
    }
  }

  /** Writes a piece, and waits until the stream has taken it or nothing is sent any more. */
  #write(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) return resolve()
      this.#wake = resolve
      this.stdin.write(piece, (error) => {
        if (error) this.stop()
        else this.onProgress()
        resolve()
      })
    })
  }
}

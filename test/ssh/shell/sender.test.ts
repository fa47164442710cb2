import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, describe, expect, test } from '@jest/globals'
import { FileInput } from '../../../src/core/sh.js'
import { Sender } from '../../../src/ssh/shell/sender.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-sender-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex')
const content = Buffer.from(Uint32Array.from({ length: 300_000 }, (_, index) => index).buffer)

let made = 0
/** A file of the project, as it is known before anything connects. */
function known(data = content): FileInput {
  const path = join(directory, String(made++))
  writeFileSync(path, data)
  return new FileInput(path, 'files/image', data.length, sha(data))
}

/** What a sender writes to a stream that takes each piece in a turn of its own. */
async function sent(
  parts: readonly (Buffer | FileInput)[],
  { onPiece = (): void => undefined, fails = false } = {},
): Promise<{ readonly data: Buffer; readonly waiting: number; readonly ended: unknown }> {
  const data: Buffer[] = []
  let waiting = 0
  const end = Buffer.from('end')
  const ended = await new Promise((resolve) => {
    const stdin = new Writable({
      write(piece: Buffer, _, done) {
        waiting = Math.max(waiting, stdin.writableLength)
        // The sender may use the memory of a piece again once the stream has taken it.
        data.push(Buffer.from(piece))
        onPiece()
        setImmediate(done, fails ? new Error('the pipe is broken') : null)
        if (piece.equals(end)) resolve('sent')
      },
    }).on('error', resolve)
    const sender = new Sender(stdin, () => undefined, resolve)
    sender.send(parts)
    sender.send([end])
  })
  return { data: Buffer.concat(data), waiting, ended }
}

test('buffers are written at once, and what follows a file after it', async () => {
  const taken: string[] = []
  const stdin = new Writable({
    write(piece: Buffer, _, done) {
      taken.push(piece.toString())
      done()
    },
  })
  new Sender(
    stdin,
    () => undefined,
    () => undefined,
  ).send([Buffer.from('a'), Buffer.from('b')])
  expect(taken).toEqual(['a', 'b'])
  const [before, between] = [Buffer.from('before'), Buffer.from('between')]
  const parts = [before, known(), between, known(Buffer.from('small')), known(Buffer.alloc(0))]
  const { data } = await sent(parts)
  // Jest takes seconds to compare buffers of this size.
  expect(sha(data)).toBe(sha(Buffer.concat([before, content, between, Buffer.from('smallend')])))
})

test('of a file, no more than a piece waits for the stream', async () => {
  const { waiting, ended } = await sent([known(), known()])
  expect([waiting <= 256 * 1024, ended]).toEqual([true, 'sent'])
})

test('tells of each piece that was taken', async () => {
  let pieces = 0
  await new Promise<void>((resolve) => {
    const stdin = new Writable({ write: (_piece, _encoding, done) => done() })
    const sender = new Sender(
      stdin,
      () => {
        pieces += 1
        if (pieces === Math.ceil(content.length / (256 * 1024))) resolve()
      },
      () => undefined,
    )
    sender.send([known()])
  })
})

describe('a file that is not what was announced is not sent to its end', () => {
  const cut = ({ path }: FileInput): void => truncateSync(path, content.length - 1)
  const otherBytes = ({ path }: FileInput): void =>
    writeFileSync(path, Buffer.from(content).fill(1, content.length - 1))
  test.each<
    [what: string, change: (file: FileInput) => void, when: 'before' | 'meanwhile', reason: string]
  >([
    ['shorter', cut, 'before', 'has another size than when it was read'],
    ['longer', ({ path }) => appendFileSync(path, 'x'), 'before', 'has another size than'],
    ['gone', ({ path }) => rmSync(path), 'before', 'can no longer be read (ENOENT'],
    [
      'a link',
      ({ path }) => {
        rmSync(path)
        execFileSync('ln', ['-s', '/etc/passwd', path])
      },
      'before',
      'can no longer be read (ELOOP',
    ],
    [
      'a named pipe',
      ({ path }) => {
        rmSync(path)
        execFileSync('mkfifo', [path])
      },
      'before',
      'has another size than',
    ],
    ['of other bytes', otherBytes, 'before', 'changed between being read and being sent'],
    ['of other bytes', otherBytes, 'meanwhile', 'changed between being read and being sent'],
    ['shorter', cut, 'meanwhile', 'became shorter while it was sent'],
  ])('%s', async (_, change, when, reason) => {
    const file = known()
    if (when === 'before') change(file)
    let isFirst = true
    const onPiece = (): void => {
      if (when === 'meanwhile' && isFirst) change(file)
      isFirst = false
    }
    const { data, ended } = await sent([file], { onPiece })
    expect(ended).toMatchObject({
      code: 'source-changed',
      message: expect.stringContaining(`files/image ${reason}`),
    })
    expect(data.length).toBeLessThan(content.length)
  })
})

test('what is appended while it is sent is left out', async () => {
  const file = known()
  const onPiece = (): void => appendFileSync(file.path, 'x')
  const { data, ended } = await sent([file], { onPiece })
  expect([sha(data.subarray(0, content.length)), data.subarray(content.length).toString()]).toEqual(
    [sha(content), 'end'],
  )
  expect(ended).toBe('sent')
})

test('a broken stream ends it, and is reported by whoever owns the stream', async () => {
  const { data, ended } = await sent([known()], { fails: true })
  expect(ended).toEqual(new Error('the pipe is broken'))
  expect(data.length).toBeLessThan(content.length)
})

test('one that was stopped sends no more, though its stream takes nothing', async () => {
  const taken: Buffer[] = []
  // It never calls back.
  const stdin = new Writable({ write: (piece: Buffer) => void taken.push(piece) })
  const sender = new Sender(
    stdin,
    () => undefined,
    () => undefined,
  )
  sender.send([known(), Buffer.from('end')])
  while (taken.length === 0) await new Promise(setImmediate)
  sender.stop()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([taken.length, stdin.writableLength]).toEqual([1, 256 * 1024])
})

import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import { absent, present, unknown, type Fact } from '../core/fact.js'
import { Semaphores } from '../core/semaphores.js'
import { FileInput } from '../core/sh.js'
import { sizeText } from '../core/size-text.js'
import { decodeText } from '../core/text-encoding.js'
import type { ProjectReader } from '../facts/files/project-file.js'
import { SourceFolders } from './source-folders.js'

const mebibyte = 2 ** 20

/** Size limits of files that are read whole, in bytes. A template makes no more than 10 MB. */
const largest = { text: 16 * mebibyte, bytes: 64 * mebibyte } as const

/**
 * The largest content that is held in memory, as long as that is not too much in all. Longer
 * content gets no diff, so its bytes are needed only when it is sent.
 */
const mostHeld = { file: 256 * 1024, all: 64 * mebibyte } as const

/** Files that are open at once, however large a tree the project sends. */
const mostOpen = 16

/** Bytes that are hashed at a time. */
const pieceBytes = 256 * 1024

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be read by this user',
  ELOOP: 'is a link that leads to itself',
  ENXIO: 'is a socket',
}
const remedy = 'name a file that can be read'

/** What something is that is not a file; null for a file. */
function kindOf(found: Stats): string | null {
  if (found.isFile()) return null
  if (found.isDirectory()) return 'a directory'
  if (found.isFIFO()) return 'a named pipe'
  return found.isSocket() ? 'a socket' : 'a device'
}

/**
 * The real path of an open file, with links followed. Linux tells it; elsewhere the path is
 * resolved again and must lead to this very file.
 */
async function placeOf(file: FileHandle, path: string): Promise<string> {
  if (process.platform === 'linux') {
    const place = await readlink(`/proc/self/fd/${String(file.fd)}`).catch(() => null)
    if (place !== null) return place
  }
  const real = await realpath(path)
  const [there, opened] = await Promise.all([stat(real), file.stat()])
  if (there.dev !== opened.dev || there.ino !== opened.ino)
    throw new Error('it was replaced meanwhile')
  return real
}

/** A regular file that is open for reading. */
interface OpenFile {
  readonly handle: FileHandle
  readonly size: number
  /** Its real path. */
  readonly place: string
}

/** The first `size` bytes of a file; what is appended meanwhile is left out. */
async function bytesOf({ handle, size }: OpenFile): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let read = 0
  while (read < size) {
    const { bytesRead } = await handle.read(bytes, read, size - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/** Reads a file in pieces, which are dropped, for its length and digest. */
async function inputOf({ handle, size, place }: OpenFile, name: string): Promise<FileInput> {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafeSlow(Math.min(size, pieceBytes))
  let read = 0
  while (read < size) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, size - read), read)
    if (bytesRead === 0) break
    hash.update(piece.subarray(0, bytesRead))
    read += bytesRead
  }
  return new FileInput(place, name, read, hash.digest('hex'))
}

/**
 * Opens a file inside the source folders and reads it. The path is checked before and after it is
 * opened, because it may lead elsewhere by then (TOCTOU).
 */
async function reading<T>(
  folders: SourceFolders,
  path: string,
  limit: number,
  read: (file: OpenFile) => Promise<Fact<T>>,
): Promise<Fact<T>> {
  const target = resolve(folders.project, path)
  const refused = (found: Stats): Fact<never> | null => {
    const kind = kindOf(found)
    if (kind !== null) return unknown(`${path} is ${kind}`, remedy)
    if (found.size <= limit) return null
    return unknown(`${path} is larger than ${sizeText(limit)}`, remedy)
  }
  // Checked before opening: a named pipe blocks until its other end is opened, opening a device may
  // have effects, and a refused path must reveal no more than that.
  const before =
    (await folders.refusal(path, await realpath(target))) ?? refused(await stat(target))
  if (before !== null) return before
  const handle = await open(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const [found, place] = [await handle.stat(), await placeOf(handle, target)]
    const after = refused(found) ?? (await folders.refusal(path, place))
    return after ?? (await read({ handle, size: found.size, place }))
  } finally {
    await handle.close()
  }
}

function textOf(bytes: Buffer, path: string): Fact<string> {
  const decoded = decodeText(bytes)
  if ('text' in decoded) return present(decoded.text)
  return unknown(`${path} ${decoded.problem}`, 'save it as UTF-8')
}

const plainBytes = ({ buffer, byteOffset, length }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length)

/**
 * Reads files of the project in `directory`, and of the folders outside of it that its
 * `package.json` lists.
 * @param opened called with the real path of each file that is read
 */
export function projectReader(
  directory: string,
  opened: (path: string) => void = () => undefined,
): ProjectReader {
  const folders = new SourceFolders(resolve(directory))
  const openings = new Semaphores(mostOpen)
  let held = 0
  const read = async <T>(
    path: string,
    limit: number,
    take: (file: OpenFile) => Promise<Fact<T>>,
  ): Promise<Fact<T>> => {
    const release = await openings.acquire('')
    try {
      const refused = await folders.refusal(path)
      if (refused !== null) return refused
      return await reading(folders, path, limit, (file) => {
        opened(file.place)
        return take(file)
      })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return absent
      return unknown(`${path} ${reasons[code ?? ''] ?? `cannot be read: ${message}`}`, remedy)
    } finally {
      release()
    }
  }
  const isHeld = (size: number): boolean => size <= mostHeld.file && held + size <= mostHeld.all
  return {
    readText: (path) => read(path, largest.text, async (file) => textOf(await bytesOf(file), path)),
    readBytes: (path) =>
      read(path, largest.bytes, async (file) => present(plainBytes(await bytesOf(file)))),
    readContent: (path) =>
      read<Uint8Array | FileInput>(path, Infinity, async (file) => {
        if (!isHeld(file.size)) return present(await inputOf(file, path))
        held += file.size
        return present(plainBytes(await bytesOf(file)))
      }),
  }
}

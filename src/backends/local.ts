import { constants, type Stats } from 'node:fs'
import { open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import { absent, present, unknown, type Fact } from '../core/fact.js'
import { sizeText } from '../core/size-text.js'
import { decodeText } from '../core/text-encoding.js'
import type { ProjectReader } from '../facts/files/project-file.js'
import { SourceFolders } from './source-folders.js'

/**
 * Size limits of files. A template makes no more than 10 MB; a file that is sent to a host is held
 * in memory.
 */
const largest = { text: 16 * 2 ** 20, bytes: 2 ** 30 } as const

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

/** The first `size` bytes of a file; what is appended meanwhile is left out. */
async function bytesOf(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let read = 0
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/**
 * Reads a file inside the source folders. The path is checked before and after it is opened,
 * because it may lead elsewhere by then (TOCTOU).
 */
async function readFrom(
  folders: SourceFolders,
  path: string,
  limit: number,
  opened: (path: string) => void,
): Promise<Fact<Buffer>> {
  const target = resolve(folders.project, path)
  const refused = (found: Stats): Fact<never> | null => {
    const kind = kindOf(found)
    if (kind !== null) return unknown(`${path} is ${kind}`, remedy)
    return found.size > limit ? unknown(`${path} is larger than ${sizeText(limit)}`, remedy) : null
  }
  // Checked before opening: a named pipe blocks until its other end is opened, opening a device may
  // have effects, and a refused path must reveal no more than that.
  const before =
    (await folders.refusal(path, await realpath(target))) ?? refused(await stat(target))
  if (before !== null) return before
  const file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const [found, place] = [await file.stat(), await placeOf(file, target)]
    const after = refused(found) ?? (await folders.refusal(path, place))
    if (after !== null) return after
    opened(place)
    return present(await bytesOf(file, found.size))
  } finally {
    await file.close()
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
  const read = async <T>(
    path: string,
    limit: number,
    parse: (bytes: Buffer) => Fact<T>,
  ): Promise<Fact<T>> => {
    try {
      const fact = (await folders.refusal(path)) ?? (await readFrom(folders, path, limit, opened))
      return fact.is === 'present' ? parse(fact.value) : fact
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return absent
      return unknown(`${path} ${reasons[code ?? ''] ?? `cannot be read: ${message}`}`, remedy)
    }
  }
  return {
    readText: (path) => read(path, largest.text, (bytes) => textOf(bytes, path)),
    readBytes: (path) => read(path, largest.bytes, (bytes) => present(plainBytes(bytes))),
  }
}

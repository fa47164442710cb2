import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { absent, present, unknown, type Fact, type ProjectReader } from '../core/fact.js'

const why: Readonly<Record<string, string>> = { EISDIR: 'is a directory', EACCES: 'may not be read by this user' }

async function read<T>(directory: string, path: string, parse: (bytes: Buffer) => Fact<T>): Promise<Fact<T>> {
  try {
    return parse(await readFile(resolve(directory, path)))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return absent
    return unknown(`${path} ${why[code ?? ''] ?? `cannot be read: ${message}`}`, 'name a file that can be read')
  }
}

function textOf(bytes: Buffer, path: string): Fact<string> {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? present(text) : unknown(`${path} is not UTF-8`, 'save it as UTF-8')
}

/** Reads files of the project that lies in `directory`. */
export const projectReader = (directory: string): ProjectReader => ({
  readText: (path) => read(directory, path, (bytes) => textOf(bytes, path)),
  readBytes: (path) => read(directory, path, (bytes) => present(new Uint8Array(bytes))),
})

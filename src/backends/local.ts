import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { absent, present, unknown, type Fact, type ProjectReader } from '../core/fact.js'

async function read<T>(path: string, parse: (bytes: Buffer) => T): Promise<Fact<T>> {
  try {
    return present(parse(await readFile(path)))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? absent : unknown(message, 'make the file readable')
  }
}

/** Reads files of the project that lies in `directory`. */
export const projectReader = (directory: string): ProjectReader => ({
  readText: (path) => read(resolve(directory, path), (bytes) => bytes.toString('utf8')),
  readBytes: (path) => read(resolve(directory, path), (bytes) => new Uint8Array(bytes)),
})

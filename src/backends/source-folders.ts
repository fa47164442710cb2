import { readFile, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../core/error-message.js'
import { unknown, type Fact } from '../core/fact.js'
import { suggestion } from '../core/names/nearest.js'

/** The project's `package.json` could not be understood. */
class InvalidPackage extends Error {}

const schema = z.array(z.string().min(1))

/** The folders in `"fettle": { "sources": ["../app"] }`. */
function sourcesIn(text: string): readonly string[] {
  const json = parsed(text)
  const given: unknown =
    typeof json === 'object' && json !== null && 'fettle' in json ? json.fettle : {}
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InvalidPackage('package.json: fettle is no object')
  const { sources = [], ...others } = given as { readonly sources?: unknown }
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new InvalidPackage(
      `package.json: fettle has no ${other}${suggestion(other, ['sources'])}`,
    )
  const read = schema.safeParse(sources)
  if (!read.success) throw new InvalidPackage('package.json: fettle.sources is no list of folders')
  return read.data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = messageOf(error)
    throw new InvalidPackage(`package.json is not JSON: ${why}`)
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

const real = (folder: string): Promise<string | null> => realpath(folder).catch(() => null)

/**
 * The folders whose files a project may use: its own, and those outside of it that its
 * `package.json` lists.
 */
export class SourceFolders {
  #named: Promise<readonly string[]> | null = null
  #real: Promise<readonly string[]> | null = null
  #ownReal: Promise<string | null> | null = null

  constructor(readonly project: string) {}

  /**
   * Why a path may not be used; null where it may.
   * @param path as given in the project
   * @param realPath the real path, links followed; left out where it is not resolved yet
   */
  async refusal(path: string, realPath?: string): Promise<Fact<never> | null> {
    try {
      if (await this.#hold(realPath ?? resolve(this.project, path), realPath !== undefined))
        return null
    } catch (error) {
      if (error instanceof InvalidPackage)
        return unknown(
          error.message,
          'correct package.json: "fettle": { "sources": ["../app"] } names folders outside the project',
        )
      throw error
    }
    const target = realPath ?? resolve(this.project, path)
    const folder = relative((await real(this.project)) ?? this.project, dirname(target))
    const reason =
      realPath === undefined
        ? `${path} lies outside the project`
        : `${path} leads to ${realPath}, which lies outside the project`
    return unknown(
      reason,
      `copy it into the project, or name its folder in package.json: "fettle": { "sources": [${JSON.stringify(folder)}] }`,
    )
  }

  async #hold(path: string, isReal: boolean): Promise<boolean> {
    const own = isReal ? await (this.#ownReal ??= real(this.project)) : this.project
    if (own !== null && isWithin(own, path)) return true
    const named = await (isReal ? this.#realNamedOnce() : this.#namedOnce())
    return named.some((folder) => isWithin(folder, path))
  }

  #namedOnce(): Promise<readonly string[]> {
    return (this.#named ??= this.#readNamed())
  }

  #realNamedOnce(): Promise<readonly string[]> {
    return (this.#real ??= this.#realNamed())
  }

  async #readNamed(): Promise<readonly string[]> {
    const text = await readFile(join(this.project, 'package.json'), 'utf8').catch(
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}'
        throw error
      },
    )
    return sourcesIn(text).map((folder) => resolve(this.project, folder))
  }

  async #realNamed(): Promise<readonly string[]> {
    const named = await this.#namedOnce()
    const folders = await Promise.all(named.map(real))
    return folders.filter((folder) => folder !== null)
  }
}

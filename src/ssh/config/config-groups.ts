import { readdir, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { wildcard } from './wildcard.js'

/**
 * Names that may join a group: they contain nothing that ssh interprets, and no case to differ in.
 */
const plainName = /^[a-z0-9][a-z0-9._-]*$/

/**
 * Groups hosts that get the same answer from `ssh -G`, apart from their own name in it: those that
 * match the same patterns of the configuration.
 */
export class ConfigGroups {
  readonly #names = new Set<string>()
  readonly #wide = new Set<string>()

  /**
   * Reads a configuration. Null: it cannot be judged by its patterns alone, or not by this parser.
   */
  static async of(sshConfig: string | undefined): Promise<ConfigGroups | null> {
    const groups = new ConfigGroups()
    const own = join(userInfo().homedir, '.ssh')
    try {
      if (sshConfig !== undefined) {
        await groups.#read(sshConfig, own, true)
        return groups
      }
      await groups.#read(join(own, 'config'), own, false)
      await groups.#read('/etc/ssh/ssh_config', '/etc/ssh', false)
      return groups
    } catch (error) {
      if (error instanceof UnsupportedSyntax) return null
      throw error
    }
  }

  /** The key of the host's group. Null: the host is queried individually. */
  groupOf(host: string): string | null {
    if (!plainName.test(host) || this.#names.has(host)) return null
    return JSON.stringify([...this.#wide].filter((pattern) => wildcard(pattern, host)))
  }

  async #read(path: string, folder: string, needed: boolean, depth = 0): Promise<void> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (!needed && (error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw new UnsupportedSyntax()
    })
    // False while the lines read belong to names without a wildcard. Hosts with such a name are
    // queried individually, so these lines do not matter to any group.
    let appliesToGroups = true
    for (const line of text.split('\n')) {
      if (/^\s*(#|$)/.test(line)) continue
      const [, keyword = '', value = ''] =
        /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)([^]*)$/.exec(line.trim()) ?? []
      switch (keyword.toLowerCase()) {
        case 'host':
          appliesToGroups = this.#add(words(value))
          break
        case 'match':
          this.#add(hostsOf(words(value)))
          appliesToGroups = true
          break
        case 'include':
          for (const file of await included(words(value), folder))
            await this.#read(file, folder, false, nextDepth(depth))
          break
        case '':
        case 'canonicalizehostname':
          throw new UnsupportedSyntax()
        // These often contain `%h`. That makes no difference between hosts: Fettle does not read
        // ControlPath, and ssh prints the tokens of the others unexpanded.
        case 'controlpath':
        case 'proxycommand':
        case 'proxyjump':
          break
        case 'hostname':
          if (appliesToGroups) throw new UnsupportedSyntax()
          break
        default:
          if (appliesToGroups && value.includes('%')) throw new UnsupportedSyntax()
      }
    }
  }

  /** @returns whether the patterns can match several hosts */
  #add(patterns: readonly string[]): boolean {
    for (const pattern of patterns.map((each) => each.replace(/^!/, ''))) {
      const kind = /[*?]/.test(pattern) ? this.#wide : this.#names
      // Whether case matters differs between Host and Match.
      kind.add(pattern).add(pattern.toLowerCase())
    }
    return patterns.some((pattern) => /[*?!]/.test(pattern))
  }
}

class UnsupportedSyntax extends Error {}

/** Splits a list that has no quotes, escapes or comments. */
function words(value: string): readonly string[] {
  if (value === '' || /["'\\#]/.test(value)) throw new UnsupportedSyntax()
  return value.split(/\s+/)
}

/** The patterns of a Match line whose only criterion is the host's name. */
function hostsOf([criterion = '', list, ...rest]: readonly string[]): readonly string[] {
  const name = criterion.toLowerCase().replace(/^!/, '')
  if (name === 'all' && list === undefined) return []
  if (!['host', 'originalhost'].includes(name) || list === undefined) throw new UnsupportedSyntax()
  const others = rest.length === 0 ? [] : hostsOf(rest)
  return [...list.split(','), ...others]
}

/** Refuses Includes that are nested deeper than ssh itself allows. */
function nextDepth(depth: number): number {
  if (depth === 16) throw new UnsupportedSyntax()
  return depth + 1
}

/** The files that an Include names. Wildcards are supported in the last path segment only. */
async function included(patterns: readonly string[], folder: string): Promise<readonly string[]> {
  const files = await Promise.all(patterns.map((pattern) => filesOf(pattern, folder)))
  return files.flat()
}

async function filesOf(pattern: string, folder: string): Promise<readonly string[]> {
  const parents = pattern.slice(0, pattern.lastIndexOf('/') + 1)
  if (/[%$[\]{}]|^~[^/]/.test(pattern) || /[*?]/.test(parents)) throw new UnsupportedSyntax()
  const path = pathOf(pattern, folder)
  if (!/[*?]/.test(path)) return [path]
  const names = await readdir(dirname(path)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new UnsupportedSyntax()
  })
  return names
    .filter((name) => wildcard(basename(path), name))
    .map((name) => join(dirname(path), name))
}

function pathOf(pattern: string, folder: string): string {
  if (pattern.startsWith('~/')) return join(userInfo().homedir, pattern.slice(2))
  return isAbsolute(pattern) ? pattern : join(folder, pattern)
}

import type { CommonOptions } from '../../core/resource.js'

export interface PythonVenvOptions extends CommonOptions {
  /**
   * A requirements file: of the project, relative to its directory, or an absolute path on the
   * host, for example in a checkout. UTF-8; a file of the project may also be UTF-16 with a byte
   * order mark. Default: `packages`.
   */
  readonly requirements?: string
  /**
   * Requirements: `['flask', 'gunicorn>=20']`. Not together with `requirements`. With neither of
   * them only the environment is managed.
   */
  readonly packages?: readonly string[]
  /**
   * The interpreter that creates the environment: a command or an absolute path. Default: `python3`
   * for a new one; an existing one keeps its own.
   */
  readonly python?: string
  /**
   * The owner of the environment, who also runs pip. Default: an existing one keeps its owner; a
   * new one gets the owner of its directory, else the session's user.
   */
  readonly owner?: string
  /**
   * Make the system's packages visible in the environment; they then count as installed. Default:
   * false for a new one; an existing one keeps its setting.
   */
  readonly systemSitePackages?: boolean
  /**
   * The index where pip finds packages, without a password or token. Default: pip's own, which is
   * PyPI; with `findLinks`, none.
   */
  readonly indexUrl?: string
  /**
   * A directory of the host, or an `https://` page, with packages. Without `indexUrl` it is the
   * only source (pip's `--no-index`), so that no network is needed.
   */
  readonly findLinks?: string
  /**
   * `absent` removes the environment with its directory; a directory that holds anything else is
   * refused. Default `present`.
   */
  readonly state?: 'present' | 'absent'
}

/** pip's options that say where packages come from. */
export function sourceOptions({ indexUrl, findLinks }: PythonVenvOptions): readonly string[] {
  const source: string[] = []
  if (indexUrl !== undefined) source.push('--index-url', indexUrl)
  if (findLinks !== undefined) source.push('--find-links', findLinks)
  if (findLinks !== undefined && indexUrl === undefined) source.push('--no-index')
  return source
}

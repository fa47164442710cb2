import type { CommonOptions } from '../../core/resource.js'

export interface PythonVenvOptions extends CommonOptions {
  /**
   * A requirements file: of the project, relative to its directory, or an absolute path on the
   * host, as in a checkout. UTF-8; of the project also UTF-16 with a byte order mark. Left out: as
   * `packages` say.
   */
  readonly requirements?: string
  /**
   * Requirements themselves: `['flask', 'gunicorn>=20']`. Not with `requirements`. Left out: with
   * neither, only the environment is managed.
   */
  readonly packages?: readonly string[]
  /**
   * The interpreter that makes it: a command or an absolute path. Left out: `python3` for a new
   * one, an existing one keeps its own.
   */
  readonly python?: string
  /**
   * Owns the environment and runs pip. Left out: an existing one keeps its owner, a new one gets
   * the owner of its directory, else the session's user.
   */
  readonly owner?: string
  /**
   * The system's packages are seen too, and count. Left out: false for a new one, an existing one
   * keeps its own.
   */
  readonly systemSitePackages?: boolean
  /**
   * Where pip finds packages, without a password or token. Default: pip's own, which is PyPI; with
   * `findLinks`, none.
   */
  readonly indexUrl?: string
  /**
   * A directory of the host, or an `https://` page, with packages. Without `indexUrl` it is the
   * only source (pip's `--no-index`), so that nothing is asked of a network that may not be there.
   */
  readonly findLinks?: string
  /**
   * `absent` removes the environment with its directory; one that holds anything else is refused.
   * Default `present`.
   */
  readonly state?: 'present' | 'absent'
}

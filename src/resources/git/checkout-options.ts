import type { CommonOptions } from '../../core/resource.js'
import type { SshKey } from '../accounts/ssh-key.js'

export interface CleanTree {
  /** Remove files that git does not track. */
  readonly untracked: boolean
  /** Remove ignored files as well. Default false. */
  readonly ignored?: boolean
  /** Patterns of files to keep, as in gitignore(5): `['.env', 'instance/']`. Default: none. */
  readonly keep?: readonly string[]
}

export interface GitCheckoutOptions extends CommonOptions {
  /**
   * `https://…` (without a password or token), `ssh://…`, `git@host:path`, or an absolute path or
   * `file://` URL on the host.
   */
  readonly repo: string
  /** A branch, a tag, a full name such as `refs/heads/main`, or a full commit id. */
  readonly ref: string
  /**
   * The owner of the checkout, who also runs git. Default: an existing checkout keeps its owner; a
   * new one gets the owner of its directory, else the session's user.
   */
  readonly owner?: string
  /**
   * The private key for ssh: a path on the host, or the `sshKey` resource that creates it. Default:
   * ssh's own choice.
   */
  readonly key?: string | SshKey
  /**
   * Make the tree equal to the commit: discard changes of tracked files, and remove untracked files
   * as given. Left out: untracked files are kept, and changed ones are an error. An untracked file
   * that is kept is never overwritten: where the commit has a file in its place, that is an error.
   */
  readonly clean?: CleanTree
  /**
   * How many commits of history to fetch. It is not compared, and only takes effect when something
   * is fetched. Default: all.
   */
  readonly depth?: number
  /** Update submodules, at any depth, to the commits that the checkout names. Default false. */
  readonly submodules?: boolean
  /**
   * Discard changes of tracked files, overwrite untracked and ignored files where the commit has
   * one, and abandon commits that were never pushed. Default false: each of these is an error that
   * names them, and the tree is not changed.
   */
  readonly force?: boolean
  /**
   * A file on the host that is locked (flock(2)) while the checkout is changed; the lock is awaited
   * for up to 300 s. Its directory must exist. Default: none.
   */
  readonly lock?: string
}

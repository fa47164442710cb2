import type { CommonOptions } from '../../core/resource.js'
import type { SshKey } from '../accounts/ssh-key.js'

export interface CleanTree {
  /** Remove files that git does not track. */
  readonly untracked: boolean
  /** Remove ignored files as well. Default false. */
  readonly ignored?: boolean
  /**
   * What stays all the same, as patterns of gitignore(5): `['.env', 'instance/']`. Default:
   * nothing.
   */
  readonly keep?: readonly string[]
}

export interface GitCheckoutOptions extends CommonOptions {
  /**
   * `https://…` (without a password or token), `ssh://…`, `git@host:path`, or an absolute path or
   * `file://` URL on the host.
   */
  readonly repo: string
  /** A branch, a tag, a full name such as `refs/heads/main`, or a whole commit id. */
  readonly ref: string
  /**
   * Owns the checkout and runs git. Left out: an existing checkout keeps its owner, a new one gets
   * the owner of its directory, else the session's user.
   */
  readonly owner?: string
  /**
   * The private key for ssh: a path on the host, or the `sshKey` resource that makes it. Left out:
   * ssh's own choice.
   */
  readonly key?: string | SshKey
  /**
   * The tree holds what the commit holds: changes of tracked files are discarded, and what this
   * names is removed. Left out: untracked files stay, and changed ones are an error. An untracked
   * file that stays is never overwritten: where the commit has a file in its place, that is an
   * error.
   */
  readonly clean?: CleanTree
  /**
   * Fetch this many commits of history. It matters when something is fetched and is not compared.
   * Default: all.
   */
  readonly depth?: number
  /** Bring submodules, at any depth, to what the commit names. Default false. */
  readonly submodules?: boolean
  /**
   * Discard changes of tracked files, overwrite untracked and ignored ones that stand where the
   * commit has a file, and leave commits that were never pushed. Default false: each of these is an
   * error that names them, and the tree stays as it was.
   */
  readonly force?: boolean
  /**
   * A file on the host that is locked (flock(2)) while the checkout is changed, waited for up to
   * 300 s. Its directory must be there. Default: none.
   */
  readonly lock?: string
}

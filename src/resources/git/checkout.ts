import { z } from 'zod'
import { blocked, changesOf } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { absolutePath, accountName, line } from '../../core/schemas.js'
import { gitCheckoutFact } from '../../facts/git/checkout.js'
import { protocolOf } from '../../facts/git/environment.js'
import { gitRemoteFact } from '../../facts/git/remote.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { blockedBy } from '../files/file-changes.js'
import type { GitCheckoutOptions } from './checkout-options.js'
import { pathState } from '../files/path-state.js'
import { treeAttributes } from '../files/tree-attributes.js'
import { checkoutState } from './checkout-state.js'
import { branchOf, cleanOptions, planned } from './checkout-plan.js'
import type { SshKey } from '../accounts/ssh-key.js'

/** The rules of git-check-ref-format(1). They also exclude options and revision expressions. */
const refName = line
  .max(255)
  .refine(
    (ref) =>
      !/^[-/]|[\0-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|\/$|\.$|(?:^|\/)\.|\.lock(?:\/|$)|^@$/.test(ref),
    'must be the name of a branch or tag, or a whole commit id',
  )
const repository = line
  .refine(
    (repo) => protocolOf(repo) !== null,
    'must be https://…, ssh://…, user@host:path, or an absolute path or file:// URL on the host',
  )
  .refine(
    (repo) => !/^https:\/\/[^/]*@/.test(repo) && !/^ssh:\/\/[^/@:]*:[^/@]*@/.test(repo),
    'must not hold a user name, password or token: it would be readable in .git/config',
  )
const keySchema = z.union(
  [
    absolutePath,
    z.custom<SshKey>(
      (given) =>
        typeof given === 'object' && given !== null && 'type' in given && given.type === 'sshKey',
    ),
  ],
  'must be an absolute path or an sshKey resource',
)
const cleanSchema = z
  .strictObject({
    untracked: z.boolean(),
    ignored: z.boolean().optional(),
    keep: z.array(line.regex(/^[^!]/, 'must not begin with !')).readonly().optional(),
  })
  .refine(
    ({ untracked, ignored }) => untracked || ignored !== true,
    'cannot remove ignored files alone: set untracked too',
  )

export type { GitCheckoutOptions } from './checkout-options.js'

/**
 * A checkout of a git repository. The plan asks the repository for the ref's commit; `apply` checks
 * out exactly that commit. git always runs as the checkout's owner, without the repository's hooks,
 * and accepts no unknown host key.
 *
 * Taken back, a checkout is at the commit and the branches where it was, with the changes that
 * `clean` or `force` have discarded. Ignored files that `force` has overwritten do not come back.
 * With commits or files that came since it stays as it is, and an error names them.
 *
 * An empty directory that exists keeps its owner and mode. If others may not enter it (2750), they
 * cannot read the files in it either.
 */
export const gitCheckout = resource({
  type: 'git.checkout',
  undo: [checkoutState, pathState, treeAttributes],
  chapter: 'Code',
  ansible: '`git`',
  arguments: args<[path: string]>(absolutePath),
  options: options<GitCheckoutOptions>({
    repo: repository,
    ref: refName,
    owner: accountName.optional(),
    key: keySchema.optional(),
    clean: cleanSchema.optional(),
    depth: z.number().int().positive().optional(),
    submodules: z.boolean().optional(),
    force: z.boolean().optional(),
    lock: absolutePath.optional(),
  }),
  build(path, options) {
    const { repo, ref, owner, clean, submodules = false } = options
    const key = typeof options.key === 'object' ? options.key.id : options.key
    return desired({
      reads: {
        checkout: request(gitCheckoutFact, {
          path,
          clean: cleanOptions(clean),
          submodules,
          branch: branchOf(ref),
        }),
        remote: request(gitRemoteFact, { repo, ref, path, ...omitUndefined({ owner, key }) }),
        missingParent: request(missingParentFact, path),
      },
      brings: [`tree:${path}`],
      plan({ checkout, remote, missingParent }) {
        if (remote === null)
          return blocked(
            `${repo} has neither a branch nor a tag ${ref}`,
            'push it first, or correct the name',
            { lacks: [repo.startsWith('/') ? `tree:${repo}` : `server:${repo}`] },
          )
        if (checkout !== null && 'other' in checkout)
          return blocked(
            `${path} is ${checkout.other}`,
            'remove what is there, or choose another path',
            { lacks: [`tree:${path}`] },
          )
        const plan = planned({ path, options, key, remote, checkout })
        return missingParent === null ? plan : blockedBy(missingParent, path, changesOf(plan))
      },
    })
  },
})

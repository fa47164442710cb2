import { z } from 'zod'
import { blocked, change, changesOf, fine, type Change, type Plan } from '../../core/change.js'
import { enter, enterChild, split } from '../../core/enter.js'
import { Later, request } from '../../core/later.js'
import { absolutePath, line, state } from '../../core/schemas.js'
import { args, desired, options, resource } from '../../core/definition.js'
import type { CommonOptions } from '../../core/resource.js'
import { sh, steps, type Sh } from '../../core/sh.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { sshKeyFact, type SshKeyEntry } from '../../facts/accounts/ssh-key.js'
import { account } from '../files/attributes.js'
import { blockedBy, fileChanges, fileRemoval, notAFile } from '../files/file-changes.js'
import { puttingTrials } from '../files/file-trials.js'
import { withAttributes } from '../files/new-attributes.js'
import { keptOf, pathState } from '../files/path-state.js'
import { mayWriteHere, writeFile } from '../files/write-file.js'

export interface SshKeyOptions extends CommonOptions {
  /**
   * The type of the key. Default: `ed25519` for a new key, any type for an existing one. If given,
   * an existing key of another type is refused.
   */
  readonly type?: 'ed25519'
  /**
   * The comment of a new public key. It counts only while the key is made: an existing key keeps
   * its own. Default: `fettle`.
   */
  readonly comment?: string
  /**
   * The owner of the key: name or id. A new key also gets the primary group of a named owner.
   * Default: the acting user for a new key; an existing one keeps its owner.
   */
  readonly owner?: string | number
  /** `absent` removes both files. Default `present`. */
  readonly state?: 'present' | 'absent'
}

/** Replaces the public key where templates are rendered before anything connects. */
const standIn: SshKeyEntry = {
  publicKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} fettle`,
  hasPublicFile: true,
}

/**
 * Makes the pair in a new folder that belongs to the user who acts, so that the directory's owner
 * cannot meddle, and moves both halves out of it, the private one first: a key exists when its
 * private half does, whole, and a public one that is missing is derived again. Neither takes the
 * place of a file that is there.
 */
function making(path: string, { comment = 'fettle', owner }: SshKeyOptions): Sh {
  const { directory, name } = split(path)
  return steps([
    sh`umask 077`,
    enter(directory),
    mayWriteHere,
    sh`t_=$(mktemp -d -- .fettle-key.XXXXXXXX)`,
    sh`trap 'rmdir -- "./$t_"' EXIT`,
    sh`trap 'exit 143' TERM INT HUP`,
    enterChild(sh`"$t_"`),
    sh`trap 'rm -f -- ./key ./key.pub; cd .. && rmdir -- "./$t_"' EXIT`,
    sh`ssh-keygen -q -t ed25519 -N '' -C ${comment} -f ./key </dev/null`,
    owner === undefined ? undefined : sh`chown -- ${withOwnGroup(owner)} ./key ./key.pub`,
    sh`chmod -- 0600 ./key && chmod -- 0644 ./key.pub`,
    sh`sync -- ./key ./key.pub`,
    sh`ln -T -- ./key ${`../${name}`}`,
    sh`ln -T -- ./key.pub ${`../${name}.pub`}`,
    sh`rm -f -- ./key ./key.pub && cd .. && rmdir -- "./$t_"`,
    sh`trap - EXIT`,
    sh`sync -- .`,
  ])
}

/**
 * An owner for chown(1) that includes the owner's primary group. A number may have no account, and
 * so no group.
 */
const withOwnGroup = (owner: string | number): string =>
  /^\d+$/.test(String(owner)) ? String(owner) : `${owner}:`

/** The changes of one file of the pair, with `label` before their summaries. */
function half(
  path: string,
  mode: string,
  owner: string | number | undefined,
  entry: PathEntry,
  label: string,
): readonly Change[] {
  return changesOf(fileChanges({ path, mode, owner }, entry, null)).map((change) => ({
    ...change,
    summary: `${label}${change.summary}`,
  }))
}

function keeping(
  path: string,
  { type, owner }: SshKeyOptions,
  entry: PathEntry,
  publicEntry: PathEntry | null,
  key: SshKeyEntry,
): Plan {
  const wrong = notAFile(path, entry)
  if (wrong !== undefined) return wrong
  const publicWrong = publicEntry === null ? undefined : notAFile(`${path}.pub`, publicEntry)
  if (publicWrong !== undefined) return publicWrong
  const kind = key.publicKey.split(' ')[0] ?? ''
  if (type !== undefined && kind !== `ssh-${type}`)
    return blocked(
      `${path} is a key of the kind ${kind}`,
      'remove it to have a new one made, or leave type out',
      { lacks: [`path:${path}`] },
    )
  const publicChanges =
    publicEntry === null
      ? [derivation(path, owner, entry, key)]
      : half(`${path}.pub`, '0644', owner, publicEntry, 'public key: ')
  const changes = [...half(path, '0600', owner, entry, ''), ...publicChanges]
  return changes.length === 0 ? fine(`${kind} key`) : changes
}

/** Writes a missing public half, derived from the private one. */
function derivation(
  path: string,
  owner: string | number | undefined,
  { uid, gid }: PathEntry,
  key: SshKeyEntry,
): Change {
  const made = { path: `${path}.pub`, content: `${key.publicKey}\n`, mode: 0o644 }
  const action = writeFile({ ...made, owner: owner ?? uid, group: gid })
  const summary = withAttributes(`create ${made.path}`, { mode: made.mode, owner })
  const trials = puttingTrials(
    { path: made.path, does: 'replace', owner: owner ?? uid, group: gid },
    100,
  )
  return change(summary, [action], { effect: 'create', undo: keptOf(made.path), trials })
}

/** Removes both files in one change. */
function removal(path: string, entry: PathEntry | null, publicEntry: PathEntry | null): Plan {
  const plans = [fileRemoval(path, entry), fileRemoval(`${path}.pub`, publicEntry)]
  const stopped = plans.find((plan) => 'blocked' in plan)
  if (stopped !== undefined) return stopped
  const changes = plans.flatMap(changesOf)
  const [first] = changes
  if (first === undefined) return fine('there is no such key')
  const actions = changes.flatMap((change) => change.actions)
  const undo = changes.flatMap((change) => change.undo ?? [])
  const trials = changes.flatMap((change) => change.trials ?? [])
  return [{ ...first, summary: 'remove key', actions, undo, trials }]
}

const publicHalf = (key: SshKeyEntry): string => key.publicKey

/**
 * An SSH key pair at `path` and `path.pub`, made on the host by ssh-keygen(1) without a passphrase.
 * The private half (0600) never leaves the host; `.publicKey` can be passed to other resources.
 * Wrong modes and owners are repaired and a missing public half is derived again; an existing key
 * is never replaced. The directory must exist.
 */
export const sshKey = resource({
  type: 'sshKey',
  undo: [pathState],
  chapter: 'Code',
  ansible: '`community.crypto.openssh_keypair`',
  arguments: args<[path: string]>(absolutePath),
  options: options<SshKeyOptions>({
    type: z.literal('ed25519', { error: 'must be ed25519' }).optional(),
    comment: line.optional(),
    owner: account.optional(),
    state: state.optional(),
  }),
  writeOnly: ['comment'],
  build: (path, options) =>
    desired({
      reads: {
        path: request(pathFact, { path }),
        publicPath: request(pathFact, { path: `${path}.pub` }),
        missingParent: request(missingParentFact, path),
        key: request(sshKeyFact, path),
      },
      offers: {
        /** `type base64 comment`, known once the key exists. */
        publicKey: Later.fact(request(sshKeyFact, path), standIn, `the key ${path}`, {
          lacks: [`path:${path}`],
        }).map(publicHalf),
      },
      brings: [`path:${path}`, `path:${path}.pub`],
      plan({ path: entry, publicPath, missingParent, key }) {
        if (options.state === 'absent') return removal(path, entry, publicPath)
        if (entry === null) {
          const made = [
            change(
              withAttributes('create ed25519 key', { mode: 0o600, owner: options.owner }),
              [{ what: 'making the key', script: making(path, options) }],
              {
                effect: 'create',
                undo: [...keptOf(path), ...keptOf(`${path}.pub`)],
                trials: puttingTrials({ path, does: 'replace', owner: options.owner }, 500),
              },
            ),
          ]
          if (missingParent !== null) return blockedBy(missingParent, path, made)
          if (publicPath === null) return made
          return blocked(
            `${path}.pub is there without its private half`,
            'move it away to have a new pair made, or bring the private half',
            { lacks: [[`path:${path}`, `path:${path}.pub`]] },
          )
        }
        if (key === null)
          return (
            notAFile(path, entry) ??
            blocked(`${path} cannot be read as a key`, 'remove it to have a new one made', {
              lacks: [`path:${path}`],
            })
          )
        return keeping(path, options, entry, publicPath, key)
      },
    }),
})

/** A resource with the public half of its key. */
export type SshKey = ReturnType<typeof sshKey>

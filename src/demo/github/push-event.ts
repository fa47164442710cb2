import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { StoredRepository } from './state.js'

const run = promisify(execFile)
const nothing = '0'.repeat(40)
/** The number of commits that GitHub lists for one push at most. */
const maxCommits = 2048

async function git(repository: StoredRepository, ...words: readonly string[]): Promise<string> {
  return (
    await run('git', ['--git-dir', repository.directory, ...words], { maxBuffer: 64 * 1024 * 1024 })
  ).stdout
}

/** The commit of each branch. */
export async function branches(repository: StoredRepository): Promise<ReadonlyMap<string, string>> {
  const lines = (
    await git(repository, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads')
  )
    .split('\n')
    .filter((line) => line !== '')
  return new Map(lines.map((line) => line.split(' ') as [string, string]))
}

/** A branch that a push moved, created or deleted. */
export interface Move {
  readonly ref: string
  readonly before: string
  readonly after: string
}

export function moves(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Move[] {
  const refs = new Set([...before.keys(), ...after.keys()])
  return [...refs]
    .map((ref) => ({ ref, before: before.get(ref) ?? nothing, after: after.get(ref) ?? nothing }))
    .filter((move) => move.before !== move.after)
}

interface Commit {
  readonly id: string
  readonly tree_id: string
  readonly distinct: true
  readonly message: string
  readonly timestamp: string
  readonly url: string
  readonly author: { readonly name: string; readonly email: string }
  readonly committer: { readonly name: string; readonly email: string }
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly modified: readonly string[]
}

async function commitsOf(
  repository: StoredRepository,
  { before, after }: Move,
): Promise<readonly Commit[]> {
  if (after === nothing) return []
  const range = before === nothing ? [after] : [`${before}..${after}`]
  const log = await git(
    repository,
    'log',
    '--reverse',
    `--max-count=${String(maxCommits)}`,
    '-z',
    '--name-status',
    '--no-renames',
    '--format=%x01%H%x02%T%x02%cI%x02%an%x02%ae%x02%cn%x02%ce%x02%B%x02',
    ...range,
    '--',
  )
  return log
    .split('\x01')
    .slice(1)
    .map((text) => commitOf(repository, text))
}

function commitOf(repository: StoredRepository, text: string): Commit {
  const [
    id = '',
    tree_id = '',
    timestamp = '',
    name = '',
    email = '',
    committer = '',
    committerEmail = '',
    message = '',
    files = '',
  ] = text.split('\x02')
  const words = files
    .split('\0')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const changed = (status: string): readonly string[] =>
    words.filter((_, index) => index % 2 === 1 && words[index - 1] === status)
  return {
    id,
    tree_id,
    distinct: true,
    message: message.trimEnd(),
    timestamp,
    url: `https://github.com/${repository.name}/commit/${id}`,
    author: { name, email },
    committer: { name: committer, email: committerEmail },
    added: changed('A'),
    removed: changed('D'),
    modified: changed('M'),
  }
}

/**
 * The payload of a push event, with the fields that receivers commonly use: GitHub's own has many
 * more URLs in `repository` and `sender`.
 */
export async function pushEvent(
  repository: StoredRepository,
  apiUrl: string,
  move: Move,
): Promise<object> {
  const [owner = '', name = ''] = repository.name.split('/')
  const commits = await commitsOf(repository, move)
  return {
    ref: move.ref,
    before: move.before,
    after: move.after,
    repository: {
      id: repository.id,
      name,
      full_name: repository.name,
      private: true,
      owner: { name: owner, login: owner },
      url: `${apiUrl}/repos/${repository.name}`,
      default_branch: repository.defaultBranch,
    },
    pusher: { name: 'developer', email: 'developer@example.org' },
    sender: { login: 'developer', id: 1, type: 'User' },
    created: move.before === nothing,
    deleted: move.after === nothing,
    forced: await isForced(repository, move),
    base_ref: null,
    compare: `https://github.com/${repository.name}/compare/${move.before.slice(0, 12)}...${move.after.slice(0, 12)}`,
    commits,
    head_commit: commits.at(-1) ?? null,
  }
}

async function isForced(repository: StoredRepository, { before, after }: Move): Promise<boolean> {
  if (before === nothing || after === nothing) return false
  return git(repository, 'merge-base', '--is-ancestor', before, after).then(
    () => false,
    () => true,
  )
}

/** A push event for the current state of the default branch; null when it has no commit. */
export async function pushOfHead(
  repository: StoredRepository,
  apiUrl: string,
): Promise<object | null> {
  const ref = `refs/heads/${repository.defaultBranch}`
  const after = (await branches(repository)).get(ref)
  if (after === undefined) return null
  const parent = await git(repository, 'rev-parse', '--verify', '--quiet', `${after}^`).then(
    (text) => text.trim(),
    () => nothing,
  )
  return pushEvent(repository, apiUrl, { ref, before: parent, after })
}

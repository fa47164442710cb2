import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { timingSafeEqual } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2'
import { branches, moves, type Move } from './push-event.js'
import type { GithubState, StoredKey, StoredRepository } from './state.js'

export interface GitServerOptions {
  readonly state: GithubState
  readonly address: string
  readonly port: number
  /** The host's private key in OpenSSH's format. */
  readonly hostKey: string
  /** Type and blob of a key with access to every repository, like a developer's own. */
  readonly developer: string
  /** Called for a push that moved branches; the next push to the repository waits for it. */
  readonly onPush: (repository: StoredRepository, moved: readonly Move[]) => Promise<void>
  /** Counts a push as pending, from its start until its deliveries have started. */
  readonly track: (work: () => Promise<void>) => void
}

export interface GitServer {
  readonly port: number
  close(): Promise<void>
}

/** Who connected, by the key that was used. */
type Identity =
  | { readonly is: 'developer' }
  | { readonly is: 'deploy-key'; readonly repository: StoredRepository; readonly key: StoredKey }

/**
 * Git over SSH as GitHub offers it: the user `git`, public keys only, two commands. A deploy key
 * has access to its own repository; a read-only one cannot push.
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const ssh = new ssh2.Server({ hostKeys: [options.hostKey] }, (connection) =>
    serve(connection, options),
  )
  // A separate TCP server, so that the sockets of hanging clients can be destroyed.
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    ssh.injectSocket(socket)
  })
  server.listen(options.port, options.address)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function serve(connection: Connection, options: GitServerOptions): void {
  let identity: Identity | null = null
  // A client that disconnects in the middle is not an error of the server.
  connection.on('error', () => connection.end())
  connection.on('authentication', (context) => {
    const shown = authenticated(context, options)
    if (shown === null) return context.reject(['publickey'])
    identity = shown
    context.accept()
  })
  connection.on('session', (accept) => {
    if (identity !== null) serveSession(accept(), identity, options)
  })
}

/** The identity of a key, both when its possession is proved and when it is only offered. */
function authenticated(
  context: AuthContext,
  { state, developer }: GitServerOptions,
): Identity | null {
  if (context.method !== 'publickey' || context.username !== 'git') return null
  const { algo, data } = context.key
  const type = rsaSignatures.includes(algo) ? 'ssh-rsa' : algo
  const shown = `${type} ${data.toString('base64')}`
  const identity = identityOf(shown, state, developer)
  if (identity === null || context.signature === undefined || context.blob === undefined)
    return identity
  const parsed = ssh2.utils.parseKey(shown)
  if (parsed instanceof Error) return null
  const isProven = parsed.verify(context.blob, context.signature, context.hashAlgo)
  return isProven ? identity : null
}

/** Algorithms that sign with a key of type `ssh-rsa`. */
const rsaSignatures: readonly string[] = ['rsa-sha2-256', 'rsa-sha2-512']

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

function identityOf(shown: string, state: GithubState, developer: string): Identity | null {
  if (same(shown, developer)) return { is: 'developer' }
  for (const repository of state.repositories) {
    const key = repository.keys.find((one) => same(one.key, shown))
    if (key !== undefined) return { is: 'deploy-key', repository, key }
  }
  return null
}

function serveSession(session: Session, identity: Identity, options: GitServerOptions): void {
  let protocol = ''
  session.on('env', (accept, _reject, { key, val }) => {
    if (key === 'GIT_PROTOCOL' && /^version=\d$/.test(val)) protocol = val
    // A client that requests no reply gets none.
    const reply = accept as (() => void) | undefined
    reply?.()
  })
  session.on('shell', (accept) => {
    const name = identity.is === 'developer' ? 'developer' : identity.repository.name
    refuse(
      accept(),
      `Hi ${name}! You've successfully authenticated, but GitHub does not provide shell access.`,
    )
  })
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept()
    channel.on('error', () => undefined)
    const asked = /^git[ -](upload-pack|receive-pack) '\/?([^']+?)(?:\.git)?'$/.exec(command)
    const repository = options.state.repository(asked?.[2] ?? '')
    if (asked === null) return refuse(channel, `Invalid command: '${command}'`)
    const isForeign = identity.is === 'deploy-key' && identity.repository !== repository
    if (repository === undefined || isForeign)
      return refuse(channel, 'ERROR: Repository not found.')
    if (identity.is === 'deploy-key') identity.key.lastUsed = options.state.time()
    if (asked[1] === 'upload-pack') return void runGit(channel, 'upload-pack', repository, protocol)
    // GitHub's message, from published reports.
    if (identity.is === 'deploy-key' && identity.key.readOnly)
      return refuse(
        channel,
        'ERROR: The key you are authenticating with has been marked as read only.',
      )
    options.track(() => receive(channel, repository, protocol, options))
  })
}

function refuse(channel: ServerChannel, words: string): void {
  channel.stderr.write(`${words}\n`)
  channel.exit(1)
  channel.end()
}

/** A queue for the pushes to each repository, so that the effect of each can be told apart. */
const pushQueues = new WeakMap<StoredRepository, Promise<void>>()

function receive(
  channel: ServerChannel,
  repository: StoredRepository,
  protocol: string,
  { onPush }: GitServerOptions,
): Promise<void> {
  const turn = (pushQueues.get(repository) ?? Promise.resolve()).then(async () => {
    const before = await branches(repository)
    await runGit(channel, 'receive-pack', repository, protocol)
    const moved = moves(before, await branches(repository))
    if (moved.length > 0) await onPush(repository, moved)
  })
  pushQueues.set(
    repository,
    turn.catch(() => undefined),
  )
  return turn
}

/**
 * Connects git to the channel. A channel that closes early ends git, and git's end closes the
 * channel with its status.
 */
async function runGit(
  channel: ServerChannel,
  service: 'upload-pack' | 'receive-pack',
  repository: StoredRepository,
  protocol: string,
): Promise<void> {
  if (isGone(channel)) return
  const { PATH = '/usr/bin:/bin' } = process.env
  const env: NodeJS.ProcessEnv = { PATH, HOME: repository.directory, GIT_CONFIG_NOSYSTEM: '1' }
  if (protocol !== '') env['GIT_PROTOCOL'] = protocol
  const child = spawn('git', [service, repository.directory], { env })
  child.stdin.on('error', () => undefined)
  channel.on('close', () => child.kill())
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  const [code] = (await once(child, 'close')) as [number | null]
  if (isGone(channel)) return
  channel.exit(code ?? 1)
  channel.end()
}

const isGone = (channel: ServerChannel): boolean => channel.destroyed || !channel.writable

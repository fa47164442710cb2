import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Secret } from '../../core/secret.js'
import { ApiServer, type Fault, type GithubDescription } from './api-server.js'
import { Deliveries, type DeliveryNetwork } from './deliveries.js'
import { startGitServer } from './git-server.js'
import { makeKeyPair, type KeyPair } from './key-pair.js'
import { pushEvent } from './push-event.js'
import {
  GithubState,
  type StoredDelivery,
  type StoredHook,
  type StoredKey,
  type StoredRepository,
} from './state.js'

export interface GithubStandInOptions {
  /** `owner/name` of each repository; all are private and empty, with the default branch main. */
  readonly repositories: readonly string[]
  /** The address on which git is served over SSH. Default 127.0.0.1. */
  readonly gitAddress?: string
  /** Default: any free port. */
  readonly gitPort?: number
  /** The network for deliveries. Default: this machine's. */
  readonly network?: DeliveryNetwork
  /** The clock. Default: this machine's. */
  readonly now?: () => Date
  /** Validates requests and answers. Left out: they are not validated. */
  readonly description?: GithubDescription
}

/** A stand-in for GitHub: its API on loopback, and git over SSH. */
export interface GithubStandIn {
  readonly apiUrl: string
  readonly token: Secret
  readonly gitAddress: string
  readonly gitPort: number
  /** The key of the SSH server, `ssh-ed25519 AAAA…`, for known_hosts. */
  readonly hostKey: string
  /** A key that may push to every repository. */
  readonly developer: KeyPair
  /** `ssh://git@127.0.0.1:PORT/acme/demo.git` */
  gitUrl(repository: string): string
  repository(name: string): StoredRepository
  hooks(repository: string): readonly StoredHook[]
  keys(repository: string): readonly StoredKey[]
  /** Deliveries of all hooks of a repository, newest first. */
  deliveries(repository: string): readonly StoredDelivery[]
  /** Errors that the validation found; a test expects none. */
  readonly defects: readonly string[]
  /** Requests so far: `GET /repos/acme/demo/hooks?per_page=100 200`. */
  readonly requests: readonly string[]
  readonly faults: Fault[]
  /** Waits until no delivery is pending. */
  settled(): Promise<void>
  /** Ends servers and deliveries, and removes the repositories. */
  close(): Promise<void>
}

async function bareRepositories(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const made = names.map((name) => [name, join(directory, `${name}.git`)] as const)
  for (const [, place] of made) {
    await mkdir(dirname(place), { recursive: true })
    await promisify(execFile)('git', ['init', '--quiet', '--bare', '--initial-branch=main', place])
  }
  return new Map(made)
}

export async function startGithub({
  repositories,
  gitAddress = '127.0.0.1',
  gitPort = 0,
  network = {},
  now = () => new Date(),
  description,
}: GithubStandInOptions): Promise<GithubStandIn> {
  const directory = await mkdtemp(join(tmpdir(), 'github-'))
  const state = new GithubState(await bareRepositories(directory, repositories), now)
  const deliveries = new Deliveries(state, network)
  const api = new ApiServer(state, deliveries, description)
  const apiUrl = await api.listen()
  const [hostKey, developer] = await Promise.all([
    makeKeyPair(directory, 'github'),
    makeKeyPair(directory, 'developer'),
  ])
  const git = await startGitServer({
    state,
    address: gitAddress,
    port: gitPort,
    hostKey: hostKey.privateKey,
    developer: developer.publicKey,
    track: (work) => deliveries.track(work),
    onPush: async (repository, moved) => {
      for (const move of moved)
        deliveries.announce(repository, 'push', await pushEvent(repository, apiUrl, move))
    },
  })
  const known = (name: string): StoredRepository => {
    const repository = state.repository(name)
    if (repository === undefined) throw new Error(`the stand-in has no repository ${name}`)
    return repository
  }
  return {
    apiUrl,
    token: api.token,
    gitAddress,
    gitPort: git.port,
    hostKey: hostKey.publicKey,
    developer,
    gitUrl: (name) => `ssh://git@${gitAddress}:${String(git.port)}/${known(name).name}.git`,
    repository: known,
    hooks: (name) => known(name).hooks,
    keys: (name) => known(name).keys,
    deliveries: (name) =>
      known(name)
        .hooks.flatMap((hook) => hook.deliveries)
        .sort((a, b) => b.id - a.id),
    defects: state.defects,
    requests: api.requests,
    faults: api.faults,
    settled: () => deliveries.settled(),
    close: async () => {
      await git.close()
      await deliveries.close()
      await api.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

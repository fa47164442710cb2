import { z } from 'zod'
import { blocked, fine, type Change } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request, type Value } from '../../core/later.js'
import { line, state, value } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { deployKeysFact, ownerAndName, type DeployKey } from '../../facts/github/api.js'
import { github, type GithubAction } from '../../facts/github/backend.js'
import { githubChange } from './github-change.js'
import { repositoryName } from './webhook.js'

export interface GithubDeployKeyOptions extends CommonOptions {
  /** The key's title on GitHub. Required unless `state` is `absent`. */
  readonly title?: string
  /**
   * The public key in OpenSSH's format, `ssh-ed25519 AAAA…`; a comment is ignored.
   * `sshKey(…).publicKey` can be used.
   */
  readonly key: Value<string>
  /**
   * A read-only key can fetch but not push. Default: true for a new key; an existing key keeps its
   * setting.
   */
  readonly readOnly?: boolean
  /** `absent` deletes the key, whatever its title. Default `present`. */
  readonly state?: 'present' | 'absent'
}

const publicKey =
  /^(?<type>ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) (?<blob>[A-Za-z0-9+/]+={0,2})(?: [^\r\n]*)?\n?$/

/** The identity of a public key: its type and blob; null for text that is not one. */
function identityOf(key: string): string | null {
  const groups = publicKey.exec(key)?.groups
  if (groups?.['type'] === undefined || groups['blob'] === undefined) return null
  return `${groups['type']} ${groups['blob']}`
}

/**
 * A deploy key: an SSH key that gives access to one repository on GitHub. Needs `GITHUB_TOKEN` with
 * the permission "Administration: read and write".
 *
 * A key is identified by its type and blob. GitHub cannot change a key: for another title or
 * `readOnly` it is deleted and added again, in this order, because GitHub refuses a key that
 * exists; in between the host cannot fetch. The same key cannot be used for two repositories (422
 * "key is already in use"). Another key with the same title is reported and kept.
 */
export const githubDeployKey = resource({
  type: 'github.deployKey',
  chapter: 'GitHub',
  ansible: '`community.general.github_deploy_key`',
  arguments: args<[repo: string]>(repositoryName),
  options: options<GithubDeployKeyOptions>({
    title: line.optional(),
    key: value(
      z.string().regex(publicKey, "must be a public key in OpenSSH's form: ssh-ed25519 AAAA…"),
    ),
    readOnly: z.boolean().optional(),
    state: state.optional(),
  }),
  identity: (repo, { key, title = nameOf(key) }) => `${repo} ${title}`,
  conflict: (_, { title, state }) =>
    title === undefined && state !== 'absent' ? 'title is required' : undefined,
  build: (repo, { key, title = nameOf(key), readOnly, state }) =>
    desired({
      reads: { keys: request(deployKeysFact, { repo }) },
      values: { key },
      brings: [],
      plan({ keys }, { key }) {
        const wanted = identityOf(key)
        if (wanted === null)
          return blocked(
            `the key for ${repo} is not a public key in OpenSSH's form`,
            'look at the public key on the host: ssh-keygen -l -f FILE.pub',
          )
        const found = (keys ?? []).find((one) => one.key === wanted)
        if (state === 'absent') {
          if (found === undefined) return fine('there is no such key')
          return [
            githubChange(
              repo,
              'keys',
              `remove key ${found.title}`,
              [deletion(repo, found)],
              'remove',
            ),
          ]
        }
        if (found === undefined) {
          const namesakes = (keys ?? []).filter((one) => one.title === title)
          return [added(repo, title, wanted, readOnly ?? true, namesakes)]
        }
        const access = readOnly ?? found.readOnly
        const differences: string[] = []
        if (found.title !== title) differences.push(`title ${found.title} → ${title}`)
        if (found.readOnly !== access)
          differences.push(`${shownAccess(found.readOnly)} → ${shownAccess(access)}`)
        if (differences.length === 0)
          return fine(`key ${String(found.id)} is ${shownAccess(found.readOnly)}`)
        return [
          githubChange(
            repo,
            'keys',
            `replace key ${found.title}: ${differences.join(', ')} (deleted, then added)`,
            [deletion(repo, found), addition(repo, title, wanted, access)],
          ),
        ]
      },
    }),
})

/**
 * The name of a key without a title: the end of its blob, or `key` where only the host knows it.
 */
const nameOf = (key: Value<string>): string =>
  typeof key === 'string' ? `…${identityOf(key)?.slice(-12) ?? ''}` : 'key'

const shownAccess = (readOnly: boolean): string => (readOnly ? 'read-only' : 'read and write')

function added(
  repo: string,
  title: string,
  key: string,
  readOnly: boolean,
  namesakes: readonly DeployKey[],
): Change {
  const ids = namesakes.map(({ id }) => id).join(', ')
  const left = namesakes.length === 0 ? '' : `; another key of this title stays: ${ids}`
  const summary = `add key ${title}: ${shownAccess(readOnly)}${left}`
  return githubChange(repo, 'keys', summary, [addition(repo, title, key, readOnly)], 'create')
}

const addition = (repo: string, title: string, key: string, readOnly: boolean): GithubAction => ({
  on: github,
  route: 'POST /repos/{owner}/{repo}/keys',
  parameters: { ...ownerAndName(repo), title, key, read_only: readOnly },
})

const deletion = (repo: string, { id }: DeployKey): GithubAction => ({
  on: github,
  route: 'DELETE /repos/{owner}/{repo}/keys/{key_id}',
  parameters: { ...ownerAndName(repo), key_id: id },
})

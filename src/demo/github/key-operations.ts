import ssh2 from 'ssh2'
import { notFound, paged, refusal, type Operations } from './answers.js'
import type { GithubState, StoredKey, StoredRepository } from './state.js'

/** Type and blob of a public key; null when the text is not a public key. */
export function keyIdentity(text: string): string | null {
  const parsed = ssh2.utils.parseKey(text)
  if (parsed instanceof Error || text.includes('PRIVATE KEY')) return null
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`
}

function shownKey(key: StoredKey, repository: StoredRepository, apiUrl: string): object {
  return {
    id: key.id,
    key: key.key,
    url: `${apiUrl}/repos/${repository.name}/keys/${String(key.id)}`,
    title: key.title,
    verified: true,
    created_at: key.createdAt,
    read_only: key.readOnly,
    added_by: 'developer',
    last_used: key.lastUsed,
    enabled: true,
  }
}

/** The operations on deploy keys. */
export function keyOperations(state: GithubState): Operations {
  return {
    'get /repos/{owner}/{repo}/keys': (request) =>
      paged(
        request.repository.keys.map((key) => shownKey(key, request.repository, request.apiUrl)),
        request,
        `/repos/${request.repository.name}/keys`,
      ),
    'post /repos/{owner}/{repo}/keys': ({ repository, body, apiUrl }) => {
      const key = keyIdentity(String(body['key']))
      if (key === null)
        return refusal(
          'PublicKey',
          'key is invalid. You must supply a key in OpenSSH public key format',
          'key',
        )
      // A deploy key belongs to one repository, whoever owns it (published reports quote GitHub's
      // message).
      if (state.repositories.some(({ keys }) => keys.some((one) => one.key === key)))
        return refusal('PublicKey', 'key is already in use', 'key')
      const made: StoredKey = {
        id: state.newId(),
        title: typeof body['title'] === 'string' ? body['title'] : key,
        key,
        readOnly: body['read_only'] === true,
        createdAt: state.time(),
        lastUsed: null,
      }
      repository.keys.push(made)
      return {
        status: 201,
        body: shownKey(made, repository, apiUrl),
        headers: { location: `${apiUrl}/repos/${repository.name}/keys/${String(made.id)}` },
      }
    },
    'get /repos/{owner}/{repo}/keys/{key_id}': ({ repository, ids, apiUrl }) => {
      const key = repository.keys.find(({ id }) => id === ids['key_id'])
      return key === undefined ? notFound : { status: 200, body: shownKey(key, repository, apiUrl) }
    },
    'delete /repos/{owner}/{repo}/keys/{key_id}': ({ repository, ids }) => {
      const place = repository.keys.findIndex(({ id }) => id === ids['key_id'])
      if (place === -1) return notFound
      repository.keys.splice(place, 1)
      return { status: 204 }
    },
  }
}

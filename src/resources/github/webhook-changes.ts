import { blocked, fine, type Action, type Plan } from '../../core/change.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import type { Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import { type Hook, ownerAndName, parseHooks } from '../../facts/github/api.js'
import { github, type GithubAction, type GithubProofAction } from '../../facts/github/backend.js'
import { marksDirectory } from '../../facts/github/mark.js'
import { githubChange } from './github-change.js'
import { marked } from './webhook-secret.js'

/** How a hook should be. What is left out stays as it is, or gets the default in a new hook. */
export interface WantedHook {
  readonly url: string
  readonly events?: readonly string[]
  readonly contentType?: string
  readonly verifyTls?: boolean
  readonly active?: boolean
  readonly prove?: boolean
}

/** Seconds that a ping may take from the request to its recorded delivery. */
const proofLimit = 20

/** Removes hooks, each with the mark of its secret. */
export function removed(repo: string, url: string, hooks: readonly Hook[]): Plan {
  if (hooks.length === 0) return fine('there is no such hook')
  return hooks.map(({ id }) =>
    githubChange(
      repo,
      'hooks',
      `remove hook ${String(id)} for ${url}`,
      [
        deletion(repo, id),
        {
          what: `removing ${marksDirectory}/${String(id)}`,
          script: sh`rm -f -- ${`${marksDirectory}/${String(id)}`}`,
        },
      ],
      'remove',
    ),
  )
}

const deletion = (repo: string, hook: number): GithubAction => ({
  on: github,
  route: 'DELETE /repos/{owner}/{repo}/hooks/{hook_id}',
  parameters: { ...ownerAndName(repo), hook_id: hook },
})

/** Creates a hook. What the options leave out gets the default. */
export function created(repo: string, wanted: WantedHook, secret: Secret | undefined): Plan {
  const events = wanted.events ?? ['push']
  const settings = {
    contentType: wanted.contentType ?? 'json',
    verifyTls: wanted.verifyTls ?? true,
    active: wanted.active ?? true,
  }
  const action: GithubAction = {
    on: github,
    route: 'POST /repos/{owner}/{repo}/hooks',
    parameters: {
      ...ownerAndName(repo),
      name: 'web',
      active: settings.active,
      events,
      config: config(wanted.url, settings, secret),
    },
    then(answer) {
      const id = parseHooks([answer])?.[0]?.id
      // GitHub has created the hook. Without its id no mark can be written, and the next run sets
      // the secret again.
      if (id === undefined) return []
      return afterwards(repo, id, isProved(settings, wanted), secret)
    },
  }
  const what = [...events, ...shown(settings)].join(', ')
  const summary = `create hook for ${wanted.url} (${what})${pinged(settings, wanted)}`
  return [githubChange(repo, 'hooks', summary, [action], 'create')]
}

/** The settings of a new hook that differ from the defaults. */
function shown({ contentType, verifyTls, active }: Settings): readonly string[] {
  const unusual: string[] = []
  if (contentType !== 'json') unusual.push(contentType)
  if (!verifyTls) unusual.push('TLS is not verified')
  if (!active) unusual.push('not active')
  return unusual
}

const isProved = ({ active }: Settings, { prove }: WantedHook): boolean => active && prove !== false
const pinged = (settings: Settings, wanted: WantedHook): string =>
  isProved(settings, wanted) ? ', then ping it' : ''

interface Settings {
  readonly contentType: string
  readonly verifyTls: boolean
  readonly active: boolean
}

const config = (
  url: string,
  { contentType, verifyTls }: Settings,
  secret: Secret | undefined,
): object => ({
  url,
  content_type: contentType,
  insecure_ssl: verifyTls ? '0' : '1',
  ...omitUndefined({ secret }),
})

const sorted = (events: readonly string[]): string => [...events].sort().join(', ')

/**
 * Updates all differences in one PATCH. GitHub replaces the whole configuration, so it is always
 * sent completely.
 */
export function updated(
  repo: string,
  wanted: WantedHook,
  hook: Hook,
  secret: Secret | undefined,
  doubt: string | null,
): Plan {
  const settings: Settings = {
    contentType: wanted.contentType ?? hook.contentType,
    verifyTls: wanted.verifyTls ?? hook.verifyTls,
    active: wanted.active ?? hook.active,
  }
  const events = wanted.events ?? hook.events
  const differences = [...differing(hook, events, settings), doubt].filter((part) => part !== null)
  if (differences.length === 0)
    return fine(`hook ${String(hook.id)} delivers ${sorted(hook.events)}`)
  if (secret === undefined && hook.hasSecret)
    return blocked(
      `hook ${String(hook.id)} has a secret, which GitHub would remove with this change: ${differences.join('; ')}`,
      'give the option secret',
      { lacks: [] },
    )
  const action: GithubAction = {
    on: github,
    route: 'PATCH /repos/{owner}/{repo}/hooks/{hook_id}',
    parameters: {
      ...ownerAndName(repo),
      hook_id: hook.id,
      active: settings.active,
      events,
      config: config(wanted.url, settings, secret),
    },
    then: () => afterwards(repo, hook.id, isProved(settings, wanted), secret),
  }
  const summary = `${differences.join('; ')}${pinged(settings, wanted)}`
  return [githubChange(repo, 'hooks', summary, [action])]
}

/** The differences of a hook, except for its secret. */
function differing(hook: Hook, events: readonly string[], wanted: Settings): readonly string[] {
  const { contentType, verifyTls, active } = hook
  const differences: string[] = []
  if (sorted(events) !== sorted(hook.events))
    differences.push(`events ${sorted(hook.events)} → ${sorted(events)}`)
  if (wanted.contentType !== contentType)
    differences.push(`content type ${contentType} → ${wanted.contentType}`)
  if (wanted.verifyTls !== verifyTls)
    differences.push(`verify TLS ${yesNo(verifyTls)} → ${yesNo(wanted.verifyTls)}`)
  if (wanted.active !== active)
    differences.push(`active ${yesNo(active)} → ${yesNo(wanted.active)}`)
  return differences
}

const yesNo = (is: boolean): string => (is ? 'yes' : 'no')

/**
 * What follows a change: the proof, and only then the mark, so that a hook that fails its proof is
 * changed again.
 */
function afterwards(
  repo: string,
  hook: number,
  prove: boolean,
  secret: Secret | undefined,
): readonly Action[] {
  const actions: Action[] = []
  if (prove) actions.push(proof(repo, hook))
  if (secret !== undefined) actions.push(marked(hook, secret))
  return actions
}

const proof = (repo: string, hook: number): GithubProofAction => ({
  on: github,
  repo,
  hook,
  within: proofLimit,
})

import { z } from 'zod'
import { type Action, blocked, fine, type GithubAction, type Plan } from '../../core/change.js'
import { request, type Value } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { checked, checkedId, secret as secretOption, state, value } from '../../core/options.js'
import { type CommonOptions, type Resource, resource } from '../../core/resource.js'
import { reveal, type Secret } from '../../core/secret.js'
import { sh } from '../../core/sh.js'
import { githubMarkFact, marksDirectory } from '../../facts/github/mark.js'
import {
  type Hook,
  hooksFact,
  newestDeliveryFact,
  normalizedUrl,
  ownerAndName,
  parseHooks,
} from '../../facts/github/api.js'
import { doubt, marked } from './webhook-secret.js'

export interface GithubWebhookOptions extends CommonOptions {
  /** Where GitHub sends deliveries: `http` or `https`. It identifies the hook. */
  readonly url: string
  /**
   * The secret with which GitHub signs deliveries (`X-Hub-Signature-256`). Left out: not managed.
   * Then nothing else can be changed in a hook that has one, because GitHub removes a secret that
   * is not sent along.
   */
  readonly secret?: Value<Secret>
  /**
   * The events that are delivered, as a complete list: `['push', 'release']`, or `['*']`. Default:
   * `['push']` for a new hook; an existing hook keeps its own.
   */
  readonly events?: readonly string[]
  /**
   * The format of the payload. Default: `json` for a new hook (GitHub's own default is `form`,
   * which few receivers understand); an existing hook keeps its own.
   */
  readonly contentType?: 'json' | 'form'
  /**
   * Whether GitHub verifies the certificate of an https URL. Default: true for a new hook; an
   * existing hook keeps its setting.
   */
  readonly verifyTls?: boolean
  /**
   * Whether events are delivered. Default: true for a new hook; an existing hook keeps its setting.
   */
  readonly active?: boolean
  /** Default `present`. `absent` needs the URL only. */
  readonly state?: 'present' | 'absent'
  /**
   * After a change, ping the hook and fail unless a ping is answered with 2xx within 20 seconds.
   * Skipped with `active: false`. Default true.
   */
  readonly prove?: boolean
}

/** The name of a repository, `owner/name`, as GitHub permits it. */
export const repositoryName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    'must be a repository: owner/name',
  )

const hookUrl = z
  .string()
  .refine(
    (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/\s/.test(url),
    'must be an http or https URL',
  )
const eventName = z
  .string()
  .regex(/^(?:\*|[a-z][a-z0-9_]*)$/, 'must be the name of an event, such as push')

/** Seconds that a ping may take from the request to its recorded delivery. */
const proofLimit = 20

const shape = {
  url: hookUrl,
  secret: value(secretOption).optional(),
  events: z
    .array(eventName)
    .min(1, 'must name at least one event')
    .refine((events) => new Set(events).size === events.length, 'must not name an event twice')
    .optional(),
  contentType: z.enum(['json', 'form']).optional(),
  verifyTls: z.boolean().optional(),
  active: z.boolean().optional(),
  state: state.optional(),
  prove: z.boolean().optional(),
}

/**
 * A webhook of a repository on GitHub, managed from the control machine. Needs `GITHUB_TOKEN` with
 * the permission "Webhooks: read and write".
 *
 * Its id is the repository and the normalised URL (scheme and host in lower case, no default port,
 * no trailing slash), so several hooks of one repository are distinct. A second hook with the same
 * URL is an error that names both; it is never removed silently.
 *
 * GitHub never shows a secret. So a mark on the host (`/var/lib/fettle/github/<hook id>`, root
 * only) keeps a random salt and the HMAC of the secret that was set. The newest delivery after the
 * hook's last change overrides the mark: its signature is recomputed over `JSON.stringify` of its
 * payload (as octokit/webhooks.js did for years: its issue 71). A matching signature proves the
 * secret; a different one counts only where every JSON writer would produce the same text.
 *
 * If several hosts of a play share one hook, put it into a task with `once: true`.
 */
export function githubWebhook(repo: string, options: GithubWebhookOptions): Resource {
  checkedId('github.webhook', repo, repositoryName)
  checked('github.webhook', repo, options, shape)
  const url = normalizedUrl(options.url)
  const common = { type: 'github.webhook', id: `${repo} ${url}`, options }
  const withUrl = (hooks: readonly Hook[] | null): readonly Hook[] =>
    (hooks ?? []).filter((hook) => normalizedUrl(hook.url) === url)
  const reads = { hooks: request(hooksFact, { repo }) }
  if (options.state === 'absent')
    return resource({ ...common, reads, plan: ({ hooks }) => removed(repo, url, withUrl(hooks)) })
  if (options.secret === undefined)
    return resource({
      ...common,
      reads,
      plan: ({ hooks }) => desired(repo, options, withUrl(hooks), undefined, () => null),
    })
  return resource({
    ...common,
    reads: {
      ...reads,
      marks: request(githubMarkFact, 'all'),
      delivery: request(newestDeliveryFact, { repo, url }),
    },
    values: { secret: options.secret },
    plan: ({ hooks, marks, delivery }, { secret }) =>
      desired(repo, options, withUrl(hooks), secret, (hook) =>
        doubt(secret, hook, marks ?? [], delivery),
      ),
  })
}

/**
 * The plan for a hook that should be present. `doubting` returns why GitHub may not have the
 * desired secret of a hook; null where it has, or none is managed.
 */
function desired(
  repo: string,
  options: GithubWebhookOptions,
  hooks: readonly Hook[],
  secret: Secret | undefined,
  doubting: (hook: Hook) => string | null,
): Plan {
  if (secret !== undefined && reveal(secret) === '')
    return blocked(
      'the secret is empty, which GitHub takes for none',
      'give a secret of at least 32 random bytes, such as generatedSecret(…).value',
    )
  const [hook, ...others] = hooks
  if (hook === undefined) return created(repo, options, secret)
  if (others.length > 0)
    return blocked(
      `${repo} has ${String(hooks.length)} hooks for ${hook.url}: ${hooks.map(({ id }) => id).join(', ')}`,
      `remove all but one at https://github.com/${repo}/settings/hooks`,
    )
  return updated(repo, options, hook, secret, doubting(hook))
}

function removed(repo: string, url: string, hooks: readonly Hook[]): Plan {
  if (hooks.length === 0) return fine('there is no such hook')
  return hooks.map(({ id }) => ({
    summary: `remove hook ${String(id)} for ${url}`,
    proof: 'facts',
    actions: [
      {
        on: 'github',
        route: 'DELETE /repos/{owner}/{repo}/hooks/{hook_id}',
        parameters: { ...ownerAndName(repo), hook_id: id },
      },
      {
        on: 'shell',
        what: `removing ${marksDirectory}/${String(id)}`,
        script: sh`rm -f -- ${`${marksDirectory}/${String(id)}`}`,
      },
    ],
  }))
}

function created(repo: string, options: GithubWebhookOptions, secret: Secret | undefined): Plan {
  const events = options.events ?? ['push']
  const settings = {
    contentType: options.contentType ?? 'json',
    verifyTls: options.verifyTls ?? true,
    active: options.active ?? true,
  }
  const action: GithubAction = {
    on: 'github',
    route: 'POST /repos/{owner}/{repo}/hooks',
    parameters: {
      ...ownerAndName(repo),
      name: 'web',
      active: settings.active,
      events,
      config: config(options.url, settings, secret),
    },
    then(answer) {
      const id = parseHooks([answer])?.[0]?.id
      // GitHub has created the hook. Without its id no mark can be written, and the next run sets
      // the secret again.
      if (id === undefined) return []
      return afterwards(repo, id, isProved(settings, options), secret)
    },
  }
  const what = [...events, ...shown(settings)].join(', ')
  const summary = `create hook for ${options.url} (${what})${pinged(settings, options)}`
  return [{ summary, proof: 'facts', actions: [action] }]
}

/** The settings of a new hook that differ from the defaults. */
function shown({ contentType, verifyTls, active }: Settings): readonly string[] {
  const unusual: string[] = []
  if (contentType !== 'json') unusual.push(contentType)
  if (!verifyTls) unusual.push('TLS is not verified')
  if (!active) unusual.push('not active')
  return unusual
}

const isProved = ({ active }: Settings, { prove }: GithubWebhookOptions): boolean =>
  active && prove !== false
const pinged = (settings: Settings, options: GithubWebhookOptions): string =>
  isProved(settings, options) ? ', then ping it' : ''

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
function updated(
  repo: string,
  options: GithubWebhookOptions,
  hook: Hook,
  secret: Secret | undefined,
  doubt: string | null,
): Plan {
  const wanted: Settings = {
    contentType: options.contentType ?? hook.contentType,
    verifyTls: options.verifyTls ?? hook.verifyTls,
    active: options.active ?? hook.active,
  }
  const events = options.events ?? hook.events
  const differences = [...differing(hook, events, wanted), doubt].filter((part) => part !== null)
  if (differences.length === 0)
    return fine(`hook ${String(hook.id)} delivers ${sorted(hook.events)}`)
  if (secret === undefined && hook.hasSecret)
    return blocked(
      `hook ${String(hook.id)} has a secret, which GitHub would remove with this change: ${differences.join('; ')}`,
      'give the option secret',
    )
  const action: GithubAction = {
    on: 'github',
    route: 'PATCH /repos/{owner}/{repo}/hooks/{hook_id}',
    parameters: {
      ...ownerAndName(repo),
      hook_id: hook.id,
      active: wanted.active,
      events,
      config: config(options.url, wanted, secret),
    },
    then: () => afterwards(repo, hook.id, isProved(wanted, options), secret),
  }
  const summary = `${differences.join('; ')}${pinged(wanted, options)}`
  return [{ summary, proof: 'facts', actions: [action] }]
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
  if (prove) actions.push({ on: 'github-proof', repo, hook, within: proofLimit })
  if (secret !== undefined) actions.push(marked(hook, secret))
  return actions
}

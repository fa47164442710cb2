import { z } from 'zod'
import { blocked, type Plan } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request, type Value } from '../../core/later.js'
import { secret as secretOption, state, value } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { reveal, type Secret } from '../../core/secret.js'
import { githubMarkFact } from '../../facts/github/mark.js'
import { type Hook, hooksFact, newestDeliveryFact, normalizedUrl } from '../../facts/github/api.js'
import { created, removed, updated } from './webhook-changes.js'
import { doubt } from './webhook-secret.js'

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
export const githubWebhook = resource({
  type: 'github.webhook',
  chapter: 'GitHub',
  ansible: '`community.general.github_webhook`',
  arguments: args<[repo: string]>(repositoryName),
  options: options<GithubWebhookOptions>({
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
  }),
  identity: (repo, { url }) => `${repo} ${normalizedUrl(url)}`,
  build(repo, options) {
    const { secret, state } = options
    const url = normalizedUrl(options.url)
    const withUrl = (hooks: readonly Hook[] | null): readonly Hook[] =>
      (hooks ?? []).filter((hook) => normalizedUrl(hook.url) === url)
    const reads = { hooks: request(hooksFact, { repo }) }
    if (state === 'absent')
      return desired({ reads, brings: [], plan: ({ hooks }) => removed(repo, url, withUrl(hooks)) })
    if (secret === undefined)
      return desired({
        reads,
        brings: [],
        plan: ({ hooks }) => planned(repo, options, withUrl(hooks), undefined, () => null),
      })
    return desired({
      reads: {
        ...reads,
        marks: request(githubMarkFact, 'all'),
        delivery: request(newestDeliveryFact, { repo, url }),
      },
      values: { secret },
      brings: [],
      plan: ({ hooks, marks, delivery }, { secret }) =>
        planned(repo, options, withUrl(hooks), secret, (hook) =>
          doubt(secret, hook, marks ?? [], delivery),
        ),
    })
  },
})

/**
 * The plan for a hook that should be present. `doubting` returns why GitHub may not have the
 * desired secret of a hook; null where it has, or none is managed.
 */
function planned(
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
      { lacks: [] },
    )
  return updated(repo, options, hook, secret, doubting(hook))
}

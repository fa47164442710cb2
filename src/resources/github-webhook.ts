import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { blocked, fine, type Action, type Plan, type ShellAction } from '../core/change.js'
import { request, type Value } from '../core/fact.js'
import { checked, checkedId, secret as secretOption, state, value } from '../core/options.js'
import { resource, type CommonOptions, type Resource } from '../core/resource.js'
import { reveal, type Secret } from '../core/secret.js'
import { sh } from '../core/sh.js'
import { githubMarkFact, marksDirectory, markText, type Mark } from '../facts/github-mark.js'
import {
  hooksFact,
  newestDeliveryFact,
  normalizedUrl,
  ownerAndName,
  parseHooks,
  type Delivery,
  type Hook,
} from '../facts/github.js'

export interface GithubWebhookOptions extends CommonOptions {
  /** Where GitHub delivers to: `http` or `https`. The hook is known by it. */
  readonly url: string
  /**
   * What GitHub signs deliveries with (`X-Hub-Signature-256`). Left out: not managed; then nothing
   * else of a hook that has one can be changed, because GitHub removes a secret that is not sent
   * along.
   */
  readonly secret?: Value<Secret>
  /**
   * The events that are delivered, all of them: `['push', 'release']`, or `['*']`. Default for a
   * new hook: `['push']`. Left out: an existing hook keeps its own.
   */
  readonly events?: readonly string[]
  /**
   * How the payload is sent. Default for a new hook: `json` (GitHub's own default is `form`, which
   * few receivers understand). Left out: an existing hook keeps its own.
   */
  readonly contentType?: 'json' | 'form'
  /**
   * Whether GitHub checks the certificate of an https URL. Default for a new hook: true. Left out:
   * an existing hook keeps its own.
   */
  readonly verifyTls?: boolean
  /**
   * Whether events are delivered. Default for a new hook: true. Left out: an existing hook keeps
   * its own.
   */
  readonly active?: boolean
  /** Default `present`. `absent` needs the URL only. */
  readonly state?: 'present' | 'absent'
  /**
   * After a change, ping the hook and fail unless a ping is answered with 2xx within 20 seconds.
   * Not done for a hook with `active: false`. Default true.
   */
  readonly prove?: boolean
}

/** `owner/name` as GitHub permits it. */
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
 * A webhook of a repository on GitHub, made and kept from the control machine. Needs `GITHUB_TOKEN`
 * with the permission "Webhooks: read and write".
 *
 * Its id is the repository and the normalised URL (scheme and host in lower case, no default port,
 * no slash at the end), so that hooks of one repository differ. A second hook with the same URL is
 * an error that names both; it is never removed silently.
 *
 * GitHub never shows a secret. A mark on the host (`/var/lib/fettle/github/<hook id>`, root only: a
 * random salt and the secret's HMAC) tells whether the hook has the wanted one, and the newest
 * delivery since the hook's last change overrules the mark: its signature is computed again over
 * `JSON.stringify` of its payload (as octokit/webhooks.js did for years: its issue 71). One that
 * fits proves the secret; one that does not counts only when every JSON writer would give the same
 * text.
 *
 * Several hosts of a play that share one hook belong in a task with `once: true`.
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
 * `doubting` tells why GitHub may not have the wanted secret for a hook; null when it has, or when
 * none is managed.
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
  return [
    {
      summary: `create hook for ${options.url} (${[...events, ...shown(settings)].join(', ')})${pinged(settings, options)}`,
      proof: 'facts',
      actions: [
        {
          on: 'github',
          route: 'POST /repos/{owner}/{repo}/hooks',
          parameters: {
            ...ownerAndName(repo),
            name: 'web',
            active: settings.active,
            events,
            config: config(options.url, settings, secret),
          },
          then: (answer) => {
            const id = parseHooks([answer])?.[0]?.id
            // GitHub said that it made the hook; without its id no mark can be kept, and the next
            // run sets the secret again.
            return id === undefined ? [] : afterwards(repo, id, isProved(settings, options), secret)
          },
        },
      ],
    },
  ]
}

/** What of a new hook is not GitHub's or Fettle's usual. */
const shown = ({ contentType, verifyTls, active }: Settings): readonly string[] => [
  ...(contentType === 'json' ? [] : [contentType]),
  ...(verifyTls ? [] : ['TLS is not verified']),
  ...(active ? [] : ['not active']),
]

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
  ...(secret === undefined ? {} : { secret }),
})

const sorted = (events: readonly string[]): string => [...events].sort().join(', ')

/**
 * Every difference in one PATCH: GitHub replaces the configuration as a whole, so it is always sent
 * as a whole.
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
  const differences = [
    ...(sorted(events) === sorted(hook.events)
      ? []
      : [`events ${sorted(hook.events)} → ${sorted(events)}`]),
    ...(wanted.contentType === hook.contentType
      ? []
      : [`content type ${hook.contentType} → ${wanted.contentType}`]),
    ...(wanted.verifyTls === hook.verifyTls
      ? []
      : [`verify TLS ${yesNo(hook.verifyTls)} → ${yesNo(wanted.verifyTls)}`]),
    ...(wanted.active === hook.active
      ? []
      : [`active ${yesNo(hook.active)} → ${yesNo(wanted.active)}`]),
    ...(doubt === null ? [] : [doubt]),
  ]
  if (differences.length === 0)
    return fine(`hook ${String(hook.id)} delivers ${sorted(hook.events)}`)
  if (secret === undefined && hook.hasSecret)
    return blocked(
      `hook ${String(hook.id)} has a secret, which GitHub would remove with this change: ${differences.join('; ')}`,
      'give the option secret',
    )
  return [
    {
      summary: `${differences.join('; ')}${pinged(wanted, options)}`,
      proof: 'facts',
      actions: [
        {
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
        },
      ],
    },
  ]
}

const yesNo = (is: boolean): string => (is ? 'yes' : 'no')

/** Why GitHub may not have the wanted secret; null when it has. */
function doubt(
  secret: Secret,
  hook: Hook,
  marks: readonly Mark[],
  delivery: Delivery | null,
): string | null {
  if (!hook.hasSecret) return 'secret none → set'
  const fits = delivery?.hook === hook.id ? signatureFits(secret, hook, delivery) : null
  if (fits !== null)
    return fits ? null : 'secret changed: the newest delivery is signed with another'
  const mark = marks.find((one) => one.hook === hook.id)
  if (mark === undefined) return 'secret is not known to be set'
  return hmac(mark.salt, secret) === mark.hmac ? null : 'secret changed'
}

const hmac = (salt: string, secret: Secret): string =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(reveal(secret)).digest('hex')

/** Whether a delivery was signed with this secret; null when that cannot be told. */
function signatureFits(
  secret: Secret,
  hook: Hook,
  { deliveredAt, signature, body }: Delivery,
): boolean | null {
  // Both times are GitHub's, in seconds: a delivery in the second of the change may have been
  // signed before it.
  if (
    !(Date.parse(deliveredAt) > Date.parse(hook.updatedAt)) ||
    body === null ||
    hook.contentType !== 'json'
  )
    return null
  if (signature === null) return false
  // GitHub writes control characters as \u001B, JSON.stringify as \u001b.
  const texts = [
    body,
    body.replace(/(?<!\\)((?:\\\\)*)\\u[0-9a-f]{4}/g, (escape) =>
      escape.toUpperCase().replace('\\U', '\\u'),
    ),
  ]
  if (
    texts.some(
      (text) =>
        signature === `sha256=${createHmac('sha256', reveal(secret)).update(text).digest('hex')}`,
    )
  )
    return true
  const writtenAlikeByAll = /^[ -~]*$/.test(body) && !/[<>&]|\\u/.test(body)
  return writtenAlikeByAll ? false : null
}

/** The proof, and only then the mark: a hook that failed its proof is due again. */
function afterwards(
  repo: string,
  hook: number,
  prove: boolean,
  secret: Secret | undefined,
): readonly Action[] {
  return [
    ...(prove ? [{ on: 'github-proof', repo, hook, within: proofLimit } as const] : []),
    ...(secret === undefined ? [] : [marked(hook, secret)]),
  ]
}

function marked(hook: number, secret: Secret): ShellAction {
  const salt = randomBytes(16).toString('hex')
  return {
    on: 'shell',
    what: `writing ${marksDirectory}/${String(hook)}`,
    script: sh`umask 077 && mkdir -p ${marksDirectory} && cd ${marksDirectory} && new=$(mktemp ./.mark.XXXXXX) && if cat >"$new" && sync "$new" && mv -f -- "$new" ${String(hook)}; then :; else rm -f -- "$new"; false; fi`,
    input: markText({ salt, hmac: hmac(salt, secret) }),
  }
}

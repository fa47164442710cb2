import { z } from 'zod'
import { blocked, fine } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { absolutePath, line } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { httpFact, type HttpProbe, type HttpResult } from '../../facts/commands/http.js'

export interface HttpCheckOptions extends CommonOptions {
  /**
   * The expected status, or several of which one is expected. Redirects are not followed. Default
   * 200.
   */
  readonly status?: number | readonly number[]
  /**
   * Text that the first MiB of the body must contain, read as UTF-8. Left out: the body is not
   * checked.
   */
  readonly contains?: string
  /**
   * Where to connect to, instead of the address of the URL's host. Port, server name and `Host`
   * header are still the URL's.
   */
  readonly address?: string
  /** A Unix socket on the host to connect to, instead of the URL's host and port. */
  readonly socket?: string
  /**
   * `host`: through the SSH connection, so that `localhost` is the host. `control`: from the
   * control machine. Default `host`.
   */
  readonly from?: 'host' | 'control'
  /** Seconds for which `apply` waits for the check to hold. Default 0: one attempt. */
  readonly within?: number
}

/** Seconds for one attempt. */
const answerLimit = 10

/** A URL. Tabs and line breaks are refused, because the parser would drop them silently. */
const url = z
  .string()
  .regex(/^[^\t\r\n]*$/, 'must be one line without tabs')
  .pipe(z.url({ protocol: /^https?$/, error: 'must be a URL of http or https' }))
  .refine(
    (given) =>
      URL.canParse(given) && new URL(given).username === '' && new URL(given).password === '',
    'must not hold a user or password',
  )

const status = z.number().int().min(100).max(599)

function problem(
  result: HttpResult | null,
  statuses: readonly number[],
  contains: string | undefined,
): string | null {
  if (result === null || 'silent' in result)
    return `had no answer: ${result?.silent ?? 'not asked'}`
  const { status, body, isCut } = result
  if (!statuses.includes(status)) {
    const but = statuses.length === 1 ? 'not' : 'none of'
    return `answered ${String(status)}, ${but} ${statuses.join(', ')}`
  }
  if (contains !== undefined && !body.includes(contains)) {
    const where = isCut === true ? 'first MiB of the body' : 'body'
    return `answered ${String(status)} without ${JSON.stringify(contains)} in the ${where}`
  }
  return null
}

/** Describes a good answer. */
function seen(answer: HttpResult | null, contains: string | undefined): string {
  const code = answer !== null && 'status' in answer ? String(answer.status) : ''
  return contains === undefined ? code : `${code} with ${JSON.stringify(contains)}`
}

/** The URL, and where it is asked if that is elsewhere. */
function shownAddress(url: string, { address, socket }: HttpCheckOptions): string {
  const place = address ?? socket
  return place === undefined ? url : `${url} at ${place}`
}

/**
 * A check that a server answers a GET request. It never changes anything: while it does not hold,
 * the host has failed.
 *
 * Its id is the URL, followed by the address or socket where one is given.
 */
export const checkHttp = resource({
  type: 'check.http',
  chapter: 'Commands and checks',
  ansible: '`uri` with `until`',
  arguments: args<[address: string]>(url),
  options: options<HttpCheckOptions>({
    status: z
      .union([status, z.array(status).min(1, 'must hold at least one status').readonly()])
      .optional(),
    contains: z.string().min(1).optional(),
    address: line.regex(/^[A-Za-z0-9_.:-]+$/, 'must be an address or a name').optional(),
    socket: absolutePath.optional(),
    from: z.enum(['host', 'control']).optional(),
    within: z.number().nonnegative().optional(),
  }),
  identity: shownAddress,
  conflict(_, { socket, from, address }) {
    if (socket === undefined) return undefined
    if (from === 'control') return 'socket is a path on the host, so from cannot be control'
    if (address !== undefined) return 'address and socket exclude each other'
    return undefined
  },
  build(url, options) {
    const { status: wanted = 200, contains, address, socket, from = 'host', within = 0 } = options
    const statuses = typeof wanted === 'number' ? [wanted] : wanted
    const probe: HttpProbe = {
      url,
      from,
      timeout: answerLimit,
      ...omitUndefined({ address, socket }),
    }
    return desired({
      reads: { answer: request(httpFact, probe) },
      check: { within },
      plan({ answer }) {
        const wrong = problem(answer, statuses, contains)
        if (wrong === null) return fine(seen(answer, contains))
        const remedy = answer !== null && 'remedy' in answer ? answer.remedy : undefined
        return blocked(
          `GET ${shownAddress(url, options)} ${wrong}`,
          remedy ?? 'see the journal of the service that should answer',
        )
      },
    })
  },
})

/** Redirects that are followed before an answer is given up. */
const longestChain = 5

export interface FetchLimits {
  /** Only requests to this origin are sent, so that the token cannot go elsewhere. */
  readonly origin: string
  /** Seconds for one request and its whole answer. */
  readonly timeout: number
  readonly onExchange: () => void
}

/**
 * The `fetch` that Octokit gets: with a limit in time, answers read whole, and redirects followed only within the origin, method and body kept
 * (a renamed repository answers 301 or 307). A redirect elsewhere is returned as it came.
 * @throws TypeError for a success whose body is not JSON: a proxy's page, or an answer that was cut off
 */
export function fetchWithin({ origin, timeout, onExchange }: FetchLimits): typeof fetch {
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : String(input))
    for (let hop = 0; ; hop++) {
      onExchange()
      const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeout * 1000) })
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
      const target = location !== null && URL.canParse(location, url.href) ? new URL(location, url) : null
      if (target?.origin !== origin || hop === longestChain) return whole(response)
      await response.body?.cancel()
      url = target
    }
  }
}

async function whole(response: Response): Promise<Response> {
  const text = await response.text()
  if (response.ok && response.status !== 204) {
    try {
      JSON.parse(text)
    } catch (error) {
      throw new TypeError(`the answer ${String(response.status)} is not whole JSON (${String(text.length)} characters of ${response.headers.get('content-type') ?? 'no type'})`, { cause: error })
    }
  }
  return new Response(text === '' ? null : text, { status: response.status, statusText: response.statusText, headers: response.headers })
}

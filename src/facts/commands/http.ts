import { declared } from '../../core/backend.js'
import { isCode } from '../../core/errors.js'
import { messageOf } from '../../core/error-message.js'
import { backendFact, present, type Fact } from '../../core/fact.js'

/** An HTTP request that reads state. */
export interface HttpProbe {
  readonly url: string
  /** Where to connect to instead of the URL's host. */
  readonly address?: string
  /** A Unix socket on the host instead of the URL's own host and port. */
  readonly socket?: string
  readonly from: 'host' | 'control'
  readonly timeout: number
}

export interface HttpAnswer {
  readonly status: number
  readonly body: string
  /** The body is longer than the part that was read. */
  readonly isCut?: true
}

/**
 * Sends HTTP requests, through the host's SSH connection or from the control machine.
 * @throws Error where there is no answer; FettleError `connection-lost` where the host's connection
 * is the cause
 */
export interface HttpReader {
  request(probe: HttpProbe): Promise<HttpAnswer>
}

/** HTTP requests that read state. */
export const http = declared<HttpReader>({ name: 'http', scope: 'host' })

/** A server's answer, or why there is none: checks handle both. */
export type HttpResult = HttpAnswer | { readonly silent: string; readonly remedy?: string }

/** The answer to a GET request. Redirects are not followed. */
export const httpFact = backendFact({
  backend: http,
  name: 'http',
  async read(client, probe: HttpProbe): Promise<Fact<HttpResult>> {
    try {
      return present(await client.request(probe))
    } catch (error) {
      if (isCode(error, 'connection-lost')) throw error
      // The service was not asked at all.
      if (isCode(error, 'forward-forbidden'))
        return present({ silent: error.message, remedy: error.remedy })
      return present({ silent: messageOf(error) })
    }
  },
})

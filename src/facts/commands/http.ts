import { isCode } from '../../core/errors.js'
import { messageOf } from '../../core/error-message.js'
import { present, type HttpAnswer, type HttpFactKind, type HttpProbe } from '../../core/fact.js'

/** A server's answer, or why there is none: checks handle both. */
export type HttpResult = HttpAnswer | { readonly silent: string; readonly remedy?: string }

/** The answer to a GET request. Redirects are not followed. */
export const httpFact: HttpFactKind<HttpProbe, HttpResult> = {
  backend: 'http',
  name: 'http',
  async read(http, probe) {
    try {
      return present(await http.request(probe))
    } catch (error) {
      if (isCode(error, 'connection-lost')) throw error
      // The service was not asked at all.
      if (isCode(error, 'forward-forbidden'))
        return present({ silent: error.message, remedy: error.remedy })
      return present({ silent: messageOf(error) })
    }
  },
}

import { isCode } from '../../core/errors.js'
import { messageOf } from '../../core/error-message.js'
import { present, type HttpAnswer, type HttpFactKind, type HttpProbe } from '../../core/fact.js'

/** What a server answered, or why nobody did: a check compares both. */
export type HttpResult = HttpAnswer | { readonly silent: string; readonly remedy?: string }

/** The answer to a GET; redirects are answers. */
export const httpFact: HttpFactKind<HttpProbe, HttpResult> = {
  backend: 'http',
  name: 'http',
  async read(http, probe) {
    try {
      return present(await http.request(probe))
    } catch (error) {
      if (isCode(error, 'connection-lost')) throw error
      // Nobody has asked the service.
      if (isCode(error, 'forward-forbidden'))
        return present({ silent: error.message, remedy: error.remedy })
      return present({ silent: messageOf(error) })
    }
  },
}

import type { Client } from 'ssh2'

/** Private fields of ssh2's client, as of version 1.17. */
interface LoginInternals {
  readonly _protocol: {
    service: (name: string) => void
    authPK: (user: string, key: unknown, algorithm?: string, sign?: Sign) => void
    readonly ping: () => void
    readonly _handlers: Handlers
  }
  readonly _remoteVer?: string
}
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void
/** ssh2's handlers of protocol messages. */
type Handlers = Record<(typeof messages)[number], (protocol: unknown, ...parts: unknown[]) => void>
const messages = [
  'SERVICE_ACCEPT',
  'EXT_INFO',
  'USERAUTH_PK_OK',
  'USERAUTH_SUCCESS',
  'GLOBAL_REQUEST',
] as const

function internals(client: Client): LoginInternals | null {
  const { _protocol: protocol } = client as unknown as Partial<LoginInternals>
  const handlers: Partial<Handlers> = protocol?._handlers ?? {}
  const expected = [
    protocol?.service,
    protocol?.authPK,
    protocol?.ping,
    ...messages.map((message) => handlers[message]),
  ].every((part) => typeof part === 'function')
  return expected ? (client as unknown as LoginInternals) : null
}

/**
 * Pipelines the login where there is only one key to try: one round trip instead of three. ssh2
 * waits for the service, for the answer whether the key would do, and for the answer to the
 * signature. A client may leave out the question and need not wait for the service (RFC 4252,
 * sections 5 and 7). Without the expected private fields ssh2 logs in its own way. Call it before
 * anything was received.
 *
 * @returns resolves when the login was sent, if the server is OpenSSH, which reads what follows
 *   only after it; with another server never
 */
export function pipelineLogin(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const inside = internals(client)
    if (inside === null) return
    const { _protocol: protocol } = inside
    const { _handlers: handlers } = protocol
    const { service, authPK } = protocol
    const { SERVICE_ACCEPT, EXT_INFO, USERAUTH_PK_OK, USERAUTH_SUCCESS, GLOBAL_REQUEST } = handlers
    const openSsh = (): boolean => inside._remoteVer?.startsWith('OpenSSH_') === true
    let state: 'waiting' | 'begun' | 'sent' = 'waiting'
    let asked = false
    let informed = false
    const begin = (): void => {
      if (state !== 'waiting') return
      state = 'begun'
      SERVICE_ACCEPT(protocol, 'ssh-userauth')
    }
    protocol.service = (name) => {
      service.call(protocol, name)
      asked = true
      if (informed) begin()
    }
    // EXT_INFO lists the signature algorithms that the server accepts for RSA keys. OpenSSH sends
    // it right after the key exchange.
    handlers.EXT_INFO = (...parts) => {
      EXT_INFO(...parts)
      informed = true
      if (asked) begin()
    }
    // sshd leaves Nagle's algorithm on: it holds its next message until these are acknowledged, and
    // a delayed acknowledgement takes 40 ms. A ping of ours carries it at once.
    const acknowledge = (): void => {
      if (state === 'sent' && openSsh()) protocol.ping()
    }
    handlers.SERVICE_ACCEPT = () => {
      acknowledge()
      begin()
    }
    handlers.USERAUTH_SUCCESS = (...parts) => {
      acknowledge()
      USERAUTH_SUCCESS(...parts)
    }
    // OpenSSH announces all its host keys then, and ssh2 would have it prove each of them:
    // signatures that nothing reads.
    handlers.GLOBAL_REQUEST = (from, name, ...parts) => {
      if (name === 'hostkeys-00@openssh.com') acknowledge()
      else GLOBAL_REQUEST(from, name, ...parts)
    }
    protocol.authPK = (user, key, algorithm, sign) => {
      if (sign === undefined) return USERAUTH_PK_OK(protocol)
      authPK.call(protocol, user, key, algorithm, (data, done) => {
        sign(data, (signature) => {
          done(signature)
          state = 'sent'
          if (openSsh()) resolve()
        })
      })
    }
  })
}

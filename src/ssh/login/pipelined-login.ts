import type { Client } from 'ssh2'

/** The parts of ssh2's client that its types leave out, as version 1.17 has them. */
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
/** What the client does when a message comes. */
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
 * Logs in with one flight of messages where there is only one key to try. ssh2 waits for three
 * answers: for the service, whether the key would do, and to the signature. A client may leave the
 * question out and need not wait for the service (RFC 4252, sections 5 and 7). Where ssh2 is not as
 * expected here, it logs in its own way. To be called before anything was received.
 *
 * @returns when the login was sent to a server that reads what follows only after it: OpenSSH's.
 * With another, never.
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
    // It tells which signatures the server takes of an RSA key. OpenSSH sends it right behind the
    // key exchange.
    handlers.EXT_INFO = (...parts) => {
      EXT_INFO(...parts)
      informed = true
      if (asked) begin()
    }
    // sshd leaves Nagle's algorithm on: it holds its next words until these are acknowledged, which
    // takes 40 ms without words of ours.
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
    // It tells all its host keys then, and ssh2 would have each of them proved: signatures that
    // nobody reads.
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

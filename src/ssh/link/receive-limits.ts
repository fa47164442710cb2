import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'

const messages = ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA'] as const

/** Private fields of ssh2's client, as of version 1.17. */
interface ReceiveInternals {
  readonly _chanMgr: { readonly get: (channel: number) => unknown }
  readonly _protocol: { readonly _handlers: Record<(typeof messages)[number], MessageHandler> }
}
type MessageHandler = (protocol: unknown, channel: number, data: Buffer, ...more: unknown[]) => void

/**
 * Ends a connection whose server sends more than a channel's window allows (RFC 4254, section 5.2).
 * ssh2 does not enforce the window, so a server could fill our memory through any channel that is
 * not being read. Without the expected private fields this does nothing.
 * @param onViolation called once, at the first violation
 */
export function guardWindows(client: Client, onViolation: () => void): void {
  // ssh2's types leave its private fields out; each is checked before it is used.
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as Partial<ReceiveInternals>
  const handlers = protocol?._handlers
  if (typeof channels?.get !== 'function' || handlers === undefined) return
  let over = false
  for (const message of messages) {
    const handle = handlers[message]
    if (typeof handle !== 'function') continue
    handlers[message] = (from, channel, data, ...more) => {
      const window = windowOf(channels.get(channel))
      if (!over && window !== null && data.length > window) {
        over = true
        onViolation()
      }
      if (!over) handle(from, channel, data, ...more)
    }
  }
}

/**
 * Bytes that may wait to be written. An upload has at most a channel's window under way, which sshd
 * makes 2 MiB.
 */
const maxQueuedBytes = 64 * 1024 * 1024

/**
 * Stops reading while too much waits to be written: a server that sends requests endlessly and does
 * not read the answers could otherwise fill our memory with them.
 */
export function guardAnswers(stream: Duplex, maxBytes = maxQueuedBytes): void {
  let isPaused = false
  stream.on('data', () => {
    if (isPaused || stream.writableLength <= maxBytes) return
    isPaused = true
    stream.pause().once('drain', () => {
      isPaused = false
      stream.resume()
    })
  })
}

function windowOf(channel: unknown): number | null {
  const { incoming } = (channel ?? {}) as { readonly incoming?: { readonly window?: unknown } }
  return typeof incoming?.window === 'number' ? incoming.window : null
}

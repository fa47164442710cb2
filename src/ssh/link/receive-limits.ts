import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'

const messages = ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA'] as const

/** The parts of ssh2's client that its types leave out, as version 1.17 has them. */
interface ReceiveInternals {
  readonly _chanMgr: { readonly get: (channel: number) => unknown }
  readonly _protocol: { readonly _handlers: Record<(typeof messages)[number], MessageHandler> }
}
type MessageHandler = (protocol: unknown, channel: number, data: Buffer, ...more: unknown[]) => void

/**
 * Ends a connection whose server sends more than a channel's window allows (RFC 4254, section 5.2).
 * ssh2 takes and keeps all that comes, so a server could fill the memory through any channel that
 * is not being read. Where ssh2 is not as expected, nothing is looked at.
 * @param violated is told of it, once
 */
export function guardWindows(client: Client, violated: () => void): void {
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
        violated()
      }
      if (!over) handle(from, channel, data, ...more)
    }
  }
}

/**
 * Bytes that may wait to be written. What uploads have on the way is a channel's window, which sshd
 * makes 2 MiB.
 */
const mostWaiting = 64 * 1024 * 1024

/**
 * Reads no further while too much waits to be written: a server that asks without an end, and does
 * not take the answers, could fill the memory with them.
 */
export function guardAnswers(stream: Duplex, most = mostWaiting): void {
  let waits = false
  stream.on('data', () => {
    if (waits || stream.writableLength <= most) return
    waits = true
    stream.pause().once('drain', () => {
      waits = false
      stream.resume()
    })
  })
}

function windowOf(channel: unknown): number | null {
  const { incoming } = (channel ?? {}) as { readonly incoming?: { readonly window?: unknown } }
  return typeof incoming?.window === 'number' ? incoming.window : null
}

import type { Duplex } from 'node:stream'

/** The parts of ssh2's channels that its types leave out, as version 1.17 has them. */
interface ChannelInternals {
  readonly incoming: { window: number }
  readonly outgoing: { readonly id: number; readonly state: string }
  readonly _client: {
    readonly _protocol: { channelWindowAdjust: (channel: number, bytes: number) => void }
  }
}

/**
 * Gives a forwarding's window back with every piece that comes. sshd leaves Nagle's algorithm on
 * for a connection without sessions, such as one to a jump host: a second piece waits until the
 * first is acknowledged, for which our kernel takes 40 ms where we have nothing to say. Where ssh2
 * is not as expected, they are waited for. To be called before anything was read.
 */
export function returnWindowAtOnce(stream: Duplex): void {
  const { incoming, outgoing, _client } = stream as unknown as Partial<ChannelInternals>
  const protocol = _client?._protocol
  if (
    typeof incoming?.window !== 'number' ||
    typeof outgoing?.id !== 'number' ||
    typeof protocol?.channelWindowAdjust !== 'function'
  )
    return
  stream.pause().on('data', (chunk: Buffer) => {
    if (outgoing.state !== 'open') return
    incoming.window += chunk.length
    protocol.channelWindowAdjust(outgoing.id, chunk.length)
  })
}

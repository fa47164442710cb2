import type { Duplex } from 'node:stream'

/** Private fields of ssh2's channels, as of version 1.17. */
interface ChannelInternals {
  readonly incoming: { window: number }
  readonly outgoing: { readonly id: number; readonly state: string }
  readonly _client: {
    readonly _protocol: { channelWindowAdjust: (channel: number, bytes: number) => void }
  }
}

/**
 * Sends a window adjustment for every packet of a forwarding, which acknowledges it at TCP level.
 * sshd leaves Nagle's algorithm on for connections without sessions, such as those to a jump host:
 * it holds its next packet until then, and our kernel delays a bare acknowledgement by 40 ms.
 * Without the expected private fields this does nothing. Call it before anything was read.
 */
export function adjustWindowPerPacket(stream: Duplex): void {
  // ssh2's types leave its private fields out; each is checked before it is used.
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

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { PeerOptions, PeerReport } from './peer.js'

/** A process that simulates hosts, one for each address of 127/8 at its port. */
export interface Peer {
  readonly port: number
  /** The host key for known_hosts. */
  readonly hostKey: string
  report(): Promise<PeerReport>
  stop(): Promise<void>
}

export async function startPeer(options: PeerOptions): Promise<Peer> {
  const child = fork(fileURLToPath(new URL('peer.js', import.meta.url)), [JSON.stringify(options)])
  const port = (await answer(child)) as number
  const [type = '', key = ''] = (await readFile(`${options.hostKey}.pub`, 'utf8')).split(' ')
  return {
    port,
    hostKey: `${type} ${key}`,
    report: () => {
      const report = answer(child) as Promise<PeerReport>
      child.send('report')
      return report
    },
    stop: async () => {
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}

async function answer(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`a peer has ended with status ${String(code)}`)
  })
  try {
    const [message] = (await Promise.race([once(child, 'message'), exit])) as [unknown]
    return message
  } finally {
    ended.abort()
    exit.catch(() => undefined)
  }
}

import { portOf, startMute, startServer } from './server.js'
import { PlayedChannel } from './played-channel.js'
import { loadTranscript } from './transcript.js'

/** The options of a peer, as JSON in its first argument. */
export interface PeerOptions {
  /** The file with a real host's recording; null: connections are accepted and never answered. */
  readonly transcript: string | null
  /** The file of its private host key. */
  readonly hostKey: string
  /** `ssh-ed25519 AAAA…`: the key that may log in. */
  readonly userKey: string
  /** Seconds that each answer takes. */
  readonly delay: number
}

/** Its statistics, reported on request. */
export interface PeerReport {
  readonly commands: number
  /** Where a client sent something else than the recorded input. */
  readonly unknown: readonly string[]
  /** Seconds of its processor time. */
  readonly cpu: number
  /** Peak resident memory, in bytes. */
  readonly peak: number
}

/**
 * A program that simulates hosts; `startPeer` starts it. It prints its port, and ends with its
 * parent.
 */
const { transcript, delay, hostKey, userKey } = JSON.parse(process.argv[2] ?? '') as PeerOptions
const unknown: string[] = []
let commands = 0

async function start(): Promise<number> {
  if (transcript === null) return portOf(await startMute())
  const recorded = loadTranscript(transcript)
  return portOf(
    await startServer({
      hostKey,
      userKey,
      run(command, channel) {
        commands += 1
        new PlayedChannel(channel, recorded, delay, (what) => unknown.push(what)).begin(command)
      },
    }),
  )
}

process.on('message', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  process.send?.({
    commands,
    unknown,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    peak: maxRSS * 1024,
  } satisfies PeerReport)
})
process.on('disconnect', () => process.exit())
process.send?.(await start())

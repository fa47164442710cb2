import { portOf, startMute, startServer } from './server.js'
import { PlayedChannel } from './played-channel.js'
import { loadTranscript } from './transcript.js'

/** What a peer is given, as JSON in its first argument. */
export interface PeerOptions {
  /** The file of what a real host said; null: calls are taken and nothing is ever said. */
  readonly transcript: string | null
  /** The file of the private key that it shows. */
  readonly hostKey: string
  /** `ssh-ed25519 AAAA…`: who may log in. */
  readonly userKey: string
  /** Seconds that each answer takes. */
  readonly delay: number
}

/** What it has done, told when it is asked. */
export interface PeerReport {
  readonly commands: number
  /** Where a caller asked something else than the recorded one. */
  readonly unknown: readonly string[]
  /** Seconds of its processor time. */
  readonly cpu: number
  /** Most resident memory, in bytes. */
  readonly peak: number
}

/**
 * A program that plays hosts; `startPeer` starts it. It says its port, and ends with its parent.
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

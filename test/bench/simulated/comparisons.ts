import { join } from 'node:path'
import { measure, type Command } from '../measure.js'
import { resultsFolder } from '../places.js'
import { endTimes } from './end-times.js'
import { playedHosts } from './hosts.js'
import { used, watched } from './measured.js'
import type { Peer } from './played.js'
import type { Stage } from './stage.js'

/** Seconds of the process's processor time in each round. */
export type ViewCosts = Readonly<Record<string, readonly number[]>>

/**
 * Compares the costs of a terminal's progress view, plain lines and JSON: the same plan of
 * simulated hosts, in rotation.
 */
export async function compareViews(
  { group, fettle, inventory }: Stage,
  peer: Peer,
  hosts: number,
  n: number,
): Promise<ViewCosts> {
  const plain = fettle('plan', '-i', await inventory('views', playedHosts(hosts, peer)))
  const ways: Readonly<Record<string, Command>> = {
    plain,
    json: { ...plain, argv: [...plain.argv, '--json'] },
    terminal: {
      ...plain,
      argv: ['script', '-qec', `stty rows 40 cols 140; ${plain.argv.join(' ')}`, '/dev/null'],
    },
  }
  const seconds: Record<string, number[]> = {}
  for (let round = 0; round < n; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      await measure(group, watched(way), [], join(resultsFolder, `scale-view-${name}.log`))
      seconds[name] = [...(seconds[name] ?? []), (await used()).cpu]
    }
  }
  return seconds
}

/** When the hosts of a run had ended, in seconds from its start. */
export interface Ends {
  /** The last of the hosts that answer. */
  readonly good: number
  readonly slow: number
  readonly mute: number
}

const [slowHost, muteHost] = [3, 7]

/**
 * Compares 200 hosts without and with two bad ones, in rotation: one takes ten seconds for each
 * answer, and one accepts connections but never answers.
 */
export async function compareSlow(
  { fettle, inventory, play }: Stage,
  peer: Peer,
  n: number,
): Promise<Readonly<Record<'without' | 'with', readonly Ends[]>>> {
  const [slow, mute] = await Promise.all([play(10), play(null)])
  try {
    const good = fettle('plan', '--json', '-i', await inventory('good', playedHosts(200, peer)))
    const bad = fettle(
      'plan',
      '--json',
      '-i',
      await inventory('bad', playedHosts(200, peer, { [slowHost]: slow, [muteHost]: mute })),
    )
    const ends: Record<'without' | 'with', Ends[]> = { without: [], with: [] }
    for (let round = 0; round < n; round += 1) {
      ends.without.push(split(await endTimes(good)))
      ends.with.push(split(await endTimes(bad)))
    }
    return ends
  } finally {
    await Promise.all([slow.stop(), mute.stop()])
  }
}

function split(ends: ReadonlyMap<string, number>): Ends {
  const [slow, mute] = [`host${String(slowHost)}`, `host${String(muteHost)}`]
  const good = [...ends]
    .filter(([host]) => host !== slow && host !== mute)
    .map(([, seconds]) => seconds)
  return {
    good: Math.max(...good),
    slow: ends.get(slow) ?? Number.NaN,
    mute: ends.get(mute) ?? Number.NaN,
  }
}

import { join } from 'node:path'
import { openFleet } from '../fleet.js'
import { resultsFolder, root } from '../places.js'
import { compareSlow, compareViews } from './comparisons.js'
import { curves, type Case } from './curves.js'
import { playedHosts } from './hosts.js'
import type { Options } from './options.js'
import type { Peer } from './played.js'
import { resultsText, writePage, writeResults, type Results } from './results.js'
import { onStage, type Stage } from './stage.js'

/** Above this many hosts a run takes minutes, and is measured once. */
const few = 300

/** Measures how the cost of a plan grows with its hosts. */
export async function scale(options: Options, say: (line: string) => void): Promise<void> {
  const fleet = await openFleet({ count: Math.max(...options.real), keep: options.keep, say })
  try {
    await onStage(fleet, say, (stage) => measureAll(stage, options, say))
  } finally {
    await fleet.close()
  }
}

export async function measureAll(
  stage: Stage,
  options: Options,
  say: (line: string) => void,
): Promise<void> {
  const peer = await stage.play(0)
  try {
    const points = await curves(await cases(stage, options, peer), {
      n: options.n,
      few,
      group: stage.group,
      say,
    })
    const views = await compareViews(
      stage,
      peer,
      Math.min(1000, Math.max(...options.played)),
      options.n,
    )
    const slow = await compareSlow(stage, peer, options.n)
    await checkPeer(peer, say)
    await report({ points, views, slow }, options.write, say)
  } finally {
    await peer.stop()
  }
}

async function cases(
  { real, fettle, inventory }: Stage,
  options: Options,
  peer: Peer,
): Promise<readonly Case[]> {
  // More forks than hosts make no difference.
  const telling = (hosts: number): readonly number[] =>
    options.forks.filter((_, index) => index === 0 || hosts > (options.forks[index - 1] ?? 0))
  const all = [
    ...options.real.map((hosts) => ({ kind: 'real' as const, hosts })),
    ...options.played.map((hosts) => ({ kind: 'played' as const, hosts })),
  ]
  const groups = await Promise.all(
    all.map(async ({ kind, hosts }) => {
      const file = await inventory(
        `${kind}-${String(hosts)}`,
        kind === 'real' ? real.slice(0, hosts) : playedHosts(hosts, peer),
      )
      return telling(hosts).map((forks) => ({
        kind,
        hosts,
        forks,
        command: fettle('plan', '-i', file, '-f', String(forks)),
      }))
    }),
  )
  return groups.flat()
}

/** Input that does not match the recording invalidates the whole measurement. */
async function checkPeer(peer: Peer, say: (line: string) => void): Promise<void> {
  const { commands, unknown, cpu, peak } = await peer.report()
  if (unknown.length > 0)
    throw new Error(
      `played hosts were asked ${String(unknown.length)} times what had not been recorded: ${unknown[0] ?? ''}`,
    )
  say(
    `the played hosts have answered ${String(commands)} times, in ${cpu.toFixed(1)} s of processor time and ${(peak / 2 ** 20).toFixed(0)} MiB`,
  )
}

async function report(
  results: Results,
  write: boolean,
  say: (line: string) => void,
): Promise<void> {
  say(`\n${resultsText(results)}`)
  await writeResults(results, resultsFolder)
  if (!write) return
  await writeResults(results, join(root, 'docs'))
  await writePage(join(root, 'docs/scale.md'), resultsText(results))
}

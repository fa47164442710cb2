import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { execute, must } from '../../src/lab/command.js'
import { names } from '../../src/lab/places.js'
import type { BenchHost, Fleet } from './fleet.js'
import { benchFile } from './places.js'
import { spread } from './statistics.js'

/** Named as the lab's, with numbers that no host has, so that taking the lab down removes them. */
const devices = (id: string) => ({
  near: names.bridge(id),
  far: `${names.bridge(id)}-0`,
  nearTap: names.port(id, 901),
  farTap: names.port(id, 902),
})

const ip = (lines: readonly string[]): Promise<string> =>
  must(['ip', '-batch', '-'], { input: `${lines.join('\n')}\n` })

async function move(hosts: readonly BenchHost[], bridge: string): Promise<void> {
  await ip(hosts.map(({ port }) => `link set ${port} master ${bridge}`))
}

/** Moves the hosts back to the lab's own bridge, also after a benchmark that was killed. */
export async function undelay({ id, hosts }: Fleet): Promise<void> {
  const { near, far } = devices(id)
  await move(hosts, near)
  await execute(['ip', 'link', 'del', far])
}

/**
 * Runs `body` with a round-trip delay of `rtt` milliseconds between this machine and the hosts. The
 * kernel's own (netem) is not available everywhere: the hosts are moved to a second bridge, and a
 * program that holds every frame for half the time connects the two.
 */
export async function delayed<T>(
  fleet: Fleet,
  rtt: number,
  body: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  if (rtt === 0) return body(fleet)
  const { near, far, nearTap, farTap } = devices(fleet.id)
  // In a session of its own: Ctrl-C at the terminal ends the benchmark, and that ends it.
  const holder = spawn(
    '/usr/bin/python3',
    [benchFile('delay.py'), nearTap, farTap, String(rtt / 2000)],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  )
  const ended = once(holder, 'exit')
  try {
    await Promise.race([once(holder.stdout, 'data'), ended])
    await ip([
      `link add ${far} type bridge`,
      `link set ${far} up`,
      `link set ${nearTap} txqueuelen 10000 master ${near} up`,
      `link set ${farTap} txqueuelen 10000 master ${far} up`,
    ])
    await move(fleet.hosts, far)
    await checkDelay(fleet, rtt)
    return await body({
      ...fleet,
      reset: (hosts) => fleet.reset(hosts).then(() => move(hosts, far)),
    })
  } finally {
    holder.stdin.end()
    await ended
    await undelay(fleet)
  }
}

/**
 * Connects over TCP, which takes one round trip; the first connection also resolves the host's
 * hardware address.
 */
async function connectMilliseconds(address: string): Promise<number> {
  const begun = performance.now()
  const socket = connect({ host: address, port: 22 })
  await once(socket, 'connect')
  socket.destroy()
  return performance.now() - begun
}

async function checkDelay({ hosts: [host] }: Fleet, rtt: number): Promise<void> {
  if (host === undefined) return
  const times: number[] = []
  while (times.length < 6) times.push(await connectMilliseconds(host.address))
  const { median } = spread(times.slice(1))
  if (!(median >= rtt && median < rtt + 5))
    throw new Error(`the delay is ${median.toFixed(1)} ms instead of ${String(rtt)} ms`)
}

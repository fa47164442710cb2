import { BlockList } from 'node:net'
import { readdir } from 'node:fs/promises'
import { FettleError } from '../core/errors.js'
import { execute, must } from './command.js'
import { names } from './places.js'

/** A private /24 network: the bridge is .1, the host of index n is .(n + 1). */
export interface Network {
  readonly id: string
  /** The first three numbers of its addresses. */
  readonly prefix: string
}

export const bridgeAddress = (network: Network): string => `${network.prefix}.1`
export const hostAddress = (network: Network, index: number): string =>
  `${network.prefix}.${index + 1}`

/** The number of addresses that a /24 has for hosts, besides the bridge's. */
export const maxHosts = 253

/**
 * Private ranges that few networks use: the middle of 10/8, the end of 172.16/12, and the range
 * that RFC 2544 reserves for tests.
 */
const candidates = ['10.201', '172.31', '198.18'].flatMap((start) =>
  Array.from({ length: 256 }, (_, third) => `${start}.${third}`),
)

async function usedRanges(): Promise<BlockList> {
  const text = await must(['ip', '-4', '-o', 'route', 'show', 'table', 'all'])
  const used = new BlockList()
  for (const [, address = '', length = '32'] of text.matchAll(
    /^(?:(?:local|broadcast|unicast|blackhole|unreachable) )?(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?/gm,
  )) {
    used.addSubnet(address, Number(length), 'ipv4')
  }
  return used
}

/**
 * Creates a bridge in a range that no route of this machine covers. Call it under a lock: the
 * bridge's own route marks the range as used.
 */
export async function makeNetwork(id: string): Promise<Network> {
  const used = await usedRanges()
  const prefix = candidates.find(
    (start) =>
      !Array.from({ length: 256 }, (_, last) => `${start}.${last}`).some((address) =>
        used.check(address),
      ),
  )
  if (prefix === undefined)
    throw new FettleError('lab-failed', {
      message: 'no private network of /24 is free on this machine',
      remedy: 'fettle lab down',
    })
  const network = { id, prefix }
  const bridge = names.bridge(id)
  await batch([
    `link add ${bridge} type bridge`,
    `addr add ${bridgeAddress(network)}/24 dev ${bridge}`,
    `link set ${bridge} up`,
  ])
  return network
}

/**
 * Gives the host of this index a network namespace with one interface in the lab's bridge, and no
 * route further.
 */
export async function plugIn(network: Network, index: number): Promise<void> {
  const namespace = names.namespace(network.id, index)
  const port = names.port(network.id, index)
  await batch([
    `netns add ${namespace}`,
    `link add ${port} type veth peer name eth0 address ${hardwareAddress(network.id, index)} netns ${namespace}`,
    `link set ${port} master ${names.bridge(network.id)} up`,
  ])
  await batch(
    [`addr add ${hostAddress(network, index)}/24 dev eth0`, 'link set eth0 up', 'link set lo up'],
    namespace,
  )
}

/**
 * A fixed hardware address, which a reset keeps, so that no neighbour table has an outdated one.
 */
const hardwareAddress = (id: string, index: number): string =>
  ['02', 'fe', ...(id.match(/../g) ?? []), index.toString(16).padStart(2, '0')].join(':')

function batch(commands: readonly string[], namespace?: string): Promise<string> {
  const inside = namespace === undefined ? [] : ['-n', namespace]
  const input = `${commands.join('\n')}\n`
  return must(['ip', ...inside, '-batch', '-'], { input })
}

const namespaces = (): Promise<readonly string[]> => readdir('/run/netns').catch(() => [])
const interfaces = (): Promise<readonly string[]> => readdir('/sys/class/net')

/** The labs that have left something in the kernel's network. */
export async function networkIds(): Promise<readonly string[]> {
  return [...(await namespaces()), ...(await interfaces())].flatMap(
    (name) => names.idOf(name) ?? [],
  )
}

/** Removes what `plugIn` created for one host. */
export async function unplug(id: string, index: number): Promise<void> {
  await removeAll((name) => name === names.port(id, index) || name === names.namespace(id, index))
}

/** Removes every namespace, interface and bridge of a lab. */
export const removeNetwork = (id: string): Promise<void> =>
  removeAll((name) => names.idOf(name) === id)

async function removeAll(belongs: (name: string) => boolean): Promise<void> {
  const remove = async (
    argv: readonly string[],
    left: () => Promise<readonly string[]>,
    name: string,
  ): Promise<void> => {
    const { code, stderr } = await execute([...argv, name])
    // Removing one end of a pair removes the other too, and the keeper of a killed run may be doing
    // the same.
    if (code !== 0 && (await left()).includes(name))
      throw new FettleError('lab-failed', { message: `${name} cannot be removed`, detail: stderr })
  }
  for (const name of (await interfaces()).filter(belongs))
    await remove(['ip', 'link', 'del'], interfaces, name)
  for (const name of (await namespaces()).filter(belongs))
    await remove(['ip', 'netns', 'del'], namespaces, name)
}

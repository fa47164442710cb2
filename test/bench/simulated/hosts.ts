import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Fleet } from '../fleet.js'
import type { Peer } from './played.js'

/** The address of a simulated host: in 127/8, and none that a machine uses itself. */
export const playedAddress = (index: number): string =>
  `127.${String(1 + (index >> 16))}.${String((index >> 8) & 255)}.${String(index & 255)}`

/** A host as an inventory needs it, real or simulated. */
export interface InventoryHost {
  readonly name: string
  readonly address: string
  readonly port: number
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string
}

/** Hosts `host1` and so on at one peer; some of them may be at others. */
export const playedHosts = (
  count: number,
  peer: Peer,
  others: Readonly<Record<number, Peer>> = {},
): readonly InventoryHost[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `host${String(index + 1)}`,
    address: playedAddress(index + 1),
    port: (others[index + 1] ?? peer).port,
    hostKey: peer.hostKey,
  }))

/** The lab's hosts, with the keys that the lab knows of them. */
export async function realHosts({
  hosts,
  knownHostsFile,
}: Fleet): Promise<readonly InventoryHost[]> {
  const lines = (await readFile(knownHostsFile, 'utf8')).split('\n').map((line) => line.split(' '))
  const keys = new Map(lines.map(([names = '', ...key]) => [names.split(',')[0], key.join(' ')]))
  return hosts.map(({ name, address }) => ({
    name,
    address,
    port: 22,
    hostKey: keys.get(name) ?? '',
  }))
}

/** Writes an inventory and its known_hosts, with a line for each host. Returns its path. */
export async function writeInventory(
  folder: string,
  hosts: readonly InventoryHost[],
  keyFile: string,
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const known = join(folder, 'known_hosts')
  await writeFile(
    known,
    hosts
      .map(
        ({ address, port, hostKey }) =>
          `${port === 22 ? address : `[${address}]:${String(port)}`} ${hostKey}\n`,
      )
      .join(''),
  )
  const members = Object.fromEntries(
    hosts.map(({ name, address, port }) => [name, { ansible_host: address, ansible_port: port }]),
  )
  const vars = {
    ansible_user: 'root',
    ansible_ssh_private_key_file: keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${known}`,
  }
  const file = join(folder, 'hosts.yml')
  await writeFile(file, stringify({ all: { hosts: members, vars } }))
  return file
}

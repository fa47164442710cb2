import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { must } from '../../../src/lab/command.js'
import type { Peer } from './played.js'

/** The address of a played host: of 127/8, and none that a machine uses by itself. */
export const playedAddress = (index: number): string => `127.${String(1 + (index >> 16))}.${String((index >> 8) & 255)}.${String(index & 255)}`

/** The key that all played hosts show: its file, and its public part as known_hosts has it. */
export async function makeHostKey(folder: string): Promise<{ readonly file: string; readonly publicKey: string }> {
  const file = join(folder, 'host_key')
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'played', '-f', file])
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ') }
}

export interface PlayedHost {
  readonly name: string
  readonly address: string
  readonly port: number
}

/** Hosts at a peer, `host1` and so on; some of them may be at others. */
export const playedHosts = (count: number, peer: Peer, others: Readonly<Record<number, Peer>> = {}): readonly PlayedHost[] =>
  Array.from({ length: count }, (_, index) => ({ name: `host${String(index + 1)}`, address: playedAddress(index + 1), port: (others[index + 1] ?? peer).port }))

/** Writes an inventory and the known_hosts that belong to it, with a line for each host. */
export async function writeInventory(folder: string, hosts: readonly PlayedHost[], { keyFile, hostKey }: { readonly keyFile: string; readonly hostKey: string }): Promise<string> {
  await mkdir(folder, { recursive: true })
  const known = join(folder, 'known_hosts')
  await writeFile(known, hosts.map(({ address, port }) => `[${address}]:${String(port)} ${hostKey}\n`).join(''))
  const members = Object.fromEntries(hosts.map(({ name, address, port }) => [name, { ansible_host: address, ansible_port: port }]))
  const vars = { ansible_user: 'root', ansible_ssh_private_key_file: keyFile, ansible_ssh_common_args: `-o UserKnownHostsFile=${known}` }
  const file = join(folder, 'hosts.yml')
  await writeFile(file, stringify({ all: { hosts: members, vars } }))
  return file
}

import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { FettleError } from '../core/errors.js'
import type { ImageName } from '../lab/image-name.js'
import { inventoryText, type InventoryHost } from '../lab/inventory.js'
import { openLab } from '../lab/lab.js'
import { keyFile, knownHostsFile } from '../lab/places.js'
import type { HostRecord, LabRecord } from '../lab/record.js'
import { installRequirements } from '../lab/requirements.js'
import { clearLeftovers, labsUp, takeDownHost } from '../lab/take-down.js'

export interface UpFlags {
  readonly image: ImageName
  readonly inventory?: string
  readonly yes?: boolean
}

interface Output {
  readonly out: (text: string) => void
  /** A line for the person who waits. */
  readonly say: (line: string) => void
}

function output(command: Command): Output {
  const streams = command.configureOutput()
  return { out: (text) => streams.writeOut?.(text), say: (line) => streams.writeErr?.(`${line}\n`) }
}

/** The labs that no process owns: those which `lab up`, or a demo that was told to, left to the user. */
const kept = async (): Promise<readonly LabRecord[]> => (await labsUp()).filter((record) => record.owner === null)

/** `fettle lab up` */
export async function up(wanted: number, { image, inventory, yes = false }: UpFlags, command: Command): Promise<void> {
  const { out, say } = output(command)
  await installRequirements({ ask: !yes, say })
  const used = new Set((await kept()).flatMap((record) => record.hosts.map((host) => host.name)))
  const free = Array.from({ length: 1000 }, (_, index) => `lab${index + 1}`).filter((name) => !used.has(name))
  const lab = await openLab({ say })
  const names = free.slice(0, wanted)
  try {
    await Promise.all(names.map((name) => lab.boot({ name, image })))
    await lab.keep()
  } catch (error) {
    await lab.close()
    throw error
  }
  const hosts = (await kept()).flatMap(reachable)
  const text = inventoryText(hosts)
  if (inventory === undefined) out(text)
  else await writeFile(inventory, text)
  for (const name of names) say(`${name} is up: ${login(hosts.find((host) => host.name === name))}`)
  say(`inventory: ${inventory ?? 'printed to standard output'}; take them down with: fettle lab down ${names.join(' ')}`)
}

const reachable = (record: LabRecord): readonly InventoryHost[] =>
  record.hosts.map((host) => ({ ...host, keyFile: keyFile(), knownHostsFile: knownHostsFile(record.id) }))

const login = (host: InventoryHost | undefined): string =>
  host === undefined ? '' : `ssh -i ${host.keyFile} -o UserKnownHostsFile=${host.knownHostsFile} root@${host.address}`

/** `fettle lab list` */
export async function list(command: Command): Promise<void> {
  const { out, say } = output(command)
  const labs = await labsUp()
  const line = (host: HostRecord, owner: string): string => `${[host.name.padEnd(16), host.address.padEnd(16), host.image.padEnd(6), owner].join(' ').trimEnd()}\n`
  const lines = labs.flatMap(({ hosts, owner }) => hosts.map((host) => line(host, owner === null ? '' : `of process ${owner.pid}`)))
  if (lines.length > 0) out(lines.join(''))
  else say('no lab host is up')
}

/** `fettle lab down` */
export async function down(wanted: readonly string[], command: Command): Promise<void> {
  const { say } = output(command)
  await clearLeftovers()
  const hosts = (await kept()).flatMap(({ id, hosts }) => hosts.map((host) => ({ id, host })))
  const unknown = wanted.filter((name) => !hosts.some(({ host }) => host.name === name))
  if (unknown.length > 0) throw new FettleError('usage', { message: `no host that \`lab up\` left up is called ${unknown.join(', ')}`, remedy: 'fettle lab list' })
  for (const { id, host } of hosts.filter(({ host: { name } }) => wanted.length === 0 || wanted.includes(name))) {
    await takeDownHost(id, host)
    say(`${host.name} is down`)
  }
  if (hosts.length === 0) say('no host was up')
}

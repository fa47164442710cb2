import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { FettleError } from '../core/errors.js'
import { imageNames, type ImageName } from '../lab/image.js'
import { inventoryText, type InventoryHost } from '../lab/inventory.js'
import { openLab } from '../lab/lab.js'
import { keyFile, knownHostsFile } from '../lab/places.js'
import type { HostRecord, LabRecord } from '../lab/record.js'
import { installRequirements } from '../lab/requirements.js'
import { clearLeftovers, labsUp, takeDownHost } from '../lab/take-down.js'

interface UpFlags {
  readonly image: ImageName
  readonly inventory?: string
  readonly yes?: boolean
}

function count(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 200) throw new InvalidArgumentError('It must be a whole number from 1 to 200.')
  return number
}

/** `fettle lab`: real Debian hosts on this machine that stay up until they are taken down. Needs root. */
export function labCommand(): Command {
  const lab = new Command('lab').description('throwaway real Debian hosts on this machine')
  lab
    .command('up')
    .description('boot hosts, print an inventory of all that are up, and leave them up')
    .argument('[N]', 'how many', count, 1)
    .addOption(new Option('--image <NAME>', 'bare: a minimal Debian 12; stack: with MariaDB, git, Flask, gunicorn and webhook').choices(imageNames).default('bare'))
    .option('--inventory <FILE>', 'write the inventory there instead of printing it')
    .option('--yes', 'install missing Debian packages without asking')
    .action((hosts: number, flags: UpFlags, command: Command) => up(hosts, flags, output(command)))
  lab.command('list').description('show the hosts that are up').action(async (_: object, command: Command) => list(output(command)))
  lab
    .command('down')
    .description('take down hosts that `lab up` left up')
    .argument('[HOST...]', 'these; all of this machine when left out')
    .action((hosts: readonly string[], _: object, command: Command) => down(hosts, output(command)))
  return lab
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

async function up(wanted: number, { image, inventory, yes = false }: UpFlags, { out, say }: Output): Promise<void> {
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

async function list({ out, say }: Output): Promise<void> {
  const labs = await labsUp()
  const line = (host: HostRecord, owner: string): string => `${[host.name.padEnd(16), host.address.padEnd(16), host.image.padEnd(6), owner].join(' ').trimEnd()}\n`
  const lines = labs.flatMap(({ hosts, owner }) => hosts.map((host) => line(host, owner === null ? '' : `of process ${owner.pid}`)))
  if (lines.length > 0) out(lines.join(''))
  else say('no lab host is up')
}

async function down(wanted: readonly string[], { say }: Output): Promise<void> {
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

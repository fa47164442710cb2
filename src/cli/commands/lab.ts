import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { FettleError } from '../../core/errors.js'
import type { ImageName } from '../../lab/image-name.js'
import { inventoryText, type LabInventoryHost } from '../../lab/inventory.js'
import { openLab, type Lab } from '../../lab/lab.js'
import { withLock } from '../../lab/lock.js'
import { keyFile, knownHostsFile, lockFile } from '../../lab/places.js'
import type { HostRecord, LabRecord } from '../../lab/record.js'
import { installRequirements, requireMachine } from '../../lab/requirements.js'
import { clearLeftovers, labsUp, takeDownHost } from '../../lab/take-down.js'

export interface UpFlags {
  readonly image: ImageName
  readonly inventory?: string
  readonly yes?: boolean
}

interface LabOutput {
  readonly out: (text: string) => void
  /** Prints a progress line. */
  readonly say: (line: string) => void
}

function output(command: Command): LabOutput {
  const streams = command.configureOutput()
  return { out: (text) => streams.writeOut?.(text), say: (line) => streams.writeErr?.(`${line}\n`) }
}

/** The labs that no process owns: those started by `lab up`, or by a demo with `--keep`. */
const keptLabs = async (): Promise<readonly LabRecord[]> =>
  (await labsUp()).filter((record) => record.owner === null)

/** Those of them that were started from this project's folder. */
const keptLabsHere = async (): Promise<readonly LabRecord[]> => (await keptLabs()).filter(isHere)
const isHere = ({ project }: LabRecord): boolean => project === process.cwd()

/** `fettle lab up` */
export async function up(
  wanted: number,
  { image, inventory, yes = false }: UpFlags,
  command: Command,
): Promise<void> {
  const { out, say } = output(command)
  await installRequirements({ ask: !yes, say })
  const names = await bootAndKeep(await openLab({ say }), wanted, image)
  // Under the lock: of several commands that write one file at once, the last one must list the
  // hosts of all.
  const hosts = await withLock(lockFile('labs'), async () => {
    const reached = (await keptLabsHere()).flatMap(reachable)
    if (inventory !== undefined) {
      await mkdir(dirname(inventory), { recursive: true })
      await writeFile(inventory, inventoryText(reached))
    }
    return reached
  })
  if (inventory === undefined) out(inventoryText(hosts))
  for (const name of names) {
    const host = hosts.find((each) => each.name === name)
    say(`${name} is up: ${login(host)}`)
  }
  say(
    "they share this machine's kernel: of the values of sysctl they can set those of their network (net.*), and no others",
  )
  say(
    `inventory: ${inventory ?? 'printed to standard output'}; take them down with: fettle lab down ${names.join(' ')}`,
  )
}

async function bootAndKeep(lab: Lab, wanted: number, image: ImageName): Promise<readonly string[]> {
  try {
    const names = await lab.reserve(wanted)
    await Promise.all(names.map((name) => lab.boot({ name, image })))
    await lab.keep()
    return names
  } catch (error) {
    await lab.close()
    throw error
  }
}

const reachable = (record: LabRecord): readonly LabInventoryHost[] =>
  record.hosts.map((host) => ({
    ...host,
    keyFile: keyFile(),
    knownHostsFile: knownHostsFile(record.id),
  }))

function login(host: LabInventoryHost | undefined): string {
  if (host === undefined) return ''
  const files = `-i ${host.keyFile} -o UserKnownHostsFile=${host.knownHostsFile}`
  return `ssh ${files} root@${host.address}`
}

/** `fettle lab list` */
export async function list(command: Command): Promise<void> {
  const { out, say } = output(command)
  requireMachine()
  const labs = await labsUp()
  const lines = labs.flatMap((lab) => lab.hosts.map((host) => hostLine(host, lab)))
  if (lines.length > 0) out(lines.join(''))
  else say('no lab host is up')
}

function hostLine({ name, address, image }: HostRecord, lab: LabRecord): string {
  const columns = [name.padEnd(16), address.padEnd(16), image.padEnd(6), ownerText(lab)]
  return `${columns.join(' ').trimEnd()}\n`
}

/** Describes the owner of a lab that is not of this folder. */
function ownerText(lab: LabRecord): string {
  if (lab.owner !== null) return `of process ${lab.owner.pid}`
  if (isHere(lab) || lab.project === '') return ''
  return `of ${lab.project}`
}

export interface DownFlags {
  readonly all?: boolean
}

/** `fettle lab down` */
export async function down(
  wanted: readonly string[],
  { all = false }: DownFlags,
  command: Command,
): Promise<void> {
  const { say } = output(command)
  requireMachine()
  await clearLeftovers()
  const labs = await keptLabs()
  const hosts = labs
    .filter((lab) => all || isHere(lab))
    .flatMap(({ id, hosts }) => hosts.map((host) => ({ id, host })))
  const unknown = wanted.filter((name) => !hosts.some(({ host }) => host.name === name))
  if (unknown.length > 0) throw noSuchHosts(unknown, labs)
  const chosen = hosts.filter(({ host: { name } }) => wanted.length === 0 || wanted.includes(name))
  for (const { id, host } of chosen) {
    await takeDownHost(id, host)
    say(`${host.name} is down`)
  }
  if (labs.length === 0) say('no host was up')
  else if (chosen.length === 0)
    say('no host of this folder was up; those of others: fettle lab list')
}

/** The error for names without a lab to take down. */
function noSuchHosts(names: readonly string[], labs: readonly LabRecord[]): FettleError {
  const elsewhere = labs.find(({ hosts }) => hosts.some(({ name }) => names.includes(name)))
  const message = `no host that \`lab up\` left up from this folder is called ${names.join(', ')}`
  if (elsewhere === undefined)
    return new FettleError('usage', { message, remedy: 'fettle lab list' })
  const owner = elsewhere.project || 'a lab of an earlier version'
  return new FettleError('usage', {
    message: `${message}: it belongs to ${owner}`,
    remedy: `run it there, or for all folders: fettle lab down --all ${names.join(' ')}`,
  })
}

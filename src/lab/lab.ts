import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FettleError } from '../core/errors.js'
import { must } from './command.js'
import { bootHost, type LabHost } from './host.js'
import { ensureImage, type ImageName } from './image.js'
import { inventoryText, type LabInventoryOptions } from './inventory.js'
import { withLock } from './lock.js'
import { bridgeAddress, makeNetwork, maxHosts, type Network } from './network.js'
import { cacheFolder, ensureOwn, keyFile, knownHostsFile, lockFile } from './places.js'
import { processOf, thisBoot, writeRecord, type LabRecord } from './record.js'
import { requireLab } from './requirements.js'
import { startKeeper, type Keeper } from './start-keeper.js'
import { clearLeftovers, labsUp, takeDown } from './take-down.js'

/**
 * Throwaway real Debian hosts on this machine: systemd, sshd, a private network. Needs
 * root and Linux.
 *
 *     const lab = await openLab()
 *     try {
 *       const [web, db] = await Promise.all([
 *         lab.boot({ name: 'web' }),
 *         lab.boot({ name: 'db', image: 'stack' }),
 *       ])
 *       // As root, without sshd; packages come from a cache.
 *       await web.mustRun(['apt-get', 'update'])
 *       const { code, stdout } = await web.run('systemctl is-active nginx')
 *       // Back to the first boot, in about a second.
 *       await web.reset()
 *       await writeFile('inventory/lab.yml', lab.inventory([web, db]))
 *     } finally {
 *       await lab.close()
 *     }
 *
 * - Images: `bare` (a provider's minimal Debian 12: no git, no Python, no database) and `stack`
 *   (with MariaDB, git, Flask, gunicorn and webhook, as their packages leave them). Built once into
 *   `~/.cache/fettle/lab`.
 * - Users: `root`, `admin` (sudo without a password) and `deploy` (sudo with `deployPassword`), all
 *   with `host.keyFile`. `host.knownHostsFile` has every host before the first connection.
 * - Hosts reach each other and `lab.address`, the bridge, where a test can run a server for them,
 *   and nothing else. apt needs no setup: the lab serves Debian's archive there from a cache.
 * - `lab.close()` takes everything down. If this process ends without it, however it dies, the
 *   lab's keeper (a separate process, `keeper.ts`) does so. Leftovers of both are cleared when the
 *   next lab opens. `lab.keep()` leaves the hosts up for the user until `fettle lab down`.
 * - Several labs at once do not see each other. In tests use `labHost()` of `test/lab/host.ts`.
 */
export interface Lab {
  readonly id: string
  /** The bridge: this machine, as the hosts see it. */
  readonly address: string
  readonly keyFile: string
  readonly knownHostsFile: string
  readonly hosts: readonly LabHost[]
  /** Boots a host and resolves when it is ready. Several may be booted at once. */
  boot(options?: BootOptions): Promise<LabHost>
  /**
   * Reserves names `lab1`, `lab2`, … for `boot` that no other lab of this machine has or will use.
   */
  reserve(count: number): Promise<readonly string[]>
  /** A YAML inventory of these hosts; left out: of all. */
  inventory(hosts?: readonly LabHost[], options?: LabInventoryOptions): string
  /** Leaves the hosts up when this process ends, until `fettle lab down`. */
  keep(): Promise<void>
  /**
   * Takes everything down. A process may also just end; this is the way to know that it is done.
   */
  close(): Promise<void>
}

export interface BootOptions {
  /** Its host name: lower case letters, digits and hyphens. Left out: `host1`, `host2`, … */
  readonly name?: string
  /** Left out: `bare`. */
  readonly image?: ImageName
}

export interface LabOptions {
  /** Receives progress lines of slow work (building an image). Left out: none are printed. */
  readonly say?: (line: string) => void
  /** The project folder that the lab belongs to. Left out: the current one. */
  readonly project?: string
}

/** Opens a lab without hosts. `lab-unavailable` says what this machine lacks. */
export async function openLab({
  say = () => undefined,
  project = process.cwd(),
}: LabOptions = {}): Promise<Lab> {
  await requireLab()
  await clearLeftovers()
  await raiseInotify()
  ensureOwn(cacheFolder())
  const key = await ensureKey()
  const id = randomBytes(3).toString('hex')
  const record: LabRecord = {
    id,
    boot: thisBoot(),
    owner: processOf(process.pid),
    keeper: null,
    address: '',
    project,
    reserved: [],
    hosts: [],
  }
  const network = await withLock(lockFile('labs'), () => {
    writeRecord(record)
    return makeNetwork(id)
  })
  try {
    const keeper = await startKeeper(network)
    return new OpenLab(
      network,
      key,
      keeper,
      { ...record, keeper: processOf(keeper.pid), address: bridgeAddress(network) },
      say,
    )
  } catch (error) {
    await takeDown(id)
    throw error
  }
}

class OpenLab implements Lab {
  readonly address: string
  readonly knownHostsFile: string
  readonly #booted: LabHost[] = []
  readonly #booting = new Set<Promise<LabHost>>()
  /** The names by index, from 1; a host that was taken down leaves a gap. */
  readonly #taken: (string | null)[] = []
  #record: LabRecord

  constructor(
    readonly network: Network,
    readonly keyFile: string,
    readonly keeper: Keeper,
    record: LabRecord,
    readonly say: (line: string) => void,
  ) {
    this.address = record.address
    this.knownHostsFile = knownHostsFile(record.id)
    this.#record = record
    writeRecord(record)
  }

  get id(): string {
    return this.#record.id
  }

  get hosts(): readonly LabHost[] {
    return this.#booted
  }

  boot(options: BootOptions = {}): Promise<LabHost> {
    const booting = this.#boot(options).finally(() => this.#booting.delete(booting))
    this.#booting.add(booting)
    return booting
  }

  async #boot({ name: given, image = 'bare' }: BootOptions): Promise<LabHost> {
    const [index, name] = this.#take(given)
    const { network, keyFile, knownHostsFile } = this
    try {
      const imageFolder = await ensureImage(image, this.say)
      const site = {
        network,
        name,
        index,
        image,
        imageFolder,
        keyFile,
        knownHostsFile,
        packagesPort: this.keeper.port,
      }
      const host = await bootHost(site, () => this.#forget(host))
      await appendFile(knownHostsFile, `${name},${host.address} ${host.hostKey}\n`)
      this.#booted.push(host)
      const { address, hostKey } = host
      const record = { name, index, image, address, hostKey }
      this.#save({ hosts: [...this.#record.hosts, record] })
      return host
    } catch (error) {
      this.#taken[index - 1] = null
      throw error
    }
  }

  reserve(count: number): Promise<readonly string[]> {
    return withLock(lockFile('labs'), async () => {
      const labs = await labsUp()
      const used = new Set(
        labs.flatMap(({ hosts, reserved }) => [...reserved, ...hosts.map(({ name }) => name)]),
      )
      const names = Array.from({ length: used.size + count }, (_, index) => `lab${index + 1}`)
        .filter((name) => !used.has(name))
        .slice(0, count)
      this.#save({ reserved: [...this.#record.reserved, ...names] })
      return names
    })
  }

  inventory(hosts: readonly LabHost[] = this.#booted, options: LabInventoryOptions = {}): string {
    return inventoryText(
      hosts.map(({ name, address }) => ({
        name,
        address,
        keyFile: this.keyFile,
        knownHostsFile: this.knownHostsFile,
      })),
      options,
    )
  }

  async keep(): Promise<void> {
    this.#save({ owner: null, reserved: [] })
    this.keeper.stdin.end('keep\n')
    await once(this.keeper.stdin, 'finish')
  }

  async close(): Promise<void> {
    // When one of several boots fails, the others are still creating things that would then be left
    // over.
    await Promise.allSettled(this.#booting)
    await takeDown(this.id)
  }

  #take(given: string | undefined): readonly [number, string] {
    const free = this.#taken.indexOf(null)
    const index = free === -1 ? this.#taken.length + 1 : free + 1
    const name = given ?? `host${index}`
    if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      throw new FettleError('option-invalid', {
        message: `${JSON.stringify(name)} is no host name: lower case letters, digits and hyphens`,
      })
    }
    if (this.#taken.includes(name))
      throw new FettleError('option-invalid', { message: `the lab has a host ${name} already` })
    if (index > maxHosts)
      throw new FettleError('option-invalid', { message: `a lab has at most ${maxHosts} hosts` })
    this.#taken[index - 1] = name
    return [index, name]
  }

  #forget(host: LabHost): void {
    this.#booted.splice(this.#booted.indexOf(host), 1)
    this.#taken[this.#taken.indexOf(host.name)] = null
    this.#save({ hosts: this.#record.hosts.filter(({ name }) => name !== host.name) })
  }

  #save(change: Partial<LabRecord>): void {
    this.#record = { ...this.#record, ...change }
    writeRecord(this.#record)
  }
}

/** One key for all labs of this user, created once. */
async function ensureKey(): Promise<string> {
  const path = keyFile()
  await mkdir(dirname(path), { recursive: true })
  await withLock(lockFile('key'), async () => {
    const isMade = await stat(path).then(
      () => true,
      () => false,
    )
    if (isMade) return
    const kind = ['-q', '-t', 'ed25519', '-N', '', '-C', 'fettle lab']
    await must(['ssh-keygen', ...kind, '-f', `${path}.new`])
    await rename(`${path}.new.pub`, `${path}.pub`)
    await rename(`${path}.new`, path)
  })
  return path
}

/**
 * Raises the limit of inotify instances: every systemd takes a few, and the usual limit is 128 for
 * all of root's.
 */
async function raiseInotify(): Promise<void> {
  const path = '/proc/sys/fs/inotify/max_user_instances'
  if (Number(await readFile(path, 'utf8')) < 8192) await writeFile(path, '8192')
}

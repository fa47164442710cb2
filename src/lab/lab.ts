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
import { bridgeAddress, makeNetwork, mostHosts, type Network } from './network.js'
import { cacheFolder, ensureOwn, keyFile, knownHostsFile, lockFile } from './places.js'
import { processOf, thisBoot, writeRecord, type LabRecord } from './record.js'
import { requireLab } from './requirements.js'
import { startKeeper, type Keeper } from './start-keeper.js'
import { clearLeftovers, labsUp, takeDown } from './take-down.js'

/**
 * Throwaway real Debian hosts on this machine: systemd, sshd, a network of their own. Root and
 * Linux are needed.
 *
 *     const lab = await openLab()
 *     try {
 *       const [web, db] = await Promise.all([lab.boot({ name: 'web' }), lab.boot({ name: 'db', image: 'stack' })])
 *       await web.mustRun(['apt-get', 'update'])                       // past sshd, as root; packages come from a cache
 *       const { code, stdout } = await web.run('systemctl is-active nginx')
 *       await web.reset()                                              // pristine again, in about a second
 *       await writeFile('inventory/lab.yml', lab.inventory([web, db]))
 *     } finally {
 *       await lab.close()
 *     }
 *
 * - Images: `bare` (a provider's minimal Debian 12: no git, no Python, no database) and `stack`
 *   (with MariaDB, git, Flask, gunicorn and webhook, as their packages leave them). Built once into
 *   `~/.cache/fettle/lab`.
 * - Users: `root`, `admin` (sudo without a password) and `deploy` (sudo with `deployPassword`), all
 *   with `host.keyFile`. `host.knownHostsFile` knows every host before the first connection.
 * - Hosts reach each other and `lab.address`, the bridge, where a test can listen for them; there
 *   is no way further. apt works as it is: the lab serves Debian's archive there out of a cache.
 * - `lab.close()` takes everything down. When this process ends without it, by any death, the lab's
 *   keeper (a process of its own, `keeper.ts`) does; what even that left behind is cleared when the
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
  /** Boots a host; it is ready when the promise resolves. Several may be booted at once. */
  boot(options?: BootOptions): Promise<LabHost>
  /** Names `lab1`, `lab2`, … that no other lab of this machine has or will give, for `boot`. */
  reserve(count: number): Promise<readonly string[]>
  /** A YAML inventory of these hosts; of all when left out. */
  inventory(hosts?: readonly LabHost[], options?: LabInventoryOptions): string
  /** Leaves the hosts up when this process ends, until `fettle lab down`. */
  keep(): Promise<void>
  /**
   * Takes down everything. Not needed before the process ends, but the way to know that it is done.
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
  /** Where a line goes that tells of something slow (an image that is built). Left out: nowhere. */
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
  readonly #underWay = new Set<Promise<LabHost>>()
  /** The names by index, from 1; a host that is down leaves a gap. */
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
    const booting = this.#boot(options).finally(() => this.#underWay.delete(booting))
    this.#underWay.add(booting)
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
    // When one of several boots fails, the others still make what would then be left.
    await Promise.allSettled(this.#underWay)
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
    if (index > mostHosts)
      throw new FettleError('option-invalid', { message: `a lab has at most ${mostHosts} hosts` })
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

/** One key for all labs of this user, made once. */
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

/** Every systemd takes a few inotify instances, and the usual limit is 128 for all of root's. */
async function raiseInotify(): Promise<void> {
  const path = '/proc/sys/fs/inotify/max_user_instances'
  if (Number(await readFile(path, 'utf8')) < 8192) await writeFile(path, '8192')
}

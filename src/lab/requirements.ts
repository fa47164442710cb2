import { readFileSync } from 'node:fs'
import { mkdir, stat, symlink } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { FettleError } from '../core/errors.js'

/** The programs that a lab runs, and the Debian packages that contain them. */
const needed: Readonly<Record<string, string>> = {
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  'ssh-keygen': 'openssh-client',
  mount: 'mount',
  nsenter: 'util-linux',
}

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const isInstalled = async (program: string): Promise<boolean> =>
  (await Promise.all(folders.map((folder) => exists(`${folder}/${program}`)))).includes(true)

async function missing(programs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const lacks = async (program: string): Promise<boolean> =>
    !(await (program.startsWith('/') ? exists(program) : isInstalled(program)))
  const packages = await Promise.all(
    Object.entries(programs).map(async ([program, name]) => ((await lacks(program)) ? [name] : [])),
  )
  return [...new Set(packages.flat())]
}

/** The Debian packages that a lab needs and this machine does not have. */
export const missingPackages = (): Promise<readonly string[]> => missing(needed)

/** The properties of a machine that decide whether it can run lab hosts. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly isRoot: boolean
  /** The capabilities of its processes, as `CapEff` of /proc/self/status. */
  readonly capabilities: bigint
}

function thisMachine(): Machine {
  const isLinux = process.platform === 'linux'
  const [, capabilities = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(isLinux ? readFileSync('/proc/self/status', 'utf8') : '') ?? []
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    capabilities: BigInt(`0x${capabilities}`),
  }
}

const where = 'lab hosts are containers with a kernel of Linux and a network of their own'
const systems: Partial<Readonly<Record<NodeJS.Platform, string>>> = {
  darwin: 'macOS',
  win32: 'Windows',
}
/** Their numbers in capabilities(7). */
const neededCapabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n } as const

/**
 * Refuses a machine on which installing packages would not help. Call it before asking anybody to
 * install one.
 * @throws FettleError `lab-unavailable`, which says where lab hosts run
 */
export function requireMachine({ platform, isRoot, capabilities }: Machine = thisMachine()): void {
  const unavailable = (message: string, remedy: string): FettleError =>
    new FettleError('lab-unavailable', { message, remedy })
  if (platform !== 'linux')
    throw unavailable(
      `${where}: they run on Linux, and this is ${systems[platform] ?? platform}`,
      'run it as root on Debian 12, in a virtual machine too; everything but lab and demo works here',
    )
  if (!isRoot) throw unavailable(`${where}: they need root`, 'run it as root (sudo)')
  const lacking = Object.entries(neededCapabilities)
    .filter(([, bit]) => (capabilities & (1n << bit)) === 0n)
    .map(([name]) => name)
  if (lacking.length > 0)
    throw unavailable(
      `${where}: this root may not make them, for it lacks ${lacking.join(' and ')}`,
      'run it outside of the container that this is, or with all its rights (docker run --privileged)',
    )
}

/** Throws `lab-unavailable`, with what is missing, when this machine cannot run lab hosts. */
export async function requireLab(): Promise<void> {
  requireMachine()
  const packages = await missingPackages()
  if (packages.length > 0) throw lacksPackages(packages)
}

const lacksPackages = (packages: readonly string[]): FettleError =>
  new FettleError('lab-unavailable', {
    message: `lab hosts need packages that are not installed: ${packages.join(', ')}`,
    remedy: `apt-get install ${packages.join(' ')}`,
  })

export interface InstallOptions {
  /** Ask first, if there is a terminal. */
  readonly ask: boolean
  readonly say: (line: string) => void
  /** Further requirements: a program or the path of a file, and the package that contains it. */
  readonly also?: Readonly<Record<string, string>>
}

const withoutApt = (packages: readonly string[]): FettleError =>
  new FettleError('lab-unavailable', {
    message: `this machine lacks what Debian's packages ${packages.join(', ')} hold, and has no apt-get to install them`,
    remedy: 'install them by its own package manager, or run it on Debian 12',
  })

/**
 * Announces and installs by apt-get what a lab needs and this machine lacks. Throws
 * `lab-unavailable` if the person refuses, or without apt-get.
 */
export async function installRequirements({ ask, say, also = {} }: InstallOptions): Promise<void> {
  requireMachine()
  const packages = await missing({ ...needed, ...also })
  if (packages.length === 0) return
  if (!(await isInstalled('apt-get'))) throw withoutApt(packages)
  say(`installing Debian packages: ${packages.join(' ')}`)
  if (ask && process.stdin.isTTY && !(await agreed())) {
    throw lacksPackages(packages)
  }
  if (packages.includes('openssh-server')) await keepSshdOff(say)
  const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300']
  await shown([...apt, 'update'])
  await shown([...apt, 'install', '--no-install-recommends', ...packages])
}

/**
 * Masks the sshd service before its package is installed: only its program is needed, not a service
 * that anybody can reach.
 */
async function keepSshdOff(say: (line: string) => void): Promise<void> {
  const units = '/etc/systemd/system'
  await mkdir(units, { recursive: true })
  for (const unit of ['ssh.service', 'ssh.socket'])
    if (!(await exists(`${units}/${unit}`)))
      await symlink('/dev/null', `${units}/${unit}`).catch(() => undefined)
  say(
    'only the program sshd is wanted: its service stays off (systemctl unmask ssh.service ssh.socket undoes that)',
  )
}

async function agreed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // End of input counts as a refusal.
  const answer = await Promise.race([
    terminal.question('Install them now? [Y/n] '),
    once(terminal, 'close').then(() => 'no'),
  ])
  terminal.close()
  return /^(y|yes|)$/i.test(answer.trim())
}

async function shown(argv: readonly string[]): Promise<void> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0)
    throw new FettleError('lab-failed', {
      message: `${argv.join(' ')} ended with status ${code ?? 'unknown'}`,
    })
}

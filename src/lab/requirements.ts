import { mkdir, stat, symlink } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { FettleError } from '../core/errors.js'

/** The programs that a lab runs, and the Debian packages that hold them. */
const needed: Readonly<Record<string, string>> = {
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  ip: 'iproute2',
  'ssh-keygen': 'openssh-client',
  mount: 'mount',
  nsenter: 'util-linux',
}

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false)

async function missing(programs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const lacks = async (program: string): Promise<boolean> => program.startsWith('/') ? !(await exists(program)) : !(await Promise.all(folders.map((folder) => exists(`${folder}/${program}`)))).includes(true)
  const packages = await Promise.all(Object.entries(programs).map(async ([program, name]) => ((await lacks(program)) ? [name] : [])))
  return [...new Set(packages.flat())]
}

/** The Debian packages that a lab needs and this machine has not. */
export const missingPackages = (): Promise<readonly string[]> => missing(needed)

/** Throws `lab-unavailable`, saying what is missing, when this machine cannot run lab hosts. */
export async function requireLab(): Promise<void> {
  if (process.platform !== 'linux') throw new FettleError('lab-unavailable', { message: `lab hosts need Linux, and this is ${process.platform}`, remedy: 'run it on a Linux machine' })
  if (process.getuid?.() !== 0) throw new FettleError('lab-unavailable', { message: 'lab hosts need root: they are containers with a network of their own', remedy: 'run it as root' })
  const packages = await missingPackages()
  if (packages.length > 0) throw new FettleError('lab-unavailable', { message: `lab hosts need packages that are not installed: ${packages.join(', ')}`, remedy: `apt-get install ${packages.join(' ')}` })
}

export interface InstallOptions {
  /** Ask first when a person is at the terminal. Without one nobody is asked. */
  readonly ask: boolean
  readonly say: (line: string) => void
  /** Program, or the path of a file → package, needed besides the lab's own. */
  readonly also?: Readonly<Record<string, string>>
}

/** Installs by apt-get what a lab needs and this machine lacks, after saying so. Refused by the person: `lab-unavailable`. */
export async function installRequirements({ ask, say, also = {} }: InstallOptions): Promise<void> {
  const packages = await missing({ ...needed, ...also })
  if (packages.length === 0) return
  say(`installing Debian packages: ${packages.join(' ')}`)
  if (ask && process.stdin.isTTY && !(await agreed())) {
    throw new FettleError('lab-unavailable', { message: `not installed: ${packages.join(', ')}`, remedy: `apt-get install ${packages.join(' ')}` })
  }
  if (packages.includes('openssh-server')) await keepSshdOff(say)
  const apt = ['apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300']
  await shown([...apt, 'update'])
  await shown([...apt, 'install', '--no-install-recommends', ...packages])
}

/** What needs the program sshd does not need a service that anybody can reach: it is masked before its package comes. */
async function keepSshdOff(say: (line: string) => void): Promise<void> {
  const units = '/etc/systemd/system'
  await mkdir(units, { recursive: true })
  for (const unit of ['ssh.service', 'ssh.socket']) if (!(await exists(`${units}/${unit}`))) await symlink('/dev/null', `${units}/${unit}`).catch(() => undefined)
  say('only the program sshd is wanted: its service stays off (systemctl unmask ssh.service ssh.socket undoes that)')
}

async function agreed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // An input that ends is no agreement.
  const answer = await Promise.race([terminal.question('Install them now? [Y/n] '), once(terminal, 'close').then(() => 'no')])
  terminal.close()
  return /^(y|yes|)$/i.test(answer.trim())
}

async function shown(argv: readonly string[]): Promise<void> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new FettleError('lab-failed', { message: `${argv.join(' ')} ended with status ${code ?? 'unknown'}` })
}

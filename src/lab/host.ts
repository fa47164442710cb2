import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FettleError } from '../core/errors.js'
import { endCgroup, makeCgroup } from './cgroup.js'
import { execute, lastLines, must, type Ended } from './command.js'
import type { ImageName } from './image.js'
import { withLock } from './lock.js'
import { mirrorName } from './mirror.js'
import { bridgeAddress, hostAddress, plugIn, unplug, type Network } from './network.js'
import { labFolder, lockFile, names } from './places.js'
import { removeHost } from './take-down.js'

/** A real Debian host with systemd and sshd, in namespaces of its own. */
export interface LabHost {
  readonly name: string
  readonly image: ImageName
  /** Reachable from this machine and from the lab's other hosts. */
  readonly address: string
  readonly port: 22
  /**
   * Logs in with `keyFile`, as do `admin` (sudo without a password) and `deploy` (sudo with
   * `deployPassword`).
   */
  readonly user: 'root'
  readonly keyFile: string
  /** Contains the key of every host of the lab, before the first connection. */
  readonly knownHostsFile: string
  /** `ssh-ed25519 AAAA…`, its only key, which a reset keeps. */
  readonly hostKey: string
  /**
   * Runs a program (a list) or a piece of shell (a string) on the host as root, without sshd, with
   * a clean environment. Resolves whatever the status; `mustRun` throws.
   */
  run(
    command: string | readonly string[],
    options?: { readonly input?: string | Uint8Array },
  ): Promise<Ended>
  /** As `run`; a status other than 0 is an error with its output. Returns standard output. */
  mustRun(
    command: string | readonly string[],
    options?: { readonly input?: string | Uint8Array },
  ): Promise<string>
  /** Powers the host off hard and boots it again; its disk is kept. */
  reboot(): Promise<void>
  /** Discards everything changed since the first boot, and boots again. */
  reset(): Promise<void>
  down(): Promise<void>
}

/** What a host needs from its lab. */
export interface Site {
  readonly network: Network
  readonly name: string
  readonly index: number
  readonly image: ImageName
  readonly imageFolder: string
  readonly keyFile: string
  readonly knownHostsFile: string
  /** The port on which the lab's keeper serves packages. */
  readonly packagesPort: number
}

/** Seconds: a busy machine boots many hosts slowly. */
const bootSeconds = 120

/** Milliseconds between two starts: fifty at the same instant made half of the nspawns fail. */
const startInterval = 150

/**
 * The script that starts a host, in a mount namespace of its own, so that the overlay vanishes with
 * the host's last process. It enters the host's cgroups first: hosts in the same cgroup would see
 * each other's units. nspawn's own records go to a separate folder. The host's network is its own,
 * so it may load nftables rules and write the sysctls below `net`; all other sysctls are this
 * machine's, and read-only.
 */
const starter = `
set -eu
for cgroup; do echo $$ > "$cgroup/cgroup.procs"; done
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
cd "$FOLDER"
mount -t overlay overlay -o "lowerdir=$IMAGE,upperdir=$FOLDER/upper,workdir=$FOLDER/work" root
if [ ! -e root/etc/machine-id ]; then
  tr -d - < /proc/sys/kernel/random/uuid > root/etc/machine-id
  chmod 0444 root/etc/machine-id
  cp -p host_key root/etc/ssh/ssh_host_ed25519_key
  cp -p host_key.pub root/etc/ssh/ssh_host_ed25519_key.pub
  echo "$NAME" > root/etc/hostname
  printf '127.0.0.1\\tlocalhost\\n127.0.1.1\\t%s\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n%s\\t%s\\n' "$NAME" "$BRIDGE" "$MIRROR" > root/etc/hosts
  [ "$PORT" = 80 ] || echo "Acquire::http::Proxy \\"http://$BRIDGE:$PORT\\";" > root/etc/apt/apt.conf.d/91lab
  for home in 0:root 1000:home/deploy 1001:home/admin; do
    install -d -m 0700 -o "\${home%%:*}" -g "\${home%%:*}" "root/\${home#*:}/.ssh"
    install -m 0600 -o "\${home%%:*}" -g "\${home%%:*}" "$KEY.pub" "root/\${home#*:}/.ssh/authorized_keys"
  done
fi
exec env -i PATH="$PATH" SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn -q --capability=CAP_NET_ADMIN --register=no --keep-unit -D root --machine="$MACHINE" --hostname="$NAME" \\
  --network-namespace-path="/run/netns/$MACHINE" --boot --console=pipe --resolv-conf=off --timezone=off --link-journal=no
`

/** The namespaces of a host that a command enters, with its root and working directory. */
const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd']

const environment = [
  'env',
  '-i',
  'HOME=/root',
  'LANG=C.UTF-8',
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
]

/**
 * Boots a host of this name. Resolves when it is ready: sshd answers and systemd has finished
 * starting.
 */
export async function bootHost(site: Site, onDown: () => void): Promise<LabHost> {
  const { network, name, index, image, keyFile, knownHostsFile } = site
  const { id } = network
  const folder = join(labFolder(id), name)
  const machine = names.namespace(id, index)
  const address = hostAddress(network, index)
  let nspawn: ChildProcess | null = null

  async function start(): Promise<void> {
    for (const part of ['upper', 'work', 'root'])
      await mkdir(join(folder, part), { recursive: true })
    const cgroups = await makeCgroup(names.cgroup(id, index))
    await withLock(lockFile('start'), async () => {
      nspawn = await spawnStarter(site, folder, machine, cgroups)
      await sleep(startInterval)
    })
    await ready()
  }

  async function ready(): Promise<void> {
    const end = Date.now() + bootSeconds * 1000
    while (!(await sshdAnswers(address))) {
      if (nspawn?.exitCode !== null || Date.now() > end)
        throw await notBooted('sshd does not answer')
      await sleep(50)
    }
    const wait = ['systemctl', 'is-system-running', '--wait']
    const { stdout } = await run(['timeout', String(bootSeconds), ...wait])
    // A unit that fails on this machine's kernel makes a host degraded, but not unusable.
    if (!['running', 'degraded'].includes(stdout.trim()))
      throw await notBooted(`systemd says ${stdout.trim() || 'nothing'}`)
  }

  async function notBooted(why: string): Promise<FettleError> {
    const log = await readFile(join(folder, 'console.log'), 'utf8').catch(() => '')
    return new FettleError('lab-failed', {
      message: `the lab host ${name} has not booted: ${why}`,
      detail: lastLines(log),
    })
  }

  const inside = async (command: string | readonly string[]): Promise<readonly string[]> => {
    const pid = await leader(nspawn?.pid ?? 0, name)
    const argv = typeof command === 'string' ? ['sh', '-c', command] : command
    return ['nsenter', '--target', String(pid), ...namespaces, ...environment, ...argv]
  }
  const run: LabHost['run'] = async (command, options) => execute(await inside(command), options)
  const mustRun: LabHost['mustRun'] = async (command, options) =>
    must(await inside(command), options)

  const stop = (): Promise<void> => endCgroup(names.cgroup(id, index))
  async function reboot(): Promise<void> {
    await stop()
    await start()
  }
  async function reset(): Promise<void> {
    await stop()
    await unplug(id, index)
    for (const part of ['upper', 'work'])
      await rm(join(folder, part), { recursive: true, force: true })
    await plugIn(network, index)
    await start()
  }
  async function down(): Promise<void> {
    await removeHost(id, { name, index })
    onDown()
  }

  await mkdir(folder, { recursive: true })
  const hostKey = await makeHostKey(folder, name)
  await plugIn(network, index)
  await start()
  return {
    name,
    image,
    address,
    port: 22,
    user: 'root',
    keyFile,
    knownHostsFile,
    hostKey,
    run,
    mustRun,
    reboot,
    reset,
    down,
  }
}

/** Creates the host's key and returns its public half: type and blob. */
async function makeHostKey(folder: string, name: string): Promise<string> {
  const path = join(folder, 'host_key')
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path])
  const text = await readFile(`${path}.pub`, 'utf8')
  const [type = '', key = ''] = text.split(' ')
  return `${type} ${key}`
}

async function spawnStarter(
  site: Site,
  folder: string,
  machine: string,
  cgroups: readonly string[],
): Promise<ChildProcess> {
  const log = await open(join(folder, 'console.log'), 'a')
  const env = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    FOLDER: folder,
    IMAGE: site.imageFolder,
    NAME: site.name,
    MACHINE: machine,
    BRIDGE: bridgeAddress(site.network),
    MIRROR: mirrorName,
    PORT: String(site.packagesPort),
    KEY: site.keyFile,
  }
  // In a session of its own (detached), so that Ctrl-C at the terminal does not reach the host.
  const child = spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', starter, 'starter', ...cgroups],
    { detached: true, stdio: ['ignore', log.fd, log.fd], env },
  )
  child.on('error', () => undefined)
  child.unref()
  await log.close()
  return child
}

function sshdAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 2000 })
    const answer = (yes: boolean): void => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('data', (bytes: Buffer) => answer(bytes.toString('latin1').startsWith('SSH-')))
    for (const event of ['error', 'timeout', 'close'] as const)
      socket.once(event, () => answer(false))
  })
}

/**
 * The process id of the host's systemd: nspawn's child that is process 1 of its own namespace. It
 * changes when the host reboots itself.
 */
async function leader(nspawn: number, name: string): Promise<number> {
  const children = await readFile(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').catch(() => '')
  const pids = children.split(' ').map(Number)
  for (const pid of pids.filter((number) => number > 0)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    if (/^NSpid:.*\s1$/m.test(status)) return pid
  }
  throw new FettleError('lab-failed', { message: `the lab host ${name} is not running` })
}

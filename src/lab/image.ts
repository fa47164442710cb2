import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { FettleError } from '../core/errors.js'
import { execute, lastLines } from './command.js'
import type { ImageName } from './image-name.js'
import { withLock } from './lock.js'
import { mirror, mirrorName, upstream } from './mirror.js'
import { cacheFolder, lockFile } from './places.js'

export { imageNames, type ImageName } from './image-name.js'

const bare = [
  'ca-certificates',
  'cron',
  'dbus',
  'iproute2',
  'libpam-systemd',
  'netbase',
  'openssh-server',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
  'tzdata',
]
const packages: Readonly<Record<ImageName, readonly string[]>> = {
  bare,
  stack: [
    ...bare,
    'busybox',
    'git',
    'gunicorn',
    'mariadb-server',
    'python3-flask',
    'python3-flask-sqlalchemy',
    'python3-pymysql',
    'python3-sqlalchemy',
    'python3-venv',
    'webhook',
  ],
}

/**
 * The password of the user `deploy` for sudo. It is not a secret: the hosts can be reached from
 * this machine only.
 */
export const deployPassword = 'lab-deploy'

const suites = [
  ['debian', 'bookworm'],
  ['debian', 'bookworm-updates'],
  ['debian-security', 'bookworm-security'],
] as const
const sources = (base: string): readonly string[] =>
  suites.map(([archive, suite]) => `deb ${base}/${archive} ${suite} main`)

/**
 * Runs in the new root. It masks timers that would change a host in the middle of a test, and
 * removes host keys and the machine id, which each host creates at its first boot.
 */
const finish = `
set -eu
useradd --create-home --shell /bin/bash --groups sudo deploy
useradd --create-home --shell /bin/bash admin
echo 'deploy:${deployPassword}' | chpasswd
echo 'admin ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin
chmod 0440 /etc/sudoers.d/admin
for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim man-db; do
  ln -sf /dev/null "/etc/systemd/system/$timer.timer"
done
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id /etc/resolv.conf
echo 'Acquire::Languages "none";' > /etc/apt/apt.conf.d/90lab
echo 'Acquire::http::Timeout "120";' >> /etc/apt/apt.conf.d/90lab
printf '%s\\n' ${sources(`http://${mirrorName}`)
  .map((line) => `'${line}'`)
  .join(' ')} > /etc/apt/sources.list
`

const recipe = (name: ImageName): readonly string[] => [
  '--variant=minbase',
  '--mode=root',
  `--include=${packages[name].join(',')}`,
  `--customize-hook=chroot "$1" sh -c "$LAB_FINISH"`,
]

const imagesFolder = (): string => join(cacheFolder(), 'images')

/**
 * The image's folder: its name and a digest of everything that it is made from, so that a changed
 * recipe never finds an old image.
 */
function folderOf(name: ImageName): string {
  const key = createHash('sha256')
    .update(JSON.stringify([recipe(name), finish]))
    .digest('hex')
    .slice(0, 12)
  return join(imagesFolder(), `${name}-${key}`)
}

/**
 * Returns the folder of an image, which is built first if it is not in the cache. That takes half a
 * minute and is reported by `say`. Concurrent callers build it once. An incomplete image of a
 * killed build is never used.
 */
export async function ensureImage(name: ImageName, say: (line: string) => void): Promise<string> {
  const folder = folderOf(name)
  if (await exists(folder)) return folder
  await mkdir(imagesFolder(), { recursive: true })
  return withLock(lockFile(`image-${name}`), async () => {
    if (await exists(folder)) return folder
    say(`building the ${name} image (Debian 12, once, about half a minute) in ${folder}`)
    for (const left of (await readdir(imagesFolder())).filter((entry) =>
      entry.startsWith(`building-${name}-`),
    )) {
      await rm(join(imagesFolder(), left), { recursive: true, force: true })
    }
    const partial = join(imagesFolder(), `building-${name}-${process.pid}`)
    await build(name, partial)
    await rename(partial, folder)
    return folder
  })
}

const exists = (folder: string): Promise<boolean> =>
  stat(folder).then(
    () => true,
    () => false,
  )

async function build(name: ImageName, folder: string): Promise<void> {
  const server = mirror(await upstream()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const argv = ['mmdebstrap', ...recipe(name), 'bookworm', folder, ...sources(base)]
    const env = {
      ...process.env,
      LAB_FINISH: finish,
      http_proxy: '',
      HTTP_PROXY: '',
      TMPDIR: '/tmp',
    }
    const { code, stderr } = await execute(argv, { env })
    if (code !== 0) {
      await rm(folder, { recursive: true, force: true })
      throw new FettleError('lab-failed', {
        message: `the ${name} image could not be built: mmdebstrap ended with status ${code ?? 'unknown'}`,
        detail: lastLines(stderr),
      })
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

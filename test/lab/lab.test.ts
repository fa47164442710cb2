import { describe, expect, test } from '@jest/globals'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openLab, type Lab } from '../../src/lab/lab.js'
import { packagesFolder } from '../../src/lab/mirror.js'
import { names } from '../../src/lab/places.js'
import { readRecord } from '../../src/lab/record.js'
import { clearLeftovers } from '../../src/lab/take-down.js'
import { lab, labHosts } from './host.js'

const [first, second, third] = labHosts({ name: 'first' }, { name: 'second' }, { name: 'third' })

/** Everything on this machine that has the name of this lab. */
async function traces(id: string): Promise<readonly string[]> {
  const folders = [
    '/run/netns',
    '/sys/class/net',
    '/var/lib/fettle-lab',
    ...(await readdir('/sys/fs/cgroup')).map((name) => `/sys/fs/cgroup/${name}`),
  ]
  const entries = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => [])).map((name) => `${folder}/${name}`),
    ),
  )
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n')
  const processes = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return [...entries.flat(), '/sys/fs/cgroup', ...mounts, ...processes].filter((trace) =>
    trace.includes(id),
  )
}

describe('hosts', () => {
  test('three that boot at once are up, alone in their cgroups, and know their names', async () => {
    for (const host of [first(), second(), third()]) {
      expect(await host.mustRun(['systemctl', 'is-system-running'])).toBe('running\n')
      expect(await host.mustRun(['hostname'])).toBe(`${host.name}\n`)
      expect(
        (await host.run(['systemctl', 'list-units', '--failed', '--plain', '--no-legend'])).stdout,
      ).toBe('')
    }
    await first().mustRun(['systemd-run', '--unit', 'alone', 'sleep', '600'])
    expect((await first().run(['systemctl', 'is-active', 'alone'])).code).toBe(0)
    expect((await second().run(['systemctl', 'is-active', 'alone'])).code).not.toBe(0)
  })

  test('sshd shows the key that known_hosts had before the first login, to each of the users', async () => {
    const host = second()
    for (const user of ['root', 'admin', 'deploy']) {
      const options = [
        '-i',
        host.keyFile,
        '-o',
        `UserKnownHostsFile=${host.knownHostsFile}`,
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'BatchMode=yes',
        '-F',
        'none',
      ]
      const { stdout } = await promisify(execFile)('ssh', [
        ...options,
        `${user}@${host.address}`,
        'id -un',
      ])
      expect(stdout).toBe(`${user}\n`)
    }
    expect(
      (await host.run(['runuser', '-u', 'admin', '--', 'sudo', '-n', 'id', '-u'])).stdout,
    ).toBe('0\n')
    expect(
      (await host.run(['runuser', '-u', 'deploy', '--', 'sudo', '-n', 'id', '-u'])).code,
    ).not.toBe(0)
    expect(
      (
        await host.run(['runuser', '-u', 'deploy', '--', 'sudo', '-S', 'id', '-u'], {
          input: 'lab-deploy\n',
        })
      ).stdout,
    ).toBe('0\n')
  })

  test('hosts reach each other and this machine, and nothing else', async () => {
    const answers = (address: string): string => `exec 3<>/dev/tcp/${address}/22 && head -c 4 <&3`
    expect(
      (await first().run(['timeout', '5', 'bash', '-c', answers(second().address)])).stdout,
    ).toBe('SSH-')
    const { code, stderr } = await first().run(['timeout', '5', 'bash', '-c', answers('192.0.2.1')])
    expect([code, stderr]).toEqual([1, expect.stringContaining('Network is unreachable')])
  })

  test('apt works as it is, and the second host fetches nothing from outside', async () => {
    const install =
      'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends tree'
    await first().mustRun(install)
    expect((await first().run(['tree', '--version'])).code).toBe(0)
    const cached = async (): Promise<readonly string[]> =>
      (await readdir(packagesFolder(), { recursive: true })).sort()
    const before = await cached()
    expect(before.filter((path) => /\/tree_[^/]+\.deb$/.test(path))).toHaveLength(1)
    await second().mustRun(install)
    expect(await cached()).toEqual(before)
  })

  test('a host sets the values of its network and loads rules, and cannot touch those of this machine', async () => {
    const host = first()
    const elsewhere = async (): Promise<readonly string[]> => [
      await readFile('/proc/sys/net/core/somaxconn', 'utf8'),
      await second().mustRun('cat /proc/sys/net/core/somaxconn'),
    ]
    const before = await elsewhere()
    expect(
      await host.mustRun('sysctl -w net.core.somaxconn=1234 && cat /proc/sys/net/core/somaxconn'),
    ).toBe('net.core.somaxconn = 1234\n1234\n')
    expect(await elsewhere()).toEqual(before)
    expect((await host.run('sysctl -w kernel.panic=7')).code).not.toBe(0)
    await host.mustRun(
      'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends nftables',
    )
    await host.mustRun('nft -f -', {
      input:
        'table inet lab {\n  chain in {\n    type filter hook input priority 0\n    tcp dport 9 drop\n  }\n}\n',
    })
    expect(await host.mustRun(['nft', 'list', 'ruleset'])).toContain('tcp dport 9 drop')
    expect((await host.run(['systemctl', 'restart', 'nftables.service'])).code).toBe(0)
  })

  test('a reset host is pristine, has the same address and key, and is ready', async () => {
    const host = third()
    const listing =
      'find / -xdev -not -path "/var/log/*" -not -path "/root*" -not -path "/var/tmp/systemd-private-*" -printf "%p %y %m %U %G\\n" | sort'
    await host.reset()
    const before = await host.mustRun(listing)
    await host.mustRun('touch /etc/left; rm /etc/debian_version; chmod 0700 /srv; useradd left')
    await host.reset()
    expect(await host.mustRun(listing)).toBe(before)
    expect(await host.mustRun(['cat', '/etc/ssh/ssh_host_ed25519_key.pub'])).toContain(host.hostKey)
    expect(await host.mustRun(['systemctl', 'is-system-running'])).toBe('running\n')
  })

  test('a reboot keeps the disk', async () => {
    const id = await third().mustRun(['cat', '/etc/machine-id'])
    await third().mustRun('touch /etc/left')
    await third().reboot()
    expect((await third().run(['test', '-e', '/etc/left'])).code).toBe(0)
    expect(await third().mustRun(['cat', '/etc/machine-id'])).toBe(id)
  })
})

describe('what is left', () => {
  test('of a host that is down: nothing, and its name is free', async () => {
    const host = await lab().boot({ name: 'short' })
    await host.down()
    expect(
      (await traces(lab().id)).filter(
        (trace) => trace.includes('short') || trace.includes(names.namespace(lab().id, 4)),
      ),
    ).toEqual([])
    expect(lab().hosts.map(({ name }) => name)).not.toContain('short')
    expect(await host.run(['true']).catch(String)).toContain('is not running')
  })

  async function victim(): Promise<{ readonly child: ChildProcess; readonly id: string }> {
    const child = spawn(process.execPath, ['--import', 'jiti/register', 'test/lab/victim.ts'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [id] = (await once(child.stdout, 'data')) as [Buffer]
    return { child, id: id.toString().trim() }
  }

  test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    'of a lab whose process died of %s: nothing, as soon as its keeper has seen it',
    async (signal) => {
      const { child, id } = await victim()
      expect(await traces(id)).not.toEqual([])
      child.kill(signal)
      for (let tries = 0; tries < 600 && (await traces(id)).length > 0; tries++) await sleep(50)
      expect(await traces(id)).toEqual([])
    },
  )

  test('of a lab whose keeper was killed as well: nothing once the next one looks', async () => {
    const { child, id } = await victim()
    process.kill(readRecord(id)?.keeper?.pid ?? 0, 'SIGKILL')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await traces(id)).not.toEqual([])
    expect(await clearLeftovers()).toContain(id)
    expect(await traces(id)).toEqual([])
    expect((await first().run('true')).code).toBe(0)
  })

  test('of a closed lab: nothing', async () => {
    const other: Lab = await openLab()
    await other.boot()
    expect(await traces(other.id)).not.toEqual([])
    await other.close()
    expect(await traces(other.id)).toEqual([])
  })
})

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inventoryText } from '../../../src/lab/inventory.js'
import type { BenchHost, Fleet } from '../fleet.js'
import { benchCache, benchFile } from '../places.js'
import { peerRuns, withHosts, type Prepare, type Tool } from './tool.js'

const folder = (): string => join(benchCache(), 'ansible')

/** Sockets of ssh's masters: a path in the cache may exceed the length limit of sockets. */
const masters = '/tmp/fettle-bench-masters'

async function writeInventories(fleet: Fleet): Promise<void> {
  await rm(masters, { recursive: true, force: true })
  await mkdir(folder(), { recursive: true })
  const { keyFile, knownHostsFile } = fleet
  for (let count = 1; count <= fleet.hosts.length; count += 1) {
    await writeFile(
      join(folder(), `${String(count)}.yml`),
      inventoryText(
        fleet.hosts
          .slice(0, count)
          .map(({ name, address }) => ({ name, address, keyFile, knownHostsFile })),
      ),
    )
  }
}

function playbook(name: string, config: string): Tool {
  const env = {
    ANSIBLE_CONFIG: benchFile('peers/ansible', config),
    FETTLE_BENCH_MASTERS: masters,
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C.UTF-8',
  }
  const inventory = (hosts: readonly BenchHost[]): string =>
    join(folder(), `${String(hosts.length)}.yml`)
  return {
    name,
    takesPart: withHosts,
    command: (hosts, scenario) => {
      const flags = scenario === 'plan' ? ['--check', '--diff'] : []
      const playbook = benchFile('peers/ansible/site.yml')
      return {
        argv: ['/usr/bin/ansible-playbook', '-i', inventory(hosts), playbook, ...flags],
        cwd: folder(),
        env,
      }
    },
    runs: peerRuns,
    unchanged: (output, hosts) =>
      hosts.every((host) =>
        new RegExp(`^${host.name} +: ok=\\d+ +changed=0 +unreachable=0 +failed=0`, 'm').test(
          output,
        ),
      ),
    provisions: true,
    isPeer: true,
    // Opens the masters, which a tuned Ansible finds open.
    warmUp: (hosts) => ({
      argv: ['/usr/bin/ansible', '-i', inventory(hosts), 'all', '-m', 'raw', '-a', 'true'],
      cwd: folder(),
      env,
    }),
  }
}

/**
 * What its apt module needs on hosts that another tool has finished. In a first run it installs
 * that itself.
 */
const pythonApt =
  '[ -e /usr/lib/python3/dist-packages/apt ] || { apt-get -q update && apt-get -q -y install python3-apt; }'

export const ansible: Prepare = async (fleet) => {
  await writeInventories(fleet)
  return {
    ...playbook('ansible', 'tuned.cfg'),
    onHosts: (scenario) => (scenario === 'first-run' ? null : pythonApt),
  }
}

export const mitogen: Prepare = async (fleet) => {
  await writeInventories(fleet)
  // Its apt module restarts after it has installed python3-apt, which Mitogen 0.3.3 cannot do.
  return { ...playbook('mitogen', 'mitogen.cfg'), onHosts: () => pythonApt }
}

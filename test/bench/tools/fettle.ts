import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from '../../../src/lab/command.js'
import { inventoryText } from '../../../src/lab/inventory.js'
import type { Fleet } from '../fleet.js'
import { benchCache, benchFile, root } from '../places.js'
import type { Scenario, Tool } from './tool.js'

/**
 * A user's project does not have npm's settings of this repository, which npm passes on to what it
 * runs.
 */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
)

/**
 * Fettle as users have it: packed, and installed into a new project. Its dependencies are installed
 * by npm once for each package-lock.json; after that only the package itself is unpacked again, as
 * npm would.
 */
async function installed(say: (line: string) => void): Promise<string> {
  const key = createHash('sha256')
    .update(root)
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex')
    .slice(0, 12)
  const project = join(benchCache(), `project-${key}`)
  await mkdir(project, { recursive: true })
  for (const name of (await readdir(project)).filter((entry) => entry.endsWith('.tgz')))
    await rm(join(project, name))
  const [packed] = JSON.parse(
    await must(['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project, root], {
      env,
    }),
  ) as readonly [{ readonly filename: string }]
  const archive = join(project, packed.filename)
  const folder = join(project, 'node_modules/fettle')
  if (
    await stat(join(project, 'installed')).then(
      () => false,
      () => true,
    )
  ) {
    say('installing the packed package')
    await writeFile(
      join(project, 'package.json'),
      '{ "name": "job", "private": true, "type": "module" }\n',
    )
    await must(
      [
        'npm',
        'install',
        '--prefix',
        project,
        '--omit=dev',
        '--no-audit',
        '--no-fund',
        '--prefer-offline',
        archive,
      ],
      { env },
    )
    await writeFile(join(project, 'installed'), '')
  } else {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder)
    await must(['tar', '-xzf', archive, '-C', folder, '--strip-components=1'])
  }
  return project
}

/** The project with the job: its folder, which contains `node_modules/.bin/fettle`. */
export async function fettleProject(say: (line: string) => void): Promise<string> {
  const project = await installed(say)
  for (const part of ['tasks', 'templates']) {
    await rm(join(project, part), { recursive: true, force: true })
    await cp(benchFile('job', part), join(project, part), { recursive: true })
  }
  await writeFile(join(project, '.env'), 'DATABASE_PASSWORD=s3cret-demo\n', { mode: 0o600 })
  return project
}

export const fettle = async (fleet: Fleet, say: (line: string) => void): Promise<Tool> => {
  const project = await fettleProject(say)
  await rm(join(project, 'inventory'), { recursive: true, force: true })
  await mkdir(join(project, 'inventory'))
  for (let count = 1; count <= fleet.hosts.length; count += 1) {
    const hosts = fleet.hosts.slice(0, count).map(({ name, address }) => ({
      name,
      address,
      keyFile: fleet.keyFile,
      knownHostsFile: fleet.knownHostsFile,
    }))
    await writeFile(join(project, 'inventory', `${String(count)}.yml`), inventoryText(hosts))
  }
  const words = (hosts: number, scenario: Scenario, warmUp: boolean): readonly string[] => {
    if (scenario === 'help') return ['--help']
    const command = scenario === 'plan' ? 'plan' : 'apply'
    const inventory = `inventory/${String(hosts)}.yml`
    return warmUp ? [command, '-v', '-i', inventory] : [command, '-i', inventory]
  }
  return {
    name: 'fettle',
    takesPart: () => true,
    command: (hosts, scenario, warmUp = false) => ({
      argv: ['node_modules/.bin/fettle', ...words(hosts.length, scenario, warmUp)],
      cwd: project,
      env: { DATABASE_PASSWORD: undefined },
    }),
    runs: () => 5,
    unchanged: (output, hosts) =>
      hosts.every(({ name }) =>
        new RegExp(`^${name} +: .*\\bchanged=0 +unreachable=0 +failed=0`, 'm').test(output),
      ),
    provisions: true,
    isPeer: false,
  }
}

/** Round trips and requests of the busiest host, by kind, from the output of `-v`. */
export function exchanges(output: string): Readonly<Record<string, number>> {
  const most: Record<string, number> = {}
  for (const [, counts = ''] of output.matchAll(/^\S+ was asked: (.*)$/gm)) {
    for (const [, kind = '', count] of counts.matchAll(/([^,]+?) (\d+)(?:, |$)/g))
      most[kind] = Math.max(most[kind] ?? 0, Number(count))
  }
  return most
}

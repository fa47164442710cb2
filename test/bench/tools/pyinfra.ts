import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from '../../../src/lab/command.js'
import { benchCache, benchFile } from '../places.js'
import { peerRuns, withHosts, type Prepare } from './tool.js'

/**
 * As pyinfra's own program starts it: gevent must patch the standard library before anything else
 * is imported.
 */
const program =
  'import sys; from pyinfra_cli.__main__ import execute_pyinfra; sys.argv[0] = "pyinfra"; execute_pyinfra()'

/**
 * pyinfra from a checkout of its repository, which FETTLE_BENCH_PYINFRA names, with the Python and
 * libraries of the checkout's own `.venv`, or else Debian's.
 */
export const pyinfra: Prepare = async (fleet, say) => {
  const checkout = process.env['FETTLE_BENCH_PYINFRA']
  if (checkout === undefined) {
    say('pyinfra is left out: FETTLE_BENCH_PYINFRA does not name a checkout of it')
    return null
  }
  const own = join(checkout, '.venv/bin/python')
  const python = await stat(own).then(
    () => own,
    () => '/usr/bin/python3',
  )
  // Its connectors are entry points, which only an installed package has. Its requirements are
  // resolved on import.
  const metadata = join(benchCache(), 'pyinfra')
  await rm(metadata, { recursive: true, force: true })
  await mkdir(metadata, { recursive: true })
  await must([
    'env',
    '-C',
    checkout,
    'PYTHONDONTWRITEBYTECODE=1',
    python,
    '-W',
    'ignore',
    'setup.py',
    '-q',
    'egg_info',
    '--egg-base',
    metadata,
  ])
  await rm(join(metadata, 'pyinfra.egg-info/requires.txt'))
  return {
    name: 'pyinfra',
    takesPart: withHosts,
    command: (hosts, scenario) => ({
      argv: [
        python,
        '-c',
        program,
        scenario === 'plan' ? '--dry' : '-y',
        'inventory.py',
        'deploy.py',
      ],
      cwd: benchFile('peers/pyinfra'),
      env: {
        PYTHONPATH: `${checkout}:${metadata}`,
        PYTHONDONTWRITEBYTECODE: '1',
        FETTLE_BENCH_INVENTORY: JSON.stringify({
          addresses: hosts.map(({ address }) => address),
          key: fleet.keyFile,
          known_hosts: fleet.knownHostsFile,
        }),
      },
    }),
    runs: peerRuns,
    // Its `git pull` needs to know the branch to pull, and runs every time; this is not counted as
    // a change.
    onHosts: (scenario) =>
      scenario === 'first-run' ? null : 'git -C /opt/demo-src branch -q -u origin/main main',
    unchanged: (output) =>
      [...output.matchAll(/^--> Starting operation: (\S+).*\n((?: .*\n)*)/gm)].every(
        ([, name, lines = '']) => name === 'checkout' || !lines.includes('Success'),
      ),
    provisions: true,
    isPeer: true,
  }
}

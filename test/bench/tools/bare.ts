import { root } from '../places.js'
import type { Prepare } from './tool.js'

/** OpenSSH's own client with a fresh connection, which does nothing on the host. */
export const ssh: Prepare = (fleet) =>
  Promise.resolve({
    name: 'ssh',
    takesPart: (scenario, hosts) => scenario === 'no-op' && hosts === 1,
    command: (hosts) => ({
      argv: [
        'ssh',
        '-F',
        'none',
        '-o',
        'BatchMode=yes',
        '-o',
        `UserKnownHostsFile=${fleet.knownHostsFile}`,
        '-i',
        fleet.keyFile,
        `root@${hosts[0]?.address ?? ''}`,
        'true',
      ],
      cwd: root,
      env: {},
    }),
    runs: () => 5,
    unchanged: () => true,
    provisions: false,
    isPeer: false,
  })

/** Node with an empty program. */
export const node: Prepare = () =>
  Promise.resolve({
    name: 'node',
    takesPart: (scenario) => scenario === 'help',
    command: () => ({ argv: [process.execPath, '-e', '0'], cwd: root, env: {} }),
    runs: () => 5,
    unchanged: () => true,
    provisions: false,
    isPeer: false,
  })

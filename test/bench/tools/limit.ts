import { fileURLToPath } from 'node:url'
import { benchFile, root } from '../places.js'
import type { Prepare } from './tool.js'

/** The lower bound for all tools; it reads the same in every scenario, and changes nothing. */
export const limit: Prepare = (fleet) =>
  Promise.resolve({
    name: 'limit',
    takesPart: (scenario) => scenario !== 'first-run' && scenario !== 'help',
    command: (hosts) => ({
      argv: [
        process.execPath,
        fileURLToPath(new URL('../limit.js', import.meta.url)),
        fleet.keyFile,
        benchFile('read-everything.sh'),
        ...hosts.map(({ address }) => address),
      ],
      cwd: root,
      env: {},
    }),
    runs: () => 5,
    unchanged: () => true,
    provisions: false,
    isPeer: false,
  })

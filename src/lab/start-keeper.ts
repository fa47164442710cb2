import { spawn, type ChildProcess } from 'node:child_process'
import { open } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FettleError } from '../core/errors.js'
import { bridgeAddress, type Network } from './network.js'
import { labFolder } from './places.js'

export interface Keeper {
  readonly stdin: Socket
  readonly pid: number
  readonly port: number
}

/**
 * Starts `keeper.ts`: its compiled form beside this file or, when running from the sources (Jest),
 * through jiti.
 */
export async function startKeeper(network: Network): Promise<Keeper> {
  const here = fileURLToPath(import.meta.url)
  const program = join(dirname(here), `keeper${extname(here)}`)
  const loader = extname(here) === '.ts' ? ['--import', 'jiti/register'] : []
  const logFile = join(labFolder(network.id), 'keeper.log')
  const log = await open(logFile, 'a')
  const child = spawn(process.execPath, [...loader, program, network.id, bridgeAddress(network)], {
    cwd: dirname(here),
    detached: true,
    stdio: ['pipe', 'pipe', log.fd],
  })
  await log.close()
  const { stdin, stdout } = child as ChildProcess & {
    readonly stdin: Socket
    readonly stdout: Socket
  }
  const port = await new Promise<number>((resolve, reject) => {
    stdout.once('data', (bytes: Buffer) => resolve(Number(bytes.toString())))
    child.once('error', reject)
    child.once('exit', () => {
      const message = `the lab's keeper has ended; see ${logFile}`
      reject(new FettleError('lab-failed', { message }))
    })
  })
  // It must not keep this process alive.
  child.unref()
  stdout.destroy()
  stdin.unref()
  return { stdin, pid: child.pid ?? 0, port }
}

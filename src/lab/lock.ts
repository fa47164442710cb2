import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { FettleError } from '../core/errors.js'
import { ensureOwn } from './places.js'

/**
 * Runs `body` while no other process of this machine holds the lock. util-linux's flock holds it
 * for us, so that the kernel lets it go when this process dies, however it dies.
 */
export async function withLock<T>(path: string, body: () => Promise<T>): Promise<T> {
  // On Debian everybody may make folders in /run/lock.
  ensureOwn(dirname(path))
  // In a session of its own: Ctrl-C at the terminal must not let the lock go before what it
  // protects is done.
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject)
    holder.stdout.once('data', () => resolve())
    holder.once('close', () =>
      reject(new FettleError('lab-failed', { message: `${path} could not be locked` })),
    )
  })
  try {
    return await body()
  } finally {
    holder.stdin.end()
    await ended
  }
}

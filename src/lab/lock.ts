import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { FettleError } from '../core/errors.js'
import { ensureOwn } from './places.js'

/**
 * Runs `body` while holding a lock among the processes of this machine. util-linux's flock holds
 * it, so that the kernel releases it when this process dies, however it dies.
 */
export async function withLock<T>(path: string, body: () => Promise<T>): Promise<T> {
  // On Debian everybody may create folders in /run/lock.
  ensureOwn(dirname(path))
  // In a session of its own: Ctrl-C at the terminal must not release the lock while what it
  // protects is still running.
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

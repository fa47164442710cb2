import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import { FettleError } from '../../core/errors.js'
import { environmentFor } from './local-programs.js'
import type { ForwardTarget } from '../session.js'
import type { Pipes, Transport } from '../transport.js'

/**
 * Runs a command line here, in a session of its own, so that Ctrl-C at our terminal does not reach
 * it. `kill` ends it with all processes that it has started.
 */
export function runLocally(
  command: string,
  shell = '/bin/sh',
): Pipes & { readonly kill: () => void } {
  const child = spawn(shell, ['-c', command], {
    detached: true,
    stdio: 'pipe',
    ...environmentFor(command),
  })
  // A broken pipe is ignored here: `ended` gives the reason.
  child.stdin.on('error', () => undefined)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(signal ?? `status ${String(code)}`))
  })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    destroy() {
      child.stdin.destroy()
      child.stdout.destroy()
      child.stderr.destroy()
    },
    kill() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      try {
        process.kill(-child.pid, 'SIGHUP')
      } catch {
        // The process has ended meanwhile.
      }
    },
  }
}

async function dial(target: ForwardTarget): Promise<Duplex> {
  const socket =
    'socket' in target
      ? connect({ path: target.socket })
      : connect({ host: target.host, port: target.port, noDelay: true })
  try {
    await once(socket, 'connect')
    return socket
  } catch (cause) {
    const where = 'socket' in target ? target.socket : `${target.host}:${target.port}`
    throw new FettleError('forward-failed', {
      message: `${where} could not be reached: ${(cause as Error).message}`,
      cause,
    })
  }
}

/** The transport for `ansible_connection: local`: the same protocol over a child process. */
export function localTransport(): Transport {
  const loginUser = userInfo().username
  return {
    loginUser,
    place: `${loginUser}@localhost`,
    forwardsAgent: false,
    open: (command) => Promise.resolve(runLocally(command)),
    dial,
    close: () => Promise.resolve(),
  }
}

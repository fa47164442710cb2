import { FettleError } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { duplexOf } from '../shell/bridge.js'
import type { Dialer } from './link.js'
import { runLocally } from './local.js'
import { refuseSecrets } from './local-programs.js'
import type { HostConfig } from '../config/ssh-config.js'

/**
 * Expands the tokens of ssh_config(5) in a ProxyCommand. As in ssh, the host's name is inserted
 * unquoted; names from the inventory were checked for shell characters.
 */
export function expandProxyCommand(
  command: string,
  { host, originalHost, port, user }: Pick<HostConfig, 'host' | 'originalHost' | 'port' | 'user'>,
): string {
  const tokens: Readonly<Record<string, string>> = {
    '%h': host,
    '%n': originalHost,
    '%p': String(port),
    '%r': user,
    '%%': '%',
  }
  return command.replace(/%(.?)/gs, (token) => {
    const value = tokens[token]
    if (value === undefined)
      throw new FettleError('ssh-config-invalid', {
        message: `ProxyCommand ${command}: ${token} is no token of it`,
        remedy: 'it takes %h, %n, %p, %r and %%',
      })
    return value
  })
}

/**
 * A dialer over a program whose standard input and output lead to the host, run by the user's shell
 * with `exec`, as ssh does it.
 */
export const commandDialer = (command: string, config: HostConfig): Dialer => ({
  // Logins are limited per command: most commands lead through one place, whatever the host.
  loginKey: `command ${command}`,
  dial(place, signal) {
    signal?.throwIfAborted()
    const line = expandProxyCommand(command, config)
    refuseSecrets(`${place}: its ProxyCommand`, [line])
    const pipes = runLocally(`exec ${line}`, process.env['SHELL'] || '/bin/sh')
    let why: string | null = null
    const stream = duplexOf(pipes, (how, words) => {
      why = `its ProxyCommand ended (${how})`
      return new FettleError('unreachable', {
        message: `${place} cannot be reached: its ProxyCommand ended (${how}): ${line}`,
        remedy: 'run the command by itself: it must lead to the host without asking anything',
        ...omitUndefined({ detail: words || undefined }),
      })
    })
    stream.on('close', pipes.kill)
    return Promise.resolve({
      stream,
      async hangUp() {
        await new Promise<void>((resolve) => stream.end(resolve))
        pipes.kill()
      },
      why: () => why,
    })
  },
})

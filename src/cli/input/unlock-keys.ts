import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { FettleError } from '../../core/errors.js'
import { Secret } from '../../core/secret.js'
import {
  connectOptions,
  targetOf,
  type ConnectSettings,
} from '../../engine/fleet/connect-options.js'
import type { InventoryHost } from '../../inventory/inventory.js'
import { ask } from './passwords.js'
import type { ProcessContext } from './process-context.js'

/** ssh's own number of tries (NumberOfPasswordPrompts). */
const maxTries = 3

/**
 * Asks for the passphrases of encrypted keys without which hosts cannot be reached: once for each
 * key and run, before anything is contacted. An empty answer or a third wrong one leaves a key
 * locked; its hosts then fail with the reason. As in ssh, the program SSH_ASKPASS is used without a
 * terminal, and with SSH_ASKPASS_REQUIRE=force or prefer also at one; with neither no question is
 * asked.
 */
export async function unlockKeys(
  hosts: () => readonly InventoryHost[],
  options: ConnectSettings,
  processContext: ProcessContext,
): Promise<void> {
  const question = passphraseSource(processContext)
  if (question === null) return
  const { lockedKeys, unlock } = await import('../../ssh/login/locked-keys.js')
  const targets = hosts().map((host) => targetOf(host, null, options))
  for (const path of await lockedKeys(targets, connectOptions(options))) {
    let said = ''
    for (let left = maxTries; left > 0; left -= 1) {
      const passphrase = await question(`${said}Enter passphrase for key '${path}': `)
      if (passphrase === '' || (await unlock(path, new Secret(passphrase)))) break
      said = 'Wrong passphrase. '
    }
  }
}

function passphraseSource(
  processContext: ProcessContext,
): ((prompt: string) => Promise<string>) | null {
  const { SSH_ASKPASS: program = '', SSH_ASKPASS_REQUIRE: required = '' } = processContext.env
  const terminal = processContext.stdin.isTTY === true
  if (program !== '' && required !== 'never' && (!terminal || required !== ''))
    return (prompt) => fromProgram(program, prompt)
  return terminal ? (prompt) => ask(prompt, processContext) : null
}

async function fromProgram(program: string, prompt: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [prompt])
    return stdout.replace(/[\r\n][^]*$/, '')
  } catch (error) {
    const [why = ''] = (error as Error).message.split('\n')
    throw new FettleError('usage', {
      message: `SSH_ASKPASS: ${program} gave no passphrase: ${why}`,
      remedy: 'give a program that prints the passphrase, or leave it out',
    })
  }
}

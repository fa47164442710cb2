import { constants } from 'node:os'
import type { Address } from '../../core/address.js'
import { catalogue, FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { explanationIn } from '../../core/refuse.js'
import { scrub } from '../../core/scrub/scrub.js'

/** How many lines of a failed command's output an error quotes. */
const quoted = 30

/**
 * The last lines of an output, at most 8192 characters. Scrubbed first, because a cut could leave
 * half a secret.
 */
export const tail = (text: string): string =>
  scrub(text).trimEnd().split('\n').slice(-quoted).join('\n').slice(-8192)

/**
 * What dash prints before its own errors: the line numbers of a generated script mean nothing to
 * the user.
 */
const shellName = /^\/bin\/sh: \d+: (?:eval: |exec: )?/gm

/** A shell action that has failed on a host. */
export interface FailedAction {
  /** What it does: `useradd app`. */
  readonly what: string
  /** Who it ran as. */
  readonly user: string
  /** Its time limit in seconds. */
  readonly limit: number | undefined
}

/**
 * The error of a failed action. Its message is the script's own explanation where it has one, else
 * what the action does and how it ended.
 */
export function actionFailure(
  address: Address,
  { what, user, limit }: FailedAction,
  output: Output,
): FettleError {
  const { reason, remedy, words } = explanationIn(output.stderr)
  const detail = [output.stdout.toString(), words.replace(shellName, '')]
    .map(tail)
    .filter((text) => text !== '')
    .join('\n')
  const { how, advice } = ending(output.code, limit, detail)
  const asRoot = reason === null ? advice : catalogue['action-failed'].remedy
  const asOther = `it ran as ${user}: what only root may do needs become: true in the play or the task, or become: 'root' in the resource`
  return new FettleError('action-failed', {
    address,
    message: reason ?? `${what} ${how}`,
    detail,
    remedy: remedy ?? (user === 'root' ? asRoot : asOther),
  })
}

/**
 * How an action ended, with advice: by the exit statuses that shells use for programs that could
 * not be started or were killed by a signal.
 */
function ending(
  code: number,
  limit: number | undefined,
  printed: string,
): { readonly how: string; readonly advice: string } {
  if (code === 124 && limit !== undefined)
    return {
      how: `did not end within ${String(limit)} s and was stopped`,
      advice: 'see what it waited for; where it needs longer, give the resource a timeout',
    }
  if (code === 127)
    return {
      how: 'failed: a program was not found (status 127)',
      advice: 'correct its name, or add what brings it before this',
    }
  if (code === 126)
    return {
      how: 'failed: a program could not be executed (status 126)',
      advice: 'see whether it may be executed, and is a program for this host',
    }
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)
  if (signal !== undefined)
    return {
      how: `was ended by ${signal[0]} (status ${String(code)})`,
      advice: 'see the journal of the host (journalctl -e): its memory may have run out',
    }
  return { how: `failed with status ${String(code)}`, advice: adviceOn(printed) }
}

function adviceOn(printed: string): string {
  if (printed === '') return 'it printed nothing: try it by hand on the host'
  if (/Operation not permitted|Read-only file system/.test(printed))
    return catalogue['action-failed'].remedy
  return 'see what it printed'
}

import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import type { Block } from '../../ssh/session.js'
import lockText from './lock.sh.js'

/**
 * Seconds to wait for another run on the same host: at first, to say whose it is, and then in all.
 */
const firstPatience = 1
const usualPatience = 60
/** How `lock.sh` ends. */
const busy = 75
const asking = 76

/** Who takes a lock. Others read it, so none of it is secret, and no word of it has a space. */
export interface Holder {
  /** The run's id. */
  readonly run: string
  /** The host's number in the run: a machine may have several names there. */
  readonly number: number
  /** `ada@laptop` */
  readonly who: string
  /** When the run began, by its own clock. */
  readonly since: string
  /** The run's process, and where it is (`this-process.ts`); null where that cannot be told. */
  readonly process: { readonly name: string; readonly place: string } | null
  /** Hosts of the run whose link was lost: what they had under way may still be. */
  readonly lost: readonly number[]
}

/** An owner whose process was looked for on this machine. */
export interface Looked {
  readonly owner: string
  /** Its process has ended: nobody speaks to its session any more. */
  readonly ended: boolean
}

/**
 * Takes the host's lock for this session: it holds as long as the session's shell lives, which is
 * until the run has ended or, after a lost link, until the block under way has. It need not be
 * given back, and what nobody gives back cannot be forgotten. `lock.sh` tells how.
 *
 * That only one session of a run acts at a time is the run's own affair (`machines.ts`). The link
 * of an owner to whom nobody speaks any more is ended: an owner of this run whose link is lost, or
 * of a run whose process on this machine has ended, which the control machine is asked for.
 */
export const lockBlock = (
  root: boolean,
  { run, number, who, since, process, lost }: Holder,
  looked: Looked | null = null,
  patience = patienceOf(false),
): Block => ({
  what: 'taking the lock',
  // Its clock counts pauses, which a busy host makes longer.
  deadline: 2 * patience + 60,
  script: lines([
    shellFunctions(lockText),
    sh`is_root=${root ? 1 : 0} own_run=${run} own_place=${process?.place ?? 'nowhere'}`,
    sh`own_line=${`${run} ${String(number)} ${who} ${since} ${process?.name ?? '-'}`}`,
    sh`lost_hosts=${` ${lost.join(' ')} `} patience=${patience * 10}`,
    sh`asked_owner=${looked?.owner ?? 'nobody'}`,
    sh`ended_owner=${looked?.ended === true ? looked.owner : 'nobody'}`,
    sh`fettle_lock`,
  ]),
})

/** What taking the lock came to. */
export type Locked =
  | {
      readonly is: 'held'
      /** Another run had to be waited for. */
      readonly waited: boolean
      /** The number of another host of the run that is the same machine. */
      readonly twin: number | null
    }
  /** A run from this machine holds it: has its process ended? */
  | {
      readonly is: 'asking'
      readonly owner: string
      readonly process: string
      readonly holder: string
    }
  /** Another run holds it: whoever waits is told whose it is. */
  | { readonly is: 'taken'; readonly holder: string }

/** Seconds to wait for the lock: a moment until somebody has been told who holds it. */
export const patienceOf = (told: boolean): number => (told ? usualPatience : firstPatience)

/**
 * What the shell of `lockBlock` has answered.
 * @param told somebody knows who holds it, so the shell has waited for all of the time
 * @throws FettleError `host-locked` when another run kept the lock
 */
export function checkLock(
  { code, stdout, stderr }: Output,
  host: string,
  ownRun: string,
  told = true,
): Locked {
  const said = stdout.toString()
  const [, twin] = /^twin (\d+)$/m.exec(said) ?? []
  if (code === 0)
    return {
      is: 'held',
      waited: said.startsWith('waited'),
      twin: twin === undefined ? null : Number(twin),
    }
  const [held = '', note = ''] = stderr.trim().split('\n')
  const [owner = '', process = ''] = held.split(' ')
  const holder = holderOf(owner, note.split(' '), ownRun)
  if (code === asking) return { is: 'asking', owner, process, holder }
  if (code === busy && !told) return { is: 'taken', holder }
  if (code !== busy)
    throw new FettleError('host-locked', {
      address: host,
      message: `the lock of ${host} could not be taken (status ${String(code)})`,
      detail: stderr,
      remedy: 'see that the directory which is named can be written',
    })
  const isOwn = note.startsWith(`${ownRun} `)
  const message = isOwn ? `${holder} has not ended` : `${host} is held by ${holder}`
  const remedy = isOwn
    ? 'run again when it has ended'
    : `wait for it, or end it on the host with kill ${processOf(owner)}`
  throw new FettleError('host-locked', {
    address: host,
    message: `${message}; waited for ${String(usualPatience)} s`,
    remedy,
  })
}

const processOf = (owner: string): string => owner.split(':')[0] ?? '?'

/** Who holds the lock: whose run, since when, and its process there. */
function holderOf(
  owner: string,
  [run = '', , who = '', since = '']: readonly string[],
  ownRun: string,
): string {
  const process = `process ${processOf(owner)} on the host`
  if (run === ownRun) return `what this run had under way there when a link was lost (${process})`
  if (run === '') return `another run (${process})`
  const begun = since.slice(0, 19).replace('T', ' ')
  return `another run (${who}, since ${begun} UTC, ${process})`
}

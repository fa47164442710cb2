import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { lines, sh, shellFunctions } from '../../core/sh.js'
import type { Block } from '../../ssh/session.js'
import lockText from './lock.sh.js'

/**
 * Seconds to wait for another run on the same host: first briefly, to report who holds the lock,
 * then for the rest.
 */
const firstPatience = 1
const usualPatience = 60
/** How `lock.sh` ends. */
const busy = 75
const asking = 76

/** Who takes a lock. Other runs read it, so it holds no secret; each value is one word. */
export interface Holder {
  /** The run's id. */
  readonly run: string
  /** The host's number in the run. Several hosts of a run may be one machine. */
  readonly number: number
  /** `ada@laptop` */
  readonly who: string
  /** When the run started, by the clock of its control machine. */
  readonly since: string
  /** The run's process and its namespace (`this-process.ts`); null where they are not known. */
  readonly process: { readonly name: string; readonly place: string } | null
  /** Hosts of this run whose link was lost: their blocks may still be running. */
  readonly lost: readonly number[]
}

/** An owner of the lock, after its process was looked up on this machine. */
export interface Looked {
  readonly owner: string
  /** Its process has ended, so nobody uses its session any more. */
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
  // This clock includes the sleeps, which take longer on a busy host.
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

/** The result of taking the lock. */
export type Locked =
  | {
      readonly is: 'held'
      /** Another run had to be waited for. */
      readonly waited: boolean
      /** The number of another host of this run that is the same machine. */
      readonly twin: number | null
    }
  /** A run on this control machine holds it: has its process ended? */
  | {
      readonly is: 'asking'
      readonly owner: string
      readonly process: string
      readonly holder: string
    }
  /** Another run holds it, and the user should be told which. */
  | { readonly is: 'taken'; readonly holder: string }

/** Seconds to wait for the lock: short until its holder was reported to the user. */
export const patienceOf = (holderReported: boolean): number =>
  holderReported ? usualPatience : firstPatience

/**
 * Parses the answer of `lockBlock`.
 * @param holderReported the holder was reported, so the shell has waited for the full time
 * @throws FettleError `host-locked` when another run kept the lock
 */
export function checkLock(
  { code, stdout, stderr }: Output,
  host: string,
  ownRun: string,
  holderReported = true,
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
  if (code === busy && !holderReported) return { is: 'taken', holder }
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

/** Describes the holder of the lock: its run, since when, and its process on the host. */
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

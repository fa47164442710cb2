import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { sh } from '../../core/sh.js'
import type { Block } from '../../ssh/session.js'

/**
 * Seconds to wait for another run on the same host: at first, to say whose it is, and then in all.
 */
const firstPatience = 1
const usualPatience = 60
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
 * given back, and what nobody gives back cannot be forgotten.
 *
 * It is a chain of symbolic links, each made atomically and naming its owner (process id and start
 * time): `lock`, then `lock.OWNER` for who comes after an owner that is dead, and so on. Who finds
 * himself at the end of it holds the lock. A dead owner's link is never taken away to make room:
 * between looking at a link and removing it, it may have become somebody else's. Only who holds the
 * lock tidies up, by making himself the beginning; that is why one's own link counts only when the
 * chain leads to it.
 *
 * Sessions of one run share the lock, where several of its hosts are one machine: each adds its
 * link behind the living one before it, so that the lock stays the run's whichever of them ends
 * first. `run.OWNER` tells whose run an owner is of. That only one of them acts at a time is the
 * run's own affair (`machines.ts`).
 *
 * A host may not hear for hours that a link is gone, when the network swallows everything. So the
 * link of an owner to whom nobody speaks any more is ended here, as its sshd would have ended it:
 * an owner of this run whose link is lost, or of a run whose process on this machine has ended.
 * Whether it has, the control machine is asked: status 76 names the owner and its process, then its
 * run.
 *
 * It says `waited` when another run was in the way, and `twin NUMBER` when it shares the lock with
 * that host of its own run.
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
  script: sh`
if ${root ? 'true' : 'false'}; then d=/run/fettle; else d=\${HOME:?}/.local/state/fettle; fi
[ -d "$d" ] || (umask 077; mkdir -p -- "$d") || exit
started() { begun=; { read -r s <"/proc/$1/stat"; } 2>/dev/null || return; s=\${s##*) }; set -- $s; case $1 in Z|X) ;; *) begun=\${20} ;; esac; }
alive() { started "\${1%%:*}"; [ "$begun" = "\${1#*:}" ]; }
ours() {
  run= number= who= since= process=
  { read -r run number who since process <"$d/run.$1"; } 2>/dev/null
  [ "$run" = ${run} ] || return
  case ${` ${lost.join(' ')} `} in *" $number "*) return 1 ;; esac
}
end() {
  link=$d/lock twin=
  while [ -L "$link" ] && held=$(readlink -- "$link"); do
    [ "$held" != "$me" ] || return 0
    if alive "$held"; then ours "$held" || return 0; twin=$number; fi
    link=$d/lock.$held
  done
  held=
}
hang_up() {
  p=\${1%%:*}
  while { read -r s <"/proc/$p/stat"; } 2>/dev/null; do
    case $s in *'(sshd'*) kill "$p" 2>/dev/null; return ;; esac
    s=\${s##*) }; set -- $s; p=$2
  done
}
started "$$"
me="$$:$begun" waited=0 failed=0
while end; [ "$held" != "$me" ]; do
  if [ -n "$held" ]; then
    case $run,$held,$process in
      ${run},* | *,${looked?.ended === true ? looked.owner : 'nobody'},*) hang_up "$held" ;;
      *,${looked?.owner ?? 'nobody'},*) ;;
      *,${process?.place ?? 'nowhere'}*) printf '%s\n' "$held $process" "$run $number $who $since" >&2; exit ${asking} ;;
    esac
    [ "$waited" -lt ${patience * 10} ] || { printf '%s\n' "$held" "$run $number $who $since" >&2; exit ${busy}; }
    if sleep 0.1 2>/dev/null; then waited=$((waited + 1)); else sleep 1; waited=$((waited + 10)); fi
  elif ! said=$(ln -sT -- "$me" "$link" 2>&1) && [ ! -L "$link" ]; then
    failed=$((failed + 1)); [ "$failed" -lt 10 ] || { echo "$said" >&2; exit 1; }
  fi
done
printf '%s\n' ${`${run} ${String(number)} ${who} ${since} ${process?.name ?? '-'}`} >"$d/run.$me" || exit
if [ -z "$twin" ] && [ "$link" != "$d/lock" ]; then
  ln -sfT -- "$me" "$d/new.$$" && mv -fT -- "$d/new.$$" "$d/lock" || exit
  set --
  for f in "$d"/lock.* "$d"/run.*; do owner=\${f##*/}; alive "\${owner#*.}" || set -- "$@" "$f"; done
  rm -f -- "$@"
fi
[ "$waited" = 0 ] || echo waited
[ -z "$twin" ] || echo twin "$twin"`,
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

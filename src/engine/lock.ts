import { FettleError } from '../core/errors.js'
import type { Output } from '../core/fact.js'
import { sh } from '../core/sh.js'
import type { Block } from '../ssh/session.js'

/** Seconds to wait for another run on the same host. */
const usualPatience = 60
const busy = 75

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
  /** Hosts of the run whose link was lost: what they had under way may still be. */
  readonly lost: readonly number[]
}

/**
 * Takes the host's lock for this session: it holds as long as the session's shell lives, which is until the run has ended or, after
 * a lost link, until the block under way has. It need not be given back, and what nobody gives back cannot be forgotten.
 *
 * It is a chain of symbolic links, each made atomically and naming its owner (process id and start time): `lock`, then `lock.OWNER`
 * for who comes after an owner that is dead, and so on. Who finds himself at the end of it holds the lock. A dead owner's link is
 * never taken away to make room: between looking at a link and removing it, it may have become somebody else's. Only who holds the
 * lock tidies up, by making himself the beginning; that is why one's own link counts only when the chain leads to it.
 *
 * Sessions of one run share the lock, where several of its hosts are one machine: each adds its link behind the living one before it, so that
 * the lock stays the run's whichever of them ends first. `run.OWNER` tells whose run an owner is of. That only one of them acts at a time is the
 * run's own affair (`machines.ts`).
 *
 * It says `waited` when another run was in the way, and `twin NUMBER` when it shares the lock with that host of its own run.
 */
export const lockBlock = (root: boolean, { run, number, who, since, lost }: Holder, patience = usualPatience): Block => ({
  script: sh`
if ${root ? 'true' : 'false'}; then d=/run/fettle; else d=\${HOME:?}/.local/state/fettle; fi
[ -d "$d" ] || (umask 077; mkdir -p -- "$d") || exit
started() { begun=; { read -r s <"/proc/$1/stat"; } 2>/dev/null || return; s=\${s##*) }; set -- $s; case $1 in Z|X) ;; *) begun=\${20} ;; esac; }
alive() { started "\${1%%:*}"; [ "$begun" = "\${1#*:}" ]; }
ours() {
  { read -r run number more <"$d/run.$1"; } 2>/dev/null && [ "$run" = ${run} ] || return
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
started "$$"
me="$$:$begun" waited=0 failed=0
while end; [ "$held" != "$me" ]; do
  if [ -n "$held" ]; then
    [ "$waited" -lt ${patience * 10} ] || { echo "$held" >&2; { read -r note <"$d/run.$held"; } 2>/dev/null && echo "$note" >&2; exit ${busy}; }
    if sleep 0.1 2>/dev/null; then waited=$((waited + 1)); else sleep 1; waited=$((waited + 10)); fi
  elif ! said=$(ln -sT -- "$me" "$link" 2>&1) && [ ! -L "$link" ]; then
    failed=$((failed + 1)); [ "$failed" -lt 10 ] || { echo "$said" >&2; exit 1; }
  fi
done
echo ${run} ${number} ${who} ${since} >"$d/run.$me" || exit
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
export interface Locked {
  /** Another run had to be waited for. */
  readonly waited: boolean
  /** The number of another host of the run that is the same machine. */
  readonly twin: number | null
}

/** @throws FettleError `host-locked` when another run kept the lock */
export function checkLock({ code, stdout, stderr }: Output, host: string, ownRun: string): Locked {
  const said = stdout.toString()
  const [, twin] = /^twin (\d+)$/m.exec(said) ?? []
  if (code === 0) return { waited: said.startsWith('waited'), twin: twin === undefined ? null : Number(twin) }
  const [held = '', note = ''] = stderr.trim().split('\n')
  if (code !== busy) throw new FettleError('host-locked', { address: host, message: `the lock of ${host} could not be taken (status ${String(code)})`, detail: stderr, remedy: 'see that the directory which is named can be written' })
  const [pid = '?'] = held.split(':')
  const [run = '', , who = '', since = ''] = note.split(' ')
  const process = `process ${pid} on the host`
  if (run === ownRun) throw new FettleError('host-locked', { address: host, message: `what this run had under way on the machine of ${host} when a link was lost has not ended in ${String(usualPatience)} s (${process})`, remedy: 'run again when it has ended' })
  const holder = who === '' ? process : `${who}, since ${since}; ${process}`
  throw new FettleError('host-locked', { address: host, message: `another run has held ${host} for ${String(usualPatience)} s (${holder})`, remedy: `wait for it, or end it on the host with kill ${pid}` })
}

import { FettleError } from '../core/errors.js'
import type { Output } from '../core/fact.js'
import { sh } from '../core/sh.js'
import type { Block } from '../ssh/session.js'

/** Seconds to wait for another run on the same host. */
const patience = 60
const busy = 75

/**
 * Takes the host's lock for this session. It is a symbolic link, made atomically, whose target names the holder: the
 * session's shell with its start time. It need not be given back: it holds no longer than that shell lives, which is until
 * the run has ended or, after a lost link, until the block under way has.
 */
export const lockBlock = (root: boolean): Block => ({
  script: sh`
if ${root ? 'true' : 'false'}; then d=/run/fettle; else d=\${HOME:?}/.local/state/fettle; fi
(umask 077; mkdir -p -- "$d")
started() { s=$(cat "/proc/$1/stat" 2>/dev/null) || return; s=\${s##*) }; set -- $s; echo "\${20}"; }
me="$$:$(started "$$")"
i=0
until ln -sT -- "$me" "$d/lock" 2>/dev/null; do
  held=$(readlink -- "$d/lock") || continue
  [ "$held" != "$me" ] || exit 0
  if [ "$(started "\${held%%:*}")" != "\${held#*:}" ]; then
    mv -fT -- "$d/lock" "$d/lock.$$" 2>/dev/null || continue
    if [ "$(readlink -- "$d/lock.$$")" = "$held" ]; then rm -f -- "$d/lock.$$"; else mv -fT -- "$d/lock.$$" "$d/lock"; fi
    continue
  fi
  [ "$i" -lt ${patience} ] || { echo "$held" >&2; exit ${busy}; }
  i=$((i + 1)); sleep 1
done`,
})

/** @throws FettleError `host-locked` when another run kept the lock */
export function checkLock({ code, stderr }: Output, host: string): void {
  if (code === 0) return
  const [pid] = stderr.trim().split(':')
  if (code !== busy) throw new FettleError('host-locked', { address: host, message: `the lock of ${host} could not be taken (status ${String(code)})`, detail: stderr, remedy: 'see that /run/fettle on the host can be written' })
  throw new FettleError('host-locked', { address: host, message: `another run has held ${host} for ${String(patience)} s (process ${pid ?? '?'} on the host)`, remedy: `wait for it, or end it on the host with kill ${pid ?? 'PID'}` })
}

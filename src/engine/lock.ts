import { FettleError } from '../core/errors.js'
import type { Output } from '../core/fact.js'
import { sh } from '../core/sh.js'
import type { Block } from '../ssh/session.js'

/** Seconds to wait for another run on the same host. */
const usualPatience = 60
const busy = 75

/**
 * Takes the host's lock for this session: it holds as long as the session's shell lives, which is until the run has ended or, after
 * a lost link, until the block under way has. It need not be given back, and what nobody gives back cannot be forgotten.
 *
 * It is a chain of symbolic links, each made atomically and naming its owner (process id and start time): `lock`, then `lock.OWNER`
 * for who comes after an owner that is dead, and so on. Who finds himself at the end of it holds the lock. A dead owner's link is
 * never taken away to make room: between looking at a link and removing it, it may have become somebody else's. Only who holds the
 * lock tidies up, by making himself the beginning; that is why one's own link counts only when the chain leads to it.
 *
 * It says `waited` when another run was in the way.
 */
export const lockBlock = (root: boolean, patience = usualPatience): Block => ({
  script: sh`
if ${root ? 'true' : 'false'}; then d=/run/fettle; else d=\${HOME:?}/.local/state/fettle; fi
[ -d "$d" ] || (umask 077; mkdir -p -- "$d") || exit
started() { begun=; { read -r s <"/proc/$1/stat"; } 2>/dev/null || return; s=\${s##*) }; set -- $s; case $1 in Z|X) ;; *) begun=\${20} ;; esac; }
end() {
  link=$d/lock
  while [ -L "$link" ] && held=$(readlink -- "$link"); do
    [ "$held" != "$me" ] || return 0
    started "\${held%%:*}"; [ "$begun" != "\${held#*:}" ] || return 0
    link=$d/lock.$held
  done
  held=
}
started "$$"
me="$$:$begun" waited=0 failed=0
while end; [ "$held" != "$me" ]; do
  if [ -n "$held" ]; then
    [ "$waited" -lt ${patience * 10} ] || { echo "$held" >&2; exit ${busy}; }
    if sleep 0.1 2>/dev/null; then waited=$((waited + 1)); else sleep 1; waited=$((waited + 10)); fi
  elif ! said=$(ln -sT -- "$me" "$link" 2>&1) && [ ! -L "$link" ]; then
    failed=$((failed + 1)); [ "$failed" -lt 10 ] || { echo "$said" >&2; exit 1; }
  fi
done
[ "$link" = "$d/lock" ] || { ln -sfT -- "$me" "$d/new.$$" && mv -fT -- "$d/new.$$" "$d/lock" && rm -f -- "$d"/lock.*; } || exit
[ "$waited" = 0 ] || echo waited`,
})

/**
 * @returns whether another run had to be waited for
 * @throws FettleError `host-locked` when another run kept the lock
 */
export function checkLock({ code, stdout, stderr }: Output, host: string): boolean {
  if (code === 0) return stdout.toString().trim() === 'waited'
  const [pid = '?'] = stderr.trim().split(':')
  if (code !== busy) throw new FettleError('host-locked', { address: host, message: `the lock of ${host} could not be taken (status ${String(code)})`, detail: stderr, remedy: 'see that the directory which is named can be written' })
  throw new FettleError('host-locked', { address: host, message: `another run has held ${host} for ${String(usualPatience)} s (process ${pid} on the host)`, remedy: `wait for it, or end it on the host with kill ${pid}` })
}

import { randomBytes } from 'node:crypto'

/** Where a host keeps its programs. */
export interface Programs {
  readonly env: string
  readonly sh: string
  readonly path: string
}

export const standardPrograms: Programs = {
  env: '/usr/bin/env',
  sh: '/bin/sh',
  path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
}

/** 128 random bits that nothing on the host can guess. */
export const nonce = (): string => randomBytes(16).toString('hex')

/**
 * Announces the shell on both streams, then takes a script's length and text from standard input:
 * no script is ever in argv.
 */
const bootText = (token: string, path: string): string =>
  `PATH=${path}; echo @boot-${token}; echo @boot-${token} >&2; read -r n; eval "$(dd bs=65536 count=$n iflag=fullblock,count_bytes 2>/dev/null)"`

/**
 * The command that starts a clean shell. One line without `\`, `!` or `'` inside: bash, zsh, fish,
 * csh and tcsh all hand it on. `env -i` drops BASH_ENV, exported functions, LD_PRELOAD and PATH of
 * a hostile start-up file.
 * @param kept an assignment of what sshd has set and the shell is to have
 */
export const bootLine = (
  token: string,
  { env, sh, path }: Programs = standardPrograms,
  kept = '',
): string => `${env} -i ${kept}${sh} -c '${bootText(token, path)}'`

/** A line of its own, so that neither a trace nor an echo of the command is taken for it. */
export const bootMarker = (token: string): string => `@boot-${token}\n`

/** A script with the length that the boot line reads first. */
export const bootScript = (script: string): Buffer =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(script)}\n`), Buffer.from(script)])

/**
 * What every script of ours starts with. Without SIGPIPE a command outlives the link that shows its
 * output.
 */
const prelude = ({ path }: Programs): string => `set -u; umask 022; cd /
export LC_ALL=C PATH=${path}
trap '' PIPE`

/**
 * Ends every process of session id $K_ except the one that asks: TERM, five seconds for clean-up,
 * KILL. TERM is said again every second, for a shell that was told between two of its commands and
 * now waits for the second one. A session and not a process group, because timeout(1) makes groups
 * of its own. timeout itself is passed over: it ends with its command, and would only send a second
 * TERM into that command's clean-up. Each signal goes to all in one builtin kill, so that none has
 * the time to take another's death for the end of its input.
 */
const endSession = `others_() {
  o_=
  { read -r me_ l_ </proc/self/stat; } 2>/dev/null
  for p_ in /proc/[0-9]*; do
    p_=\${p_#/proc/}
    [ "$p_" != "$me_" ] && { read -r l_ <"/proc/$p_/stat"; } 2>/dev/null || continue
    set -- \${l_##*) }
    case "$1 $l_" in Z* | *'(timeout)'*) continue ;; esac
    [ "$4" != "$K_" ] || o_="$o_ $p_"
  done
  [ -n "$o_" ]
}
end_session_() {
  i_=0
  while others_ && [ $i_ -lt 60 ]; do
    case $i_ in 0 | [1-4]0) kill -TERM $o_ ;; 5?) kill -KILL $o_ ;; esac 2>/dev/null
    sleep 0.1 2>/dev/null || sleep 1
    i_=$((i_ + 1))
  done
}`

/** Ends the session of a driver, from a shell beside it. */
export const killScript = (
  session: number,
  programs: Programs = standardPrograms,
): string => `${prelude(programs)}
${endSession}
K_=${session}
end_session_`

/**
 * The loop that reads frames (`frame.ts`) and runs their blocks. Variables and functions of its own
 * end in `_`.
 *
 * - A frame is words of the driver's own: `block_` says what the next block is, `now_` runs one,
 *   `beside_` runs one whose errors it holds back until its end, because others speak meanwhile.
 * - A frame runs only when its text has the announced length and the trailer was read. With input
 *   the trailer comes behind it, when the block already runs: then the writer holds the pipe open
 *   and ends the whole session rather than let a block see an end of input that is not the real
 *   one. It waits a second first, so that a block that has just made a temporary file comes to its
 *   trap.
 * - The protocol is on fd 8, which no block sees. What a block leaves unread of its input is
 *   drained.
 * - A limit or another user needs a shell of its own, which gets the script by fd 3 and never in
 *   argv.
 * - Status 124 is told by the clock too: busybox's timeout answers 143, and `-k` of coreutils' 137.
 * - What can be read with the shell's own `read` starts no program.
 * - `$L_` is 1 for a long block, and for one that is to be heard while it runs the mark behind what
 *   `tell_` says meanwhile. That one is waited for: a program that it has started would speak into
 *   the answer. On TERM its shell waits for that program, and not for the pause between two. It
 *   ends with the driver, also where that was killed: it holds the channel open.
 */
export const driver = (
  hello: string,
  programs: Programs = standardPrograms,
): string => `${prelude(programs)}
exec 8<&0 </dev/null
${endSession}
account_() {
  USER=$1 LOGNAME=$1 HOME=/
  case $1 in *[!A-Za-z0-9_.-]*) l_=$(exec getent passwd -- "$1" 2>/dev/null); l_=\${l_%:*} HOME=\${l_##*:} ;; *) eval "HOME=~$1" ;; esac
  case $HOME in /*) ;; *) HOME=/ ;; esac
  export HOME USER LOGNAME
}
apart_() {
  set -- ${programs.sh} -c 'set -u; umask 022; cd /; s_=$(cat <&3); exec 3<&-; eval "$s_"'
  if [ "$U_" != - ]; then
    account_ "$U_"
    if command -v runuser >/dev/null; then set -- runuser -u "$U_" -- "$@"; else set -- su -s ${programs.sh} -c "$3" "$U_"; fi
  fi
  [ "$T_" = 0 ] || set -- timeout -k 5 "$T_" "$@"
  { printf %s "$s_" | "$@" 3<&0 <&4 4<&- 8<&-; } 4<&0
}
run_() {
  case $U_$T_ in
  -0) ( exec 8<&-; unset F_ S_ I_ p_ N_ U_ C_ T_ L_ K_ t_ r_; eval "$s_" ); r_=$? ;;
  *)
    read -r a_ l_ </proc/uptime
    ( apart_ ); r_=$?
    read -r b_ l_ </proc/uptime
    case $T_ in 0) ;; *) case $r_ in 137 | 143) [ $((\${b_%.*} - \${a_%.*})) -lt "$T_" ] || r_=124 ;; esac ;; esac ;;
  esac
}
show_() {
  z_=$(($(wc -c <"$1")))
  if [ "$z_" -le ${shownBytes} ]; then cat "$1"
  else head -c ${shownBytes / 2} "$1"; printf '\\n[… %s bytes left out …]\\n' $((z_ - ${shownBytes})); tail -c ${shownBytes / 2} "$1"
  fi
}
told_() { case $L_ in 0 | 1) ;; *) printf '\\n@%s\\n' "$L_" ;; esac; }
tell_() {
  trap 'kill $!; exit' TERM
  set -- 0 0
  while kill -0 $$; do
    sleep 1 8<&- >/dev/null & wait $!
    for f_ in out err; do
      z_=$(($(wc -c <"$d_/$f_")))
      n_=$((z_ - $1)); [ $n_ -le ${liveBytes} ] || n_=${liveBytes}
      [ $n_ = 0 ] || tail -c +$((z_ - n_ + 1)) "$d_/$f_" | head -c $n_
      set -- $2 $z_
    done
  done
}
long_() {
  h_=/tmp/fettle
  if [ "$R_" = 0 ]; then
    h_=/run/fettle/output; (umask 077; mkdir -p /run/fettle)
    for d_ in $h_.*; do p_=\${d_#$h_.}; [ -e "/proc/\${p_%%.*}" ] || rm -rf -- "$d_"; done
  fi
  d_=$(umask 077; mktemp -d "$h_.$$.XXXXXXXX") || { r_=1; told_; return; }
  : >"$d_/out" >"$d_/err"
  case $L_ in 1) w_= ;; *) tell_ 2>/dev/null & w_=$! ;; esac
  run_ >"$d_/out" 2>"$d_/err"
  [ -z "$w_" ] || { kill $w_; wait $w_; told_; } 2>/dev/null
  show_ "$d_/out"; show_ "$d_/err" >&2
  rm -rf -- "$d_"
}
block_() { N_=$1 U_=$2 C_=$3 T_=$4 L_=$5 s_=$6; }
go_() {
  [ "$C_$r_" = 10 ] || [ "$C_" = 0 ] || { told_; return 0; }
  case $L_ in 0) run_ ;; *) long_ ;; esac
}
end_() { printf '\\n@%s %s\\n' "$N_" "$r_"; printf '\\n@%s\\n' "$N_" >&2; }
now_() { block_ "$@"; go_; end_; }
beside_() {
  block_ "$@"
  { e_=$(go_ 2>&1 >&5 5>&-; exit $r_); r_=$?; } 5>&1
  printf '\\n@%s %s\\n%s\\n@%s\\n' "$N_" "$r_" "$e_" "$N_"
}
feed_() {
  trap '' TERM
  dd bs=65536 count="$I_" iflag=fullblock,count_bytes 2>/dev/null <&8
  { IFS= read -r t_ <&8 && [ "$t_" = "$F_" ]; } || { sleep 1; end_session_; }
}

while read -r l_ R_ u_; do [ "$l_" != Uid: ] || { R_=\${u_%%[!0-9]*}; break; }; done </proc/self/status
u_=$(exec id -un 2>/dev/null) || u_=$R_
account_ "$u_"
read -r l_ </proc/$$/stat; set -- \${l_##*) }; K_=$4; set --
printf '%s %s %s' "$K_" "$R_" "$USER"
N_=${hello} r_=0; end_
while IFS=' ' read -r F_ S_ I_ <&8; do
  p_=$(exec dd bs=65536 count="$S_" iflag=fullblock,count_bytes 2>/dev/null <&8)
  [ \${#p_} = "$S_" ] || exit 90
  case $I_ in
  0)
    { IFS= read -r t_ <&8 && [ "$t_" = "$F_" ]; } || exit 90
    eval "$p_" ;;
  *)
    eval "$p_"
    feed_ | { go_; cat >/dev/null; exit $r_; }; r_=$?
    end_ ;;
  esac
done
`

/**
 * How much of what a `long` block printed within a second is told while it runs, of each stream.
 */
const liveBytes = 65_536

/**
 * How much of the output of a `long` block is shown, of each stream: half from its start, half from
 * its end.
 */
const shownBytes = 262_144

import { randomBytes } from 'node:crypto'
import driverText from './driver.sh.js'
import endSessionText from './end-session.sh.js'
import preludeText from './prelude.sh.js'

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

/** What every script of ours starts with. */
const prelude = ({ path }: Programs): string => `PATH=${path}\n${preludeText}`

/** Ends the session of a driver, from a shell beside it. */
export const killScript = (session: number, programs: Programs = standardPrograms): string =>
  [prelude(programs), `session_id=${session}`, endSessionText, 'fettle_end_session'].join('\n')

/**
 * Reads frames (`frame.ts`) and runs their blocks: `driver.sh`.
 * @param hello what the greeting is answered under
 */
export const driver = (hello: string, programs: Programs = standardPrograms): string =>
  [
    prelude(programs),
    `hello=${hello} shell_program=${programs.sh}`,
    endSessionText,
    driverText,
    '',
  ].join('\n')

import { randomBytes } from 'node:crypto'
import driverText from './driver.sh.js'
import endSessionText from './end-session.sh.js'
import preludeText from './prelude.sh.js'

/** The paths of the programs on a host. */
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

/** A token of 128 random bits, which nothing on the host can guess. */
export const nonce = (): string => randomBytes(16).toString('hex')

/**
 * Prints a marker on both streams, then reads a script's length and text from standard input: no
 * script is ever in argv.
 */
const bootText = (token: string, path: string): string =>
  `PATH=${path}; echo @boot-${token}; echo @boot-${token} >&2; read -r n; eval "$(dd bs=65536 count=$n iflag=fullblock,count_bytes 2>/dev/null)"`

/**
 * The command line that starts a clean shell. It is one line without `\`, `!` or `'` inside, so
 * bash, zsh, fish, csh and tcsh all pass it on unchanged. `env -i` drops BASH_ENV, exported
 * functions, LD_PRELOAD and PATH of a hostile start-up file.
 * @param kept an assignment of a variable that sshd has set and the shell needs
 */
export const bootLine = (
  token: string,
  { env, sh, path }: Programs = standardPrograms,
  kept = '',
): string => `${env} -i ${kept}${sh} -c '${bootText(token, path)}'`

/**
 * The marker is a line by itself, so that neither a trace nor an echo of the command line matches
 * it.
 */
export const bootMarker = (token: string): string => `@boot-${token}\n`

/** A script with its length before it, as the boot line reads it. */
export const bootScript = (script: string): Buffer =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(script)}\n`), Buffer.from(script)])

/** The start of every script. */
const prelude = ({ path }: Programs): string => `PATH=${path}\n${preludeText}`

/** The script that ends a driver's session, run by another shell. */
export const killScript = (session: number, programs: Programs = standardPrograms): string =>
  [prelude(programs), `session_id=${session}`, endSessionText, 'fettle_end_session'].join('\n')

/**
 * The script that reads frames (`frame.ts`) and runs their blocks: `driver.sh`.
 * @param hello the id of the greeting's answer
 */
export const driver = (hello: string, programs: Programs = standardPrograms): string =>
  [
    prelude(programs),
    `hello=${hello} shell_program=${programs.sh}`,
    endSessionText,
    driverText,
    '',
  ].join('\n')

import { FettleError, type ErrorCode } from '../core/errors.js'
import { reveal } from '../core/secret.js'
import { quote } from '../core/sh.js'
import { bootLine, bootScript, nonce, standardPrograms, type Programs } from './driver.js'
import { quoted } from './quoted.js'
import type { Become } from './target.js'
import type { Pipes, Transport } from './transport.js'

/** Seconds until the shell must run. sudo's PAM takes some after a wrong password, and more where accounts come from a network. */
const limitSeconds = 30

const noiseBytes = 65_536
const sudoPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin'

/** sudo's complaints, in the language that LC_ALL=C gives them. */
const complaints: readonly (readonly [pattern: RegExp, code: ErrorCode, what: string])[] = [
  [/you must have a tty/, 'sudo-needs-tty', 'sudo wants a terminal (requiretty)'],
  [/a password is required|a terminal is required/, 'sudo-password-missing', 'sudo wants a password, or does not know the user'],
  [/is not in the sudoers file|is not allowed to|may not run sudo|unknown user/, 'sudo-denied', 'sudo refuses'],
  [/sudo['’]?: (No such file|not found)|Unknown command:? '?sudo/, 'sudo-missing', 'there is no sudo'],
  [/incorrect password|no password was provided/, 'sudo-password-wrong', 'sudo refuses the password'],
]

interface Command {
  readonly line: string
  readonly token: string
  readonly prompt: string
}

/**
 * With a password sudo asks with a prompt of ours, which is in the command line with `%%` for its `%`: a start-up file
 * that traces commands cannot be taken for sudo.
 */
function command(become: Become | null, programs: Programs): Command {
  const token = nonce()
  const secret = nonce()
  const boot = bootLine(token, programs)
  const ask = become?.password === undefined ? '-n' : `-S -p fettle%%${secret}:`
  const line = become === null ? `exec ${boot}` : `exec ${programs.env} LC_ALL=C PATH=${sudoPath} sudo ${ask} -H -u ${quote(become.user)} -- ${boot}`
  return { line, token, prompt: `fettle%${secret}:` }
}

/** Runs a script with the privilege that is asked for. Its standard input goes on behind the script's text. */
export async function boot(transport: Transport, become: Become | null, script: string, programs: Programs = standardPrograms): Promise<Pipes> {
  const privilege = become?.user === transport.loginUser ? null : become
  const { line, token, prompt } = command(privilege, programs)
  const pipes = await transport.open(line)
  try {
    await started(pipes, { marker: `@boot-${token}\n`, prompt, script: bootScript(script), become: privilege, place: transport.place })
    return pipes
  } catch (error) {
    pipes.destroy()
    throw error
  }
}

interface Start {
  readonly marker: string
  readonly prompt: string
  readonly script: Buffer
  readonly become: Become | null
  readonly place: string
}

/**
 * Waits until the shell has announced itself. What login shells print before that is noise.
 *
 * With a password nothing is written before sudo has asked or the shell has spoken: where sudo needs none, the
 * password must not become somebody's input. Without one the script goes at once, which saves a round trip.
 */
function started(pipes: Pipes, { marker, prompt, script, become, place }: Start): Promise<void> {
  const { stdin, stdout, stderr } = pipes
  let output: Buffer = Buffer.alloc(0)
  let errors: Buffer = Buffer.alloc(0)
  let asked = 0
  return new Promise((resolve, reject) => {
    let over = false
    const stop = (): void => {
      over = true
      clearTimeout(timer)
      stdout.off('data', onOutput).pause()
      stderr.off('data', onErrors).pause()
    }
    const fail = (how: string): void => {
      if (over) return
      stop()
      reject(failure(Buffer.concat([output, Buffer.from('\n'), errors]), how, become, place))
    }
    const onOutput = (chunk: Buffer): void => {
      output = Buffer.concat([output, chunk])
      const start = output.indexOf(marker)
      if (start < 0) {
        output = output.subarray(-noiseBytes)
        return
      }
      stop()
      const rest = output.subarray(start + marker.length)
      if (rest.length > 0) stdout.unshift(rest)
      if (errors.length > 0) stderr.unshift(errors)
      if (become?.password !== undefined) stdin.write(script)
      resolve()
    }
    const onErrors = (chunk: Buffer): void => {
      errors = Buffer.concat([errors, chunk]).subarray(-noiseBytes)
      if (become?.password === undefined || errors.toString().split(prompt).length - 1 <= asked) return
      asked += 1
      if (asked === 1) stdin.write(`${reveal(become.password)}\n`)
      else {
        stop()
        reject(new FettleError('sudo-password-wrong', { message: `${place}: wrong sudo password (one attempt was made)`, detail: quoted(errors.toString().replaceAll(prompt, '')) }))
      }
    }
    const timer = setTimeout(() => fail(`nothing within ${limitSeconds} s`), limitSeconds * 1000)
    stdin.on('error', () => undefined)
    stdout.on('data', onOutput)
    stderr.on('data', onErrors)
    void pipes.ended.then(fail)
    if (become?.password === undefined) stdin.write(script)
  })
}

function failure(words: Buffer, how: string, become: Become | null, place: string): FettleError {
  const detail = quoted(words)
  const said = detail === '' ? {} : { detail }
  const complaint = become === null ? undefined : complaints.find(([pattern]) => pattern.test(detail))
  if (complaint !== undefined) return new FettleError(complaint[1], { message: `${place}: ${complaint[2]}, so nothing can run as ${become?.user ?? ''}`, ...said })
  return new FettleError('shell-not-started', { message: `${place}: the login shell did not start ${become === null ? '/bin/sh' : `sudo and /bin/sh as ${become.user}`} (${how})`, ...said })
}

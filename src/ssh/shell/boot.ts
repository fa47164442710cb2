import type { Readable, Writable } from 'node:stream'
import { FettleError, type ErrorCode } from '../../core/errors.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { reveal } from '../../core/secret.js'
import { quote } from '../../core/sh.js'
import {
  bootLine,
  bootMarker,
  bootScript,
  nonce,
  standardPrograms,
  type Programs,
} from './driver.js'
import { remoteWords } from './remote-words.js'
import type { Become } from '../target.js'
import type { Pipes, Transport } from '../transport.js'

/**
 * Seconds until the shell must run. sudo's PAM delays after a wrong password, and accounts may come
 * from a network.
 */
const limitSeconds = 30

/**
 * Limits for the output of start-up files, in bytes: how much is searched for sudo's prompt, how
 * much an error quotes, and how much is accepted at all.
 */
const searchedBytes = 65_536
const quotedBytes = 8192
const maxNoiseBytes = 16 * 1024 * 1024
const tooMuch = `more than ${maxNoiseBytes / 1024 / 1024} MiB came before it ran`

const askedAgain = 'sudo asked again'
const sudoPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin'

/** Error messages of sudo and of sudo-rs, as LC_ALL=C has them. */
const complaints: readonly (readonly [pattern: RegExp, code: ErrorCode, what: string])[] = [
  [/you must have a tty/, 'sudo-needs-tty', 'sudo wants a terminal (requiretty)'],
  [
    /a password is required|a terminal is required|interacti(?:ve authentication|on) is required|authentication required but not attempted/i,
    'sudo-password-missing',
    'sudo wants a password, or does not know the user',
  ],
  [
    /is not in the sudoers file|is not allowed to|may not run |unknown user|user '[^']*' not found|I'm afraid I can't do that/,
    'sudo-denied',
    'sudo refuses',
  ],
  [
    /sudo['’]?: (No such file|not found)|Unknown command:? '?sudo/,
    'sudo-missing',
    'there is no sudo',
  ],
  [
    /incorrect password|no password was provided|incorrect authentication attempt|Authentication failed, try again/i,
    'sudo-password-wrong',
    'sudo refuses the password',
  ],
]

interface Command {
  readonly line: string
  readonly marker: string
  /**
   * Possible texts of sudo's prompt: sudo's own form, and that of sudo-rs, which may leave `%%` as
   * it is.
   */
  readonly prompts: readonly string[]
}

/**
 * Builds the command line. With a password sudo gets a random prompt, which the command line has
 * with `%%` for `%`: a start-up file that traces commands cannot be mistaken for sudo.
 */
function command(become: Become | null, programs: Programs, forwardsAgent: boolean): Command {
  const token = nonce()
  const secret = nonce()
  // The login shell expands the socket's path, before sudo drops the variable.
  const start = bootLine(token, programs, forwardsAgent ? 'SSH_AUTH_SOCK=$SSH_AUTH_SOCK ' : '')
  const marker = bootMarker(token)
  const prompts = [`fettle%${secret}:`, `[sudo: fettle%%${secret}:`]
  if (become === null) return { line: `exec ${start}`, marker, prompts }
  const ask = become.password === undefined ? '-n' : `-S -p fettle%%${secret}:`
  const sudo = `LC_ALL=C PATH=${sudoPath} sudo ${ask} -H -u ${quote(become.user)} --`
  return { line: `exec ${programs.env} ${sudo} ${start}`, marker, prompts }
}

/** Reads a stream up to a marker. What follows stays in the stream, which is paused then. */
class Preamble {
  output: Buffer = Buffer.alloc(0)
  readonly passed: Promise<void>
  readonly stop: () => void

  constructor(
    stream: Readable,
    marker: string,
    heard: (output: Buffer) => void,
    refuse: (how: string) => void,
  ) {
    let pass: () => void = () => undefined
    let length = 0
    this.passed = new Promise((resolve) => {
      pass = resolve
    })
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      if (length > maxNoiseBytes) refuse(tooMuch)
      const output = Buffer.concat([this.output, chunk])
      const start = output.indexOf(marker)
      this.output = start < 0 ? output.subarray(-searchedBytes) : output.subarray(0, start)
      if (start < 0) return heard(this.output)
      this.stop()
      const rest = output.subarray(start + marker.length)
      if (rest.length > 0) stream.unshift(rest)
      pass()
    }
    this.stop = () => {
      stream.off('data', onData).pause()
    }
    stream.on('data', onData)
  }
}

/** A script that is being started. */
export interface Booting {
  /** The script's standard input; may be written before it runs. */
  readonly stdin: Writable
  /** Resolves to the script's streams when it runs. Rejects with the reason why it does not. */
  readonly running: Promise<Pipes>
}

/**
 * Runs a script with the requested privilege, and waits until it runs. Its text is sent first, and
 * the rest of standard input is its own. Output of login shells and sudo from before is not in its
 * output.
 */
export async function boot(
  transport: Transport,
  become: Become | null,
  script: string,
  programs?: Programs,
): Promise<Pipes> {
  const { running } = await startBoot(transport, become, script, programs)
  return running
}

/**
 * Starts a script without waiting for it to run, where that is possible.
 * With a password nothing is written before sudo has asked or the script has started: where sudo
 * needs none, the password must not become the input of something else. Without one the script is
 * sent at once, which saves a round trip.
 */
export async function startBoot(
  transport: Transport,
  wanted: Become | null,
  script: string,
  programs: Programs = standardPrograms,
): Promise<Booting> {
  const become = wanted?.user === transport.loginUser ? null : wanted
  const { line, marker, prompts } = command(become, programs, transport.forwardsAgent)
  const pipes = await transport.open(line)
  const { stdin, stdout, stderr, ended } = pipes
  // A broken pipe is ignored here: `ended` gives the reason.
  stdin.on('error', () => undefined)
  let asked = 0
  let refuse: (how: string) => void = () => undefined
  const refused = new Promise<string>((resolve) => {
    refuse = resolve
  })
  const answers = (output: Buffer): void => {
    if (become?.password === undefined || timesAsked(output, prompts) <= asked) return
    asked += 1
    if (asked === 1) stdin.write(`${reveal(become.password)}\n`)
    else refuse(askedAgain)
  }
  const preambles = [
    new Preamble(stdout, marker, () => undefined, refuse),
    new Preamble(stderr, marker, answers, refuse),
  ]
  const running = run()
  if (become?.password !== undefined) await running
  else stdin.write(bootScript(script))
  running.catch(() => undefined)
  return { stdin, running }

  async function run(): Promise<Pipes> {
    const timer = setTimeout(() => {
      const though = asked > 0 ? ', though sudo has the password' : ''
      refuse(`nothing within ${limitSeconds} s${though}`)
    }, limitSeconds * 1000)
    const passed = Promise.all(preambles.map((preamble) => preamble.passed)).then(() => null)
    const failed = await Promise.race([passed, refused, ended])
    clearTimeout(timer)
    if (failed === null) {
      if (become?.password !== undefined) stdin.write(bootScript(script))
      return pipes
    }
    for (const preamble of preambles) preamble.stop()
    pipes.destroy()
    throw failure(outputOf(preambles, prompts), failed, become, transport.place)
  }
}

const timesAsked = (output: Buffer, prompts: readonly string[]): number =>
  prompts.reduce((sum, prompt) => sum + output.toString().split(prompt).length - 1, 0)

/** The output for an error message, without our own prompt and command line, which sudo quotes. */
function outputOf(preambles: readonly Preamble[], prompts: readonly string[]): string {
  const ends = preambles.map(({ output }) => output.subarray(-quotedBytes).toString())
  const words = prompts
    .reduce((text, prompt) => text.replaceAll(prompt, ''), ends.join('\n'))
    .replace(/-c '?PATH=.{0,4000}\)"'?/g, '-c …')
  return remoteWords(words)
}

function failure(output: string, how: string, become: Become | null, place: string): FettleError {
  const detail = omitUndefined({ detail: output || undefined })
  if (become === null)
    return new FettleError('shell-not-started', {
      message: `${place}: the login shell did not start /bin/sh (${how})`,
      ...detail,
    })
  if (how === askedAgain)
    return new FettleError('sudo-password-wrong', {
      message: `${place}: wrong sudo password (one attempt was made)`,
      ...detail,
    })
  const complaint = complaints.find(([pattern]) => pattern.test(output))
  if (complaint !== undefined) {
    const [, code, what] = complaint
    return new FettleError(code, {
      message: `${place}: ${what}, so nothing can run as ${become.user}`,
      ...detail,
    })
  }
  const advice = '; where sudo wants a password, use -K or ansible_become_password'
  const password = become.password === undefined ? advice : ''
  return new FettleError('shell-not-started', {
    message: `${place}: the login shell did not start sudo and /bin/sh as ${become.user} (${how})`,
    remedy: `see what it said; ssh HOST sudo -u ${become.user} true must work${password}`,
    ...detail,
  })
}

import { execFile } from 'node:child_process'
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { Secret } from '../../core/secret.js'
import { decodeText } from '../../core/text-encoding.js'
import type { RunOptions } from '../../engine/options.js'
import { hasModes, isOpenToAll } from '../../files/trust.js'
import type { RunFlags } from './flags.js'
import type { ProcessContext } from './process-context.js'

/** Ctrl-C at a prompt. */
export class PromptInterrupted extends Error {}

export type Passwords = Pick<RunOptions, 'connectionPassword' | 'becomePassword'>
type Flags = Pick<
  RunFlags,
  'askPass' | 'askBecomePass' | 'connectionPasswordFile' | 'becomePasswordFile'
>

/**
 * Reads the passwords that the flags ask for. At a terminal an empty answer to the second prompt
 * means the first password, as in Ansible; otherwise `-k` reads the first line of standard input
 * and `-K` the next.
 */
export async function readPasswords(
  flags: Flags,
  processContext: ProcessContext,
): Promise<Passwords> {
  checkOnce(flags, 'askPass', 'connectionPasswordFile')
  checkOnce(flags, 'askBecomePass', 'becomePasswordFile')
  const asking = processContext.stdin.isTTY === true ? prompted : fromLines
  const answers = await asking(promptsFor(flags), processContext)
  const connection = flags.askPass === true ? answers[0] : undefined
  const become = flags.askBecomePass === true ? answers.at(-1) || connection : undefined
  return {
    connectionPassword:
      secretOf('-k', connection) ?? (await fromFile(flags.connectionPasswordFile, processContext)),
    becomePassword:
      secretOf('-K', become) ?? (await fromFile(flags.becomePasswordFile, processContext)),
  }
}

const shown = {
  askPass: '-k',
  askBecomePass: '-K',
  connectionPasswordFile: '--connection-password-file',
  becomePasswordFile: '--become-password-file',
} as const

/** Refuses a password that is both asked for and read from a file. */
function checkOnce(
  flags: Flags,
  ask: 'askPass' | 'askBecomePass',
  file: 'connectionPasswordFile' | 'becomePasswordFile',
): void {
  if (flags[ask] === true && flags[file] !== undefined)
    throw new FettleError('usage', {
      message: `${shown[ask]} and ${shown[file]} cannot be given together`,
      remedy: 'give one of them',
    })
}

function promptsFor({ askPass, askBecomePass }: Flags): readonly string[] {
  if (askPass === true && askBecomePass === true)
    return ['SSH password: ', 'BECOME password [defaults to SSH password]: ']
  if (askPass === true) return ['SSH password: ']
  if (askBecomePass === true) return ['BECOME password: ']
  return []
}

function secretOf(flag: string, text: string | undefined): Secret | null {
  if (text === '')
    throw new FettleError('usage', {
      message: `${flag}: the password is empty`,
      remedy: 'give a password, or leave the flag out',
    })
  return text === undefined ? null : new Secret(text)
}

async function prompted(
  prompts: readonly string[],
  processContext: ProcessContext,
): Promise<readonly string[]> {
  const answers: string[] = []
  for (const prompt of prompts) answers.push(await ask(prompt, processContext))
  return answers
}

/** readline provides the line editing; its echo is discarded. */
export function ask(prompt: string, { stdin, stderr }: ProcessContext): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  stderr.write(prompt)
  const reader = createInterface({ input: stdin, output: silent, terminal: true, historySize: 0 })
  return new Promise<string>((answered, failed) => {
    reader.on('SIGINT', () => failed(new PromptInterrupted()))
    reader.on('close', () => failed(endOfInput(prompt)))
    reader.question('', answered)
  }).finally(() => {
    reader.close()
    stderr.write('\n')
  })
}

const endOfInput = (prompt: string): FettleError =>
  new FettleError('usage', {
    message: `no password was given at the prompt ${prompt.trim()}`,
    remedy: 'type the password, or leave the flag out',
  })

function fromLines(
  prompts: readonly string[],
  { stdin }: ProcessContext,
): Promise<readonly string[]> {
  if (prompts.length === 0) return Promise.resolve([])
  const reader = createInterface({ input: stdin })
  const lines: string[] = []
  return new Promise<readonly string[]>((answered, failed) => {
    reader.on('line', (line) => {
      if (lines.push(line) === prompts.length) answered(lines)
    })
    reader.on('close', () => failed(endedEarly(lines.length, prompts.length)))
  }).finally(() => reader.close())
}

const endedEarly = (lines: number, passwords: number): FettleError =>
  new FettleError('usage', {
    message: `standard input ended after ${lines} of ${passwords} passwords`,
    remedy: 'write each password on a line of its own, that of -k first',
  })

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * Refuses a password file or program that everybody may write to or replace. Pipes and other
 * special files are not checked.
 */
function checkClosed(path: string, file: string): void {
  if (!statSync(path).isFile()) return
  const real = realpathSync(path)
  const open = [real, dirname(real)].find((each) => isOpenToAll(statSync(each)) && hasModes(each))
  if (open === undefined) return
  const message = `the password file ${file} is not used: everybody may write`
  if (open === real)
    throw new FettleError('usage', { message: `${message} it`, remedy: `chmod 600 ${file}` })
  throw new FettleError('usage', {
    message: `${message} its folder ${open}`,
    remedy: `chmod o-w ${open}`,
  })
}

function textOf(path: string): string {
  const decoded = decodeText(readFileSync(path))
  if ('problem' in decoded) throw new Error(`it ${decoded.problem}`)
  return decoded.text
}

/**
 * The content of a file, or the output of an executable one, without line breaks at either end, as
 * in Ansible.
 */
async function fromFile(file: string | undefined, { cwd }: ProcessContext): Promise<Secret | null> {
  if (file === undefined) return null
  const path = resolve(cwd, file)
  try {
    checkClosed(path, file)
    const text = isProgram(path) ? (await promisify(execFile)(path)).stdout : textOf(path)
    const password = text.replace(/^[\r\n]+|(?<![\r\n])[\r\n]+$/g, '')
    if (password === '') throw new Error('it is empty')
    return new Secret(password)
  } catch (error) {
    if (error instanceof FettleError) throw error
    const why = messageOf(error)
    throw new FettleError('usage', {
      message: `the password file ${file} cannot be used: ${why}`,
      remedy: 'give a file that holds the password, or a program that prints it',
    })
  }
}

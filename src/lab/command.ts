import { spawn } from 'node:child_process'
import { FettleError } from '../core/errors.js'
import { omitUndefined } from '../core/omit-undefined.js'

export interface Ended {
  /** The exit status, or `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  /** Its standard input; left out: empty. */
  readonly input?: string | Uint8Array
  /** Left out: this process's environment. */
  readonly env?: NodeJS.ProcessEnv
  /** Its working directory; left out: this process's. */
  readonly cwd?: string
}

/** Runs a program to its end, whatever its status. */
export function execute(
  argv: readonly string[],
  { input, env, cwd }: ProgramOptions = {},
): Promise<Ended> {
  const [program = '', ...args] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...omitUndefined({ env, cwd }),
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    )
    // A program that does not read its input closes the pipe; its status tells whether that was an
    // error.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Runs a program that must succeed and returns its standard output. */
export async function must(argv: readonly string[], options?: ProgramOptions): Promise<string> {
  const { code, stdout, stderr } = await execute(argv, options)
  if (code === 0) return stdout
  throw new FettleError('lab-failed', {
    message: `${argv.join(' ')} ended with status ${code ?? 'unknown'}`,
    detail: lastLines(stderr || stdout),
  })
}

export const lastLines = (text: string, count = 20): string =>
  text.trimEnd().split('\n').slice(-count).join('\n')

import type { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { OutputStream } from '../../views/screen.js'

/** The process as the command line sees it; tests give their own. */
export interface ProcessContext {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** The project's directory is the one that Fettle was started in. */
  readonly cwd: string
  /** Where SIGINT, SIGTERM and SIGHUP are heard. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>
  /** Ends the process at once. */
  exit(code: number): void
}

export const thisProcess = (): ProcessContext => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signals: process,
  exit: (code) => process.exit(code),
})

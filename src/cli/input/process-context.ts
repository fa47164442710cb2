import type { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { OutputStream } from '../../views/screen.js'

/** The process as the command line sees it; tests pass their own. */
export interface ProcessContext {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** The project's directory: the one in which Fettle was started. */
  readonly cwd: string
  /** Emits SIGINT, SIGTERM and SIGHUP. */
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

import picocolors from 'picocolors'

export type Style = ReturnType<typeof picocolors.createColors>

export const colored: Style = picocolors.createColors(true)
export const plainStyle: Style = picocolors.createColors(false)

/** The output of a view, with the capabilities of the terminal behind it. */
export interface Screen {
  readonly style: Style
  /** Whether lines can be redrawn: a terminal that understands escape sequences. */
  readonly redraws: boolean
  /** Called at each drawing, since windows are resized. */
  size(): { readonly rows: number; readonly columns: number }
  write(text: string): void
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>
}

/** The members of a stream that a screen needs; `process.stdout` has them. */
export interface OutputStream {
  readonly isTTY?: boolean
  readonly rows?: number
  readonly columns?: number
  write(text: string, done?: (error?: Error | null) => void): boolean
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

export interface ScreenOptions {
  /** `--no-color` was given. */
  readonly noColor: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Called once when the stream can no longer be written to. A reader that has exited (`| head -1`)
   * does not count.
   */
  readonly onTrouble: (message: string) => void
}

/**
 * NO_COLOR (no-color.org) and `--no-color` take precedence over FORCE_COLOR, and that over the kind
 * of stream.
 */
function wantsColor(terminal: boolean, noColor: boolean, env: ScreenOptions['env']): boolean {
  if (noColor || (env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR'] ?? ''
  return forced === '' ? terminal : forced !== '0' && forced !== 'false'
}

/**
 * A screen on a stream. When the stream fails, the run goes on: provisioning must not stop in the
 * middle because the reader of its output has exited.
 */
export function screen(stream: OutputStream, { noColor, env, onTrouble }: ScreenOptions): Screen {
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb'
  let open = true
  stream.on('error', (error) => {
    if (open && error.code !== 'EPIPE')
      onTrouble(`the output could not be written: ${error.message}`)
    open = false
  })
  return {
    style: wantsColor(terminal, noColor, env) ? colored : plainStyle,
    redraws: terminal && (env['CI'] ?? '') === '',
    // A terminal of unknown size reports 0.
    size: () => ({ rows: stream.rows || 24, columns: stream.columns || 80 }),
    write(text) {
      if (open) stream.write(text)
    },
    flush: () =>
      new Promise((resolve) => {
        if (open) stream.write('', () => resolve())
        else resolve()
      }),
  }
}

import picocolors from 'picocolors'

export type Style = ReturnType<typeof picocolors.createColors>

export const colored: Style = picocolors.createColors(true)
export const plainStyle: Style = picocolors.createColors(false)

/** Where a view writes, and what is known of the terminal behind it. */
export interface Screen {
  readonly style: Style
  /** Whether lines can be drawn anew: a terminal that understands escape sequences. */
  readonly redraws: boolean
  /** Asked for at each drawing, since windows change their size. */
  size(): { readonly rows: number; readonly columns: number }
  write(text: string): void
  /** Resolves when what was written has left the process. */
  flush(): Promise<void>
}

/** The parts of a stream that a screen needs; `process.stdout` has them. */
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
   * Told once when the stream cannot be written to any more; a reader that has gone (`| head -1`)
   * is no trouble.
   */
  readonly onTrouble: (message: string) => void
}

/**
 * NO_COLOR (no-color.org) and `--no-color` win over FORCE_COLOR, and that over what the stream is.
 */
function wantsColor(terminal: boolean, noColor: boolean, env: ScreenOptions['env']): boolean {
  if (noColor || (env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR'] ?? ''
  return forced === '' ? terminal : forced !== '0' && forced !== 'false'
}

/**
 * A screen on a stream. When the stream fails, the run goes on: a provisioning is not cut in the
 * middle because the reader of its output has left.
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
    // A terminal that was told no size says 0.
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

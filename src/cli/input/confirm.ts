import { createInterface } from 'node:readline'
import { FettleError } from '../../core/errors.js'
import type { ProcessContext } from './process-context.js'

/** @throws FettleError where nobody can answer */
export function checkTerminal({ stdin }: ProcessContext): void {
  if (stdin.isTTY === true) return
  throw new FettleError('usage', {
    message: '--ask needs a terminal for its question, and standard input is none',
    remedy: 'leave --ask out to apply without a question, or see the changes with fettle plan',
  })
}

/**
 * Asks on standard error, as for passwords. Only `y` or `yes` is a yes; the end of the input and a
 * stop are a no. The terminal itself echoes and edits the line, and turns Ctrl-C into a signal.
 */
export async function confirm(
  question: string,
  { stdin, stderr }: ProcessContext,
  stop: AbortSignal,
): Promise<boolean> {
  stderr.write(question)
  const reader = createInterface({ input: stdin, terminal: false })
  const answer = await new Promise<string | null>((answered) => {
    const end = (): void => answered(null)
    reader.on('line', answered)
    reader.on('close', end)
    stop.addEventListener('abort', end)
  }).finally(() => reader.close())
  if (answer === null) stderr.write('\n')
  return /^\s*y(?:es)?\s*$/i.test(answer ?? '')
}

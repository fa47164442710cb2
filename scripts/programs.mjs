// Starts other programs, and asks for confirmation.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { root, Unready } from './clone.mjs'

/**
 * Runs a program in the clone to its end and returns its status. This process ignores signals
 * meanwhile: the program decides how to end, and gets those of the terminal itself.
 */
export async function run([program, ...words], stdio = ['inherit', 2, 2]) {
  const child = spawn(program, words, { cwd: root, stdio })
  const pass = (signal) => child.kill(signal)
  const wait = () => undefined
  process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', wait)
  const [code, signal] = await once(child, 'close')
  process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', wait)
  return code ?? 128 + constants.signals[signal]
}

/** Runs a program that must succeed. */
export async function must(argv) {
  const code = await run(argv)
  if (code !== 0) throw new Unready(`${argv.join(' ')} ended with status ${code}`, code)
}

/** Asks whether to go on, if there is a terminal. */
export async function agreed(ask) {
  if (!ask || !process.stdin.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // End of input counts as a refusal.
  const ended = once(terminal, 'close').then(() => 'no')
  const answer = await Promise.race([terminal.question('Go on? [Y/n] '), ended])
  terminal.close()
  return /^(y|yes|)$/i.test(answer.trim())
}

import { inspect } from 'node:util'
import type * as Whole from '../program.js'

/**
 * Scrubs what Node itself prints about this process: an uncaught error, which ends it with 1, and
 * warnings. Node prints all properties of such an error, for example a statement with its values.
 */
export function scrubUncaught(program: () => Promise<Pick<typeof Whole, 'scrub'>>): void {
  const say = async (text: string): Promise<void> => {
    const { scrub } = await program()
    process.stderr.write(`${scrub(text)}\n`)
  }
  process.on('uncaughtException', (error: unknown) => {
    void say(inspect(error)).finally(() => process.exit(1))
  })
  // Without a listener warnings are off (NODE_NO_WARNINGS).
  if (process.listenerCount('warning') === 0) return
  process.removeAllListeners('warning')
  process.on(
    'warning',
    ({ name, message }) => void say(`(node:${String(process.pid)}) ${name}: ${message}`),
  )
}

// The clone that the scripts work in. Plain Node without dependencies: none may be installed yet.
import { fileURLToPath } from 'node:url'

/** The clone's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Writes a line to standard error. */
export const say = (line) => process.stderr.write(`${line}\n`)

/** Why nothing could be run, as a message for the user, with the exit status. */
export class Unready extends Error {
  constructor(message, code = 1) {
    super(message)
    this.code = code
  }
}

import { types } from 'node:util'
import { createContext, Script, type Context } from 'node:vm'

/** The work did not end in time. */
export class TimeOver extends Error {}

type WorkOutcome<T> = { readonly value: T } | { readonly error: unknown }

let sandbox: Context | null = null
const start = new Script('work()')

/**
 * Runs synchronous work with a time limit. V8 itself ends it, because nothing else can end a
 * regular expression. The watchdog thread costs 0.2 ms. Work that is ended may be half done, so it
 * must have no side effects.
 * @throws what `work` throws, or TimeOver
 */
export function withinTime<T>(seconds: number, work: () => T): T {
  const outcome: { ended?: WorkOutcome<T> } = {}
  sandbox ??= createContext({})
  sandbox['work'] = () => {
    try {
      outcome.ended = { value: work() }
    } catch (error) {
      outcome.ended = { error }
    }
  }
  try {
    start.runInContext(sandbox, { timeout: seconds * 1000 })
  } catch (error) {
    throw types.isNativeError(error) &&
      'code' in error &&
      error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
      ? new TimeOver(`it took longer than ${String(seconds)} s`)
      : error
  } finally {
    delete sandbox['work']
  }
  const { ended } = outcome
  if (ended === undefined) throw new TypeError('the work did not end')
  if ('error' in ended) throw ended.error
  return ended.value
}

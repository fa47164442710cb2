import { unknown, type Fact, type Output } from '../core/fact.js'

/** Why a block gave no answer: what it said on standard error, else the status it ended with. */
export const failureOf = ({ code, stderr }: Pick<Output, 'code' | 'stderr'>): string =>
  stderr.trim() || `status ${String(code)}`

/**
 * The facts of all keys of a block that gave no answer: unknown, each for the same reason.
 * @param what such as `the units could not be read`
 */
export const allUnknown = (
  keys: readonly unknown[],
  what: string,
  output: Output,
  remedy: string,
): readonly Fact<never>[] => keys.map(() => unknown(`${what}: ${failureOf(output)}`, remedy))

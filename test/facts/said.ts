import type { Fact, Output } from '../../src/core/fact.js'

/** The answer of a block. */
export const said = (stdout: string, code = 0, stderr = ''): Output => ({
  code,
  stdout: Buffer.from(stdout),
  stderr,
})

/** The value of a fact that has one. */
export function valueOf<V>(fact: Fact<V> | undefined): V {
  if (fact?.is !== 'present') throw new Error(`it is ${JSON.stringify(fact)}`)
  return fact.value
}

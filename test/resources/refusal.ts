import { FettleError } from '../../src/core/errors.js'

/** The error for refused options; `taken` where they are accepted. */
export function refusal(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof FettleError && error.code.startsWith('option-')) return error.message
    throw error
  }
  return 'taken'
}

/** Plain JavaScript may pass any value. */
export const js = <T>(given: unknown): T => given as T

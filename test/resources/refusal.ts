import { FettleError } from '../../src/core/errors.js'

/** What is said of options that are refused; `taken` where they are not. */
export function refusal(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (error instanceof FettleError && error.code.startsWith('option-')) return error.message
    throw error
  }
  return 'taken'
}

/** From plain JavaScript anything may come. */
export const js = <T>(given: unknown): T => given as T

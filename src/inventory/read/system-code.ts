import { types } from 'node:util'

/** The code of a system error, such as `ENOENT`; null for any other error. */
export function systemCode(error: unknown): string | null {
  if (!types.isNativeError(error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}

import { types } from 'node:util'

/** `ENOENT` and the like; null for what is no error of the system. */
export function systemCode(error: unknown): string | null {
  if (!types.isNativeError(error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}

import { types } from 'node:util'

/** `ENOENT` and the like; null for what is no error of the system. */
export const systemCode = (error: unknown): string | null =>
  types.isNativeError(error) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null

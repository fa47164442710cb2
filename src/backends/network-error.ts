/**
 * The reason why a connection failed, in words. If all addresses of a name refused, Node gives one
 * error without a message; fetch gives the reason as the cause.
 */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(reasonOf).join('; ')
  if ('name' in error && error.name === 'TypeError' && 'cause' in error)
    return reasonOf(error.cause)
  // From version 24 on Node adds advice about an option of its own where a certificate is not
  // trusted.
  return 'message' in error
    ? String(error.message).replace(/; if the root CA is installed locally.*/, '')
    : 'no reason is known'
}

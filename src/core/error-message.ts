/** The message of whatever was thrown: JavaScript may throw any value. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

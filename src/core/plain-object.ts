/**
 * Guard prototypes (`known-names.ts`): they stand between an object and `Object.prototype` and hold
 * nothing, so their objects still count as plain.
 */
const guards = new WeakSet<object>()

export function registerGuard(prototype: object): void {
  guards.add(prototype)
}

/**
 * Whether something is an object without a class: made by a literal, by JSON or the like, also in
 * another realm (as in a test), or with a guard prototype.
 */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    typeof prototype !== 'object' ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null ||
    guards.has(prototype)
  )
}

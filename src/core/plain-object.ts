/**
 * Prototypes that stand between an object and `Object.prototype` and hold nothing: objects with
 * such a one are plain still.
 */
const guards = new WeakSet<object>()

export function registerGuard(prototype: object): void {
  guards.add(prototype)
}

/**
 * Whether something is an object without a class: made by a literal, by JSON or the like, in
 * another realm too, as a test's; or guarded.
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

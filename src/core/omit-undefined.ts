/** `T` in which every member that may be undefined is optional instead. */
type WithoutUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/**
 * The same object without its members that are undefined. `exactOptionalPropertyTypes` lets an
 * optional member be missing, but not undefined.
 */
export function omitUndefined<T extends object>(members: T): WithoutUndefined<T> {
  const defined = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as WithoutUndefined<T>
}

import type { Exceptions, Wrong } from './exceptions/form.js'
import { unknowable } from './exceptions/unknowable.js'
import { unmended } from './exceptions/unmended.js'

/** The exceptions of a case. */
const among = (listed: Exceptions, name: string): Wrong =>
  Object.fromEntries(Object.values(listed).flatMap((cases) => Object.entries(cases[name] ?? {})))

/** How the plan of a case is wrong. */
export const exceptionsOf = (name: string): Wrong => ({
  ...among(unknowable, name),
  ...among(unmended, name),
})

/** Whether what becomes of a resource cannot be known. */
export const isUnknowable = (name: string, address: string): boolean =>
  address in among(unknowable, name)

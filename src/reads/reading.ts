import { z } from 'zod'
import { accountPattern } from '../core/account-name.js'
import { address } from '../core/address.js'
import type { FactKind } from '../core/fact.js'
import { request, type FactRequest } from '../core/later.js'
import { omitUndefined } from '../core/omit-undefined.js'
import { checkedAlone, checkedArguments } from '../core/options.js'
import type { Resource } from '../core/resource.js'
import type { Brings } from '../core/thing.js'

/** What every read takes. */
export interface ReadOptions {
  /** Read as this user of the host. Default: as the task does, whichever the resource acts as. */
  readonly become?: string
}

/** The schema of what every read takes. */
export const become = z
  .string('must be the name of a user')
  .regex(accountPattern, 'must be the name of a user')
  .optional()

/** The options of a read that takes no others. */
export const alone = { become } as const

/** A kind of read: its name in `read`, its argument's schema, and its options'. */
export interface Reading<O extends ReadOptions> {
  readonly name: string
  readonly argument: z.ZodType
  readonly options: { readonly [K in keyof Required<O>]: z.ZodType }
}

/**
 * Checks what a read was given, also from plain JavaScript.
 * @returns what the argument's schema makes of it
 * @throws FettleError `option-unknown` or `option-invalid`
 */
export function checkedRead<A, O extends ReadOptions>(
  { name, argument, options: shape }: Reading<O>,
  given: A,
  options: O,
): A {
  const type = `read.${name}`
  const [taken] = checkedArguments(type, [given], [argument])
  checkedAlone(type, String(given), options, shape)
  return taken as A
}

/** What a read tells of, and whose changes alone may change that. */
export interface Subject {
  readonly of: Brings
  readonly dependsOn?: readonly Resource[] | undefined
}

/** The request of a read. */
export const reading = <K, V>(
  { name }: Pick<Reading<ReadOptions>, 'name'>,
  given: unknown,
  options: ReadOptions,
  kind: FactKind<K, V>,
  key: K,
  { of, dependsOn }: Subject,
): FactRequest<V> => ({
  ...request(kind, key),
  read: {
    text: address(`read.${name}`, Array.isArray(given) ? given.join(' ') : String(given)),
    of,
    ...omitUndefined({
      become: options.become,
      dependsOn: dependsOn?.map((each) => each.address),
    }),
  },
})

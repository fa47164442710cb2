import { z } from 'zod'
import { accountPattern } from './account-name.js'
import { Later } from './later.js'
import { isResource, type Resource } from './resource.js'
import { wantedOf } from './schema-words.js'
import { Secret } from './secret.js'

function isShortest(path: string): boolean {
  const names = path.slice(1).split('/')
  return path === '/' || names.every((name) => name !== '' && name !== '.')
}

/** Text without NUL bytes. */
export const text = z.string().regex(/^[^\0]*$/, 'must not hold a NUL byte')
export const line = z
  .string()
  .min(1)
  .regex(/^[^\0\r\n]*$/, 'must be one line')
export const absolutePath = line
  .regex(/^\//, 'must be an absolute path')
  .refine((path) => !path.split('/').includes('..'), 'must not hold ..')
  .refine(isShortest, 'must be written without //, /./ and a slash at its end')
/** The name of a user or group that is made on the host, as useradd(8) of Debian takes it. */
export const newAccountName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/, 'must be the name of an account')
  .max(32)
/** The name or number of an existing user or group, from any source (passwd(5), LDAP). */
export const accountName = z
  .string()
  .regex(accountPattern, 'must be the name of an account')
  .max(256)
export const state = z.enum(['present', 'absent'])
export const secret = z.instanceof(Secret, {
  error: 'must be a Secret: use secret(…), env.secret(…) or generatedSecret(…).value',
})
export const bytes = z.instanceof(Uint8Array)
/** Triggers: resources themselves, never their names. */
export const resources = z.array(z.custom<Resource>(isResource, 'must be a resource, not its name'))

/** What `schema` accepts, or a `Later`, whose value is checked once it is known. */
export const value = (schema: z.ZodType): z.ZodType =>
  z.union([z.custom((given) => given instanceof Later), schema], {
    error: (issue) => wantedOf(issue.errors[1]?.[0]),
  })

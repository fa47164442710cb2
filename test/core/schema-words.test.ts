import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { wanted } from '../../src/core/schema-words.js'

const told = (schema: z.ZodType, value: unknown): string => {
  const issue = schema.safeParse(value).error?.issues[0]
  return issue === undefined ? 'taken' : wanted(issue, schema)
}
const nested = z.object({
  tls: z.strictObject({ certificate: z.string(), key: z.string().optional() }).optional(),
  pools: z.array(z.strictObject({ size: z.number() })),
})

test.each<readonly [z.ZodType, unknown, string]>([
  [z.string(), 1, 'must be text'],
  [z.number(), 'a', 'must be a number'],
  [z.boolean(), 'yes', 'must be true or false'],
  [z.array(z.string()), 'a', 'must be a list'],
  [z.record(z.string(), z.string()), [], 'must be a mapping'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.enum(['present', 'absent']), 'gone', 'must be one of "present", "absent"'],
  [z.literal('ed25519'), 'rsa', 'must be "ed25519"'],
  [
    z.union([z.literal('auto'), z.number(), z.boolean()]),
    'x',
    'must be "auto", or a number, or true or false',
  ],
  [z.union([z.string().min(3), z.array(z.string())]), 1, 'must be text, or a list'],
  [z.string().min(1), '', 'must not be empty'],
  [z.string().min(3), 'a', 'must have at least 3 characters'],
  [z.string().max(1), 'ab', 'must have at most 1 character'],
  [z.array(z.number()).min(2), [1], 'must have at least 2 entries'],
  [z.array(z.number()).nonempty(), [], 'must not be empty'],
  [z.number().min(1), 0, 'must be at least 1'],
  [z.number().positive(), 0, 'must be more than 0'],
  [z.number().max(9), 10, 'must be at most 9'],
  [z.number().multipleOf(8), 9, 'must be a multiple of 8'],
  [z.email(), 'x', 'must be an e-mail address'],
  [z.url(), 'x', 'must be a URL'],
  [z.string().regex(/^[a-z]+$/), 'A', 'must match /^[a-z]+$/'],
  [z.string().startsWith('/'), 'a', 'must begin with "/"'],
  [z.string().min(1, 'must name a branch'), '', 'must name a branch'],
  [z.string().min(1, 'give a branch'), '', 'give a branch'],
  [z.string().endsWith('.yml'), 'a', 'must end with ".yml"'],
  [z.string().refine(() => false), 'a', 'is not right'],
  [
    nested,
    { pools: [], tls: { certificate: 'a', kye: 'b' } },
    'must not have kye; did you mean key?',
  ],
  [nested, { pools: [{ size: 1, of: 2 }] }, 'must not have of: it has size'],
])('%#: what is expected instead of %j, in words', (schema, value, words) => {
  expect(told(schema, value)).toBe(words)
})

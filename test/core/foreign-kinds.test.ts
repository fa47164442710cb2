import { expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { backend, backendFact, options, resource, sh, shellFact } from '../../src/kit.js'

const defining = (name: string): Readonly<Record<string, () => unknown>> => ({
  resource: () =>
    resource({
      type: name,
      chapter: 'Databases',
      options: options({}),
      build: () => ({ reads: {}, plan: () => [] }),
    }),
  fact: () =>
    shellFact({
      name,
      script: () => ({ script: sh`true` }),
      parse: () => [],
      recorded: { keys: [], stdout: '', facts: [] },
    }),
  backend: () => backend({ name, scope: 'run', open: () => null }),
})

const refusal = (define: () => unknown): string | null => {
  try {
    define()
    return null
  } catch (error) {
    if (error instanceof FettleError) return `${error.code}: ${error.message} → ${error.remedy}`
    throw error
  }
}

test.each(['acme/redis', '@acme/servers/redis', 'acme/redis.user'])(
  '%s is a name for what another package defines',
  (name) => {
    for (const define of Object.values(defining(name))) expect(refusal(define)).toBeNull()
  },
)

test.each([
  ['redis', 'acme/redis'],
  ['mysql.user', 'acme/mysql.user'],
  ['', 'acme/redis'],
  ['/redis', 'acme/redis'],
  ['acme/', 'acme/redis'],
  ['acme redis', 'acme/redis'],
  ['acme/redis\n', 'acme/redis'],
])('%j is none', (name, better) => {
  for (const [what, define] of Object.entries(defining(name)))
    expect(refusal(define)).toBe(
      `kind-invalid: the ${what} ${JSON.stringify(name)} does not begin with the name of its package → call it, for a package acme: ${better}`,
    )
})

test('a fact of a backend has such a name, too', () => {
  const chat = backend({ name: 'acme/chat', scope: 'run', open: () => null })
  const read = () => Promise.resolve({ is: 'absent' } as const)
  expect(refusal(() => backendFact({ backend: chat, name: 'acme/topic', read }))).toBeNull()
  expect(refusal(() => backendFact({ backend: chat, name: 'topic', read }))).toMatch(
    /^kind-invalid/,
  )
})

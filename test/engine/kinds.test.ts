import { expect, test } from '@jest/globals'
import { backend } from '../../src/core/backend.js'
import { desired, options, resource } from '../../src/core/definition.js'
import { FettleError } from '../../src/core/errors.js'
import { absent, backendFact, type FactKind } from '../../src/core/fact.js'
import { request } from '../../src/core/later.js'
import { task } from '../../src/core/play.js'
import type { Reads, Resource } from '../../src/core/resource.js'
import { type Fleet, inEachTest, playOf, runOn } from './toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

/** The error with which a run with two resources ends before it connects; null where there is none. */
async function refusal(one: Resource, other: Resource): Promise<string | null> {
  const tasks = [task('One', () => [one]), task('Other', () => [other])]
  try {
    await runOn(fleet, ['web1'], playOf(...tasks))
    return null
  } catch (error) {
    expect(fleet.sessions).toEqual([])
    if (error instanceof FettleError) return `${error.code}: ${error.message}`
    throw error
  }
}

const kindOf = (type: string, reads: Reads = {}): (() => Resource) =>
  resource({
    type,
    chapter: 'Tests',
    options: options({}),
    build: () => desired({ reads, plan: () => [] }),
  })

/** A kind of fact of a backend, of which none is there. */
const factOf = (name: string, client = 'acme/client'): FactKind<never, string> =>
  backendFact({
    backend: backend({ name: client, scope: 'run', open: () => null }),
    name,
    read: () => Promise.resolve(absent),
  })
const reading = (type: string, kind: FactKind<never, string>): Resource =>
  kindOf(type, { found: request(kind, 'key' as never) })()

test('two resources of one kind are none', async () => {
  const kind = kindOf('acme/redis')
  const fact = factOf('acme/state')
  expect(await refusal(kind(), kindOf('acme/other')())).toBeNull()
  expect(await refusal(kind(), kind())).toBeNull()
  expect(await refusal(reading('acme/a', fact), reading('acme/b', fact))).toBeNull()
})

test.each<[what: string, one: Resource, other: Resource, expected: RegExp]>([
  [
    'resources',
    kindOf('acme/redis')(),
    kindOf('acme/redis')(),
    /^kind-invalid: two kinds of resource are called acme\/redis: acme\/redis at \S+kinds\.test\.ts:\d+ has one, acme\/redis at \S+kinds\.test\.ts:\d+ the other$/,
  ],
  [
    'facts',
    reading('acme/a', factOf('acme/state')),
    reading('acme/b', factOf('acme/state')),
    /^kind-invalid: two kinds of fact are called acme\/state: acme\/a at .* has one, acme\/b at .* the other$/,
  ],
  [
    'backends',
    reading('acme/a', factOf('acme/one')),
    reading('acme/b', factOf('acme/two')),
    /^kind-invalid: two kinds of backend are called acme\/client: /,
  ],
])(
  'two kinds of %s with one name are an error before anything connects',
  async (_, one, other, expected) => {
    expect(await refusal(one, other)).toMatch(expected)
  },
)

import { expect, test } from '@jest/globals'
import { absent, present, unknown, type Fact } from '../../../src/core/fact.js'
import type { FactRequest, FactSource } from '../../../src/core/later.js'
import type { Resource } from '../../../src/core/resource.js'
import { planChanged, planStep } from '../../../src/engine/host/plan-step.js'
import { pathFact } from '../../../src/facts/files/path.js'
import { file, generatedSecret, group, mysql, read, user } from '../../../src/index.js'
import { fileEntry } from '../../resources/files/entry.js'

const secret = generatedSecret('/srv/secret').value

/** A host on which there is only what is said of paths. */
const hostWith = (path: Fact<unknown>): FactSource => ({
  standIns: false,
  fact: <V>({ kind }: FactRequest<V>) => (kind.name === pathFact.name ? path : absent) as Fact<V>,
})

test.each<[what: string, Resource, Fact<unknown>, readonly string[] | undefined]>([
  ['a new file', file('/srv/conf', { content: secret }), absent, ['create file: 0600']],
  ['a file', file('/srv/conf', { content: secret }), present(fileEntry()), undefined],
  [
    'a new account',
    mysql.user('app', { password: secret, grants: { 'app.*': ['ALL'] } }),
    absent,
    ['create user app@localhost', 'grant ALL on app.*'],
  ],
  [
    'an account whose password is no hash',
    user('app', { passwordHash: secret }),
    absent,
    undefined,
  ],
])('of %s with an unknown value that is known which surely follows', (_, made, path, then) => {
  const plan = planStep(made, hostWith(path), [])
  expect(plan).toMatchObject({ is: 'unknown', lacks: ['path:/srv/secret'] })
  expect('then' in plan ? plan.then?.map(({ summary }) => summary) : undefined).toEqual(then)
  expect(JSON.stringify(plan)).not.toMatch(/diff|5ec2e7/)
})

test('a function of the user’s that refuses stand-ins leaves the value unknown', () => {
  const content = secret.map(() => {
    throw new RangeError('not that one')
  })
  const plan = planStep(file('/srv/conf', { content }), hostWith(absent), [])
  expect(plan).toMatchObject({ is: 'unknown', lacks: ['path:/srv/secret'] })
  expect('then' in plan ? plan.then : undefined).toBeUndefined()
})

test.each<[what: string, Fact<unknown>, string, string | null]>([
  ['holds', absent, 'changes', null],
  ['does not hold', present(fileEntry()), 'fine', 'onlyIf does not hold'],
  ['is not known', unknown('shut', 'open it'), 'unknown', 'shut'],
])('onlyIf that %s', (_, path, is, reason) => {
  const onlyIf = read.stat('/srv/other').map((found) => found === null)
  const made = group('app', { onlyIf })
  const plan = planStep(made, hostWith(path), [])
  expect(plan.is).toBe(is)
  expect('reason' in plan ? plan.reason : null).toBe(reason)
  // Once it has been decided, its own change must not hide what is left to do.
  expect(planChanged(made, hostWith(path)).is).toBe('changes')
})

import { expect, test } from '@jest/globals'
import { absent, present } from '../../../src/core/fact.js'
import { repositoryFact } from '../../../src/facts/github/repository.js'
import { failing, repo } from './answers.js'

const read = (answer: unknown) =>
  repositoryFact.read(
    { ...failing(new Error('not asked for')), get: () => Promise.resolve(answer) },
    { repo },
  )

test.each([
  ['of an admin', { admin: true, pull: true }, true],
  ['of a reader', { admin: false, pull: true }, false],
  ['of an app, which has no user', { admin: false, pull: false }, null],
  ['without permissions', undefined, null],
])('a repository %s', async (_, permissions, isAdmin) => {
  expect(await read({ archived: true, permissions })).toEqual(
    present({ isArchived: true, isAdmin }),
  )
})

test('none', async () => expect(await read(null)).toBe(absent))

test.each([{}, [], 'x', { archived: 1 }, { archived: true, permissions: {} }])(
  'garbage is unknown: %j',
  async (answer) => expect(await read(answer)).toMatchObject({ is: 'unknown' }),
)

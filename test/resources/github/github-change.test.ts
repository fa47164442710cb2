import { expect, test } from '@jest/globals'
import { githubChange } from '../../../src/resources/github/github-change.js'

const { trials: [trial] = [] } = githubChange('acme/demo', 'hooks', 'add a hook', [])
const archived = {
  refused: 'acme/demo is archived on GitHub, and nothing in it can be changed',
  remedy: 'unarchive it at https://github.com/acme/demo/settings, or leave this out',
}
const foreign = {
  refused: 'the user of GITHUB_TOKEN is no admin of acme/demo',
  remedy:
    'give the user the role Admin there, or put an admin\'s token into GITHUB_TOKEN, with the repository permission "Webhooks: read and write" (a classic token: the scope admin:repo_hook)',
}

test.each([
  ['that is archived', { isArchived: true, isAdmin: true }, archived],
  ['of another', { isArchived: false, isAdmin: false }, foreign],
  ['of the user', { isArchived: false, isAdmin: true }, null],
  ['that does not tell', { isArchived: false, isAdmin: null }, null],
  ['that is not there', null, null],
])('a repository %s', (_, found, verdict) => expect(trial?.judge(found)).toEqual(verdict))

test('nothing that a run changes makes it unsure', () =>
  expect([trial?.reads.key, trial?.needs]).toEqual([{ repo: 'acme/demo' }, []]))

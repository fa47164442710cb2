import { expect, test } from '@jest/globals'
import { actionsOf, changesOf } from '../../../src/core/change.js'
import { aptPackages, type PackagesOptions } from '../../../src/resources/apt/packages.js'
import { refusal } from '../refusal.js'

const installed = {
  status: 'installed',
  version: '1',
  held: false,
  reinstall: false,
  providedBy: null,
}
const there = {
  packages: { git: { ...installed, aptName: 'git' }, curl: { ...installed, aptName: 'curl' } },
  listsAge: 1,
}
const none = { packages: {}, listsAge: null }

test.each<[string, PackagesOptions, object, readonly string[]]>([
  ['installed', {}, none, ['`apt-get update`', '`apt-get install git curl`']],
  ['removed', { state: 'absent' }, there, ['`apt-get remove git curl`']],
  ['purged', { state: 'absent', purge: true }, there, ['`apt-get purge git curl`']],
])('packages are %s by apt-get, which may take half an hour', (_, options, apt, names) => {
  const made = aptPackages(['git', 'curl'], options)
  const actions = actionsOf(changesOf(made.plan({ apt }, {}, { changing: [] })))
  expect(actions).toEqual(
    names.map((what) => expect.objectContaining({ what, long: true, timeout: 1800 })),
  )
})

test.each<[string, readonly string[], PackagesOptions, string]>([
  ['the same twice', ['git', 'git'], {}, 'a package is named twice'],
  ['the same in two versions', ['git=1', 'git=2'], {}, 'a package is named twice'],
  ['purged and present', ['git'], { purge: true }, 'purge needs state absent'],
  ['present, said so', ['git'], { state: 'present', purge: false }, 'purge needs state absent'],
  [
    'one that is to be absent in a version',
    ['curl', 'git=1'],
    { state: 'absent' },
    'a version means nothing for packages that are to be absent',
  ],
  ['none', [], {}, 'must name a package'],
  ['one that apt would remove', ['git-'], {}, 'must be names of packages, such as git'],
  ['an option of apt', ['-y'], {}, 'must be names of packages, such as git'],
  ['a pattern', ['git*'], {}, 'must be names of packages, such as git'],
  ['lists of a negative age', ['git'], { updateCache: { maxAge: -1 } }, 'updateCache.maxAge must'],
])('%s: refused', (_, names, options, message) => {
  expect(refusal(() => aptPackages(names, options))).toContain(message)
})

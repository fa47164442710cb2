import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import { Secret } from '../../../src/core/secret.js'
import { inputBytes } from '../../../src/core/sh.js'
import type { UserPassword } from '../../../src/facts/accounts/user.js'
import { user, type UserOptions } from '../../../src/resources/accounts/user.js'

const hash = '$y$j9T$saltsalt$hashhashhash'
const other = new Secret('$6$other')
const account = {
  uid: 990,
  gid: 990,
  group: 'app',
  comment: '',
  home: '/srv/app',
  shell: '/bin/sh',
  groups: [],
}

/** What chpasswd(8) reads where an account has this password; null is no account. */
function given(options: UserOptions, password: UserPassword | null): readonly string[] {
  const made = user('app', options)
  const facts = { user: password && { ...account, password }, group: null, shell: null }
  const setting = changesOf(made.plan(facts, made.values, { changing: [] }))
    .flatMap(({ actions }) => actions)
    .filter(isShell)
    .filter(({ input }) => input !== undefined)
  expect(setting.map(({ what }) => what)).toEqual(setting.map(() => '`chpasswd -e`'))
  return setting.map(({ input = '' }) => inputBytes(input).toString())
}

test.each<[string, UserOptions, UserPassword | null, readonly string[]]>([
  ['a new account gets it', { passwordHash: hash }, null, [`app:${hash}\n`]],
  ['a Secret likewise', { passwordHash: new Secret(hash) }, null, [`app:${hash}\n`]],
  ['locked from the start', { passwordHash: hash, locked: true }, null, [`app:!${hash}\n`]],
  ['a new account without one is given none', {}, null, []],
  ['it is replaced', { passwordHash: hash }, { hash: other, locked: false }, [`app:${hash}\n`]],
  [
    'a lock that is not managed stays',
    { passwordHash: hash },
    { hash: other, locked: true },
    [`app:!${hash}\n`],
  ],
  [
    'the lock of an account that never had one is no lock',
    { passwordHash: hash },
    { hash: null, locked: true },
    [`app:${hash}\n`],
  ],
  [
    'unlocked as well',
    { passwordHash: hash, locked: false },
    { hash: other, locked: true },
    [`app:${hash}\n`],
  ],
  [
    'locked as well',
    { passwordHash: hash, locked: true },
    { hash: other, locked: false },
    [`app:!${hash}\n`],
  ],
  [
    'the same one, to be locked, is not given again',
    { passwordHash: hash, locked: true },
    { hash: new Secret(hash), locked: false },
    [],
  ],
])('%s', (_, options, password, input) => {
  expect(given(options, password)).toEqual(input)
})

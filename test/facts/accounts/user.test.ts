import { describe, expect, test } from '@jest/globals'
import { reveal } from '../../../src/core/secret.js'
import { userFact, type UserEntry, type UserKey } from '../../../src/facts/accounts/user.js'
import { said, valueOf } from '../said.js'

const of = (name: string): UserKey => ({ name, password: true })
const passwd = 'root:x:0:0:root:/root:/bin/bash\napp:x:990:990::/srv/app:/usr/sbin/nologin\n'
const group = 'root:x:0:\nadm:x:4:syslog,app\napp:x:990:app\nsudo:x:27:xapp\n'
const answer = (
  users: string,
  groups: string,
  shadow = '',
  statuses = '0 0',
): ReturnType<typeof said> => said(`${users}=\n${groups}=\n${shadow}= ${statuses}\n`)

const app: UserEntry = {
  uid: 990,
  gid: 990,
  group: 'app',
  comment: '',
  home: '/srv/app',
  shell: '/usr/sbin/nologin',
  groups: ['adm'],
  password: null,
}

test('an account with its groups and its password', () => {
  const [found, gone] = userFact.parse(
    answer(passwd, group, 'root:*:1:::::\napp:!$y$hash$x:1:::::\n', '2 0'),
    [of('app'), of('gone')],
  )
  const { password } = valueOf(found)
  expect(found).toMatchObject({ is: 'present', value: { ...app, password: { locked: true } } })
  expect(password?.hash && reveal(password.hash)).toBe('$y$hash$x')
  expect(gone).toEqual({ is: 'absent' })
  expect(JSON.stringify(found)).not.toContain('$y$')
})

test.each<[string, string, string, object]>([
  ['an account in groups of others', passwd, group, app],
  ['a number of a group without a name', passwd, 'adm:x:4:app\n', { ...app, group: null }],
  [
    'groups in which only parts of its name stand',
    passwd,
    'a:x:1:app2,xapp\nb:x:2:ap,p\nc:x:3:\n',
    { ...app, group: null, groups: [] },
  ],
  [
    'a group of two members, and empty lines',
    `\n${passwd}\n`,
    '\nweb:x:5:app,bob\n\n',
    { ...app, group: null, groups: ['web'] },
  ],
  [
    'a line with more fields than it needs',
    'app:x:990:990:App, Room 1:/srv/app::more\n',
    group,
    { ...app, comment: 'App, Room 1', shell: '' },
  ],
])('%s', (_, users, groups, value) => {
  expect(userFact.parse(answer(users, groups), [of('app')])).toEqual([{ is: 'present', value }])
})

test.each<[field: string, hash: string | null, locked: boolean]>([
  ['*', null, false],
  ['!', null, true],
  ['!*', null, true],
  ['!!', null, true],
  ['$y$a', '$y$a', false],
  ['!$y$a', '$y$a', true],
  ['!!$y$a', '$y$a', true],
  ['$y$a!', '$y$a!', false],
  // Anybody may log in without a password.
  ['', '', false],
])('the field %j of shadow', (field, hash, locked) => {
  const [fact] = userFact.parse(answer(passwd, group, `app:${field}:1:::::\n`), [of('app')])
  const { password } = valueOf(fact)
  expect({
    hash: password?.hash ? reveal(password.hash) : password?.hash,
    locked: password?.locked,
  }).toEqual({ hash, locked })
})

test('shadow that may not be read, or holds others only', () => {
  for (const shadow of ['', 'root:*:1:::::\n', 'app\n'])
    expect(userFact.parse(answer(passwd, group, shadow), [of('app')])).toEqual([
      { is: 'present', value: app },
    ])
})

test('names of a domain, beside malformed lines', () => {
  const alice = 'DOM\\alice:x:5001:5513::/home/DOM/alice:/bin/bash\n'
  const groups = 'odd:x\ndomain users:x:5513:\nweb team:x:7:bob,DOM\\alice\n'
  expect(
    userFact.parse(answer(`odd\n${alice}`, groups, '', '2 0'), [of('DOM\\alice')]),
  ).toMatchObject([{ value: { uid: 5001, group: 'domain users', groups: ['web team'] } }])
})

test.each([
  ['a comment', '# mine\n'],
  ['a line for all of NIS', '+::::\n'],
  ['a line without some of NIS', '-bob\n'],
])('%s is no account', (_, line) => {
  expect(userFact.parse(answer(line + passwd, group), [of('gone')])).toEqual([{ is: 'absent' }])
})

test.each([
  'app:x:990:990:\n',
  'app:x:990:990::/srv/app\n',
  'app:x:99a:990::/srv/app:/bin/sh\n',
  'app:x:a99:990::/srv/app:/bin/sh\n',
  'app:x::990::/srv/app:/bin/sh\n',
  'app:x:990:9a::/srv/app:/bin/sh\n',
])('an account cannot be understood: %j', (line) => {
  expect(userFact.parse(answer(line, group), [of('app')])).toEqual([
    {
      is: 'unknown',
      reason: 'the account of app could not be understood',
      remedy: 'run getent passwd on the host and look at its line',
    },
  ])
})

test.each(['odd\n', 'odd:x:1:1::/\n', 'o#:x\n', ':x:1\n'])(
  'among lines such as %j an account may be',
  (line) => {
    expect(userFact.parse(answer(passwd + line, group), [of('gone')])).toEqual([
      {
        is: 'unknown',
        reason: 'the list of accounts, in which gone was not found, could not be understood',
        remedy: 'run getent passwd on the host and look at its lines',
      },
    ])
  },
)

describe('all are unknown', () => {
  test.each([
    ['a source of passwd failed', answer('', group, '', '3 0')],
    ['getent was called wrongly', answer(passwd, group, '', '1 0')],
    ['a source of group failed', answer(passwd, '', '', '0 1')],
    ['groups were not found', answer(passwd, '', '', '0 2')],
    ['something follows', said(`${passwd}=\n${group}=\n= 0 0\nmore\n`)],
    ['something is before the status', said(`${passwd}=\n${group}=\nx= 0 0\n`)],
    ['the answer was cut', said(`${passwd}=\n${group}`)],
    ['a part is missing', said(`${passwd}=\n= 0 0\n`)],
    ['the shell failed', said(`${passwd}=\n${group}=\n= 0 0\n`, 1)],
  ])('where %s', (_, output) => {
    const fact = {
      is: 'unknown',
      reason: `the accounts could not be read: status ${output.code}`,
      remedy: 'see getent(1) on the host',
    }
    expect(userFact.parse(output, [of('app'), of('root')])).toEqual([fact, fact])
  })
})

test('shadow is asked only for the passwords that are wanted', () => {
  const web = { name: 'web team', password: false }
  expect(userFact.script([of('app'), web]).script.body).toBe(
    "fettle_passwd_and_group app 'web team'\nfettle_shadow app",
  )
  expect(userFact.script([web]).script.body).toBe(
    "fettle_passwd_and_group 'web team'\nfettle_shadow ",
  )
})

import { describe, expect, test } from '@jest/globals'
import { absent, present } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import { changedKeysFact, hasKeyLines } from '../../../src/facts/files/changed-keys.js'
import { said } from '../said.js'

const question = { path: '/srv/app/.env', wanted: 'A=1\n' }

describe('a text has lines of keys', () => {
  test.each([
    'A=1',
    '# x\n\nexport A_b.c-1 =\n; y\n',
    'a: 1\nb:\n',
    '[client]\npassword=x\n',
    `A=${'x'.repeat(16 * 1024 - 2)}`,
  ])('%#', (text) => expect(hasKeyLines(text)).toBe(true))
  test.each([
    '',
    '# A=1\n',
    '[client]\n',
    'hunter2\n',
    'A=1\nhunter2\n',
    'a:1\n',
    '1=a\n',
    ' A=1\n',
    'two words=1\n',
    '[two words]\nA=1\n',
    '=1\n',
    `A=${'x'.repeat(16 * 1024 - 1)}`,
    `${'x'.repeat(65)}=1\n`,
    '-----BEGIN PRIVATE KEY-----\nMIIE==\n-----END PRIVATE KEY-----\n',
  ])('%#: not', (text) => expect(hasKeyLines(text)).toBe(false))
  test('as bytes and as a secret, too', () => {
    expect(
      [Buffer.from('A=1\n'), new Secret('A=hunter2-hunter2\n', true)].map(hasKeyLines),
    ).toEqual([true, true])
  })
})

describe('an answer', () => {
  test('of several files, each with a key once', () => {
    const stdout = 'other\nkeys\nend\nkeys\nchanged a.B\nadded C\nchanged a.B\nend\n'
    expect(changedKeysFact.parse(said(stdout), [question, question, question])).toEqual([
      absent,
      present([]),
      present([
        { name: 'a.B', is: 'changed' },
        { name: 'C', is: 'added' },
      ]),
    ])
  })

  test.each([
    ['is missing', ''],
    ['is of no file', 'keys\nend\nother\n'],
    ['does not end', 'keys\nchanged A\n'],
    ['is cut', 'keys\nchanged A\nend'],
    ['has another word', 'keys\nstolen A\nend\n'],
    ['has an unlikely name', 'keys\nchanged A\x1b[31m\nend\n'],
    ['has a value', 'keys\nchanged A=1\nend\n'],
  ])('that %s is not understood', (_what, stdout) => {
    expect(changedKeysFact.parse(said(stdout), [question])).toMatchObject([{ is: 'unknown' }])
  })
  test('of a script that failed is not understood', () => {
    const failed = { ...said('other\n'), code: 1 }
    expect(changedKeysFact.parse(failed, [question])).toMatchObject([{ is: 'unknown' }])
  })
})

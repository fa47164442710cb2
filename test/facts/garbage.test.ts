import { describe, expect, test } from '@jest/globals'
import type { Fact, Output } from '../../src/core/fact.js'
import { missingParentFact } from '../../src/facts/files/missing-parent.js'
import { pathFact } from '../../src/facts/files/path.js'
import { secretFileFact } from '../../src/facts/files/secret-file.js'
import { sshKeyFact } from '../../src/facts/accounts/ssh-key.js'
import { treeFact } from '../../src/facts/files/tree.js'
import { userFact, type UserKey } from '../../src/facts/accounts/user.js'
import { said } from './said.js'

const digest = 'a'.repeat(64)
const of = (name: string): UserKey => ({ name, password: true })

const garbage = [
  '',
  '\n',
  'end',
  'end\n',
  'nonsense\nend\n',
  '\0\xff\n',
  'at 0\nend\n',
  'stat 81a4 0 0 1 1764547200 root root\nend\n',
  `at 0\nat 0\nstat 81a4 0 0 1 1764547200 root root\nend\n`,
  `${digest}  /x\nend\n`,
  'absent 7\nend\n',
  'has !\n',
  'missing 99999999999999999999 1\n',
  '= 0 0\n',
  '=\n=\n= 0 0\n',
  'a:b\n=\n=\n= 0 0\n',
  '  1 9 none\nend\n',
  '  5 0 zzzz 0 0 0 root root\nend\n',
  'has\nhas\n1\n1\nx',
  'has\nhas\n1\n1\nxyz',
  'link 0\ntargets\nx',
  'at 0\nstat 81a4 0 0 9 1764547200 root root\nbytes 0\ncontents\nend\n',
  'x'.repeat(100_000),
]

describe('garbage is unknown: it neither throws nor counts as absent', () => {
  const kinds: readonly (readonly [string, (output: Output) => readonly Fact<unknown>[]])[] = [
    ['path', (output) => pathFact.parse(output, [{ path: '/x', digest: true }, { path: '/y' }])],
    ['missing-parent', (output) => missingParentFact.parse(output, ['/a/x', '/b/y'])],
    ['secret-file', (output) => secretFileFact.parse(output, ['/x', '/y'])],
    ['ssh-key', (output) => sshKeyFact.parse(output, ['/x', '/y'])],
    ['tree', (output) => treeFact.parse(output, ['/x', '/y'])],
    ['user', (output) => userFact.parse(output, [of('app'), of('web')])],
  ]
  test.each(kinds)('%s', (name, parse) => {
    for (const text of garbage) {
      for (const code of [0, 1, 124, 255]) {
        // An empty but complete list of accounts means that the user does not exist.
        if (name === 'user' && code === 0 && text === '=\n=\n= 0 0\n') continue
        expect([text.slice(0, 40), code, parse(said(text, code)).map((fact) => fact.is)]).toEqual([
          text.slice(0, 40),
          code,
          ['unknown', 'unknown'],
        ])
      }
    }
  })
})

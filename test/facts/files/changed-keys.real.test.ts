import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { present, type Fact } from '../../../src/core/fact.js'
import { Secret } from '../../../src/core/secret.js'
import {
  changedKeysFact,
  hasKeyLines,
  type ChangedKey,
  type KeysQuestion,
} from '../../../src/facts/files/changed-keys.js'
import { runIn, shells } from '../../shells.js'

const said = (fact: Fact<readonly ChangedKey[]> | undefined): string =>
  fact?.is === 'present'
    ? fact.value.map(({ name, is }) => `${name} ${is}`).join(', ')
    : String(fact?.is)

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'keys-'))
  })
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  const at = (name: string): string => join(dir, name)
  const read = (questions: readonly KeysQuestion[]): readonly Fact<readonly ChangedKey[]>[] =>
    changedKeysFact.parse(runIn(shell, changedKeysFact.script(questions)), questions)
  const compared = (before: string | Buffer, wanted: string): string => {
    writeFileSync(at('env'), before)
    return said(read([{ path: at('env'), wanted }])[0])
  }

  test.each<[what: string, before: string, wanted: string, says: string]>([
    [
      'changed, added and removed, in the order of the new file',
      'OLD_TOKEN=t\nDB_PASSWORD=a\nSAME=s\n',
      'SAME=s\nDB_PASSWORD=b\nCACHE_URL=redis://h\n',
      'DB_PASSWORD changed, CACHE_URL added, OLD_TOKEN removed',
    ],
    ['order and comments alone', 'A=1\n# x\nB=2\n', '; y\nB=2\n\n \t\nA=1', ''],
    [
      'a value that is empty, or holds signs',
      'A=\nB=x=y:z\nC=1\n',
      'A= \nB=x=y\nC=1\n',
      'A changed, B changed',
    ],
    [
      'patterns and words for a shell',
      'A=*\nB=$(x)\nC=1\n',
      "A='?\nB=`x`\nC=1\n",
      'A changed, B changed',
    ],
    ['a value that another begins with', 'A=1\nB=1\n', 'A=11\nB=1\n', 'A changed'],
    ['a name that another begins with', 'AB=1\nC=1\n', 'A=1\nC=1\n', 'A added, AB removed'],
    ['exported ones', 'export A=1\nB=1\n', 'export A=2\nB=1\n', 'A changed'],
    ['keys with colons', 'a: 1\nb: "x: y"\n', 'a: 1\nb:\n', 'b changed'],
    [
      'sections',
      '[Interface]\nPrivateKey = a=\n[Peer]\nPresharedKey  = b=\n',
      '[Interface]\nPrivateKey = c=\n[Peer]\nPresharedKey  = b=\nMTU = 1\n',
      'Interface.PrivateKey changed, Peer.MTU added',
    ],
    [
      'the same key in another section',
      '[a]\nx=1\ny=1\n',
      '[a]\nx=1\n[b]\ny=1\n',
      'b.y added, a.y removed',
    ],
    ['a key that is there twice', 'A=1\nA=2\nB=1\n', 'A=1\nB=1\n', 'A changed'],
    ['lines that end as on Windows', 'A=1\r\nB=1\r\n', 'A=2\r\nB=1\r\n', 'A changed'],
  ])('%s', (_what, before, wanted, says) => {
    expect(hasKeyLines(wanted)).toBe(true)
    expect(compared(before, wanted)).toBe(says)
  })

  test.each<[what: string, before: string | Buffer]>([
    ['another line', 'A=1\nhunter2\n'],
    ['a name that is none', 'A=1\nhunter 2=x\n'],
    ['a name of other letters', 'A=1\nhuntér=x\n'],
    ['a name that controls a terminal', 'A=1\nx\x1b[31m=x\n'],
    ['a name that is too long', `A=1\n${'x'.repeat(65)}=x\n`],
    ['a password with a colon', 'A=1\nhunter:2\n'],
    ['a section that is none', 'A=1\n[hunter 2]\n'],
    ['no key of the new one', 'hunter=2\n'],
    ['nothing', ''],
    ['bytes', Buffer.from([0x41, 0x3d, 0x31, 0x0a, 0xff, 0xfe])],
    ['more than is compared', `A=1\nB=${'x'.repeat(16 * 1024)}\n`],
  ])('nothing is told of a file with %s', (_what, before) => {
    expect(compared(before, 'A=2\nC=1\n')).toBe('absent')
  })

  test('each file is compared with its own text, whatever becomes of the others', () => {
    writeFileSync(at('one'), 'A=1\nB=1\n')
    writeFileSync(at('it is'), 'A=1\nB=1\n')
    symlinkSync('one', at('link'))
    const paths = ['one', 'none', 'link', '', 'it is']
    const questions = paths.map((name, index) => ({
      path: at(name),
      wanted: new Secret(`A=1\nB=${'2'.repeat(index + 1)}\nC${String(index)}=\n`, true),
    }))
    expect(read(questions).map(said)).toEqual([
      'B changed, C0 added',
      'absent',
      'absent',
      'absent',
      'B changed, C4 added',
    ])
  })

  test('no value leaves the host', () => {
    writeFileSync(at('env'), 'A=hunter2\nB=1\nTOKEN=hunter3\n')
    const wanted = 'A=hunter4\nB=1\nNEW=hunter5\n'
    const { stdout, stderr } = runIn(shell, changedKeysFact.script([{ path: at('env'), wanted }]))
    expect([stdout.toString(), stderr]).toEqual([
      'keys\nchanged A\nadded NEW\nchanged A\nremoved TOKEN\nend\n',
      '',
    ])
  })

  test('as many lines as fit are compared', () => {
    const lines = (value: string): string =>
      Array.from({ length: 1400 }, (_, index) => `K${String(index)}=${value}\n`).join('')
    writeFileSync(at('env'), lines('1'))
    const [fact] = read([{ path: at('env'), wanted: lines('2') }])
    expect(fact).toEqual(
      present(
        Array.from({ length: 1400 }, (_, index) => ({ name: `K${String(index)}`, is: 'changed' })),
      ),
    )
  })
})

import { describe, expect, test } from '@jest/globals'
import { sh } from '../../../src/core/sh.js'
import { roomFact, type RoomKey } from '../../../src/facts/files/room.js'
import { runIn, shells } from '../../shells.js'
import { said } from '../said.js'

const answer = (user: string, words: readonly string[], systems: readonly string[]): string =>
  [
    user,
    ...words,
    'devices',
    ...systems.map((_, index) => String(64769 + index)),
    'systems',
    ...systems,
    'end',
    '',
  ].join('\n')

/** What is lacking for each file. */
const lacking = (keys: readonly RoomKey[], stdout: string): readonly (string | null)[] =>
  roomFact
    .parse(said(stdout, 0), keys)
    .map((fact) => (fact.is === 'present' ? fact.value.lacks : fact.is))

const file = (path: string, bytes: number, frees: number | null = null): RoomKey => ({
  path,
  bytes,
  frees,
})

describe('a file system', () => {
  // Ten blocks of 100 bytes for root, five for users, and three inodes.
  const small = 'ef53 5 10 100 20 3'
  test.each<[what: string, keys: readonly RoomKey[], lacks: readonly (string | null)[]]>([
    ['takes what fits', [file('/a', 1000)], [null]],
    ['does not take a byte more', [file('/a', 1001)], ['blocks']],
    ['takes whole blocks', [file('/a', 901), file('/b', 1)], [null, 'blocks']],
    ['gets back what is replaced', [file('/a', 500, 500), file('/b', 900)], [null, null]],
    ['needs both for a while', [file('/a', 200), file('/b', 900, 900)], [null, 'blocks']],
    [
      'has an inode for each new file',
      [file('/a', 0), file('/b', 0), file('/c', 0), file('/d', 0)],
      [null, null, null, 'inodes'],
    ],
  ])('%s', (_, keys, lacks) =>
    expect(lacking(keys, answer('0', ['there'], [small]))).toEqual(lacks),
  )

  test('keeps a part for root', () => {
    expect(lacking([file('/a', 501)], answer('33', ['there'], [small]))).toEqual(['blocks'])
  })
  test('may compress, and may make inodes as needed', () => {
    const stdout = answer('0', ['there'], ['9123683e 0 0 4096 0 0'])
    expect(lacking([file('/a', 501)], stdout)).toEqual([null])
  })
  test('is counted by itself', () => {
    const stdout = answer('0', ['there', 'there'], [small, small])
    expect(lacking([file('/a/x', 900), file('/b/x', 900)], stdout)).toEqual([null, null])
  })
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  test('tells of directories that are there', () => {
    const keys = [file('/tmp/x', 1), file('/none/x', 1), file('/proc/x', 1)]
    const facts = roomFact.parse(runIn(shell, roomFact.script(keys)), keys)
    expect(facts.map(({ is }) => is)).toEqual(['present', 'absent', 'present'])
  })
  test('is shell without keys of directories that are there', () => {
    const { script } = roomFact.script([file('/none/x', 1)])
    expect(runIn(shell, { script: sh`${script}` }).code).toBe(0)
  })
})

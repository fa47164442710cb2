import { describe, expect, test } from '@jest/globals'
import { treeFact } from '../../../src/facts/files/tree.js'
import { said } from '../said.js'

const directory = {
  kind: 'directory',
  mode: 0o755,
  uid: 0,
  gid: 0,
  owner: 'root',
  group: 'root',
  count: 1,
}
const file = { ...directory, kind: 'file', mode: 0o644, count: 1234567 }
const present = (value: object): object => ({ is: 'present', value })

test.each([
  [
    'each tree has its own entries',
    '      1 0 41ed 0 0 0 0 root:root\n1234567 0 81a4 0 0 0 0 root:root\n      1 1 41ed 0 0 0 0 root:root\nend\n',
    [present([directory, file]), present([directory])],
  ],
  [
    'the second is the first in the answer',
    '      1 1 41ed 0 0 0 0 root:root\n      1 0 none\nend\n',
    [{ is: 'absent' }, present([directory])],
  ],
  [
    'a malformed line affects only its own tree',
    '      1 0 41ed 0 0 0 0 root:root\n      1 0 41ed 0 0 0 0 root\n      1 1 none\nend\n',
    [
      {
        is: 'unknown',
        reason: 'what is in /a could not be understood',
        remedy: 'look at it with stat(1) on the host',
      },
      { is: 'absent' },
    ],
  ],
  [
    'a tree may have nothing but a malformed line',
    '      1 0 41ed 0 0 0 0 root\n      1 1 none\nend\n',
    [{ is: 'unknown', reason: 'what is in /a could not be understood' }, { is: 'absent' }],
  ],
])('%s', (_, stdout, facts) => {
  expect(treeFact.parse(said(stdout, 0, '\n'), ['/a', '/b'])).toMatchObject(facts)
})

describe('all are unknown', () => {
  const whole = '      1 0 41ed 0 0 0 0 root:root\n      1 1 none\nend\n'
  // After an error of a tool entries may be missing.
  test.each([
    ['a tool said something', said(whole, 0, 'find: denied\n'), 'find: denied'],
    ['the shell failed', said(whole, 1), 'status 1'],
    ['nothing was said', said(''), 'status 0'],
    ['the end is missing', said(whole.replace('end\n', '')), 'status 0'],
    [
      'a line of one is the last',
      said(whole.replace('end\n', '      1 0 81a4 0 0 0 0 root:root\n')),
      'status 0',
    ],
    ['the last line has no end', said(whole.trimEnd()), 'status 0'],
    ['something follows', said(`${whole}end of it\n`), 'status 0'],
    ['find was killed and said nothing of one', said('      1 1 none\nend\n'), 'status 0'],
    [
      'a tree is both',
      said(whole.replace('end', '      1 1 41ed 0 0 0 0 root:root\nend')),
      'status 0',
    ],
    [
      'a tree that is not there has a malformed line',
      said(whole.replace('      1 1 none', '      1 1 41ed 0 0 0 0 root\n      1 1 none')),
      'status 0',
    ],
    ['a tree is neither', said(whole.replace('end', '      1 0 none\nend')), 'status 0'],
    ['a tree was not asked for', said(whole.replace('end', '      1 2 none\nend')), 'status 0'],
    ['a line has no number', said(whole.replace('end', 'x\nend')), 'status 0'],
    ['a number is none', said(whole.replace('  1 1', '  x 1')), 'status 0'],
    ['a line is behind noise', said(whole.replace('  1 1', 'x 1 1')), 'status 0'],
  ])('where %s', (_, output, why) => {
    const fact = {
      is: 'unknown',
      reason: `directory trees could not be looked at: ${why}`,
      remedy:
        'run again: something may have gone meanwhile; else see what find(1) says on the host',
    }
    expect(treeFact.parse(output, ['/a', '/b'])).toEqual([fact, fact])
  })
})

test('trees are read one after the other, within a time for all of them', () => {
  expect(treeFact.script(['/a', '/b c']).script.body).toBe(
    `ulimit -S -t 600 2>/dev/null || :
{
fettle_tree 0 /a
fettle_tree 1 '/b c'
} | sort | uniq -c
echo end`,
  )
  expect(treeFact.mayTake?.(['/a', '/b c'])).toBe(600)
})

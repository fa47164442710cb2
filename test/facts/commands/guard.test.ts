import { describe, expect, test } from '@jest/globals'
import {
  commandWords,
  guardFact,
  type Guards,
  type GuardVerdict,
} from '../../../src/facts/commands/guard.js'
import { said } from '../said.js'

test.each<[string, GuardVerdict]>([
  ['due', { is: 'due' }],
  ['creates', { is: 'holds', guard: 'creates' }],
  ['removes', { is: 'holds', guard: 'removes' }],
  ['cwd', { is: 'failed', guard: 'cwd', status: 1 }],
  ['unless 0', { is: 'holds', guard: 'unless' }],
  ['unless 1', { is: 'due' }],
  ['unless 123', { is: 'due' }],
  ['onlyIf 1', { is: 'holds', guard: 'onlyIf' }],
  ['onlyIf 123', { is: 'holds', guard: 'onlyIf' }],
  // Too slow, not started by timeout(1), not executable, not found, ended by a signal.
  ['unless 124', { is: 'failed', guard: 'unless', status: 124 }],
  ['unless 125', { is: 'failed', guard: 'unless', status: 125 }],
  ['unless 126', { is: 'failed', guard: 'unless', status: 126 }],
  ['unless 127', { is: 'failed', guard: 'unless', status: 127 }],
  ['unless 137', { is: 'failed', guard: 'unless', status: 137 }],
  ['onlyIf 124', { is: 'failed', guard: 'onlyIf', status: 124 }],
  ['onlyIf 125', { is: 'failed', guard: 'onlyIf', status: 125 }],
  ['onlyIf 126', { is: 'failed', guard: 'onlyIf', status: 126 }],
  ['onlyIf 143', { is: 'failed', guard: 'onlyIf', status: 143 }],
])('the answer %j', (line, value) => {
  expect(guardFact.parse(said(`due\n${line}\n`), [{}, {}])).toEqual([
    { is: 'present', value: { is: 'due' } },
    { is: 'present', value },
  ])
})

describe('all are unknown', () => {
  const why = 'the answer could not be understood'
  test.each([
    ['an answer is missing', said('due\n'), why],
    ['there is one too many', said('due\ndue\ndue\n'), why],
    ['there is another word', said('due\nperhaps\n'), why],
    ['a status is no number', said('due\nunless x\n'), why],
    ['a status is no integer', said('due\nunless 1.5\n'), why],
    ['unless has no status', said('due\nunless\n'), why],
    ['unless has an empty status', said('due\nunless \n'), why],
    ['onlyIf has no status', said('due\nonlyIf\n'), why],
    ['onlyIf holds, and what is behind it was not asked', said('due\nonlyIf 0\n'), why],
    ['another word has a status', said('due\ndue 1\n'), why],
    ['noise is behind a status', said('due\nunless 1 x\n'), why],
    ['the shell failed', said('due\ndue\n', 1), 'status 1'],
    ['the shell said why', said('', 127, 'sh: timeout: not found\n'), 'sh: timeout: not found'],
  ])('where %s', (_, output, reason) => {
    const fact = {
      is: 'unknown',
      reason: `the guards of commands could not be asked: ${reason}`,
      remedy: 'try the guards by hand on the host',
    }
    expect(guardFact.parse(output, [{}, {}])).toEqual([fact, fact])
  })
})

test('a list of words is a program, and a text is one of the shell', () => {
  expect(commandWords(['test', '-e', 'a b'])).toEqual(['test', '-e', 'a b'])
  expect(commandWords('test -e "a b"')).toEqual(['/bin/sh', '-c', 'test -e "a b"'])
})

test('guards are asked in their order, each command in its directory and within a minute', () => {
  const keys: readonly Guards[] = [
    { creates: '/a b', removes: '/c', unless: ['if', 'x'], onlyIf: 'true', cwd: '/d' },
    { unless: 'false' },
    { onlyIf: ['x'], cwd: '/d' },
    { cwd: '/d' },
  ]
  expect(guardFact.script(keys).script.body).toBe(
    `ask_() { timeout -k 5 60 "$@" </dev/null >/dev/null 2>&1; s_=$?; return $s_; }
guard_() {
[ ! -e '/a b' ] && [ ! -L '/a b' ] || { echo creates; return; }
[ -e /c ] || [ -L /c ] || { echo removes; return; }
cd -- /d 2>/dev/null || { echo cwd; return; }
ask_ /bin/sh -c true || { echo "onlyIf $s_"; return; }
ask_ if x || :; echo "unless $s_"; return
echo due; }
guard_
guard_() {
cd -- / 2>/dev/null || { echo cwd; return; }
ask_ /bin/sh -c false || :; echo "unless $s_"; return
echo due; }
guard_
guard_() {
cd -- /d 2>/dev/null || { echo cwd; return; }
ask_ x || { echo "onlyIf $s_"; return; }
echo due; }
guard_
guard_() {
cd -- /d 2>/dev/null || { echo cwd; return; }
echo due; }
guard_`,
  )
})

test.each<[string, readonly Guards[], number]>([
  ['no command', [{}, { creates: '/a', removes: '/b' }], 60],
  ['a command', [{ unless: 'true' }], 125],
  ['another', [{ onlyIf: ['true'] }], 125],
  ['three', [{ unless: 'true', onlyIf: 'true' }, {}, { unless: 'true' }], 255],
])('%s may take its time', (_, keys, seconds) => {
  expect(guardFact.mayTake?.(keys)).toBe(seconds)
})

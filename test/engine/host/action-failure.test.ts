import { describe, expect, test } from '@jest/globals'
import { explain, refuse } from '../../../src/core/refuse.js'
import { sh } from '../../../src/core/sh.js'
import { actionFailure } from '../../../src/engine/host/action-failure.js'
import { runIn, shells } from '../../shells.js'

const failing = (
  code: number,
  stderr = '',
  user = 'root',
  limit?: number,
): ReturnType<typeof actionFailure> =>
  actionFailure(
    'user[app]',
    { what: '`useradd app`', user, limit },
    { code, stdout: Buffer.from(''), stderr },
  )

test.each([
  [1, undefined, '`useradd app` failed with status 1', /printed nothing: try it by hand/],
  [124, undefined, '`useradd app` failed with status 124', /printed nothing/],
  [124, 7, '`useradd app` did not end within 7 s and was stopped', /give the resource a timeout/],
  [
    126,
    undefined,
    '`useradd app` failed: a program could not be executed (status 126)',
    /may be executed/,
  ],
  [
    127,
    undefined,
    '`useradd app` failed: a program was not found (status 127)',
    /add what brings it/,
  ],
  [137, undefined, '`useradd app` was ended by SIGKILL (status 137)', /memory/],
])('status %s with a limit of %s is told in words: %s', (code, limit, message, remedy) => {
  expect(failing(code, '', 'root', limit)).toMatchObject({
    code: 'action-failed',
    message,
    remedy: expect.stringMatching(remedy),
  })
})

describe.each(shells)('an explanation by the script itself in $name', (shell) => {
  test('becomes the message, above the output of programs', () => {
    const { stderr, code } = runIn(shell, {
      script: sh`echo before >&2; ${refuse(sh`"no $((1 + 1)) of it"`, 'make one')}`,
    })
    expect(failing(code, stderr)).toMatchObject({
      message: 'no 2 of it',
      remedy: 'make one',
      detail: 'before',
    })
  })
  test('need not end the shell', () => {
    const { stderr, code } = runIn(shell, {
      script: sh`${explain('these are in the way')}; echo a; echo b >&2; exit 3`,
    })
    expect(failing(code, stderr)).toMatchObject({ message: 'these are in the way', detail: 'b' })
  })
})

test.each([
  ['what root alone may do', '', /^it printed nothing: try it by hand/, 'root'],
  ['an immutable file', 'chmod: Operation not permitted', /lsattr/, 'root'],
  ['anything else', 'no space left', /^see what it printed$/, 'root'],
  [
    'another user than root',
    'useradd: Permission denied.',
    /it ran as deploy: .* become: true/,
    'deploy',
  ],
])('the remedy for %s', (_, stderr, remedy, user) => {
  expect(failing(1, stderr, user).remedy).toMatch(remedy)
})

test("the shell's own name and the line numbers of a generated script are left out", () => {
  expect(
    failing(2, '/bin/sh: 30: eval: cannot create ./x: Read-only file system\nx: 3: not ours')
      .detail,
  ).toBe('cannot create ./x: Read-only file system\nx: 3: not ours')
})

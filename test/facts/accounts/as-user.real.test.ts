import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { lines, sh, type Sh } from '../../../src/core/sh.js'
import { asOwner, asUser } from '../../../src/facts/accounts/as-user.js'
import { asRoot } from '../../if-able.js'
import { runIn, shells } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'as-user-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})

// Says how it was called instead of becoming another user.
beforeAll(() => {
  chmodSync(dir, 0o755)
  writeFileSync(join(dir, 'runuser'), '#!/bin/sh\necho runuser "$@"; shift 3; exec "$@"\n', {
    mode: 0o755,
  })
  writeFileSync(
    join(dir, 'getent'),
    '#!/bin/sh\n[ "$3" = 4711 ] && echo "web admin:x:4711:4711:a:/srv/web:/bin/sh"\n',
    { mode: 0o755 },
  )
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  const run = (call: Sh): readonly (string | number)[] => {
    const { code, stdout, stderr } = runIn(shell, {
      script: lines([asOwner, sh`export PATH=${dir}:$PATH USER=root`, call]),
    })
    return [code, stdout.toString() + stderr]
  }
  const told = sh`sh -c 'echo "$HOME $USER $LOGNAME"'`

  test('starts a program directly as the user who it is', () => {
    expect(run(sh`${asUser}fettle_as root ${told}`)).toEqual([0, '/root root root\n'])
  })
  test('becomes another user, by name or number', () => {
    expect(run(sh`fettle_as daemon true`)).toEqual([0, 'runuser -u daemon -- true\n'])
    expect(run(sh`fettle_as 4711 ${told}`)).toEqual([
      0,
      'runuser -u web admin -- sh -c echo "$HOME $USER $LOGNAME"\n/srv/web web admin web admin\n',
    ])
  })
  test('says that there is no such user', () => {
    expect(run(sh`fettle_as ${'no; such'} true`)).toEqual([91, 'there is no user no; such\n'])
  })
  asRoot('runs nothing as root in a directory of another user', () => {
    expect(run(sh`fettle_as_owner root ${dir} pwd`)).toEqual([0, `${dir}\n`])
    chownSync(dir, 65534, 65534)
    const answer = run(sh`fettle_as_owner 0 ${dir} pwd`)
    chownSync(dir, 0, 0)
    expect(answer).toEqual([95, 'root runs nothing in a directory of another user\n'])
  })
})

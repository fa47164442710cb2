import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Fact, ShellFactKind } from '../../../src/core/fact.js'
import { lines, sh } from '../../../src/core/sh.js'
import { sshKeyFact } from '../../../src/facts/accounts/ssh-key.js'
import { userFact } from '../../../src/facts/accounts/user.js'
import { runIn, shells } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'accounts-'))
const at = (name: string): string => join(dir, name)
afterAll(() => {
  rmSync(dir, { recursive: true })
})
beforeAll(() => {
  writeFileSync(
    at('getent'),
    `#!/bin/sh
case $1 in
passwd) echo 'web:x:1000:1000:Web:/srv/web:/bin/sh'; exit 2 ;;
group) echo 'web:x:1000:'; echo 'adm:x:4:web' ;;
shadow) [ $# = 3 ] && echo 'web:!:1::::::' ;;
esac
`,
    { mode: 0o755 },
  )
  writeFileSync(at('ssh-keygen'), '#!/bin/sh\necho "ssh-ed25519 $(cat) made"\n', { mode: 0o755 })
  writeFileSync(at('both'), 'secret')
  writeFileSync(at('both.pub'), 'ssh-ed25519 AAAA both\n')
  writeFileSync(at('half'), 'BBBB')
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  const read = <K, V>(kind: ShellFactKind<K, V>, keys: readonly K[]): readonly Fact<V>[] => {
    const script = lines([sh`export PATH=${dir}:$PATH`, kind.script(keys).script])
    return kind.parse(runIn(shell, { script }), keys)
  }

  test('reads accounts, and passwords where they are wanted', () => {
    const web = { uid: 1000, group: 'web', home: '/srv/web', groups: ['adm'] }
    expect(read(userFact, [{ name: 'web', password: false }])).toMatchObject([
      { value: { ...web, password: null } },
    ])
    expect(
      read(userFact, [
        { name: 'web', password: true },
        { name: 'none', password: false },
      ]),
    ).toMatchObject([{ value: { ...web, password: { locked: true } } }, { is: 'absent' }])
  })
  test('reads public keys, and derives those that have no file', () => {
    expect(read(sshKeyFact, [at('none'), at('both'), at('half')])).toMatchObject([
      { is: 'absent' },
      { value: { publicKey: 'ssh-ed25519 AAAA both', hasPublicFile: true } },
      { value: { publicKey: 'ssh-ed25519 BBBB made', hasPublicFile: false } },
    ])
  })
})

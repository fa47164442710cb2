import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Fact, ShellFactKind } from '../../../src/core/fact.js'
import { lines, Sh, sh } from '../../../src/core/sh.js'
import { marksFact } from '../../../src/facts/systemd/pending-marks.js'
import { unitInstancesFact } from '../../../src/facts/systemd/unit-instances.js'
import { runIn, shells } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'systemd-'))
const at = (...names: readonly string[]): string => join(dir, ...names)
const instance = 'a'.repeat(32)
afterAll(() => {
  rmSync(dir, { recursive: true })
})
beforeAll(() => {
  for (const folder of ['lib', 'system/multi-user.target.wants', 'fettle/pending/app.service'])
    mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('systemctl'), '#!/bin/sh\nshift 6; echo "app@one.service loaded $*"\n', {
    mode: 0o755,
  })
  writeFileSync(at('lib/app@.timer'), '')
  symlinkSync('/dev/null', at('system/multi-user.target.wants/app@one.service'))
  writeFileSync(at('fettle/pending/app.service/mark'), `restart ${instance} file[app]`)
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  const read = <V>(kind: ShellFactKind<string, V>, keys: readonly string[]): readonly Fact<V>[] => {
    const text = kind
      .script(keys)
      .script.text.replaceAll('/etc/systemd/system', at('system'))
      .replaceAll('/usr/lib/systemd/system', at('lib'))
      .replaceAll('/var/lib/fettle', at('fettle'))
    const script = lines([sh`export PATH=${dir}:$PATH`, Sh.of(text)])
    return kind.parse(runIn(shell, { script }), keys)
  }

  test('reads the instances of templates', () => {
    expect(read(unitInstancesFact, ['app@.service', 'app@.timer'])).toMatchObject([
      { value: { running: ['app@one.service'], enabled: true, elsewhere: false } },
      { value: { enabled: false, elsewhere: true } },
    ])
  })
  test('reads what waits for a unit', () => {
    expect(read(marksFact, ['app.service', 'other.service'])).toEqual([
      { is: 'present', value: [{ effect: 'restart', instance, trigger: 'file[app]' }] },
      { is: 'present', value: [] },
    ])
  })
})

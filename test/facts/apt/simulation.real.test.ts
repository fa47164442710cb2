import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { present } from '../../../src/core/fact.js'
import { lines, sh } from '../../../src/core/sh.js'
import { aptSimulationFact, type AptTrial } from '../../../src/facts/apt/simulation.js'
import { runIn, shells, type Shell } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'simulation-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const program = (name: string, text: string): void => {
  writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

// apt-get(8), whose last argument decides; apt-cache(8), which knows all but `none`. Both refuse to
// write caches of their own.
beforeAll(() => {
  program(
    'apt-get',
    `shift 10
[ "$1 $2 $3 $4 $5" = '-s -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=' ] || exit 9
shift 5; for last; do :; done
case $1.$last in
install.git) echo 'Inst git-man (1 Debian [all])'; echo 'Inst libc6 [1] (2 Debian [amd64])'
  echo 'Conf git (1)' ;;
remove.base) echo 'Remv app [1]'; echo 'Remv base [1]' ;;
purge.app) echo 'Purg app [1]' ;;
*) echo 'E: it is not possible' >&2; exit 100 ;;
esac`,
  )
  program(
    'apt-cache',
    `shift 4; verb=$1; shift 2
for n; do case $n in none*) ;; *) case $verb in
policy) echo "$n:"; echo '  Installed: 1' ;; madison) echo "$n | 1 | url" ;; esac ;; esac; done`,
  )
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell: Shell) => {
  const answer = (trials: readonly AptTrial[]): unknown => {
    const { script } = aptSimulationFact.script(trials)
    const output = runIn(shell, { script: lines([sh`export PATH=${dir}:$PATH`, script]) })
    return aptSimulationFact.parse(output, trials)
  }
  const fails = (reason: string, remedy: string, detail = 'E: it is not possible'): unknown =>
    present({ failure: { reason, remedy, detail }, installed: [], upgraded: [] })
  const install = (names: readonly string[], flags: readonly string[] = []): AptTrial => ({
    verb: 'install',
    flags,
    names,
  })

  test('tells what installations would do, each in its place', () => {
    expect(
      answer([
        install(['git']),
        install(['a', 'none']),
        install(['git=9']),
        install(['sick', 'libc6:i386']),
        install(['git'], ['--no-install-recommends']),
      ]),
    ).toEqual([
      present({ failure: null, installed: ['git-man'], upgraded: ['libc6'] }),
      fails(
        'no package none in the package lists of the host',
        'correct the name, or add the repository that has it before this; updateCache has the lists fetched anew',
      ),
      fails('no version 9 of git in the package lists of the host', 'name one of these:  1'),
      fails('`apt-get -s install sick libc6:i386` failed with status 100', 'see what it printed'),
      present({ failure: null, installed: ['git-man'], upgraded: ['libc6'] }),
    ])
  })
  test('tells what removals would do', () => {
    expect(
      answer([
        { verb: 'remove', flags: [], names: ['base'] },
        { verb: 'purge', flags: [], names: ['app'] },
        { verb: 'purge', flags: [], names: ['sick'] },
      ]),
    ).toEqual([
      fails(
        'other packages need base and would be removed too: app',
        'remove those first, or name them here',
        '',
      ),
      present({ failure: null, installed: [], upgraded: [] }),
      fails('`apt-get -s purge sick` failed with status 100', 'see what it printed'),
    ])
  })
})

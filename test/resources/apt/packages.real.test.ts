import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Change, isShell } from '../../../src/core/change.js'
import { lines, Sh, sh } from '../../../src/core/sh.js'
import type { AptState } from '../../../src/facts/apt/packages.js'
import { aptPackages, type PackagesOptions } from '../../../src/resources/apt/packages.js'
import { runIn, shells, type Shell } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'apt-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const program = (name: string, text: string): void => {
  writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}
const installed: AptState = {
  listsAge: 10,
  packages: {
    git: {
      status: 'installed',
      version: '1',
      held: false,
      reinstall: false,
      providedBy: null,
      aptName: 'git',
    },
  },
}
const nothing: AptState = { listsAge: 10, packages: {} }

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell: Shell) => {
  beforeEach(() => {
    writeFileSync(join(dir, 'log'), '')
    rmSync(join(dir, 'updates'), { recursive: true, force: true })
    mkdirSync(join(dir, 'updates'))
    rmSync(join(dir, 'tried'), { force: true })
    program('dpkg', `echo "dpkg $*" >>${dir}/log; rm ${dir}/updates/*`)
    program(
      'apt-cache',
      `shift 4; case "$1 $3" in *none*) ;; policy*) echo "$3:" ;; madison*) echo 'git | 1:2.39 | url'; echo 'git | 1:2.30 | url' ;; esac`,
    )
  })
  /** Words of apt-get(8) behind those that all calls have. */
  const aptGet = (text: string): void => {
    program('apt-get', `shift 10; echo "apt-get $* $DEBIAN_FRONTEND" >>${dir}/log\n${text}`)
  }
  const apply = (
    names: readonly string[],
    options: PackagesOptions,
    state: AptState,
  ): readonly (string | number)[] => {
    const resource = aptPackages(names, options)
    const plan = resource.plan({ apt: state }, resource.values, { changing: [] })
    if (!Array.isArray(plan)) throw new Error(JSON.stringify(plan))
    const actions = plan.flatMap((change: Change) => change.actions)
    let said = ''
    let code = 0
    for (const action of actions) {
      if (!isShell(action)) throw new Error('it is no action of the shell')
      const here = Sh.of(
        action.script.text
          .replaceAll('/var/lib/dpkg/updates', join(dir, 'updates'))
          .replaceAll('touch /var/lib/apt/lists', `touch ${dir}/touched`),
      )
      const answer = runIn(shell, { script: lines([sh`export PATH=${dir}:$PATH`, here]) })
      said += answer.stderr
      code = answer.code
    }
    return [code, said, readFileSync(join(dir, 'log'), 'utf8')]
  }

  test('installs', () => {
    aptGet('')
    expect(apply(['git'], {}, nothing)).toEqual([
      0,
      '',
      'apt-get install --no-remove -- git noninteractive\n',
    ])
  })
  // busybox has a dpkg of its own, which comes before any other.
  const hasOwnDpkg = shell.name.startsWith('busybox')
  if (!hasOwnDpkg) {
    test('mends what a dpkg that was killed has left, and tries again', () => {
      aptGet(
        `[ -s ${dir}/tried ] || { echo 1 >${dir}/tried; echo 1 >${dir}/updates/0001; exit 100; }`,
      )
      const call = 'apt-get install --no-remove -- git noninteractive\n'
      expect(apply(['git'], {}, nothing)).toEqual([
        0,
        '',
        `${call}dpkg --force-confdef --force-confold --configure -a\n${call}`,
      ])
    })
  }
  test('names what the lists lack', () => {
    aptGet('exit 100')
    expect(apply(['git=9'], {}, nothing).slice(0, 2)).toEqual([
      1,
      'fettle: no version 9 of git in the package lists of the host\nfettle, remedy: name one of these:  1:2.39  1:2.30 \n',
    ])
    expect(apply(['none'], {}, nothing).slice(0, 2)).toEqual([
      1,
      'fettle: no package none in the package lists of the host\nfettle, remedy: correct the name, or add the repository that has it before this; updateCache has the lists fetched anew\n',
    ])
    expect(apply(['git'], {}, nothing)[0]).toBe(100)
  })
  test('removes, and refuses to take others along', () => {
    aptGet('[ "$1" != -s ] || echo "Remv git [1]"')
    const calls =
      'apt-get -s -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= remove -- git noninteractive\n'
    expect(apply(['git'], { state: 'absent' }, installed)).toEqual([
      0,
      '',
      `${calls}apt-get remove -- git noninteractive\n`,
    ])
    writeFileSync(join(dir, 'log'), '')
    aptGet('[ "$1" != -s ] || printf "%s\\n" "Remv git [1]" "Purg git-gui [1]" "Remv tig [1]"')
    expect(apply(['git'], { state: 'absent' }, installed)).toEqual([
      1,
      'fettle: other packages need git and would be removed too: git-gui tig \nfettle, remedy: remove those first, or name them here\n',
      calls,
    ])
  })
  test('fetches the lists, and says why that failed', () => {
    const old = { ...nothing, listsAge: 100 }
    aptGet('[ "$1" != update ] || { echo "E: no network"; exit 100; }')
    const [, said, log] = apply(['git'], { updateCache: { maxAge: 60 } }, old)
    expect(said).toBe('E: no network\n')
    expect(log).toContain('apt-get update -o APT::Update::Error-Mode=any noninteractive\n')
  })
})

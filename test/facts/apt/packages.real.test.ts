import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { lines, sh } from '../../../src/core/sh.js'
import { aptFact } from '../../../src/facts/apt/packages.js'
import { runIn, shells, type Shell } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'packages-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const row = (name: string, architecture: string, provides = ''): string =>
  `${name}\tinstalled\t${architecture}\tinstall\tok\t1\t\t${provides}\n`
const rows = {
  dpkg: row('dpkg', 'amd64'),
  git: row('git', 'amd64'),
  'git-man': row('git-man', 'all'),
  exim4: row('exim4', 'all', 'mail-transport-agent'),
  wine32: row('wine32', 'i386'),
}

const program = (name: string, text: string): void => {
  writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

// dpkg-query(1) says what it knows of the names behind `--`, or all; apt-cache(8) answers with the
// name and the architecture that apt knows it for.
beforeAll(() => {
  for (const [name, text] of Object.entries(rows)) writeFileSync(join(dir, `${name}.row`), text)
  program(
    'dpkg-query',
    `shift 3; [ $# = 0 ] && exec cat ${dir}/*.row; shift; s=0
for n; do cat ${dir}/$n.row 2>/dev/null || { echo "no packages found matching $n" >&2; s=1; }; done; exit $s`,
  )
  program('apt-cache', `shift; for n; do echo "$n:i386:"; echo '  Installed: 1'; done`)
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell: Shell) => {
  const answer = (...names: readonly string[]): { age: string; rest: string } => {
    const { script } = aptFact.script([names])
    const { code, stdout } = runIn(shell, {
      script: lines([sh`export PATH=${dir}:$PATH`, script]),
    })
    expect(code).toBe(0)
    const [age = '', ...rest] = stdout.toString().split('\n')
    return { age, rest: rest.join('\n') }
  }

  test('tells what is installed, and how old the lists are', () => {
    const { age, rest } = answer('git', 'git-man', 'git:any', 'git-man:i386', 'wine32:i386')
    expect(age).toMatch(/^lists (?:\d+|none)$/)
    expect(rest).toBe(`native amd64\n${rows.dpkg}${rows.git}${rows['git-man']}${rows.wine32}`)
  })
  test('looks among all for who provides what is not installed', () => {
    expect(answer('git', 'mail-transport-agent').rest).toBe(
      `native amd64\n${rows.exim4}${rows['git-man']}${rows.git}`,
    )
  })
  test('asks apt about what is there for another architecture', () => {
    expect(answer('wine32').rest).toBe(`native amd64\nforeign wine32:i386\n${rows.wine32}`)
  })
  test('is content where none is there', () => {
    expect(answer('nginx').rest).toBe('native amd64\n')
  })
})

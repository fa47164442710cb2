import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Action, isShell } from '../../../src/core/change.js'
import type { Output } from '../../../src/core/fact.js'
import { Sh, sh, lines } from '../../../src/core/sh.js'
import { begin, watch } from '../../../src/resources/systemd/operation.js'
import { runIn, shells, type Shell } from '../../shells.js'

const dir = mkdtempSync(join(tmpdir(), 'operation-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const record = join(dir, 'app.service.started')
const program = (name: string, text: string): void => {
  writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

/** What systemctl(1) says at its first, second, … question; the last stands for all later ones. */
function systemd(...states: readonly string[]): void {
  writeFileSync(join(dir, 'asked'), '')
  for (const [index, state] of states.entries()) writeFileSync(join(dir, `state${index}`), state)
  program(
    'systemctl',
    `case "$*" in
*ActiveState*)
  n=$(wc -l <${dir}/asked); n=$((n)); echo >>${dir}/asked
  [ "$n" -lt ${states.length} ] || n=${states.length - 1}
  exec cat ${dir}/state$n ;;
*NeedDaemonReload*) echo no ;;
start* | restart*) [ ! -e ${dir}/refuses ] ;;
esac`,
  )
}
const state = (active: string, result = 'success', restarts = 0): string =>
  `NRestarts=${restarts}\nResult=${result}\nActiveState=${active}\nInvocationID=abc\n`

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell: Shell) => {
  const run = (action: Action): Output => {
    if (!isShell(action)) throw new Error('it is no action of the shell')
    const text = action.script.text
      .replaceAll('/run/fettle', dir)
      .replaceAll('/var/lib/fettle', join(dir, 'marks'))
    return runIn(shell, { script: lines([sh`export PATH=${dir}:$PATH`, Sh.of(text)]) })
  }
  beforeEach(() => {
    rmSync(record, { force: true })
    rmSync(join(dir, 'refuses'), { force: true })
    program('journalctl', 'case $1 in -u) echo "what $2 printed" ;; esac')
  })

  test('notes what it has started, and the watch takes it', () => {
    systemd(state('active'))
    expect(run(begin('start', 'app.service'))).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(record, 'utf8')).toMatch(/^\d+ \d+ NRestarts=0 InvocationID=abc\n$/)
    expect(run(watch('start', 'app.service', 0.2))).toMatchObject({ code: 0, stderr: '' })
    expect(() => readFileSync(record)).toThrow('ENOENT')
  })
  test('quotes the journal where it did not start', () => {
    systemd(state('active'))
    writeFileSync(join(dir, 'refuses'), '')
    expect(run(begin('start', 'app.service'))).toMatchObject({
      code: 1,
      stderr:
        'what app.service printed\nfettle: app.service did not start\nfettle, remedy: see its journal: journalctl -u app.service\n',
    })
  })
  test.each([
    ['ends', state('failed', 'exit-code'), 'app.service ended 0 s after its start (exit-code)'],
    [
      'is skipped',
      state('inactive'),
      'app.service was inactive 0 s after its start: it ended by itself (success), or a condition of its unit is not met',
    ],
    ['hangs', state('deactivating'), 'app.service was deactivating (success) 0 s after its start'],
    [
      'is restarted',
      state('active', 'success', 1),
      'app.service ended and was started again by systemd within 0 s of its start',
    ],
  ])('says that it %s', (_case, later, reason) => {
    systemd(state('active'), later)
    run(begin('start', 'app.service'))
    const { code, stderr } = run(watch('start', 'app.service', 1))
    expect([code, stderr]).toEqual([
      1,
      `what app.service printed\nfettle: ${reason}\nfettle, remedy: see its journal: journalctl -u app.service\n`,
    ])
  })
})

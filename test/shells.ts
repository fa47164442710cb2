import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import type { Output } from '../src/core/fact.js'
import { inputBytes, type Input, type Sh } from '../src/core/sh.js'

/** A shell with the tools beside it, as a host would have them. */
export interface Shell {
  readonly name: string
  readonly command: readonly string[]
  readonly path: string
}

function busybox(): readonly Shell[] {
  const tools = mkdtempSync(join(tmpdir(), 'busybox-'))
  afterAll(() => {
    rmSync(tools, { recursive: true })
  })
  try {
    execFileSync('busybox', ['--install', '-s', tools])
  } catch {
    return []
  }
  return [{ name: 'busybox ash', command: [join(tools, 'sh')], path: tools }]
}

/**
 * The shells that hosts have: dash with coreutils, bash as sh, and busybox with nothing else (where
 * it is installed).
 */
export const shells: readonly Shell[] = [
  { name: 'dash', command: ['/bin/dash'], path: '/usr/sbin:/usr/bin:/sbin:/bin' },
  {
    name: 'bash as sh',
    command: ['/bin/bash', '--norc', '--posix'],
    path: '/usr/sbin:/usr/bin:/sbin:/bin',
  },
  ...busybox(),
]

/**
 * How a block is run on a host, and in the one place where `-e` would have no effect: scripts must
 * not rely on it.
 */
export const wrapper = 'set -u; umask 022; cd /; if ( eval "$1" ); then exit 0; else exit $?; fi'

export const environment = (shell: Shell): NodeJS.ProcessEnv => ({ LC_ALL: 'C', PATH: shell.path })

/** Runs a script as a host would. */
export function runIn(
  shell: Shell,
  { script, input = '' }: { readonly script: Sh; readonly input?: Input },
): Output {
  const [command = '', ...options] = shell.command
  const { status, stdout, stderr } = spawnSync(
    command,
    [...options, '-c', wrapper, 'sh', script.text],
    { env: environment(shell), input: inputBytes(input), maxBuffer: 1 << 28 },
  )
  return { code: status ?? -1, stdout, stderr: stderr.toString() }
}

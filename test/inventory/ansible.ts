import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export interface AnsibleCommand {
  readonly cwd: string
  readonly argv: readonly [program: 'ansible' | 'ansible-inventory', ...words: readonly string[]]
}

export interface AnsibleAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real Ansible (Debian's `ansible-core`) and returns its output for each command. */
export const ansible = (commands: readonly AnsibleCommand[]): readonly AnsibleAnswer[] =>
  JSON.parse(
    execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'ansible-commands.py')], {
      input: JSON.stringify(commands),
      encoding: 'utf8',
      maxBuffer: 1e9,
    }),
  ) as AnsibleAnswer[]

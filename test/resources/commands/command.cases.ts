import { secret } from '../../../src/core/secret-text.js'
import { clearScript } from '../../../src/core/restart-marks.js'
import type { GuardVerdict } from '../../../src/facts/commands/guard.js'
import type { PendingMark } from '../../../src/facts/systemd/pending-marks.js'
import { command } from '../../../src/resources/commands/command.js'
import { group } from '../../../src/resources/accounts/group.js'
import type { Case } from '../../../src/testing/case.js'

const trigger = group('app')
const due: GuardVerdict = { is: 'due' }
const facts = (verdict: GuardVerdict, ...marks: readonly PendingMark[]): Case['facts'] => ({
  verdict,
  marks,
})
const mark: PendingMark = { effect: 'run', trigger: 'group[old]', instance: null }
const build = () => command(['make', 'all'], { cwd: '/srv/app', creates: '/srv/app/out' })
const badGuard = 'correct the guard, or add the resource that brings its program before this one'

/** The script that runs a command of the shell. */
const run = (text: string, codes = '  0) ;;\n'): string =>
  `cd -- / || exit\nset -- /bin/sh -c ${text}\n( exec "$@" ); s_=$?\ncase $s_ in\n${codes}  *) exit "$s_" ;;\nesac`

export const cases: readonly Case[] = [
  {
    name: 'what it creates is missing',
    example: true,
    resource: build,
    facts: facts(due),
    changes: ['run: make all'],
    effects: ['change'],
    scripts: [
      `cd -- /srv/app || exit\nset -- make all\n( exec "$@" ); s_=$?\ncase $s_ in\n  0) ;;\n  *) exit "$s_" ;;\nesac\n[ -e /srv/app/out ] || [ -L /srv/app/out ] || { printf 'fettle: %s\\nfettle, remedy: %s\\n' '\`make all\` ended well, and /srv/app/out is still missing' 'correct creates, or the command so that it makes that path' >&2; exit 1; }`,
    ],
    keys: {
      verdict: { creates: '/srv/app/out', cwd: '/srv/app' },
      marks: 'command[make all]',
    },
  },
  {
    name: 'a guard holds',
    resource: build,
    facts: facts({ is: 'holds', guard: 'creates' }),
    changes: [],
    reason: '/srv/app/out exists',
  },
  {
    name: 'no guard',
    resource: () => command('true'),
    facts: facts(due),
    changes: ['always runs: true'],
    effects: ['change'],
    scripts: [run('true')],
    keys: { verdict: {}, marks: 'command[true]' },
  },
  {
    name: 'onlyIf alone settles nothing',
    resource: () => command('true', { onlyIf: 'test -e /x' }),
    facts: facts(due),
    changes: ['always runs: true'],
    keys: { verdict: { onlyIf: 'test -e /x' } },
  },
  {
    name: 'onlyIf does not hold',
    resource: () => command('true', { onlyIf: 'test -e /x' }),
    facts: facts({ is: 'holds', guard: 'onlyIf' }),
    changes: [],
    reason: 'test -e /x does not hold',
  },
  {
    name: 'a guard that is not there',
    resource: () => command('true', { unless: ['nosuch', '-x'] }),
    facts: facts({ is: 'failed', guard: 'unless', status: 127 }),
    changes: ['blocked: the guard unless (nosuch -x) was not found: status 127'],
    remedy: badGuard,
    lacks: undefined,
  },
  {
    name: 'a guard that timeout(1) did not start',
    resource: () => command('make', { unless: ['docker', 'run', 'x'] }),
    facts: facts({ is: 'failed', guard: 'unless', status: 125 }),
    changes: ['blocked: the guard unless (docker run x) could not be started: status 125'],
    remedy: badGuard,
    lacks: undefined,
  },
  {
    name: 'a guard that cannot be executed',
    resource: () => command('true', { onlyIf: '/etc/passwd' }),
    facts: facts({ is: 'failed', guard: 'onlyIf', status: 126 }),
    changes: ['blocked: the guard onlyIf (/etc/passwd) cannot be executed: status 126'],
    remedy: badGuard,
    lacks: undefined,
  },
  {
    name: 'a guard that takes too long',
    resource: () => command('true', { unless: ['sleep', '99'] }),
    facts: facts({ is: 'failed', guard: 'unless', status: 124 }),
    changes: ['blocked: the guard unless (sleep 99) took too long: status 124'],
    remedy: badGuard,
    lacks: undefined,
  },
  {
    name: 'a guard that is killed',
    resource: () => command('true', { unless: 'kill -9 $$' }),
    facts: facts({ is: 'failed', guard: 'unless', status: 137 }),
    changes: ['blocked: the guard unless (kill -9 $$) was ended by a signal: status 137'],
    remedy: badGuard,
    lacks: undefined,
  },
  {
    name: 'no such directory',
    resource: () => command('true', { unless: 'false', cwd: '/none' }),
    facts: facts({ is: 'failed', guard: 'cwd', status: 1 }),
    changes: ['blocked: the directory /none does not exist or cannot be entered'],
    remedy: 'add the resource that makes it before this one',
    lacks: ['path:/none'],
  },
  {
    name: 'no such directory, which no guard needs',
    resource: () => command('true', { cwd: '/none' }),
    facts: facts({ is: 'failed', guard: 'cwd', status: 1 }),
    changes: ['blocked: the directory /none does not exist or cannot be entered'],
    remedy: 'add the resource that makes it before this one',
    lacks: ['path:/none'],
    then: ['always runs: true'],
  },
  {
    name: 'no such directory, and nothing changed',
    resource: () => command('true', { cwd: '/none', onChangeOf: [trigger] }),
    facts: facts({ is: 'failed', guard: 'cwd', status: 1 }),
    changes: [],
    reason: 'nothing it waits for has changed',
  },
  {
    name: 'not even the root of all directories',
    resource: () => command('true', { unless: 'false' }),
    facts: facts({ is: 'failed', guard: 'cwd', status: 1 }),
    changes: ['blocked: the directory / does not exist or cannot be entered'],
    remedy: 'add the resource that makes it before this one',
    lacks: ['path:/'],
  },
  {
    name: 'nothing changed',
    resource: () => command('true', { onChangeOf: [trigger] }),
    facts: facts(due),
    changes: [],
    reason: 'nothing it waits for has changed',
  },
  {
    name: 'what only root may see matters',
    resource: () => command('true', { onChangeOf: [trigger] }),
    facts: { verdict: due, marks: { hidden: '/var/lib/fettle' } },
    changes: [
      'blocked: the pending restarts could not be read: only root may read /var/lib/fettle',
    ],
    remedy: 'give the play become: true',
    lacks: [],
  },
  {
    name: 'but not where a change is known',
    resource: () => command('true', { onChangeOf: [trigger] }),
    facts: { verdict: due, marks: { hidden: '/var/lib/fettle' } },
    changing: [trigger.address],
    changes: ['run: true'],
  },
  {
    name: 'nor where nothing is waited for',
    resource: () => command('true'),
    facts: { verdict: due, marks: { hidden: '/var/lib/fettle' } },
    changes: ['always runs: true'],
  },
  {
    name: 'something is going to change',
    resource: () => command('true', { onChangeOf: [trigger] }),
    facts: facts(due),
    changing: [trigger.address],
    changes: ['run: true'],
    scripts: [run('true'), clearScript('command[true]', 'run').text],
  },
  {
    name: 'something changed in an earlier run',
    resource: () => command('true', { onChangeOf: [trigger] }),
    facts: facts(due, mark),
    changes: ['run: true'],
  },
  {
    name: 'a guard keeps it from running all the same',
    resource: () => command('true', { onChangeOf: [trigger], unless: 'true' }),
    facts: facts({ is: 'holds', guard: 'unless' }, mark),
    changes: [],
    reason: 'true holds',
  },
  {
    name: 'words of the shell are arguments, and a secret is not in the script',
    resource: () =>
      command(['if', 'A=1', "it's"], {
        env: { TOKEN: secret('canary-1234'), PLAIN: 'a b' },
        input: secret('canary-5678'),
        successCodes: [0, 3],
      }),
    facts: facts(due),
    changes: [`always runs: if A=1 'it'\\''s'`],
    scripts: [
      `cd -- / || exit\nIFS= read -r n_; TOKEN=$(dd bs=65536 count="$n_" iflag=fullblock,count_bytes 2>/dev/null; echo .); TOKEN="\${TOKEN%.}"\nPLAIN='a b'\nexport TOKEN PLAIN\nset -- if A=1 'it'\\''s'\n( exec "$@" ); s_=$?\ncase $s_ in\n  0|3) ;;\n  *) exit "$s_" ;;\nesac`,
    ],
  },
  {
    name: 'a long text is shown by its first line',
    resource: () => command('set -e\nmake\n'),
    facts: facts(due),
    changes: ['always runs: set -e …'],
  },
  {
    name: 'empty lines around a text are not shown',
    resource: () => command('\n  true \n\n'),
    facts: facts(due),
    changes: ['always runs: true'],
  },
  {
    name: 'a line of 100 characters is shown whole',
    resource: () => command(`: ${'x'.repeat(98)}`),
    facts: facts(due),
    changes: [`always runs: : ${'x'.repeat(98)}`],
  },
  {
    name: 'of a longer one its first 100 characters',
    resource: () => command(`: ${'x'.repeat(99)}`),
    facts: facts(due),
    changes: [`always runs: : ${'x'.repeat(98)} …`],
  },
  {
    name: 'a command that has to fail',
    resource: () => command('false', { successCodes: [1, 2] }),
    facts: facts(due),
    changes: ['always runs: false'],
    scripts: [
      run(
        'false',
        `  1|2) ;;\n  0) { printf 'fettle: %s\\nfettle, remedy: %s\\n' '\`false\` ended with 0, which is not in successCodes' 'correct successCodes' >&2; exit 1; } ;;\n`,
      ),
    ],
  },
  {
    name: 'what it removes is there',
    resource: () => command(['make', 'clean'], { removes: '/srv/app/out' }),
    facts: facts(due),
    changes: ['run: make clean'],
    keys: { verdict: { removes: '/srv/app/out' } },
  },
  {
    name: 'what it removes is gone',
    resource: () => command(['make', 'clean'], { removes: '/srv/app/out' }),
    facts: facts({ is: 'holds', guard: 'removes' }),
    changes: [],
    reason: '/srv/app/out does not exist',
  },
]

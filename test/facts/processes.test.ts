import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Output, ShellFactKind } from '../../src/core/fact.js'
import { inputBytes, lines, sh } from '../../src/core/sh.js'
import { gitCheckoutFact } from '../../src/facts/git/checkout.js'
import { gitRemoteFact } from '../../src/facts/git/remote.js'
import { githubMarkFact } from '../../src/facts/github/mark.js'
import { groupFact } from '../../src/facts/accounts/group.js'
import { idHoldersFact } from '../../src/facts/accounts/id-holders.js'
import { userProcessFact } from '../../src/facts/accounts/user-process.js'
import { answerFact } from '../../src/facts/commands/answer.js'
import { guardFact } from '../../src/facts/commands/guard.js'
import { hostFact } from '../../src/facts/host.js'
import { marksFact } from '../../src/facts/systemd/pending-marks.js'
import { missingParentFact } from '../../src/facts/files/missing-parent.js'
import { accountFact, databaseFact } from '../../src/facts/mysql/server.js'
import { mysqlTrialFact } from '../../src/facts/mysql/trial.js'
import { aptFact } from '../../src/facts/apt/packages.js'
import { changedKeysFact } from '../../src/facts/files/changed-keys.js'
import { pathFact } from '../../src/facts/files/path.js'
import { placeFact } from '../../src/facts/files/place.js'
import { roomFact } from '../../src/facts/files/room.js'
import { secretFileFact } from '../../src/facts/files/secret-file.js'
import { sshKeyFact } from '../../src/facts/accounts/ssh-key.js'
import { textFileFact } from '../../src/facts/files/text-file.js'
import { treeFact } from '../../src/facts/files/tree.js'
import { treeSizeFact } from '../../src/facts/files/tree-size.js'
import { timezoneFact } from '../../src/facts/system/timezone.js'
import { unitFact } from '../../src/facts/systemd/unit.js'
import { validationFact } from '../../src/facts/files/validation.js'
import { userFact } from '../../src/facts/accounts/user.js'
import { venvModulesFact } from '../../src/facts/python/venv-modules.js'
import { venvFact } from '../../src/facts/python/venv.js'
import { ifAble } from '../if-able.js'

/**
 * How many processes a host starts to read one key and twenty, if all is as desired: they are the
 * cost of reading. In a new PID namespace ids are given out one after the other, so the last one
 * tells how many there were.
 */
const counting = `read -r l_ l_ l_ l_ before </proc/loadavg
( eval "$1" ) 3>&-
code=$?
read -r l_ l_ l_ l_ after </proc/loadavg
echo $((after - before - 1)) >&3
exit $code`
const namespaced = ['--pid', '--fork', '--mount-proc']

// A PID namespace needs root, and a kernel that permits one.
const able = process.getuid?.() === 0 && spawnSync('unshare', [...namespaced, 'true']).status === 0
const { describe: describedIfAble } = ifAble(able, 'unshare --pid')

const dir = mkdtempSync(join(tmpdir(), 'processes-'))
const at = (...names: readonly string[]): string => join(dir, ...names)
let server: Server
const numbers = Array.from({ length: 20 }, (_, index) => index)

/** Replaces a program that needs a server; the shell that runs it starts no further processes. */
function standIn(name: string, text: string): void {
  writeFileSync(at('bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

function makeCheckouts(): void {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  }
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-C', at('checkout0'), ...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .toString()
      .trim()
  mkdirSync(at('checkout0'))
  writeFileSync(at('checkout0/app.py'), 'one\n')
  git('init', '--quiet', '-b', 'main')
  git('remote', 'add', 'origin', 'https://example.org/app.git')
  git('add', '.')
  git('commit', '--quiet', '-m', 'one')
  git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  for (const index of numbers)
    if (index > 0) cpSync(at('checkout0'), at(`checkout${index}`), { recursive: true })
  cpSync(at('checkout0'), at('others'), { recursive: true })
  execFileSync('chown', ['-R', 'nobody', at('others')])
}

function makeThings(): void {
  for (const name of [
    'bin',
    'run/systemd/system',
    'run/systemd/units',
    'run/mysqld',
    'fettle/github',
    'usr/bin',
    'apt/lists',
  ])
    mkdirSync(at(name), { recursive: true })
  writeFileSync(at('apt/lists/a_Packages'), '')
  writeFileSync(at('usr/bin/python3.11'), '', { mode: 0o755 })
  for (const index of numbers) {
    writeFileSync(at(`file${index}`), `file ${index}\n`)
    symlinkSync(`file${index}`, at(`link${index}`))
    writeFileSync(at(`key${index}`), '')
    writeFileSync(at(`env${index}`), 'A=1\n')
    writeFileSync(at(`key${index}.pub`), 'ssh-ed25519 AAAA\n')
    writeFileSync(at('fettle/github', String(index)), `1 ab ${'0'.repeat(64)}\n`)
    mkdirSync(at(`fettle/pending/unit${index}.service`), { recursive: true })
    writeFileSync(
      at(`fettle/pending/unit${index}.service/trigger`),
      `restart ${'0'.repeat(32)} file[a]\n`,
    )
    mkdirSync(at(`venv${index}/bin`), { recursive: true })
    mkdirSync(at(`venv${index}/lib/python3.11/site-packages/flask-2.2.2.dist-info`), {
      recursive: true,
    })
    writeFileSync(
      at(`venv${index}/pyvenv.cfg`),
      'include-system-site-packages = true\nversion = 3.11.2\n',
    )
    symlinkSync(at('usr/bin/python3.11'), at(`venv${index}/bin/python`))
    writeFileSync(at(`venv${index}/requirements.txt`), 'flask>=2 # a comment\n')
    mkdirSync(at(`tree${index}/below`), { recursive: true })
  }
  for (const tool of ['systemd-detect-virt', 'ip']) standIn(tool, ':')
  standIn(
    'systemctl',
    'shift 5; first=1; for unit; do [ -n "$first" ] || echo; first=; printf "Id=%s\\nLoadState=loaded\\nActiveState=active\\nSubState=running\\n" "$unit"; done',
  )
  standIn(
    'mariadb',
    `printf 'server\\t10.11.6-MariaDB\\t0\\n'
printf 'trial\\t%s\\n' ${numbers.join(' ')}
printf 'database\\td%s\\tutf8mb4\\tutf8mb4_bin\\n' ${numbers.join(' ')}
printf 'account\\t%s\\nkept\\t{"plugin":"ed25519"}\\nGRANT USAGE ON *.* TO \`a\`@\`%%\`\\n' ${numbers.map((index) => 2 * index + 1).join(' ')}
echo end`,
  )
  symlinkSync('0'.repeat(32), at('run/systemd/units/invocation:mariadb.service'))
  makeCheckouts()
}

interface Counted {
  readonly forks: number
  /** Reasons for which facts are unknown. */
  readonly unknown: readonly string[]
}

type Kind<K> = ShellFactKind<K, unknown>

/** Reads keys as on a host, with the host's own files in the directory of this test. */
function count<K>(kind: Kind<K>, keys: readonly K[]): Counted {
  const { script, input = '' } = kind.script(keys)
  const text = lines([sh`export PATH=${at('bin')}:$PATH`, script])
    .text.replaceAll('/var/lib/fettle', at('fettle'))
    .replaceAll('/var/lib/apt', at('apt'))
    .replaceAll('/run/', at('run/'))
  const { status, stdout, stderr, output } = spawnSync(
    'unshare',
    [...namespaced, '/bin/dash', '-uc', counting, 'sh', text],
    {
      cwd: '/',
      env: {
        LC_ALL: 'C',
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        USER: 'root',
        LOGNAME: 'root',
      },
      input: inputBytes(input),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    },
  )
  const said: Output = { code: status ?? -1, stdout, stderr: stderr.toString() }
  return {
    forks: Number(output[3]?.toString()),
    unknown: kind.parse(said, keys).flatMap((fact) => (fact.is === 'unknown' ? [fact.reason] : [])),
  }
}

const path =
  (name: string): ((index: number) => string) =>
  (index) =>
    at(`${name}${index}`)
/** Packages that every Debian has. */
const essential = [
  'base-files',
  'base-passwd',
  'bash',
  'bsdutils',
  'coreutils',
  'dash',
  'debianutils',
  'diffutils',
  'dpkg',
  'findutils',
  'grep',
  'gzip',
  'hostname',
  'libc-bin',
  'ncurses-base',
  'ncurses-bin',
  'perl-base',
  'sed',
  'sysvinit-utils',
  'tar',
]
const digest = '0'.repeat(64)

const row = <K>(
  name: string,
  kind: Kind<K>,
  key: (index: number) => K,
  one: number,
  twenty: number,
): readonly [string, number, number, (keys: number) => Counted] => [
  name,
  one,
  twenty,
  (keys) => count(kind, numbers.slice(0, keys).map(key)),
]

describedIfAble('processes that a host starts', () => {
  beforeAll(async () => {
    chmodSync(dir, 0o755)
    makeThings()
    server = createServer()
    await new Promise<void>((resolve) => server.listen(at('run/mysqld/mysqld.sock'), resolve))
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(dir, { recursive: true })
  })

  test.each([
    row('path: stat', pathFact, (index) => ({ path: at(`file${index}`) }), 1, 1),
    row(
      'path with a digest: stat, sha256sum',
      pathFact,
      (index) => ({ path: at(`file${index}`), digest: true }),
      2,
      2,
    ),
    row(
      'path with a content that differs: stat, sha256sum, head',
      pathFact,
      (index) => ({ path: at(`file${index}`), contentUnless: digest }),
      3,
      3,
    ),
    row(
      'path of a link: stat, readlink',
      pathFact,
      (index) => ({ path: at(`link${index}`) }),
      2,
      2,
    ),
    row(
      'path through a link: stat -L, readlink -f',
      pathFact,
      (index) => ({ path: at(`link${index}`), follow: true }),
      2,
      2,
    ),
    row('missing-parent', missingParentFact, path('file'), 0, 0),
    row('secret-file: stat, head', secretFileFact, path('file'), 2, 2),
    row(
      'changed-keys: dd and head, for each of them',
      changedKeysFact,
      (index) => ({ path: at(`env${index}`), wanted: 'A=2\n' }),
      2,
      40,
    ),
    row('ssh-key: stat, head', sshKeyFact, path('key'), 2, 2),
    row('marks', marksFact, (index) => `unit${index}.service`, 0, 0),
    row('github-mark', githubMarkFact, () => 'all' as const, 0, 0),
    row('timezone: readlink', timezoneFact, () => 'Europe/Berlin', 1, 1),
    row('group: getent', groupFact, () => 'root', 1, 1),
    row(
      'user: getent for passwd and group',
      userFact,
      () => ({ name: 'root', password: false }),
      2,
      2,
    ),
    row(
      'user with a password: getent for shadow too',
      userFact,
      () => ({ name: 'root', password: true }),
      3,
      3,
    ),
    row(
      'id-holders: getent for passwd and group',
      idHoldersFact,
      (index) => ({ of: 'user', id: index }) as const,
      2,
      2,
    ),
    row('user-process: find, and a subshell', userProcessFact, (index) => 70_000 + index, 2, 2),
    row('apt: stat, dpkg-query', aptFact, (index) => [essential[index] ?? ''], 2, 2),
    row(
      'apt, not installed: grep behind a list of all besides',
      aptFact,
      (index) => [`no-such-package-${index}`],
      5,
      5,
    ),
    row(
      'host: uname, nproc, systemd-detect-virt, ip thrice, head',
      hostFact,
      () => 'host' as const,
      7,
      7,
    ),
    row('unit: systemctl', unitFact, (index) => `unit${index}.service`, 1, 1),
    row(
      'mysql: timeout and its client',
      databaseFact,
      (index) => ({ name: `d${index}`, connection: {} }),
      2,
      2,
    ),
    row(
      'mysql.trial: timeout and its client',
      mysqlTrialFact,
      (index) => ({ sql: `SELECT ${index}`, connection: {} }),
      2,
      2,
    ),
    row('guard without commands', guardFact, (index) => ({ creates: at(`file${index}`) }), 0, 0),
    row(
      'guard: timeout and the command, each of them',
      guardFact,
      () => ({ unless: ['true'] }),
      2,
      40,
    ),
    row(
      'answer: timeout, the program, head and base64 twice, cat, and subshells, each of them',
      answerFact,
      () => ({ argv: ['true'], codes: [0], timeout: 60, secret: false }),
      10,
      200,
    ),
    row(
      'text-file: stat, head',
      textFileFact,
      (index) => ({ path: at(`file${index}`), secret: false }),
      2,
      2,
    ),
    row(
      'room: id, stat, stat -f',
      roomFact,
      (index) => ({ path: at(`file${index}`), bytes: 1, frees: null }),
      3,
      3,
    ),
    row(
      'place: id, stat, stat -f, cat, lsattr, and for each directory readlink in a subshell',
      placeFact,
      (index) => ({ path: at(`file${index}`) }),
      7,
      7,
    ),
    row(
      'validation: a folder, links, the file, timeout and the line',
      validationFact,
      (index) => ({
        path: at(`tree${index}/conf`),
        line: '[ -f %s ]',
        content: 'x\n',
        mode: 0o644,
      }),
      16,
      320,
    ),
    row('tree-size: du for each', treeSizeFact, path('tree'), 1, 20),
    row('tree: a pipeline of three, find and its stat for each', treeFact, path('tree'), 5, 43),
    // git works in one directory: for each of them stat, and git for its configuration, state and
    // untracked files.
    row(
      'git.checkout of the one who reads',
      gitCheckoutFact,
      (index) => ({
        path: at(`checkout${index}`),
        clean: ['-d'],
        submodules: false,
        branch: 'main',
      }),
      5,
      100,
    ),
    row(
      'git.remote of a commit',
      gitRemoteFact,
      (index) => ({ repo: '/r', ref: '0'.repeat(40), path: at(`checkout${index}`) }),
      0,
      0,
    ),
    // readlink for two interpreters, stat, and sed for the requirements.
    row(
      'python.venv',
      venvFact,
      (index) => ({
        path: at(`venv${index}`),
        python: at('usr/bin/python3.11'),
        systemSitePackages: true,
        requirements: { file: at(`venv${index}/requirements.txt`) },
      }),
      4,
      80,
    ),
    row(
      'python.venv-modules: a shell, timeout and the interpreter, for each of them',
      venvModulesFact,
      (index) => ({ python: at('usr/bin/python3.11'), path: at(`new${index}`) }),
      3,
      60,
    ),
  ])('%s', (_, one, twenty, read) => {
    const [few, many] = [read(1), read(20)]
    expect([few, many]).toEqual([
      { forks: one, unknown: [] },
      { forks: twenty, unknown: [] },
    ])
  })

  test('databases and accounts of a server are read by one client', () => {
    const keys = numbers.flatMap((index) => [
      { name: `d${index}`, connection: {} },
      { name: 'a', host: '%', connection: {} },
    ])
    expect(databaseFact.name).toBe(accountFact.name)
    expect(count(databaseFact, keys)).toEqual({ forks: 2, unknown: [] })
  })
  test('a checkout of another user: runuser with its child, and timeout besides', () => {
    expect(
      count(gitCheckoutFact, [
        { path: at('others'), clean: ['-d'], submodules: false, branch: 'main' },
      ]),
    ).toEqual({ forks: 7, unknown: [] })
  })
})

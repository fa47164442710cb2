import { describeAction } from '../../src/core/backend.js'
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { changesOf, type ShellAction, isShell } from '../../src/core/change.js'
import type { Resource } from '../../src/core/resource.js'
import { inputBytes } from '../../src/core/sh.js'
import { absent } from '../../src/resources/files/absent.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { gitCheckout } from '../../src/resources/git/checkout.js'
import { generatedSecret } from '../../src/resources/files/generated-secret.js'
import { knownHost } from '../../src/resources/accounts/known-host.js'
import { pythonVenv } from '../../src/resources/python/venv.js'
import { sshKey } from '../../src/resources/accounts/ssh-key.js'
import { symlink } from '../../src/resources/files/symlink.js'
import { planned } from '../converge.js'
import { environment, runIn, shells, wrapper, type Shell } from '../shells.js'
import { asRoot, describedAsRoot } from '../if-able.js'

// Root changes things below a user's directory, while the user exchanges them for links to files of
// root. Whenever that happens, root's files must not change. Another user and his links need root.
jest.setTimeout(600_000)

const [dash] = shells as readonly [Shell]
/** A user with a name, as git needs one: nobody exists on every Debian. */
const user = 65_534
/**
 * How often each action runs while a user exchanges without a pause. With FETTLE_SWAPS every
 * command of each action is interrupted as well.
 */
const rounds = Number(process.env['FETTLE_SWAPS'] ?? 4)
/** How many commands of an action have an exchange before them. */
const points = process.env['FETTLE_SWAPS'] === undefined ? 6 : Infinity

let dir = ''
const work = (name: string): string => join(dir, 'home/work', name)

/**
 * Files of the user and of root: `home/work` is the user's, `precious` is root's and has the same
 * names in it.
 */
function stage(): void {
  rmSync(join(dir, 'home'), { recursive: true, force: true })
  for (const path of ['home', 'home/work', 'home/work/sub', 'home/work/sub/deep'])
    owned(path, () => {
      mkdirSync(join(dir, path))
    })
  for (const name of names)
    owned(`home/work/${name}`, () => {
      writeFileSync(work(name), "the user's\n")
    })
  for (const [at, target] of [
    ['home/away', 'precious'],
    ['home/work/.conf', 'precious/conf'],
    ['home/work/.sub', 'precious/sub'],
  ] as const)
    owned(at, () => {
      symlinkSync(join(dir, target), join(dir, at))
    })
}
const names = ['conf', 'sub/conf', 'sub/deep/conf', 'sub/deep/other']

function owned(path: string, make: () => void): void {
  make()
  lchownSync(join(dir, path), user, user)
}

/** Everything of root's, with attributes and content. */
function precious(path = 'precious'): readonly string[] {
  const at = join(dir, path)
  const { mode, uid, gid, ino, nlink } = lstatSync(at)
  const own = [path, mode.toString(8), uid, gid, ino, nlink].join(' ')
  if (lstatSync(at).isSymbolicLink()) return [`${own} ${readlinkSync(at)}`]
  if (!lstatSync(at).isDirectory()) return [`${own} ${readFileSync(at, 'utf8')}`]
  return [
    own,
    ...readdirSync(at)
      .sort()
      .flatMap((name) => precious(join(path, name))),
  ]
}

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'led-away-')))
  chmodSync(dir, 0o755)
  for (const path of ['precious', 'precious/sub', 'precious/sub/deep']) mkdirSync(join(dir, path))
  for (const name of names) writeFileSync(join(dir, 'precious', name), "root's\n", { mode: 0o600 })
  stage()
  makeRepository()
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

function makeRepository(): void {
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      cwd: dir,
      env: environment(dash),
    })
  }
  git('init', '--quiet', '-b', 'main', 'app.git')
  git('-C', 'app.git', 'commit', '--quiet', '--allow-empty', '-m', 'one')
  // git serves a repository to its owner only.
  execFileSync('chown', ['-R', 'nobody', join(dir, 'app.git')])
}

interface Attack {
  readonly name: string
  readonly resource: () => Resource
  /** The path to exchange, below `home`; the first is the resource's. */
  readonly exchanged: readonly [string, string]
  /** Other files of the user. */
  readonly before?: () => void
}

const whole = ['work', 'away'] as const
const leaf = ['work/conf', 'work/.conf'] as const
const sub = ['work/sub', 'work/.sub'] as const
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEMtM2UGnV5nLNuKn6JyOe2ceHXdGCoDPkWfp8lqUNCe'

const attacks: readonly Attack[] = [
  {
    name: 'file, new',
    resource: () => file(work('new'), { content: 'x\n', owner: user }),
    exchanged: whole,
  },
  {
    name: 'file, other content',
    resource: () => file(work('conf'), { content: 'x\n', owner: user }),
    exchanged: whole,
  },
  {
    name: 'file, other content, its name',
    resource: () => file(work('conf'), { content: 'x\n', owner: user }),
    exchanged: leaf,
  },
  {
    name: 'file, confirmed',
    resource: () => file(work('conf'), { content: 'x\n', confirm: 'true', validate: 'cat %s' }),
    exchanged: leaf,
  },
  {
    name: 'file, owner and mode',
    resource: () => file(work('conf'), { mode: '0666', owner: user + 1 }),
    exchanged: whole,
  },
  {
    name: 'file, owner and mode, its name',
    resource: () => file(work('conf'), { mode: '0666', owner: user + 1 }),
    exchanged: leaf,
  },
  {
    name: 'directory, new',
    resource: () => directory(work('new'), { owner: user }),
    exchanged: whole,
  },
  {
    name: 'directory, new, itself',
    resource: () => directory(work('sub'), { owner: user, mode: '0777' }),
    exchanged: sub,
    before: () => {
      rmSync(work('sub'), { recursive: true })
    },
  },
  {
    name: 'directory, new, with its parents',
    resource: () => directory(work('a/b/c'), { owner: user }),
    exchanged: whole,
  },
  {
    name: 'directory, owner and mode',
    resource: () => directory(work('sub'), { owner: user + 1, mode: '0777' }),
    exchanged: sub,
  },
  {
    name: 'directory, a tree',
    resource: () =>
      directory(work('sub'), { recurse: true, owner: user + 1, mode: 'u=rwX,go=rwX' }),
    exchanged: sub,
  },
  {
    name: 'directory, a tree, below its top',
    resource: () =>
      directory(join(dir, 'home'), { recurse: true, owner: user + 1, mode: 'u=rwX,go=rwX' }),
    exchanged: whole,
  },
  {
    name: 'directory, a tree, a file in it',
    resource: () =>
      directory(join(dir, 'home/work'), { recurse: true, group: user + 1, mode: 'u=rwX,go=rwX' }),
    exchanged: leaf,
  },
  { name: 'absent, a file', resource: () => absent(work('conf')), exchanged: whole },
  {
    name: 'absent, a tree',
    resource: () => absent(work('sub'), { recurse: true }),
    exchanged: whole,
  },
  {
    name: 'absent, a tree, a directory in it',
    resource: () => absent(join(dir, 'home'), { recurse: true }),
    exchanged: sub,
  },
  {
    name: 'symlink, new',
    resource: () => symlink(work('link'), { target: 'conf' }),
    exchanged: whole,
  },
  {
    name: 'symlink in the place of a file',
    resource: () => symlink(work('conf'), { target: 'x', force: true }),
    exchanged: whole,
  },
  { name: 'generatedSecret', resource: () => generatedSecret(work('secret')), exchanged: whole },
  { name: 'sshKey', resource: () => sshKey(work('key'), { owner: user }), exchanged: whole },
  {
    name: 'git.checkout, new',
    resource: () =>
      gitCheckout(work('app'), { repo: join(dir, 'app.git'), ref: 'main', owner: 'nobody' }),
    exchanged: whole,
  },
  {
    name: 'git.checkout, new, itself',
    resource: () =>
      gitCheckout(work('sub'), { repo: join(dir, 'app.git'), ref: 'main', owner: 'nobody' }),
    exchanged: sub,
    before: () => {
      rmSync(work('sub'), { recursive: true })
    },
  },
  {
    name: 'python.venv, new',
    resource: () => pythonVenv(work('venv'), { owner: 'nobody' }),
    exchanged: whole,
  },
  {
    name: 'knownHost',
    resource: () => knownHost('git.example.org', { keys: [key], path: work('conf') }),
    exchanged: whole,
  },
]

/**
 * Exchanges two paths atomically (renameat2(2), RENAME_EXCHANGE), or moves the only one that
 * exists. perl is on every Debian.
 */
const exchange = '($a, $b) = @ARGV; syscall(316, -100, $a, -100, $b, 2) == 0'
const actionsOf = (wanted: Resource): readonly ShellAction[] =>
  changesOf(planned(dash, wanted))
    .flatMap(({ actions }) => actions)
    .map((action) => {
      if (!isShell(action)) throw new Error(describeAction(action))
      return action
    })

describedAsRoot('root is not led away by what a user exchanges', () => {
  /**
   * Runs all actions in bash, with an exchange before command number `first` or `second`; returns
   * how many commands there were.
   */
  function steppedThrough(
    actions: readonly ShellAction[],
    [here, there]: readonly [string, string],
    first: number,
    second: number,
  ): number {
    const count = join(dir, 'count')
    writeFileSync(count, '0')
    writeFileSync(
      join(dir, 'step'),
      `step_() {
  local n; read -r n <${count}; n=$((n + 1)); echo $n >${count}
  case $n in ${first} | ${second}) perl -e '${exchange}' '${join(dir, 'home', here)}' '${join(dir, 'home', there)}' ;; esac
}
set -T; trap step_ DEBUG`,
    )
    for (const { script, input = '' } of actions) {
      // With a socket as input bash assumes a remote login, unless it is not the first shell.
      spawnSync('/bin/bash', ['-c', wrapper, 'sh', script.text], {
        env: {
          ...environment(dash),
          PATH: `${join(dir, 'bin')}:${dash.path}`,
          BASH_ENV: join(dir, 'step'),
          SHLVL: '1',
        },
        input: inputBytes(input),
      })
    }
    return Number(readFileSync(count, 'utf8'))
  }

  test.each(attacks.map((attack) => [attack.name, attack] as const))(
    '%s: between each two commands, for good and for a moment',
    (_, { resource, exchanged, before }) => {
      // find(1) starts shells of its own.
      mkdirSync(join(dir, 'bin'))
      writeFileSync(join(dir, 'bin/sh'), '#!/bin/bash\nexec /bin/bash "$@"\n', { mode: 0o755 })
      before?.()
      const actions = actionsOf(resource())
      const expected = precious()
      const commands = steppedThrough(actions, exchanged, 0, 0)
      expect(commands).toBeGreaterThan(actions.length * 3)
      for (let first = 1; first <= commands; first += Math.max(1, Math.floor(commands / points))) {
        for (const second of [0, first + 1]) {
          stage()
          before?.()
          steppedThrough(actions, exchanged, first, second)
          expect([first, second, precious()]).toEqual([first, second, expected])
        }
      }
    },
  )
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_name, shell) => {
  let attacker: ChildProcess | undefined
  afterEach(() => {
    attacker?.kill('SIGKILL')
  })

  asRoot.each(attacks.map((attack) => [attack.name, attack] as const))(
    '%s: while a user exchanges without a pause',
    (_attack, { resource, exchanged, before }) => {
      before?.()
      const actions = actionsOf(resource())
      const expected = precious()
      const [here, there] = exchanged.map((name) => join(dir, 'home', name))
      attacker = spawn(
        'setpriv',
        [
          `--reuid=${String(user)}`,
          `--regid=${String(user)}`,
          '--clear-groups',
          'perl',
          '-e',
          `while (1) { ${exchange} }`,
          here ?? '',
          there ?? '',
        ],
        { stdio: 'ignore' },
      )
      for (let round = 0; round < rounds; round++) {
        attacker.kill('SIGCONT')
        for (const action of actions) runIn(shell, action)
        attacker.kill('SIGSTOP')
        // The signal may not have arrived yet.
        while (!readFileSync(`/proc/${String(attacker.pid)}/stat`, 'utf8').includes(') T '))
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
        expect([round, precious()]).toEqual([round, expected])
        stage()
        before?.()
      }
    },
  )
})

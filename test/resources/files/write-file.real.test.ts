import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { sh, shellFunctions } from '../../../src/core/sh.js'
import backUpText from '../../../src/resources/files/back-up.sh.js'
import {
  holding,
  holds,
  writeFile,
  writing,
  type FileToWrite,
} from '../../../src/resources/files/write-file.js'
import { digestOf, type Content } from '../../../src/resources/files/content.js'
import { environment, runIn, shells, wrapper } from '../../shells.js'
import { asRoot } from '../../if-able.js'

const mode = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8)

let dir = ''
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'write-')))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})
const at = (name: string): string => join(dir, name)

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  const write = (file: FileToWrite & { readonly content: Content }): ReturnType<typeof runIn> =>
    runIn(shell, writeFile(file))

  test('a new file, its mode exact, and nothing else', () => {
    expect(write({ path: at('a'), content: 'x\n', mode: 0o640 })).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect([readFileSync(at('a'), 'utf8'), mode(at('a')), readdirSync(dir)]).toEqual([
      'x\n',
      '640',
      ['a'],
    ])
  })
  test('what is kept of a file has its attributes, in a folder for root alone', () => {
    writeFileSync(at('a'), 'old', { mode: 0o640 })
    symlinkSync('a', at('link'))
    const keep = (name: string): ReturnType<typeof runIn> =>
      runIn(shell, {
        script: sh`${shellFunctions(backUpText)}cd ${dir} && fettle_back_up ${name} ${at('all')} ${at('all/etc')}`,
      })
    for (const name of ['link', 'none', 'a'])
      expect(keep(name)).toMatchObject({ code: 0, stderr: '' })
    const [kept = '', ...others] = readdirSync(at('all/etc'))
    expect([kept.replace(/\d{8}T\d{6}Z$/, 'TIME'), others]).toEqual(['a.TIME', []])
    expect([mode(at('all')), mode(at(`all/etc/${kept}`))]).toEqual(['700', '640'])
  })
  test('a file is as wanted by its content, mode, owner and group, by name or id', () => {
    write({ path: at('a b'), content: 'x\n', mode: 0o640 })
    const { uid, gid } = lstatSync(at('a b'))
    const wanted = { path: at('a b'), mode: 0o640, owner: uid, group: gid }
    const isAsWanted = (other: object, content = 'x\n'): boolean =>
      runIn(shell, { script: holds({ ...wanted, ...other }, digestOf(content)) }).code === 0
    expect([
      isAsWanted({}),
      isAsWanted({ owner: undefined, group: undefined }),
      isAsWanted({ owner: userInfo().username }),
    ]).toEqual([true, true, true])
    expect([
      isAsWanted({}, 'y\n'),
      isAsWanted({ mode: 0o600 }),
      isAsWanted({ owner: uid + 1 }),
      isAsWanted({ group: 'nobody-has-this' }),
      isAsWanted({ path: at('none') }),
    ]).toEqual([false, false, false, false, false])
  })
  test('bytes of every value, none at all, and many', () => {
    const all = Buffer.from(Array.from({ length: 3 << 20 }, (_value, index) => (index * 7) % 256))
    write({ path: at('a'), content: all, mode: 0o600 })
    expect(readFileSync(at('a')).equals(all)).toBe(true)
    write({ path: at('a'), content: '', mode: 0o600 })
    expect(readFileSync(at('a')).length).toBe(0)
  })
  test('a replaced file has a new inode: readers of the old one are not affected', () => {
    writeFileSync(at('a'), 'old')
    linkSync(at('a'), at('held'))
    write({ path: at('a'), content: 'new', mode: 0o644 })
    expect([readFileSync(at('a'), 'utf8'), readFileSync(at('held'), 'utf8')]).toEqual([
      'new',
      'old',
    ])
  })
  test('hostile names', () => {
    for (const name of [
      "it's",
      '$(touch pwned)',
      '; touch pwned #',
      '-rf',
      '--',
      '*',
      'a b',
      '"',
      '\\',
      '%s',
      '\u2028',
      '~root',
      'é',
      '[x]',
      '.hidden',
      'x'.repeat(255),
      'ö'.repeat(127),
    ]) {
      expect([name, write({ path: at(name), content: name, mode: 0o600 })]).toMatchObject([
        name,
        { code: 0, stderr: '' },
      ])
      expect([name, readFileSync(at(name), 'utf8'), readdirSync(dir)]).toEqual([name, name, [name]])
      rmSync(at(name))
    }
  })
  test('a directory in its place is refused and kept', () => {
    mkdirSync(at('a'))
    expect(write({ path: at('a'), content: 'x', mode: 0o600 }).code).not.toBe(0)
    expect([readdirSync(at('a')), readdirSync(dir)]).toEqual([[], ['a']])
  })
  test('a link in its place is refused, neither followed nor replaced', () => {
    writeFileSync(at('target'), 'kept')
    symlinkSync('target', at('a'))
    expect(write({ path: at('a'), content: 'x', mode: 0o600 })).toMatchObject({
      code: 1,
      stderr: `fettle: ${at('a')} is a symbolic link\n`,
    })
    expect([
      readlinkSync(at('a')),
      readFileSync(at('target'), 'utf8'),
      readdirSync(dir).sort(),
    ]).toEqual(['target', 'kept', ['a', 'target']])
  })
  test('a missing directory', () => {
    expect(write({ path: at('no/a'), content: 'x', mode: 0o600 }).code).not.toBe(0)
    expect(readdirSync(dir)).toEqual([])
  })
  test('a link of root in the path is followed', () => {
    mkdirSync(at('real'))
    symlinkSync('real', at('way'))
    expect(write({ path: at('way/a'), content: 'x', mode: 0o600 }).code).toBe(0)
    expect(readdirSync(at('real'))).toEqual(['a'])
  })
  asRoot("another user's link on the way is not", () => {
    mkdirSync(at('home'))
    chownSync(at('home'), 4242, 4242)
    mkdirSync(at('etc'))
    symlinkSync(at('etc'), at('home/.ssh'))
    lchown(at('home/.ssh'))
    expect(
      write({ path: at('home/.ssh/authorized_keys'), content: 'x', mode: 0o600 }),
    ).toMatchObject({
      code: 1,
      stderr: `fettle: ${at('home/.ssh')} is a symbolic link of another user\n`,
    })
    expect(readdirSync(at('etc'))).toEqual([])
  })
  asRoot.each([
    ["in another user's directory", 4242, 0o755, "is a symbolic link in another user's directory"],
    [
      'in a directory that a group may write to',
      0,
      0o775,
      'is a symbolic link in a directory that others may write to',
    ],
    [
      'in a directory that everybody may write to',
      0,
      0o757,
      'is a symbolic link in a directory that others may write to',
    ],
    ['in one where nobody moves what is not his own', 0, 0o1777, null],
  ] as const)("root's own link %s", (_where, uid, bits, refusal) => {
    for (const name of ['shared', 'etc']) mkdirSync(at(name))
    chownSync(at('shared'), uid, 0)
    chmodSync(at('shared'), bits)
    symlinkSync('../etc', at('shared/way'))
    const { code, stderr } = write({ path: at('shared/way/a'), content: 'x', mode: 0o600 })
    expect([code, stderr, readdirSync(at('etc'))]).toEqual(
      refusal === null ? [0, '', ['a']] : [1, `fettle: ${at('shared/way')} ${refusal}\n`, []],
    )
  })
  test('links in a row, absolute and upwards, and in a loop', () => {
    mkdirSync(at('x/y'), { recursive: true })
    mkdirSync(at('z'))
    symlinkSync(at('x/up'), at('first'))
    symlinkSync('y/../../z/.', at('x/up'))
    expect(write({ path: at('first/a'), content: 'x', mode: 0o600 })).toMatchObject({
      code: 0,
      stderr: '',
    })
    expect(readdirSync(at('z'))).toEqual(['a'])
    symlinkSync('round', at('round'))
    expect(write({ path: at('round/a'), content: 'x', mode: 0o600 }).code).not.toBe(0)
  })
  test('through a link to the file itself, as long as it points there', () => {
    mkdirSync(at('real'))
    writeFileSync(at('real/a'), 'old')
    symlinkSync('real/a', at('a'))
    const followed = { path: at('real/a'), via: at('a'), content: 'new', mode: 0o600 }
    expect(write(followed)).toMatchObject({ code: 0, stderr: '' })
    expect([readFileSync(at('real/a'), 'utf8'), readlinkSync(at('a'))]).toEqual(['new', 'real/a'])
    rmSync(at('a'))
    symlinkSync('real/b', at('a'))
    expect(write(followed)).toMatchObject({
      code: 1,
      stderr: `fettle: ${at('a')} does not lead to ${at('real/a')} any more\n`,
    })
    expect(readdirSync(at('real'))).toEqual(['a'])
  })
  asRoot("not through another user's link to a file of root's", () => {
    writeFileSync(at('shadow'), 'kept')
    symlinkSync(at('shadow'), at('a'))
    runIn(shell, { script: sh`chown -h 4242:4242 -- ${at('a')}` })
    expect(write({ path: at('shadow'), via: at('a'), content: 'x', mode: 0o600 })).toMatchObject({
      code: 1,
      stderr: `fettle: ${at('a')} is a symbolic link of another user\n`,
    })
    expect(readFileSync(at('shadow'), 'utf8')).toBe('kept')
  })
  asRoot('owner, group and special bits', () => {
    write({ path: at('a'), content: 'x', mode: 0o6750, owner: 4242, group: 4243 })
    expect([statSync(at('a')).uid, statSync(at('a')).gid, mode(at('a'))]).toEqual([
      4242,
      4243,
      '6750',
    ])
    write({ path: at('b'), content: 'x', mode: 0o600, group: 4243 })
    expect([statSync(at('b')).uid, statSync(at('b')).gid]).toEqual([process.getuid?.(), 4243])
  })
  test('an owner that does not exist leaves nothing behind', () => {
    writeFileSync(at('a'), 'old')
    const { code, stderr } = write({
      path: at('a'),
      content: 'new',
      mode: 0o644,
      owner: 'no-such-user',
    })
    expect(code).not.toBe(0)
    expect(stderr).toContain('no-such-user')
    expect([readFileSync(at('a'), 'utf8'), readdirSync(dir)]).toEqual(['old', ['a']])
  })

  test('validate gets the new content under a quoted path, and decides', () => {
    writeFileSync(at('a b'), 'old')
    expect(
      write({
        path: at('a b'),
        content: 'good',
        mode: 0o644,
        validate: 'test "$(cat %s)" = good # comment',
      }).code,
    ).toBe(0)
    const refused = write({
      path: at('a b'),
      content: 'bad',
      mode: 0o644,
      validate: 'grep -q good %s || { echo no good >&2; exit 3; }',
    })
    expect(refused).toMatchObject({
      code: 1,
      stderr: `no good\nfettle: \`grep -q good\` refused the new ${at('a b')}\nfettle, remedy: correct its content\n`,
    })
    expect([readFileSync(at('a b'), 'utf8'), readdirSync(dir)]).toEqual(['good', ['a b']])
    expect(
      write({ path: at('a b'), content: 'bad', mode: 0o644, validate: 'if %s' }).code,
    ).not.toBe(0)
    expect(readFileSync(at('a b'), 'utf8')).toBe('good')
  })
  test('validate may run what was written', () => {
    expect(
      write({ path: at('a'), content: '#!/bin/sh\nexit 0\n', mode: 0o755, validate: '%s' }),
    ).toMatchObject({ code: 0, stderr: '' })
  })
  test('content that is not confirmed in its place is rolled back', () => {
    const confirm = `grep -q good ${at('a')}`
    expect(write({ path: at('a'), content: 'bad', mode: 0o644, confirm }).code).not.toBe(0)
    expect(readdirSync(dir)).toEqual([])
    expect(write({ path: at('a'), content: 'good', mode: 0o644, confirm }).code).toBe(0)
    const { ino } = statSync(at('a'))
    expect(write({ path: at('a'), content: 'bad', mode: 0o644, confirm }).code).not.toBe(0)
    expect([readFileSync(at('a'), 'utf8'), statSync(at('a')).ino, readdirSync(dir)]).toEqual([
      'good',
      ino,
      ['a'],
    ])
  })
  test('content that is not confirmed because of another file is rolled back with a remark, or kept', () => {
    writeFileSync(at('other'), 'bad')
    const confirm = `cd ${dir}; for f in a other; do ! grep -q bad "$f" 2>/dev/null || { echo "$f is bad" >&2; exit 4; }; done`
    const file = { path: at('a'), mode: 0o644, confirm }
    const before = 'before the change to'
    for (const old of [undefined, 'old']) {
      if (old !== undefined) writeFileSync(at('a'), old)
      const refused = write({ ...file, content: 'good' })
      expect([
        refused.code,
        refused.stderr.includes('other is bad'),
        refused.stderr.includes(before),
      ]).toEqual([1, true, true])
      expect([
        existsSync(at('a')) ? readFileSync(at('a'), 'utf8') : undefined,
        readdirSync(dir).length,
      ]).toEqual([old, old === undefined ? 1 : 2])
    }
    expect(write({ ...file, content: 'good', sparedByOthers: true }).code).toBe(0)
    const own = write({ ...file, content: 'bad', sparedByOthers: true })
    expect([own.code, own.stderr.includes(before)]).toEqual([1, false])
    expect([readFileSync(at('a'), 'utf8'), readdirSync(dir)]).toEqual(['good', ['a', 'other']])
  })
  test('validate that fails for the present file too: the error says so', () => {
    writeFileSync(at('a'), 'old')
    expect(
      write({
        path: at('a'),
        content: 'new',
        mode: 0o644,
        validate: ': %s; echo "other is bad" >&2; exit 3',
      }),
    ).toMatchObject({ code: 1, stderr: expect.stringContaining('and the present one as well') })
    expect(readFileSync(at('a'), 'utf8')).toBe('old')
  })
  test('only a new file', () => {
    const onlyNew = { path: at('a'), mode: 0o600, onlyNew: true }
    expect(write({ ...onlyNew, content: 'first' }).code).toBe(0)
    expect(write({ ...onlyNew, content: 'second' }).code).not.toBe(0)
    expect([readFileSync(at('a'), 'utf8'), readdirSync(dir)]).toEqual(['first', ['a']])
  })
  test('leftovers of a killed write are removed by the next one of the same file', () => {
    writeFileSync(at('.a.fettle-abcdefgh'), 'half')
    writeFileSync(at('.other.fettle-abcdefgh'), 'of another file')
    write({ path: at('a'), content: 'x', mode: 0o600 })
    expect(readdirSync(dir).sort()).toEqual(['.other.fettle-abcdefgh', 'a'])
  })

  test('attributes of a file that is held open', () => {
    writeFileSync(at('a'), 'x')
    expect(
      runIn(shell, { script: holding(at('a'), sh`chmod -- 00600 /proc/self/fd/3`) }).code,
    ).toBe(0)
    expect(mode(at('a'))).toBe('600')
    writeFileSync(at('target'), 'x')
    chmodSync(at('target'), 0o644)
    symlinkSync('target', at('b'))
    expect(
      runIn(shell, { script: holding(at('b'), sh`chmod -- 00600 /proc/self/fd/3`) }),
    ).toMatchObject({
      code: 1,
      stderr: `fettle: ${at('b')} is a symbolic link, or was replaced meanwhile\n`,
    })
    expect(mode(at('target'))).toBe('644')
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s while the content arrives: the old file, whole',
    async (signal) => {
      writeFileSync(at('a'), 'old')
      const { script } = writeFile({ path: at('a'), content: 'never all of it', mode: 0o644 })
      const [command = '', ...options] = shell.command
      const child = spawn(command, [...options, '-c', wrapper, 'sh', script.text], {
        env: environment(shell),
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      child.stdin.on('error', () => undefined)
      child.stdin.write('never all')
      while (readdirSync(dir).length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
      const left = readdirSync(dir).filter((name) => name !== 'a')
      expect(left.map((name) => mode(at(name)))).toEqual(['600'])
      const ended = new Promise((resolve) => child.on('close', resolve))
      process.kill(-(child.pid ?? 0), signal)
      await ended
      // The shell around it is gone at once; the writing one still cleans up.
      for (
        let tries = 0;
        signal === 'SIGTERM' && tries < 1000 && readdirSync(dir).length > 1;
        tries++
      )
        await new Promise((resolve) => setTimeout(resolve, 5))
      expect(readFileSync(at('a'), 'utf8')).toBe('old')
      expect(readdirSync(dir)).toEqual(signal === 'SIGTERM' ? ['a'] : ['a', ...left].sort())
    },
  )

  test('a failed write: the old file, whole, and nothing beside it', () => {
    writeFileSync(at('a'), 'old')
    const { code } = runIn(shell, {
      script: writing({
        path: at('a'),
        mode: 0o644,
        from: sh`cat >&3 && cat /dev/zero >/dev/full`,
      }),
      input: 'new',
    })
    expect(code).not.toBe(0)
    expect([readFileSync(at('a'), 'utf8'), readdirSync(dir)]).toEqual(['old', ['a']])
  })
})

function lchown(path: string): void {
  runIn(shells[0] ?? { name: '', command: [], path: '' }, {
    script: sh`chown -h 4242:4242 -- ${path}`,
  })
}

test('a secret is in the input and nowhere in the script', () => {
  const action = writeFile({ path: '/etc/x', content: new Secret('hunter2-hunter2'), mode: 0o600 })
  expect(action.script.text).not.toContain('hunter2')
  expect(JSON.stringify(action)).not.toContain('hunter2')
})

asRoot(
  "an owner of the directory who keeps exchanging the new file for a link does not lead root's write elsewhere",
  async () => {
    mkdirSync(at('home'))
    chmodSync(dir, 0o755)
    chownSync(at('home'), 4242, 4242)
    writeFileSync(at('precious'), 'kept')
    chmodSync(at('precious'), 0o644)
    const attack = `while :; do for f in ${at('home')}/.a.fettle-*; do ln -sf ${at('precious')} "$f" 2>/dev/null; done; done`
    const attacker = spawn(
      'setpriv',
      ['--reuid=4242', '--regid=4242', '--clear-groups', '/bin/dash', '-c', attack],
      { stdio: 'ignore' },
    )
    try {
      for (let round = 0; round < 20; round++)
        runIn(
          shells[0] ?? { name: '', command: [], path: '' },
          writeFile({ path: at('home/a'), content: 'x'.repeat(100_000), mode: 0o666, owner: 4242 }),
        )
    } finally {
      const ended = new Promise((resolve) => attacker.on('close', resolve))
      attacker.kill('SIGKILL')
      await ended
    }
    expect([
      readFileSync(at('precious'), 'utf8'),
      mode(at('precious')),
      statSync(at('precious')).uid,
    ]).toEqual(['kept', '644', process.getuid?.()])
    expect(existsSync(at('home'))).toBe(true)
  },
)

import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import type { FettleError } from '../../../src/core/errors.js'
import type { Output } from '../../../src/core/fact.js'
import { omitUndefined } from '../../../src/core/omit-undefined.js'
import { Secret } from '../../../src/core/secret.js'
import { inputBytes, lines, sh, Sh } from '../../../src/core/sh.js'
import { boot } from '../../../src/ssh/shell/boot.js'
import {
  bootLine,
  bootScript,
  driver,
  nonce,
  standardPrograms,
  type Programs,
} from '../../../src/ssh/shell/driver.js'
import { frames } from '../../../src/ssh/shell/frame.js'
import { localTransport } from '../../../src/ssh/link/local.js'
import type { Block } from '../../../src/ssh/session.js'
import { Shell, type Hello } from '../../../src/ssh/shell/shell.js'
import type { Pipes } from '../../../src/ssh/transport.js'
import { asRoot } from '../../if-able.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-framing-'))
// Other users run the shells in it too.
chmodSync(directory, 0o755)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A shell as `sh`; for busybox's with only busybox's tools. */
function programs(name: 'dash' | 'bash' | 'busybox'): Programs {
  const bin = mkdtempSync(join(directory, name))
  chmodSync(bin, 0o755)
  const link = (tool: string, program: string): string => {
    symlinkSync(program, join(bin, tool))
    return join(bin, tool)
  }
  if (name !== 'busybox') return { ...standardPrograms, sh: link('sh', `/bin/${name}`) }
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
  for (const applet of applets.filter((tool) => tool !== 'busybox')) link(applet, '/bin/busybox')
  return { env: join(bin, 'env'), sh: join(bin, 'sh'), path: bin }
}

interface Open {
  readonly pipes: Pipes
  readonly hello: Hello
  readonly exchange: (...blocks: readonly Block[]) => Promise<readonly Output[]>
  readonly run: (script: Sh, more?: Partial<Block>) => Promise<Output>
}

const opened: Pipes[] = []
afterEach(() => {
  for (const pipes of opened.splice(0)) pipes.stdin.end()
})

async function open(shell: Programs): Promise<Open> {
  const id = nonce()
  const pipes = await boot(localTransport(), null, driver(id, shell), shell)
  opened.push(pipes)
  const client = new Shell({ stdin: pipes.stdin, running: Promise.resolve(pipes) }, 'here')
  const hello = await client.hello(id)
  const exchange: Open['exchange'] = (...blocks) => client.exchange(blocks, hello)
  return {
    pipes,
    hello,
    exchange,
    async run(script, more = {}) {
      const [output] = await exchange({ script, ...more })
      if (output === undefined) throw new Error('no output')
      return output
    },
  }
}

const shown = ({ code, stdout, stderr }: Output): readonly [number, string, string] => [
  code,
  stdout.toString(),
  stderr,
]
const sha = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex')
const available = (['dash', 'bash', 'busybox'] as const).filter((name) =>
  existsSync(`/bin/${name}`),
)

test('three shells are tried', () => {
  expect(available).toEqual(['dash', 'bash', 'busybox'])
})

describe.each(available)('%s', (name) => {
  const shell = programs(name)

  test('the greeting', async () => {
    const { hello } = await open(shell)
    expect(hello).toEqual({
      session: expect.any(Number),
      uid: userInfo().uid,
      user: userInfo().username,
    })
    expect(hello.session).toBeGreaterThan(1)
  })

  test.each([
    ['nothing', sh``, [0, '', '']],
    ['exit', sh`echo a; exit 7`, [7, 'a\n', '']],
    ['no final newline', sh`printf x; printf y >&2`, [0, 'x', 'y']],
    ['newlines at the end', sh`printf 'x\n\n\n'`, [0, 'x\n\n\n', '']],
    ['UTF-8', sh`printf %s ${'é€😀'}`, [0, 'é€😀', '']],
    ['reads standard input that is not there', sh`cat; echo $?`, [0, '0\n', '']],
    ['closes its files', sh`exec >&- 2>&-; exit 3`, [3, '', '']],
    [
      'a marker look-alike',
      sh`printf '\n@0123456789abcdef0123456789abcdef 0\n'`,
      [0, '\n@0123456789abcdef0123456789abcdef 0\n', ''],
    ],
    [
      'does not see the protocol',
      sh`{ echo oops >&8; } 2>/dev/null || echo closed`,
      [0, 'closed\n', ''],
    ],
  ] as const)('%s', async (_, script, expected) => {
    const { run } = await open(shell)
    expect(shown(await run(script))).toEqual(expected)
    expect(shown(await run(sh`echo on`))).toEqual([0, 'on\n', ''])
  })

  test.each([
    ['a syntax error', sh`if then`],
    ['an unclosed quote', Sh.of("echo 'never closed")],
    ['an unset variable', sh`echo "$missing"`],
  ])('%s ends the block and not the shell', async (_, script) => {
    const { exchange } = await open(shell)
    const [bad, good] = await exchange({ script }, { script: sh`echo on` })
    expect(bad?.code).toBeGreaterThan(0)
    expect(bad?.stderr).not.toBe('')
    expect(good && shown(good)).toEqual([0, 'on\n', ''])
  })

  test("a block's changes do not affect the next one", async () => {
    const { exchange } = await open(shell)
    const state = sh`umask; pwd; echo "$PATH" "$HOME" "\${LANG-none}"; trap; set | grep -c leaked; ulimit -c`
    const [before, , after] = await exchange(
      { script: state },
      {
        script: sh`cd /usr; umask 077; PATH=/x HOME=/y LANG=de; export leaked=1 LANG; trap 'echo trapped' EXIT TERM; ulimit -c 0`,
      },
      { script: state },
    )
    expect(after).toEqual(before)
  })

  test('has a clean environment with the home of its user', async () => {
    const { run } = await open(shell)
    const { stdout } = await run(sh`env | sort`)
    const names = stdout
      .toString()
      .split('\n')
      .map((line) => line.split('=')[0])
      .filter(
        (variable) =>
          variable !== '' &&
          variable !== '_' &&
          variable !== 'PWD' &&
          variable !== 'SHLVL' &&
          variable !== 'OLDPWD',
      )
    expect(names).toEqual(['HOME', 'LC_ALL', 'LOGNAME', 'PATH', 'USER'])
    expect(stdout.toString()).toContain(`HOME=${userInfo().homedir}\n`)
  })

  test('input arrives exactly, whatever bytes it has', async () => {
    const { run } = await open(shell)
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))
    expect((await run(sh`cat`, { input: bytes })).stdout.equals(bytes)).toBe(true)
  })

  test('a megabyte that is not read is drained', async () => {
    const { exchange } = await open(shell)
    const [ignored, partly, next] = await exchange(
      { script: sh`exit 4`, input: 'x'.repeat(1_000_000) },
      { script: sh`head -c 3`, input: `abc${'y'.repeat(1_000_000)}` },
      { script: sh`cat; echo next` },
    )
    expect([ignored, partly, next].map((output) => output && shown(output))).toEqual([
      [4, '', ''],
      [0, 'abc', ''],
      [0, 'next\n', ''],
    ])
  })

  test('a script of 5 MB', async () => {
    const { run } = await open(shell)
    expect(shown(await run(lines([Sh.of(`# ${'x'.repeat(5_000_000)}`), sh`echo done`])))).toEqual([
      0,
      'done\n',
      '',
    ])
  })

  test('a NUL byte in a script is refused', async () => {
    const { run } = await open(shell)
    await expect(run(Sh.of('echo \0'))).rejects.toMatchObject({ code: 'internal' })
  })

  asRoot(
    'as another user, with the home and input of its own',
    async () => {
      const { exchange } = await open(shell)
      const outputs = await exchange(
        {
          script: sh`id -un; cat; echo "$HOME $USER $LOGNAME"; umask; pwd; exit 3`,
          as: 'daemon',
          input: 'é\n',
        },
        { script: sh`id -un; sleep 30`, as: 'daemon', timeout: 1, long: true },
        { script: sh`id -un`, as: userInfo().username },
        { script: sh`true`, as: 'no-such-user' },
        { script: sh`true`, as: 'x; id' },
      )
      expect(outputs.slice(0, 3).map(({ code, stdout }) => [code, stdout.toString()])).toEqual([
        [3, 'daemon\né\n/usr/sbin daemon daemon\n0022\n/\n'],
        [124, 'daemon\n'],
        [0, `${userInfo().username}\n`],
      ])
      expect(outputs.slice(3).map(({ code, stdout }) => [code === 0, stdout.toString()])).toEqual([
        [false, ''],
        [false, ''],
      ])
      await expect(exchange({ script: sh`true`, as: 'x:id' })).rejects.toMatchObject({
        code: 'option-invalid',
      })
    },
    30_000,
  )

  test('20 MB on each stream: the first 4 MiB are kept and the rest is counted', async () => {
    const { run } = await open(shell)
    const { code, stdout, stderr, leftOut } = await run(
      sh`head -c 20000000 /dev/zero | tr '\\0' a & head -c 20000000 /dev/zero | tr '\\0' b >&2; wait; echo end`,
    )
    expect([code, stdout.length, stderr.length, leftOut]).toEqual([
      0,
      4_194_304,
      4_194_304,
      20_000_004 - 4_194_304,
    ])
  })

  test('200 blocks at once', async () => {
    const { exchange } = await open(shell)
    const outputs = await exchange(
      ...Array.from({ length: 200 }, (_, index) => ({ script: sh`echo ${index}` })),
    )
    expect(outputs.map((output) => output.stdout.toString())).toEqual(
      Array.from({ length: 200 }, (_, index) => `${index}\n`),
    )
  })

  test('onlyIfOk ends with the status of the block before it, unrun', async () => {
    const { exchange, run } = await open(shell)
    const outputs = await exchange(
      { script: sh`exit 5` },
      { script: sh`echo no`, onlyIfOk: true, input: 'drained', timeout: 5 },
      { script: sh`echo no`, onlyIfOk: true },
      { script: sh`echo yes` },
      { script: sh`echo yes`, onlyIfOk: true, long: true },
    )
    expect(outputs.map(shown)).toEqual([
      [5, '', ''],
      [5, '', ''],
      [5, '', ''],
      [0, 'yes\n', ''],
      [0, 'yes\n', ''],
    ])
    await run(sh`exit 3`)
    expect((await run(sh`echo first`, { onlyIfOk: true })).code).toBe(0)
  })

  test('parallel blocks answer after the others, in one piece, and run at the same time', async () => {
    const { exchange } = await open(shell)
    const beside = true
    const place = mkdtempSync(join(directory, 'beside-'))
    const as = userInfo().uid === 0 ? 'daemon' : undefined
    const meet = (own: string, other: string): Sh =>
      sh`: >${`${place}/${own}`}; while [ ! -e ${`${place}/${other}`} ]; do sleep 0.1; done`
    const outputs = await exchange(
      { script: sh`${meet('a', 'b')}; echo slow; echo words >&2; exit 3`, beside },
      { script: sh`${meet('c', 'a')}; echo fast >&2` },
      { script: sh`cat; ${meet('b', 'c')}; head -c 200000 /dev/zero | tr '\\0' x`, beside },
      { script: sh`exit 4` },
      { script: sh`echo other`, beside, timeout: 9, ...omitUndefined({ as }) },
    )
    const [slow, fast, big, failed, other] = outputs.map(shown)
    expect([slow, failed, other, fast?.[2], big?.[1].length]).toEqual([
      [3, 'slow\n', 'words'],
      [4, '', ''],
      [0, 'other\n', ''],
      'fast\n',
      200_000,
    ])
    expect((await exchange({ script: sh`cat; echo on` })).map(shown)).toEqual([[0, 'on\n', '']])
  }, 30_000)

  test('a parallel block starts when those before it have ended', async () => {
    const { exchange } = await open(shell)
    const outputs = await exchange(
      { script: sh`sleep 0.3; exit 3` },
      { script: sh`sleep 0.3; made=1; echo $made >${`${directory}/made`}` },
      { script: sh`cat -- ${`${directory}/made`}; rm -- ${`${directory}/made`}`, beside: true },
      { script: sh`echo last` },
    )
    expect(outputs.map(shown)).toEqual([
      [3, '', ''],
      [0, '', ''],
      [0, '1\n', ''],
      [0, 'last\n', ''],
    ])
  })

  test("a background process does not delay the block's answer", async () => {
    const { exchange } = await open(shell)
    const [first, second] = await exchange(
      { script: sh`(sleep 1; echo late) & echo now`, long: true },
      { script: sh`sleep 2; echo second` },
    )
    expect([first, second].map((output) => output && shown(output))).toEqual([
      [0, 'now\n', ''],
      [0, 'second\n', ''],
    ])
  })

  test('long output is shown from both ends, and its directory is gone', async () => {
    const { run } = await open(shell)
    const driver = (await run(sh`echo $$`)).stdout.toString().trim()
    const { code, stdout, stderr } = await run(
      sh`echo begin; head -c 1000000 /dev/zero | tr '\\0' x; echo end; echo words >&2; exit 6`,
      { long: true, input: 'unread' },
    )
    const text = stdout.toString()
    expect([code, stderr]).toEqual([6, 'words\n'])
    expect(text.startsWith('begin\nxxx')).toBe(true)
    expect(text.endsWith('xxxend\n')).toBe(true)
    expect(text).toContain(`[… ${1_000_010 - 262_144} bytes left out …]`)
    const left = [
      ...readdirSync('/tmp'),
      ...(existsSync('/run/fettle') ? readdirSync('/run/fettle') : []),
    ]
    expect(
      left.filter(
        (entry) => entry.startsWith(`output.${driver}.`) || entry.startsWith(`fettle.${driver}.`),
      ),
    ).toEqual([])
  })

  test('output of a long block is passed on live, and is in its answer too', async () => {
    const { exchange } = await open(shell)
    const heard: string[] = []
    const live = (text: string): void => void heard.push(text)
    const script = sh`printf 'é one'; echo three >&2; sleep 2.5; echo; echo '@two'; read -r word; echo "$word"; exit 3`
    const [first, unrun, last] = await exchange(
      { script, long: true, live, input: 'four' },
      { script: sh`echo no`, onlyIfOk: true, long: true, live },
      { script: sh`echo last`, long: true, live },
    )
    expect(first).toMatchObject({
      code: 3,
      stdout: Buffer.from('é one\n@two\nfour\n'),
      stderr: 'three\n',
    })
    expect(unrun).toMatchObject({ code: 3, stdout: Buffer.alloc(0) })
    expect(last).toMatchObject({ code: 0, stdout: Buffer.from('last\n'), stderr: '' })
    expect(heard.join('')).toBe('é onethree\n')
  })

  test("killing the driver ends a long block's live output too", async () => {
    const { pipes, hello, run } = await open(shell)
    const told = run(sh`echo begun; exec sleep 30`, {
      long: true,
      live: () => process.kill(hello.session, 'SIGKILL'),
    })
    await expect(told).rejects.toMatchObject({ code: 'connection-lost' })
    await pipes.ended
  })

  test('of a flood the end is passed on', async () => {
    const { exchange } = await open(shell)
    const heard: string[] = []
    const [output] = await exchange({
      script: sh`head -c 1000000 /dev/zero | tr '\\0' x; echo end; sleep 1.5`,
      long: true,
      live: (text) => void heard.push(text),
    })
    expect(output?.code).toBe(0)
    expect(heard.join('')).toBe(`${'x'.repeat(65_532)}end\n`)
  })

  test('a limit ends the command with 124, also when it ignores TERM', async () => {
    const [plain, stubborn] = await Promise.all([open(shell), open(shell)])
    const outputs = await Promise.all([
      plain.exchange(
        { script: sh`cat; sleep 5; echo never`, timeout: 1, input: 'seen' },
        { script: sh`kill -9 $$`, timeout: 20 },
        { script: sh`echo on`, timeout: 20 },
      ),
      stubborn.exchange(
        { script: sh`trap '' TERM; sleep 8; sleep 8`, timeout: 1, long: true },
        { script: sh`echo on` },
      ),
    ])
    expect(outputs.flat().map(({ code, stdout }) => [code, stdout.toString()])).toEqual([
      [124, 'seen'],
      [137, ''],
      [0, 'on\n'],
      [124, ''],
      [0, 'on\n'],
    ])
  }, 30_000)

  test.each([
    ['kill -9 $$', sh`kill -9 $$`],
    ['kill 0', sh`kill -9 0`],
  ])('%s is a lost connection, and later exchanges say so', async (_, script) => {
    const { exchange } = await open(shell)
    const lost = await exchange(
      { script: sh`echo fine` },
      { script },
      { script: sh`echo never` },
    ).catch((error: unknown) => error as FettleError)
    expect(lost).toMatchObject({
      code: 'connection-lost',
      message: expect.stringContaining('SIGKILL'),
    })
    await expect(exchange({ script: sh`echo` })).rejects.toMatchObject({ code: 'connection-lost' })
  })

  test('a secret is not visible while it is sent', async () => {
    const { exchange } = await open(shell)
    const canary = `canary-${nonce()}`
    const watch = sh`for p in /proc/[0-9]*; do tr '\\0' '\n' <$p/cmdline; tr '\\0' '\n' <$p/environ; done 2>/dev/null >${join(directory, `${name}-seen`)}; cat >/dev/null`
    await exchange(
      { script: watch, input: new Secret(canary) },
      { script: watch, input: [canary, 'x'.repeat(200_000)], timeout: 20, long: true },
    )
    const seen = readFileSync(join(directory, `${name}-seen`), 'utf8')
    expect(seen).toContain('dd')
    expect(seen).not.toContain(canary)
  })

  test('neither variables nor arguments hold the nonce', async () => {
    const { run } = await open(shell)
    const { stdout } = await run(sh`set; cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' ' '`)
    const boot = /@boot-[0-9a-f]{32}/g
    expect(stdout.toString()).toMatch(boot)
    expect(stdout.toString().replaceAll(boot, '')).not.toMatch(/[0-9a-f]{32}/)
  })

  describe('incomplete input is not run', () => {
    const content = 'n'.repeat(3000)
    const write = (path: string): Sh =>
      sh`set -e; t=$(umask 077; mktemp -- ${`${path}.XXXXXX`}); trap 'rm -f -- "$t"' EXIT; trap 'exit 143' TERM INT HUP; cat >"$t"; mv -f -- "$t" ${path}`

    async function cut(whole: Buffer, at: number, target: string): Promise<readonly unknown[]> {
      writeFileSync(target, 'old')
      const pipes = await localTransport().open(`exec ${bootLine(nonce(), shell)}`)
      pipes.stdout.resume()
      pipes.stderr.resume()
      pipes.stdin.write(bootScript(driver(nonce(), shell)))
      pipes.stdin.end(whole.subarray(0, at))
      await pipes.ended
      return [at, readFileSync(target, 'utf8'), readdirSync(join(target, '..'))]
    }

    test('cut anywhere, the old file stays and nothing is left', async () => {
      const kinds = [
        [{}, 16],
        [{ timeout: 20 }, 3],
        [{ long: true }, 3],
      ] as const
      const cuts = kinds.flatMap(([more, parts]) =>
        Array.from({ length: parts }, async (_, index) => {
          const target = join(mkdtempSync(join(directory, 'cut-')), 'file')
          const framed = frames([{ script: write(target), input: content, ...more }])
          const whole = inputBytes(framed.flatMap(({ parts }) => parts))
          const at = Math.floor(((index + 1) * (whole.length - 1)) / parts)
          expect(await cut(whole, at, target)).toEqual([at, 'old', ['file']])
          expect(await cut(whole, whole.length, target)).toEqual([whole.length, content, ['file']])
        }),
      )
      await Promise.all(cuts)
    }, 60_000)
  })

  test('30 MB of input arrive whole', async () => {
    const { run } = await open(shell)
    const input = Buffer.alloc(30_000_000, 'abcdefg')
    expect((await run(sh`sha256sum`, { input })).stdout.toString().split(' ')[0]).toBe(sha(input))
  })
})

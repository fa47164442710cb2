import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { main } from '../../src/cli/main.js'
import { fakeProcess, type FakeProcess } from './process.js'

// Hosts that are this machine: real shells, and no SSH.
function machine(options: Parameters<typeof fakeProcess>[0] = {}): FakeProcess {
  const io = fakeProcess(options)
  mkdirSync(join(io.cwd, 'inventory'))
  writeFileSync(
    join(io.cwd, 'inventory/hosts.yml'),
    'web:\n  hosts: { w1: {}, w2: {} }\n  vars: { ansible_connection: local }\n',
  )
  return io
}

/** A zombie, which has ended and was not waited for yet, has no command line. */
function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

async function fettle(words: readonly string[], io = machine()) {
  const exitCode = await main(['node', 'fettle', ...words], io)
  return { exitCode, out: io.stdout.text, err: io.stderr.text }
}

describe('fettle run', () => {
  test.each<readonly [readonly string[], number, string, string]>([
    [['run', 'echo hi', '-l', 'web'], 0, 'w1, w2 (2)\nhi\n\n', '2 hosts: 2 ok\n'],
    [['run', 'echo hi; echo no >&2', '-l', 'w1'], 0, 'hi\n', 'no\n'],
    [['run', 'echo hi; exit 3', '-l', 'w1'], 1, 'hi\n', 'w1: exit status 3\n'],
    [['run', '-l', 'w1', '--', 'printf', '%s|', 'a b', '$HOME', "it's"], 0, "a b|$HOME|it's|", ''],
    [['run', '-l', 'w1', 'echo "$1" x', '--', 'one'], 1, '', 'w1: exit status 127\n'],
    [['run', 'yes | head -n 1', '-l', 'w1'], 0, 'y\n', ''],
    [['run', 'pwd; echo "$HOME"', '-l', 'w1'], 0, '', ''],
    [['run', 'cat', '-l', 'w1'], 0, '', ''],
    [['run', 'kill -9 $$', '-l', 'w1'], 1, '', 'w1: exit status 137\n'],
  ])('%j', async (words, code, out, err) => {
    const ended = await fettle(words)
    expect(ended.exitCode).toBe(code)
    if (words[1]?.startsWith('pwd') === true) expect(ended.out).toMatch(/^(\/.*)\n\1\n$/)
    else expect(ended.out).toBe(out)
    expect(ended.err).toContain(err)
  })

  test('standard input goes to every host when it is asked for, and only then', async () => {
    expect(
      (await fettle(['run', 'cat', '-l', 'web', '--stdin'], machine({ input: 'some\n' }))).out,
    ).toBe('w1, w2 (2)\nsome\n\n')
    expect((await fettle(['run', 'cat', '-l', 'w1'], machine({ input: 'some\n' }))).out).toBe('')
  })

  test("others' access to decisive files is one warning for all of them", async () => {
    const io = machine()
    for (const name of ['inventory', 'inventory/hosts.yml']) chmodSync(join(io.cwd, name), 0o777)
    expect(
      (await fettle(['run', 'true', '-l', 'web'], io)).err
        .split('\n')
        .filter((line) => line.startsWith('note: ')),
    ).toEqual([
      'note: others may change 2 paths that decide what runs: inventory/hosts.yml (everybody may write), inventory (everybody may write); chmod go-w what is yours, and chown what is to be',
    ])
  })

  test('with --stream both streams come in their order', async () => {
    expect((await fettle(['run', 'echo 1; echo 2 >&2; echo 3', '-l', 'w1', '--stream'])).out).toBe(
      '1\n2\n3\n',
    )
  })

  test.each<readonly [readonly string[], string]>([
    [['run', 'true'], 'fettle run: no hosts are named'],
    [['run', '-l', 'web'], "missing required argument 'COMMAND'"],
    [['run', 'true', '-l', 'db'], 'db'],
    [['run', 'true', '-l', 'w1', '--stdn'], '(Did you mean --stdin?)'],
    [
      ['run', 'true', '-l', 'w1', '--stdin', '-K'],
      '--stdin cannot be given together with -k or -K',
    ],
    [['ping', '-i', 'nowhere.yml'], 'nowhere.yml'],
    [['pnig'], '(Did you mean ping?)'],
  ])('%j ends with 3', async (words, message) => {
    const { exitCode, out } = await fettle(words)
    expect([exitCode, out]).toEqual([3, expect.stringContaining(message)])
    expect(out).toContain('\n  → ')
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    '%s ends the command on the host, too',
    async (signal, code) => {
      const io = machine()
      const write = io.stdout._write.bind(io.stdout)
      io.stdout._write = (chunk: Buffer, encoding, done) => {
        write(chunk, encoding, done)
        setImmediate(() => io.signals.emit(signal))
      }
      const { exitCode, out, err } = await fettle(
        ['run', 'echo $$; sleep 300; echo late', '-l', 'w1', '--stream'],
        io,
      )
      expect(exitCode).toBe(code)
      expect(out).toMatch(/^\d+\n$/)
      expect(err).toContain('note: ending it on the hosts')
      expect(runs(Number(out))).toBe(false)
      expect(io.signals.listenerCount(signal)).toBe(0)
    },
    30_000,
  )
})

describe('fettle ping', () => {
  test('shows which hosts answered, and their times', async () => {
    const { exitCode, out } = await fettle(['ping'])
    expect(exitCode).toBe(0)
    expect(
      out
        .replace(/as \S+ {2}[\d.]+s/g, 'as …')
        .split('\n')
        .sort(),
    ).toEqual(['', '2 of 2 hosts answered', 'w1 : ok as …', 'w2 : ok as …'])
  })

  test('is ended by a signal, and the hosts that were not asked say why', async () => {
    const io = machine()
    const write = io.stdout._write.bind(io.stdout)
    io.stdout._write = (chunk: Buffer, encoding, done) => {
      write(chunk, encoding, done)
      io.signals.emit('SIGTERM')
    }
    const { exitCode, out, err } = await fettle(['ping', '-f', '1'], io)
    expect([exitCode, err]).toEqual([143, 'note: stopping: nothing is changed\n'])
    expect(out).toMatch(/^w1 : ok as .*\nw2 : failed .*\n {2}the run was stopped\n/)
  })

  test('--json', async () => {
    const { out } = await fettle(['ping', '--json', '-l', 'w1'])
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        type: 'ping',
        host: 'w1',
        status: 'ok',
        user: expect.any(String),
        error: null,
        seconds: expect.any(Number),
      },
      { type: 'summary', hosts: { w1: 'ok' }, exitCode: 0, seconds: expect.any(Number) },
    ])
  })
})

describe('a host that cannot be reached as the inventory says', () => {
  const beside = (): FakeProcess => {
    const io = machine()
    writeFileSync(
      join(io.cwd, 'inventory/more.yml'),
      'windows: { hosts: { dc1: }, vars: { ansible_connection: winrm } }\n',
    )
    return io
  }

  test('is an error, and nobody is contacted', async () => {
    const { exitCode, out } = await fettle(['run', 'echo hi', '-l', 'all'], beside())
    expect({ exitCode, out }).toEqual({
      exitCode: 3,
      out: `error: inventory/more.yml:1:37: ansible_connection of dc1 must be ssh or local, and is "winrm"\n  → correct it there, or leave the host out: -l 'all:!dc1'\n`,
    })
  })

  test('but not where it is left out', async () => {
    expect(await fettle(['run', 'echo hi', '-l', 'all:!dc1'], beside())).toEqual({
      exitCode: 0,
      out: 'w1, w2 (2)\nhi\n\n',
      err: expect.stringContaining('2 ok'),
    })
  })
})

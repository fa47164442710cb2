import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkLock, lockBlock, type Holder, type Looked } from '../../../src/engine/fleet/lock.js'
import { environment, shells, type Shell } from '../../shells.js'
import { problem } from '../../inventory/project.js'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fettle-lock-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const state = (): string => join(home, '.local/state/fettle')
const lock = (): string => join(state(), 'lock')

interface Ended {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** A shell that takes the lock and then runs something, like a session. */
function take(
  { command: [program = '', ...flags], ...shell }: Shell,
  {
    patience = 0,
    then = ':',
    looked = null,
    ...holder
  }: Partial<Holder> & {
    readonly patience?: number
    readonly then?: string
    readonly looked?: Looked | null
  } = {},
) {
  const { script } = lockBlock(
    false,
    {
      run: randomUUID(),
      number: 0,
      who: 'DOM\\ada@laptop',
      since: '2026-01-31T12:00:00.000Z',
      process: null,
      lost: [],
      ...holder,
    },
    looked,
    patience,
  )
  const child = spawn(
    program,
    [
      ...flags,
      '-c',
      `set -u; if ( eval "$1" ); then :; else exit $?; fi; ${then}`,
      'sh',
      script.text,
    ],
    { env: { ...environment({ command: [program], ...shell }), HOME: home } },
  )
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const ended = once(child, 'close').then(
    ([code]: (number | null)[]): Ended => ({
      code: code ?? null,
      stdout: Buffer.concat(out),
      stderr: Buffer.concat(err).toString(),
    }),
  )
  /** Resolves when it holds the lock. */
  const holds = async (): Promise<void> => {
    await Promise.race([once(child.stdout, 'data'), ended])
  }
  return { child, ended, holds }
}

describe.each(
  shells.filter(({ name }) => name !== 'bash as sh').map((shell) => [shell.name, shell] as const),
)('the lock, by %s', (_, shell) => {
  const hold = 'echo held; exec cat'

  test('is taken at once, in a folder that only its owner can enter', async () => {
    expect(await take(shell).ended).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
    expect(statSync(state()).mode & 0o777).toBe(0o700)
    expect(readdirSync(state())).toEqual(['lock', `run.${readlinkSync(lock())}`])
  })

  test('of a living session keeps others waiting; their error names its process and run', async () => {
    const first = take(shell, { then: hold, run: 'a', number: 3 })
    await first.holds()
    const second = await take(shell).ended
    expect(second.code).toBe(75)
    expect(second.stderr).toBe(
      `${readlinkSync(lock())}\na 3 DOM\\ada@laptop 2026-01-31T12:00:00.000Z\n`,
    )
    expect(second.stderr).toMatch(new RegExp(`^${String(first.child.pid)}:\\d+\n`))
    first.child.stdin.end()
    await first.ended
  })

  test('of an ended session is free, any number of times', async () => {
    for (let round = 0; round < 4; round++) expect((await take(shell).ended).code).toBe(0)
    expect(readdirSync(state())).toEqual(['lock', `run.${readlinkSync(lock())}`])
  })

  test('goes to the one who waited when the holder ends, and the wait is reported', async () => {
    const first = take(shell, { then: hold })
    await first.holds()
    const second = take(shell, { patience: 30 })
    await sleep(300)
    expect(second.child.exitCode).toBeNull()
    first.child.kill('SIGKILL')
    const { code, stdout, stderr } = await second.ended
    expect({
      code,
      stderr,
      ...checkLock({ code: code ?? -1, stdout, stderr }, 'web1', 'a'),
    }).toEqual({ code: 0, stderr: '', is: 'held', waited: true, twin: null })
  })

  test('can be taken again by the session that has it', async () => {
    const twice = take(shell, { then: 'if ( eval "$1" ); then echo again; fi' })
    expect((await twice.ended).stdout.toString()).toBe('again\n')
  })

  test('of an earlier process with the same process id is free', async () => {
    mkdirSync(state(), { recursive: true })
    symlinkSync(`${String(process.pid)}:1`, lock())
    expect((await take(shell).ended).code).toBe(0)
  })

  test('that cannot be created is an error, not an endless loop', async () => {
    mkdirSync(state(), { recursive: true })
    writeFileSync(lock(), 'no link')
    const first = await take(shell).ended
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('File exists')])
    rmSync(join(home, '.local'), { recursive: true })
    writeFileSync(join(home, '.local'), 'no folder')
    const second = await take(shell).ended
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(join(home, '.local'))])
  })

  test('of a run on the same machine causes one question to it', async () => {
    const here = { place: 'boot/pid:[1]/', name: 'boot/pid:[1]/17/99' }
    const first = take(shell, { then: hold, process: here })
    await first.holds()
    const owner = readlinkSync(lock())
    const asked = await take(shell, { process: { ...here, name: 'boot/pid:[1]/18/99' } }).ended
    expect(
      checkLock({ code: asked.code ?? 0, stdout: asked.stdout, stderr: asked.stderr }, 'web1', 'a'),
    ).toEqual({
      is: 'asking',
      owner,
      process: here.name,
      holder: expect.stringMatching(
        /^another run \(DOM\\ada@laptop, since 2026-01-31 12:00:00 UTC, process \d+ on the host\)$/,
      ),
    })
    expect((await take(shell, { process: here, looked: { owner, ended: false } }).ended).code).toBe(
      75,
    )
    expect((await take(shell, { process: { place: 'boot/pid:[2]/', name: '' } }).ended).code).toBe(
      75,
    )
    first.child.stdin.end()
    await first.ended
  })

  // A shell with another name stands for sshd, which holds the pipe to the session: when it ends,
  // the session's input ends.
  test('of a run that has ended is free after its session was ended here', async () => {
    const sshd = join(home, 'sshd')
    symlinkSync('/bin/sh', sshd)
    const { script } = lockBlock(false, {
      run: 'a',
      number: 0,
      who: 'ada@laptop',
      since: '',
      process: null,
      lost: [],
    })
    const first = spawn(
      sshd,
      [
        '-c',
        'mkfifo "$HOME/pipe"; exec 9<>"$HOME/pipe"; sh -c "$1" sh "$2" <"$HOME/pipe" & exec 9>"$HOME/pipe"; wait',
        'sshd',
        'exec 9<&-; ( eval "$1" ); echo held; read -r line',
        script.text,
      ],
      { env: { PATH: process.env['PATH'], HOME: home } },
    )
    const held = once(first.stdout, 'data')
    await held
    const owner = readlinkSync(lock())
    const second = await take(shell, { patience: 20, looked: { owner, ended: true } }).ended
    expect(
      checkLock(
        { code: second.code ?? 0, stdout: second.stdout, stderr: second.stderr },
        'web1',
        'b',
      ),
    ).toEqual({ is: 'held', waited: true, twin: null })
  })

  describe('is shared by sessions of one run', () => {
    const run = 'a'
    const said = ({ stdout }: Ended): string => stdout.toString()

    test('and is kept by the run whichever of them ends first', async () => {
      const first = take(shell, { then: hold, run })
      await first.holds()
      const second = take(shell, { then: hold, run, number: 1 })
      await second.holds()
      const third = take(shell, { then: hold, run, number: 2 })
      await third.holds()
      for (const session of [first, second]) {
        expect((await take(shell).ended).code).toBe(75)
        session.child.kill('SIGKILL')
        await session.ended
      }
      expect((await take(shell).ended).code).toBe(75)
      third.child.stdin.end()
      expect([said(await second.ended), said(await third.ended)]).toEqual([
        'twin 0\nheld\n',
        'twin 1\nheld\n',
      ])
      expect((await take(shell).ended).code).toBe(0)
      expect(readdirSync(state())).toEqual(['lock', `run.${readlinkSync(lock())}`])
    })

    test('which can take it again, and keep their places', async () => {
      const again = 'read -r line; ( eval "$1" ) && exec cat'
      const first = take(shell, { then: `echo held; ${again}`, run })
      await first.holds()
      const second = take(shell, { then: `echo held; ${again}`, run, number: 1 })
      await second.holds()
      second.child.stdin.end('\n')
      expect(said(await second.ended)).toBe('twin 0\nheld\ntwin 0\n')
      first.child.stdin.end('\n')
      expect(said(await first.ended)).toBe('held\n')
    })

    test('but not with one whose link was lost: its block may still run', async () => {
      const first = take(shell, { then: hold, run, number: 7 })
      await first.holds()
      const second = take(shell, { then: hold, run, number: 8 })
      await second.holds()
      expect((await take(shell, { run, number: 9, lost: [8] }).ended).code).toBe(75)
      expect((await take(shell, { run, number: 9, lost: [5, 7] }).ended).code).toBe(75)
      expect(said(await take(shell, { run, number: 9, lost: [78] }).ended)).toBe('twin 8\n')
      for (const session of [first, second]) {
        session.child.stdin.end()
        await session.ended
      }
    })
  })

  // Each holder exits at once, so that all others find a dead holder at the same moment, again and
  // again.
  test('is never held by two sessions', async () => {
    const inside = join(home, 'inside')
    const critical = `mkdir ${inside} || { echo two; exit 1; }; sleep 0.01; rmdir ${inside}`
    const worker = async (): Promise<void> => {
      for (let round = 0; round < 8; round++) {
        const { stdout, stderr, code } = await take(shell, { patience: 60, then: critical }).ended
        expect({ said: stdout.toString().replace('waited\n', ''), stderr, code }).toEqual({
          said: '',
          stderr: '',
          code: 0,
        })
      }
    }
    await Promise.all(Array.from({ length: 6 }, worker))
  }, 60_000)

  test('is never held by two runs whose sessions come and go', async () => {
    const inside = join(home, 'inside')
    mkdirSync(inside)
    const worker = async (_: unknown, index: number): Promise<void> => {
      const run = index % 2 === 0 ? 'a' : 'b'
      const critical = `: >${inside}/${run}.$$; for f in ${inside}/*; do case $f in */${run}.*) ;; *) [ ! -e "$f" ] || { echo two; exit 1; } ;; esac; done; sleep 0.02; rm ${inside}/${run}.$$`
      for (let round = 0; round < 5; round++) {
        const { stdout, stderr, code } = await take(shell, {
          patience: 60,
          then: critical,
          run,
          number: index,
        }).ended
        expect({
          said: stdout.toString().replace(/waited\n|twin \d\n/g, ''),
          stderr,
          code,
        }).toEqual({ said: '', stderr: '', code: 0 })
      }
    }
    await Promise.all(Array.from({ length: 6 }, worker))
  }, 60_000)
})

test.each<[answer: Partial<Ended>, expected: string]>([
  [
    { code: 75, stderr: '4711:99\nb 0 ada@laptop 2026-01-31T12:00:00.000Z\n' },
    'host-locked: web1 is held by another run (ada@laptop, since 2026-01-31 12:00:00 UTC, process 4711 on the host); waited for 60 s\n→ wait for it, or end it on the host with kill 4711',
  ],
  [
    { code: 75, stderr: '4711:99\na 0 ada@laptop 2026-01-31T12:00:00.000Z\n' },
    'host-locked: what this run had under way there when a link was lost (process 4711 on the host) has not ended; waited for 60 s\n→ run again when it has ended',
  ],
  [
    { code: 75, stderr: '4711:99\n' },
    'host-locked: web1 is held by another run (process 4711 on the host); waited for 60 s\n→ wait for it, or end it on the host with kill 4711',
  ],
  [
    { code: 1, stderr: 'mkdir: cannot create directory' },
    'host-locked: the lock of web1 could not be taken (status 1)\n→ see that the directory which is named can be written',
  ],
])('%j: %s', async ({ code, stderr }, expected) => {
  expect(
    await problem(() =>
      checkLock({ code: code ?? 0, stdout: Buffer.alloc(0), stderr: stderr ?? '' }, 'web1', 'a'),
    ),
  ).toBe(expected)
})

test('the holder is reported before the full time is over', () => {
  const answer = {
    code: 75,
    stdout: Buffer.alloc(0),
    stderr: '4711:99\nb 0 ada@laptop 2026-01-31T12:00:00.000Z\n',
  }
  expect(checkLock(answer, 'web1', 'a', false)).toEqual({
    is: 'taken',
    holder: 'another run (ada@laptop, since 2026-01-31 12:00:00 UTC, process 4711 on the host)',
  })
})

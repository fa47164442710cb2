import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { checkLock, lockBlock } from '../../src/engine/lock.js'
import { environment, shells, type Shell } from '../shells.js'
import { problem } from '../inventory/project.js'

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

/** A shell that takes the lock and then does something, as a session does. */
function take({ command: [program = '', ...flags], ...shell }: Shell, { patience = 0, then = ':' }: { readonly patience?: number; readonly then?: string } = {}) {
  const { script } = lockBlock(false, patience)
  const child = spawn(program, [...flags, '-c', `set -u; if ( eval "$1" ); then :; else exit $?; fi; ${then}`, 'sh', script.text], { env: { ...environment({ command: [program], ...shell }), HOME: home } })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const ended = once(child, 'close').then(([code]: (number | null)[]): Ended => ({ code: code ?? null, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }))
  /** When it holds the lock. */
  const holds = async (): Promise<void> => {
    await Promise.race([once(child.stdout, 'data'), ended])
  }
  return { child, ended, holds }
}

describe.each(shells.filter(({ name }) => name !== 'bash as sh').map((shell) => [shell.name, shell] as const))('the lock, by %s', (_, shell) => {
  const hold = 'echo held; exec cat'

  test('is taken at once, in a folder that only its owner may enter', async () => {
    expect(await take(shell).ended).toEqual({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
    expect(statSync(state()).mode & 0o777).toBe(0o700)
    expect(readdirSync(state())).toEqual(['lock'])
  })

  test('of a session that lives keeps others waiting, who name its process in the end', async () => {
    const first = take(shell, { then: hold })
    await first.holds()
    const second = await take(shell).ended
    expect(second.code).toBe(75)
    expect(second.stderr).toBe(`${readlinkSync(lock())}\n`)
    expect(second.stderr).toMatch(new RegExp(`^${String(first.child.pid)}:\\d+\n$`))
    first.child.stdin.end()
    await first.ended
  })

  test('of a session that has ended is nobody\'s, however often', async () => {
    for (let round = 0; round < 4; round++) expect((await take(shell).ended).code).toBe(0)
    expect(readdirSync(state())).toEqual(['lock'])
  })

  test('is had by who waited, when the holder ends, and he says that he waited', async () => {
    const first = take(shell, { then: hold })
    await first.holds()
    const second = take(shell, { patience: 30 })
    await sleep(300)
    expect(second.child.exitCode).toBeNull()
    first.child.kill('SIGKILL')
    const { code, stdout, stderr } = await second.ended
    expect({ code, stderr, waited: checkLock({ code: code ?? -1, stdout, stderr }, 'web1') }).toEqual({ code: 0, stderr: '', waited: true })
  })

  test('may be taken again by the session that has it', async () => {
    const twice = take(shell, { then: 'if ( eval "$1" ); then echo again; fi' })
    expect((await twice.ended).stdout.toString()).toBe('again\n')
  })

  test('that a process of another time and the same number held is nobody\'s', async () => {
    mkdirSync(state(), { recursive: true })
    symlinkSync(`${String(process.pid)}:1`, lock())
    expect((await take(shell).ended).code).toBe(0)
  })

  test('that cannot be made is an error, and not an endless loop', async () => {
    mkdirSync(state(), { recursive: true })
    writeFileSync(lock(), 'no link')
    const first = await take(shell).ended
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('File exists')])
    rmSync(join(home, '.local'), { recursive: true })
    writeFileSync(join(home, '.local'), 'no folder')
    const second = await take(shell).ended
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(join(home, '.local'))])
  })

  // Whoever holds it dies at once, so that all others find a dead holder to follow at the same moment, again and again.
  test('is never held by two', async () => {
    const inside = join(home, 'inside')
    const critical = `mkdir ${inside} || { echo two; exit 1; }; sleep 0.01; rmdir ${inside}`
    const worker = async (): Promise<void> => {
      for (let round = 0; round < 8; round++) {
        const { stdout, stderr, code } = await take(shell, { patience: 60, then: critical }).ended
        expect({ said: stdout.toString().replace('waited\n', ''), stderr, code }).toEqual({ said: '', stderr: '', code: 0 })
      }
    }
    await Promise.all(Array.from({ length: 6 }, worker))
  }, 60_000)
})

test.each<[answer: Partial<Ended>, expected: string]>([
  [{ code: 75, stderr: '4711:99\n' }, 'host-locked: another run has held web1 for 60 s (process 4711 on the host)\n→ wait for it, or end it on the host with kill 4711'],
  [{ code: 1, stderr: 'mkdir: cannot create directory' }, 'host-locked: the lock of web1 could not be taken (status 1)\n→ see that the directory which is named can be written'],
])('%j: %s', async ({ code, stderr }, expected) => {
  expect(await problem(() => checkLock({ code: code ?? 0, stdout: Buffer.alloc(0), stderr: stderr ?? '' }, 'web1'))).toBe(expected)
})

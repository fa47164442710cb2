import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname, totalmem } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { main } from '../../../src/cli/main.js'
import { freePort } from '../../ssh/sshd.js'
import { fakeProcess } from '../process.js'

/** Two hosts that are this machine, and one address where nothing listens. */
async function facts(...words: readonly string[]) {
  const io = fakeProcess()
  mkdirSync(join(io.cwd, 'inventory'))
  writeFileSync(
    join(io.cwd, 'inventory/hosts.yml'),
    `web:\n  hosts: { w1: {}, w2: {} }\n  vars: { ansible_connection: local }\ndown:\n  hosts: { d1: { ansible_host: 127.0.0.1, ansible_port: ${await freePort()}, ansible_user: nobody, ansible_password: x } }\n`,
  )
  const exitCode = await main(['node', 'fettle', 'facts', ...words], io)
  return { exitCode, out: io.stdout.text, err: io.stderr.text }
}

test('for people: aligned lines of each host, with the names that tasks have for them', async () => {
  const { exitCode, out, err } = await facts('w1')
  expect([exitCode, err]).toEqual([0, ''])
  const lines = out.split('\n')
  expect(lines[0]).toBe('w1')
  expect(lines).toContain(`  hostname             ${hostname()}`)
  expect(lines).toContain(
    `  memory.total         ${String(totalmem())} (${(totalmem() / 2 ** 30).toFixed(1)} GiB)`,
  )
  expect(lines).toContain('  addresses            lo 127.0.0.1/8 (host)')
})

test('for programs: a line for each host, and a summary', async () => {
  const { exitCode, out, err } = await facts('web', '--json')
  expect([exitCode, err]).toEqual([0, ''])
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly host: string })
  expect(lines.map(({ type }) => type)).toEqual(['facts', 'facts', 'summary'])
  expect(lines.map(({ host }) => host).sort()).toEqual(['w1', 'w2', undefined])
  expect(lines[0]).toMatchObject({
    status: 'ok',
    facts: {
      hostname: hostname(),
      memory: { total: totalmem() },
      addresses: expect.arrayContaining([
        { interface: 'lo', address: '127.0.0.1', family: 'ipv4', prefix: 8, scope: 'host' },
      ]),
    },
    error: null,
  })
  expect(lines[2]).toMatchObject({ hosts: { w1: 'ok', w2: 'ok' }, exitCode: 0 })
})

test('a host that cannot be reached is reported, and makes the exit code 1', async () => {
  const people = await facts()
  expect(people.exitCode).toBe(1)
  expect(people.out).toContain('d1: unreachable\n')
  const { exitCode, out, err } = await facts('all', '--json')
  expect(exitCode).toBe(1)
  expect(out).toContain(
    '{"type":"facts","host":"d1","status":"unreachable","facts":null,"error":{"code":"unreachable",',
  )
  expect(err).toContain('d1: unreachable\n')
})

test.each<[words: readonly string[], expected: string]>([
  [['web', '-l', 'w1'], 'the hosts are named twice, by web and by -l w1'],
  [['wbe'], 'wbe matches no host and no group; did you mean web?'],
])('%j is an error', async (words, expected) => {
  const { exitCode, out } = await facts(...words)
  expect([exitCode, out]).toEqual([3, expect.stringContaining(expected)])
})

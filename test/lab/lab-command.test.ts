import { afterAll, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { parse } from 'yaml'
import { withLabCommands } from '../../src/cli/lab-command.js'

jest.setTimeout(300_000)

/** Runs `fettle lab` here; answers what it wrote for programs and for people. */
async function fettleLab(...words: readonly string[]): Promise<readonly [string, string]> {
  const [out, err]: [string[], string[]] = [[], []]
  const command = withLabCommands(new Command('lab'))
  for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeOut: (text) => out.push(text), writeErr: (text) => err.push(text) })
  await command.parseAsync(words, { from: 'user' })
  return [out.join(''), err.join('')]
}

const mine: string[] = []
afterAll(async () => {
  // Never without names: the user of this machine may have hosts up.
  if (mine.length > 0) await fettleLab('down', ...mine)
})

test('hosts stay up until they are taken down by name, and the inventory and the line for people log in', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-command-'))
  const inventory = join(folder, 'lab.yml')
  const [, told] = await fettleLab('up', '2', '--inventory', inventory)
  mine.push(...[...told.matchAll(/^(lab\d+) is up:/gm)].flatMap(([, name]) => name ?? []))
  expect(mine).toHaveLength(2)

  const { web } = parse(await readFile(inventory, 'utf8')) as { readonly web: { readonly hosts: Readonly<Record<string, Readonly<Record<string, string>>>> } }
  for (const name of mine) {
    const words = new RegExp(`^${name} is up: (.*)$`, 'm').exec(told)?.[1]?.split(' ') ?? []
    expect(words.at(-1)).toBe(`root@${String(web.hosts[name]?.['ansible_host'])}`)
    expect((await promisify(execFile)('ssh', ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', ...words.slice(1), 'hostname'])).stdout).toBe(`${name}\n`)
  }

  const [first = '', second = ''] = mine
  await fettleLab('down', first)
  const [left] = await fettleLab('list')
  expect(left).not.toMatch(new RegExp(`^${first}\\b`, 'm'))
  expect(left).toMatch(new RegExp(`^${second} +\\S+ +bare$`, 'm'))
  await expect(fettleLab('down', first)).rejects.toMatchObject({ code: 'usage' })
  await fettleLab('down', second)
  expect((await fettleLab('list'))[0]).not.toMatch(new RegExp(`^${second}\\b`, 'm'))
  mine.splice(0)
  await rm(folder, { recursive: true })
})

test('a number of hosts that cannot be is refused before anything is booted', async () => {
  await expect(fettleLab('up', '0')).rejects.toThrow('whole number from 1 to 200')
  await expect(fettleLab('up', '--image', 'none')).rejects.toThrow('bare, stack')
})

import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { parse } from 'yaml'
import { withLabCommands } from '../../src/cli/commands/lab-command.js'

jest.setTimeout(300_000)

const execFileAsync = promisify(execFile)

/** Runs `fettle lab` in this process; returns its output for programs and for people. */
async function fettleLab(...words: readonly string[]): Promise<readonly [string, string]> {
  const [out, err]: [string[], string[]] = [[], []]
  const command = withLabCommands(new Command('lab'))
  for (const each of [command, ...command.commands])
    each
      .exitOverride()
      .configureOutput({ writeOut: (text) => out.push(text), writeErr: (text) => err.push(text) })
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
  const inventory = join(folder, 'inventory/hosts.yml')
  const [, told] = await fettleLab('up', '2', '--inventory', inventory)
  mine.push(...[...told.matchAll(/^(lab\d+) is up:/gm)].flatMap(([, name]) => name ?? []))
  expect(mine).toHaveLength(2)

  const { web } = parse(await readFile(inventory, 'utf8')) as {
    readonly web: { readonly hosts: Readonly<Record<string, Readonly<Record<string, string>>>> }
  }
  for (const name of mine) {
    const words = new RegExp(`^${name} is up: (.*)$`, 'm').exec(told)?.[1]?.split(' ') ?? []
    expect(words.at(-1)).toBe(`root@${String(web.hosts[name]?.['ansible_host'])}`)
    expect(
      (
        await execFileAsync('ssh', [
          '-F',
          'none',
          '-o',
          'BatchMode=yes',
          '-o',
          'StrictHostKeyChecking=yes',
          ...words.slice(1),
          'hostname',
        ])
      ).stdout,
    ).toBe(`${name}\n`)
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

/** The hosts of an inventory: name and address. */
async function hostsOf(inventory: string): Promise<Readonly<Record<string, string>>> {
  const { web } = parse(await readFile(inventory, 'utf8')) as {
    readonly web: { readonly hosts: Readonly<Record<string, Readonly<Record<string, string>>>> }
  }
  return Object.fromEntries(
    Object.entries(web.hosts).map(([name, variables]) => [name, String(variables['ansible_host'])]),
  )
}

describe('several projects', () => {
  const here = process.cwd()
  const folders: string[] = []
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(await realpath(tmpdir()), 'lab-project-'))
    folders.push(made)
    return made
  }
  /** Runs `fettle lab` in a folder. The words are read synchronously, so two calls may overlap. */
  const from = (project: string, ...words: readonly string[]): ReturnType<typeof fettleLab> => {
    jest.spyOn(process, 'cwd').mockReturnValue(project)
    return fettleLab(...words)
  }
  afterAll(async () => {
    for (const each of folders) {
      await from(each, 'down')
      await rm(each, { recursive: true })
    }
    jest.restoreAllMocks()
    expect(process.cwd()).toBe(here)
  })

  test('two that boot at once give no name twice, and each inventory and each down has the hosts of its own', async () => {
    const [one, other] = [await folder(), await folder()]
    const run = (project: string): ReturnType<typeof execFileAsync> =>
      execFileAsync(
        process.execPath,
        [
          '--import',
          'jiti/register',
          join(here, 'test/lab/lab-up.ts'),
          project,
          '2',
          '--inventory',
          join(project, 'lab.yml'),
        ],
        { cwd: here },
      )
    await Promise.all([run(one), run(other)])
    const [ours, theirs] = [
      await hostsOf(join(one, 'lab.yml')),
      await hostsOf(join(other, 'lab.yml')),
    ]
    expect([
      Object.keys(ours).length,
      Object.keys(theirs).length,
      new Set([...Object.keys(ours), ...Object.keys(theirs)]).size,
    ]).toEqual([2, 2, 4])

    const [first = '', second = ''] = Object.keys(theirs)
    await expect(from(one, 'down', first)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`it belongs to ${other}`),
      remedy: expect.stringContaining('--all'),
    })
    expect((await from(one, 'list'))[0]).toMatch(new RegExp(`^${first} .* of ${other}$`, 'm'))
    await from(one, 'down')
    const [left] = await from(other, 'list')
    for (const name of Object.keys(ours)) expect(left).not.toMatch(new RegExp(`^${name}\\b`, 'm'))
    for (const name of [first, second])
      expect(left).toMatch(new RegExp(`^${name} +\\S+ +bare$`, 'm'))
    expect((await from(one, 'down'))[1]).toContain('no host of this folder was up')

    await from(other, 'up', '1', '--inventory', join(other, 'lab.yml'))
    const all = await hostsOf(join(other, 'lab.yml'))
    expect(all).toMatchObject(theirs)
    expect(Object.keys(all)).toHaveLength(3)
    await from(one, 'down', '--all', first)
    expect((await from(other, 'list'))[0]).not.toMatch(new RegExp(`^${first}\\b`, 'm'))
  })
})

test('a number of hosts that cannot be is refused before anything is booted', async () => {
  await expect(fettleLab('up', '0')).rejects.toThrow('whole number from 1 to 200')
  await expect(fettleLab('up', '--image', 'none')).rejects.toThrow('bare, stack')
})

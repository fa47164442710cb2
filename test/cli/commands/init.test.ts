import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { main } from '../../../src/cli/main.js'
import { loadInventory } from '../../../src/inventory/load.js'
import { fakeProcess, type FakeProcess } from '../process.js'

const root = resolve(import.meta.dirname, '../../..')
const init = async (
  io: FakeProcess,
  ...words: readonly string[]
): Promise<readonly [number, string]> => [
  await main(['node', 'fettle', 'init', ...words], io),
  io.stdout.text,
]
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()

describe('fettle init', () => {
  test('makes a project with the job in it, and says what comes next', async () => {
    const io = fakeProcess()
    const [code, said] = await init(io, 'My servers')
    const project = join(io.cwd, 'My servers')
    expect(code).toBe(0)
    expect(files(join(project, 'tasks'))).toEqual(files(join(root, 'tasks')))
    expect(files(join(project, 'templates'))).toEqual(files(join(root, 'templates')))
    for (const name of [
      '.gitignore',
      '.env.example',
      'README.md',
      'tsconfig.json',
      'inventory/hosts.yml',
      'inventory/group_vars/web.yml',
    ])
      expect([name, existsSync(join(project, name))]).toEqual([name, true])
    expect(json(join(project, 'package.json'))).toMatchObject({
      name: 'my-servers',
      private: true,
      type: 'module',
      dependencies: { fettle: expect.stringMatching(/^file:/) },
      devDependencies: { typescript: expect.any(String) },
    })
    expect(said).toContain('\nNext:\n  cd ')
    for (const step of [
      'npm install',
      'edit inventory/hosts.yml',
      'npx fettle plan',
      'npx fettle apply',
    ])
      expect(said).toContain(`\n  ${step}`)
    expect(readFileSync(join(project, '.gitignore'), 'utf8')).toContain('.env\n')
  })

  test('its inventory sets only what the job declares', async () => {
    const io = fakeProcess()
    await init(io)
    const { hosts, warnings } = await loadInventory({ sources: [], project: io.cwd, extraVars: [] })
    expect([[...hosts.keys()], warnings]).toEqual([['demo.example.org'], []])
    expect(hosts.get('demo.example.org')?.vars).toMatchObject({
      app: 'demo',
      repository: 'acme/demo',
      hook_address: '0.0.0.0',
    })
  })

  test('overwrites nothing, and asks npm for what the project lacks', async () => {
    const io = fakeProcess()
    mkdirSync(join(io.cwd, 'tasks'))
    writeFileSync(join(io.cwd, 'tasks/site.ts'), 'mine')
    writeFileSync(
      join(io.cwd, 'package.json'),
      '{ "name": "mine", "dependencies": { "fettle": "^0.1.0" } }',
    )
    const [code, said] = await init(io)
    expect(code).toBe(0)
    expect(readFileSync(join(io.cwd, 'tasks/site.ts'), 'utf8')).toBe('mine')
    expect(json(join(io.cwd, 'package.json'))).toEqual({
      name: 'mine',
      dependencies: { fettle: '^0.1.0' },
    })
    expect(said).toContain('Left as they are: package.json, tasks/site.ts\n')
    expect(said).toMatch(/\n {2}npm install --save-dev typescript@\S+\n/)
    const again = fakeProcess()
    expect(await init({ ...again, cwd: io.cwd })).toEqual([0, expect.not.stringContaining('Wrote')])
  })

  test.each([0o000, 0o077, 0o777])(
    'under umask %o files have their modes, and the pattern of secrets is for nobody else',
    async (mask) => {
      const io = fakeProcess()
      const before = process.umask(mask)
      await init(io, 'servers').finally(() => process.umask(before))
      const modes = files(join(io.cwd, 'servers')).map(
        (name) => [name, statSync(join(io.cwd, 'servers', name))] as const,
      )
      for (const [name, found] of modes) {
        const usual = found.isDirectory() ? '755' : '644'
        const mode = name === '.env.example' ? '600' : usual
        expect([name, (found.mode & 0o777).toString(8)]).toEqual([name, mode])
      }
      expect(modes.map(([name]) => name)).toEqual(
        expect.arrayContaining(['.env.example', 'inventory/hosts.yml', 'tasks/site.ts']),
      )
    },
  )

  test('a link in the place of a file is left as it is', async () => {
    const io = fakeProcess()
    writeFileSync(join(io.cwd, 'theirs'), 'theirs')
    symlinkSync('theirs', join(io.cwd, 'README.md'))
    expect(await init(io)).toEqual([0, expect.stringContaining('Left as they are: README.md\n')])
    expect(readFileSync(join(io.cwd, 'theirs'), 'utf8')).toBe('theirs')
  })

  test('a directory that cannot be is a usage error', async () => {
    const io = fakeProcess()
    writeFileSync(join(io.cwd, 'file'), '')
    expect(await init(io, 'file/project')).toEqual([3, expect.stringContaining('fettle init: ')])
  })
})

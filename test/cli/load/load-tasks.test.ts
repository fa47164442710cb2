import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { loadPlays } from '../../../src/cli/load/load-tasks.js'
import { insteadOfModules, type OwnModules } from '../../../src/cli/load/public-names.js'
import { isPlay, play, task } from '../../../src/core/play.js'
import { Secret } from '../../../src/core/secret.js'
import { env } from '../../../src/inventory/environment/environment.js'
import { problem, project } from '../../inventory/project.js'
import { compile } from '../compile.js'

/** The exports of Fettle that task files of these tests use; the last test loads all of them. */
const copy = (): Promise<OwnModules> =>
  Promise.resolve({ fettle: { env, play, Secret, task, z }, 'fettle/kit': {} })
const load = async (files: Readonly<Record<string, string>>, file = 'tasks/site.ts') => {
  const directory = project(files)
  return { directory, plays: await loadPlays(file, directory, copy) }
}

const site = `import { play, task, env, z } from 'fettle'
import gunicorn from './gunicorn.js'
import { AppVars, type Vars } from './vars.js'

const once: Vars['app'] = await Promise.resolve('demo')
export default play({ name: \`\${once} for \${env('FETTLE_TEST_NAME')}\`, hosts: 'web', vars: AppVars, tasks: [gunicorn] })
`
const files = {
  '.env': 'FETTLE_TEST_NAME=us\n',
  'tasks/site.ts': site,
  'tasks/gunicorn.ts': `import { task } from 'fettle'\nimport type { Vars } from './vars.js'\nexport default task<Vars>('Gunicorn', ({ vars }) => [vars.app === '' && null])\n`,
  'tasks/vars.ts': `import { z } from 'fettle'\nexport const AppVars = z.object({ app: z.string() })\nexport type Vars = z.output<typeof AppVars>\n`,
}

describe('task files', () => {
  test('TypeScript, with .js for .ts, await at the top, .env, and Fettle itself as the running copy', async () => {
    const { directory, plays } = await load(files)
    expect(plays).toHaveLength(1)
    expect(plays.every(isPlay)).toBe(true)
    expect(plays[0]).toMatchObject({ name: 'demo for us', hosts: 'web' })
    expect(plays[0]?.tasks.map((one) => one.name)).toEqual(['Gunicorn'])
    expect(plays[0]?.vars?.safeParse({ app: 'x' }).success).toBe(true)
    expect(readdirSync(join(directory, '.fettle/cache')).length).toBeGreaterThan(0)
  })

  test('a list of plays, JavaScript, and packages of the project', async () => {
    const { plays } = await load(
      {
        'package.json': '{"type": "module"}',
        'tasks/site.js': `import { play } from 'fettle'\nimport { name } from 'own'\nimport { same } from 'with-fettle'\nexport default [play({ name, hosts: 'all', tasks: [] }), play({ name: String(same(play)), hosts: 'all', tasks: [] })]\n`,
        'node_modules/own/package.json':
          '{"name": "own", "type": "module", "exports": "./index.js"}',
        'node_modules/own/index.js': `export const name = 'from a package'\n`,
        'node_modules/with-fettle/package.json': '{"name": "with-fettle", "main": "index.cjs"}',
        'node_modules/with-fettle/index.cjs':
          'exports.same = (made) => typeof made === "function"\n',
      },
      'tasks/site.js',
    )
    expect(plays.map(({ name }) => name)).toEqual(['from a package', 'true'])
  })

  const named = (name: string): string =>
    `import { play } from 'fettle'\nexport default play({ name: '${name}', hosts: 'all', tasks: [] })\n`
  const nameOf = async (directory: string): Promise<string | undefined> =>
    (await loadPlays('tasks/site.ts', directory, copy))[0]?.name

  test('a changed file is compiled again, also an imported one', async () => {
    const { directory, plays } = await load({
      'tasks/site.ts': `import { play } from 'fettle'\nimport { name } from './name.js'\nexport default play({ name, hosts: 'all', tasks: [] })\n`,
      'tasks/name.ts': `export const name: string = 'one'\n`,
    })
    expect(plays[0]?.name).toBe('one')
    writeFileSync(join(directory, 'tasks/name.ts'), `export const name: string = 'two'\n`)
    expect(await nameOf(directory)).toBe('two')
    // A JavaScript file of exactly that name takes precedence.
    writeFileSync(join(directory, 'package.json'), '{"type": "module"}')
    writeFileSync(join(directory, 'tasks/name.js'), `export const name = 'three'\n`)
    expect(await nameOf(directory)).toBe('three')
  })

  test('a damaged cache, and one that cannot be written', async () => {
    const { directory } = await load({ 'tasks/site.ts': named('one') })
    const cache = join(directory, '.fettle/cache')
    for (const file of readdirSync(cache))
      writeFileSync(join(cache, file), readFileSync(join(cache, file), 'utf8').slice(0, 40))
    expect(await nameOf(directory)).toBe('one')
    const closed = project({
      'tasks/site.ts': named('two'),
      '.fettle': 'a file in the place of the folder',
    })
    expect(await nameOf(closed)).toBe('two')
  })

  test('two runs that compile at the same time leave whole files', async () => {
    const { directory } = await load({ 'tasks/site.ts': named('one') })
    expect(await Promise.all([nameOf(directory), nameOf(directory)])).toEqual(['one', 'one'])
    expect(readdirSync(join(directory, '.fettle/cache'))).toHaveLength(1)
  })

  test('what TypeScript and modules can do besides: enums, circles, live bindings, computed imports, Node', async () => {
    const { plays } = await load({
      'tasks/site.ts': [
        `import { play } from 'fettle'`,
        `import os, { EOL } from 'node:os'`,
        `import * as path from 'node:path'`,
        `import { count, more, type Count } from './count.js'`,
        `export * from './count.js'`,
        `enum Level { low = 'low' }`,
        `more()`,
        `const again: Count = count`,
        `const { twice } = await import('./twice.mts')`,
        `const parts = [Level.low, again, twice(count), os.EOL === EOL, path.basename(import.meta.filename)]`,
        `export default play({ name: parts.join(), hosts: 'all', tasks: [] })`,
      ].join('\n'),
      'tasks/count.ts': `import { twice } from './twice.mjs'\nexport type Count = number\nexport let count: Count = 1\nexport const more = () => { count = twice(count) }\n`,
      'tasks/twice.mts': `import { count } from './count.js'\nexport const twice = (number: number): number => number * 2 + (count === 0 ? 1 : 0)\n`,
    })
    expect(plays[0]?.name).toBe('low,2,4,true,site.ts')
    const computed = await load({
      'tasks/site.ts': `const name = './play' + '.js'\nexport default (await import(name)).default\n`,
      'tasks/play.ts': named('computed'),
    })
    expect(computed.plays[0]?.name).toBe('computed')
    const cache = join(computed.directory, '.fettle/cache')
    expect(
      readdirSync(cache)
        .map((name) => (statSync(join(cache, name)).mode & 0o777).toString(8))
        .filter((mode) => mode !== '600'),
    ).toEqual([])
  })

  const missing =
    'name the file that exports the plays: fettle plan FILE; without FILE it is tasks/site.ts'
  const correct = 'correct the task file at that place'
  const exportsPlay = 'export default play({ … }) or a list of plays'
  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['no such file', {}, `source-missing: there is no task file tasks/site.ts\n→ ${missing}`],
    [
      'no default export',
      { 'tasks/site.ts': 'export const a = 1' },
      `play-invalid: tasks/site.ts does not export a play or a list of plays as its default\n→ ${exportsPlay}`,
    ],
    [
      'an empty list',
      { 'tasks/site.ts': 'export default []' },
      `play-invalid: tasks/site.ts does not export a play or a list of plays as its default\n→ ${exportsPlay}`,
    ],
    [
      'what only looks like a play',
      {
        'tasks/site.ts': `export default { name: 'x', hosts: 'all', tasks: [], become: null, vars: null, forks: null }`,
      },
      `play-invalid: tasks/site.ts does not export a play or a list of plays as its default\n→ ${exportsPlay}`,
    ],
    [
      'a syntax error',
      { 'tasks/site.ts': `import { play } from 'fettle'\nconst a: = 3\n` },
      `play-invalid: tasks/site.ts:2:9: ParseError: Unexpected token\n→ ${correct}`,
    ],
    [
      'a syntax error in an imported file',
      { 'tasks/site.ts': `import './a.js'`, 'tasks/a.ts': '\n\nexport const a = (' },
      `play-invalid: tasks/a.ts:3:18: ParseError: Unexpected token\n→ ${correct}`,
    ],
    [
      'an exception in an imported file, behind types',
      {
        'tasks/site.ts': `import './a.js'`,
        'tasks/a.ts': `interface A {\n  a: string\n}\n\nconst broken = undefined as unknown as A\nexport const a = broken.a\n`,
      },
      `play-invalid: tasks/a.ts:6: TypeError: Cannot read properties of undefined (reading 'a')\n→ ${correct}`,
    ],
    [
      'something thrown that is no error',
      { 'tasks/site.ts': 'throw "away"' },
      `play-invalid: tasks/site.ts: away\n→ ${correct}`,
    ],
    [
      'a wrong play',
      {
        'tasks/site.ts': `import { play } from 'fettle'\n\nexport default play({ name: '', hosts: 'all', tasks: [] })`,
      },
      `play-invalid: tasks/site.ts:3: a play needs a name, hosts (a pattern) and a list of tasks\n→ ${exportsPlay}`,
    ],
  ])('%s', async (_, given, expected) => {
    expect(await problem(() => load(given))).toBe(expected)
  })

  test('a missing name of the environment keeps its code and remedy, and gets its place', async () => {
    expect(
      await problem(() =>
        load({
          'tasks/site.ts': `import { env } from 'fettle'\nexport default env.secret('FETTLE_TEST_NONE')`,
        }),
      ),
    ).toMatch(
      /^environment-missing: tasks\/site\.ts:2: FETTLE_TEST_NONE is neither in the environment nor in \S+\/\.env\n→ add a line FETTLE_TEST_NONE=…/,
    )
  })

  test('a secret in a message is not shown', async () => {
    const said = await problem(() =>
      load({
        'tasks/site.ts': `import { Secret } from 'fettle'\nnew Secret('hunter22')\nthrow new Error('no: ' + 'hunter' + 22)`,
      }),
    )
    expect(said).toContain('play-invalid: tasks/site.ts:3: no: [secret]')
  })
})

/** Loads a task file in a separate process, with the compiled program. */
function loadCompiled(compiled: string, directory: string): string {
  const program = `
    const { loadPlays } = await import(process.argv[1] + '/src/cli/load/load-tasks.js')
    const { isPlay } = await import(process.argv[1] + '/src/core/play.js')
    const plays = await loadPlays('tasks/site.ts', process.argv[2]).catch((error) => [{ name: error.message }])
    console.log(plays.every(isPlay), plays[0].name)`
  return execFileSync(
    process.execPath,
    ['--input-type=module', '-e', program, compiled, directory],
    { encoding: 'utf8', cwd: compiled },
  )
}

test('the compiled program and task files share one copy of Fettle, the first time and from the cache', () => {
  const compiled = project({})
  compile(compiled)
  const directory = project(files)
  expect(loadCompiled(compiled, directory)).toBe('true demo for us\n')
  expect(loadCompiled(compiled, directory)).toBe('true demo for us\n')
  // Inside Jest it is Jest that resolves modules, with its own error message.
  const broken = project({ 'tasks/site.ts': `import { a } from './nowhere.js'\nexport default a` })
  expect(loadCompiled(compiled, broken)).toBe(
    "false tasks/site.ts: Cannot find module './nowhere.js'\n",
  )
}, 60_000)

describe('an import that Fettle does not have is an error of the line that uses it', () => {
  const whole = async (): Promise<OwnModules> => ({
    fettle: await import('../../../src/index.js'),
    'fettle/kit': await import('../../../src/kit.js'),
  })
  const using = async (
    line: string,
    file = 'tasks/site.ts',
    before: Readonly<Record<string, string>> = {},
  ): Promise<string> =>
    problem(() => loadPlays(file, project({ ...before, [file]: `${line}\n` }), whole))

  test.each<[how: string, line: string, expected: string]>([
    [
      'a name',
      "import { lineinfile } from 'fettle'\nexport default lineinfile('/x')",
      "fettle has no lineinfile; for Ansible's lineinfile there is file(…), which manages the whole file, with content or template",
    ],
    [
      'a module of Ansible',
      "import { copy } from 'fettle'\nexport default copy('/x')",
      "fettle has no copy; what Ansible's copy does is file(…)",
    ],
    [
      'one that is misspelt',
      "import { directry } from 'fettle'\nexport default directry('/x')",
      'fettle has no directry; did you mean directory?',
    ],
    [
      'of a default import',
      "import fettle from 'fettle'\nexport default fettle.directry('/x')",
      'fettle has no directry; did you mean directory?',
    ],
    [
      'of a namespace',
      "import * as fettle from 'fettle'\nexport default fettle.directry('/x')",
      'fettle has no directry; did you mean directory?',
    ],
    [
      'of an import at run time',
      "const all = await import('fettle')\nexport default all.directry('/x')",
      'fettle has no directry; did you mean directory?',
    ],
    [
      'in a group',
      "import { apt } from 'fettle'\nexport default apt.package(['x'])",
      "fettle.apt has no package; what Ansible's package does is apt.packages(…)",
    ],
    [
      'misspelt in a group',
      "import { systemd } from 'fettle'\nexport default systemd.servce('x')",
      'fettle.systemd has no servce; did you mean service?',
    ],
    [
      'of the kit',
      "import { shellFakt } from 'fettle/kit'\nexport default shellFakt('x')",
      'fettle/kit has no shellFakt; did you mean shellFact?',
    ],
  ])('%s', async (_, line, expected) => {
    expect(await using(line)).toContain(`name-unknown: tasks/site.ts:2: ${expected}\n`)
  })

  test('in JavaScript, and beside packages', async () => {
    const packages = {
      'package.json': '{"type": "module"}',
      'node_modules/own/package.json': '{"name": "own", "type": "module", "exports": "./index.js"}',
      'node_modules/own/index.js': 'export const own = 1\n',
    }
    for (const file of ['tasks/site.js', 'tasks/site.ts', 'tasks/site.mts']) {
      expect(
        await using(
          "import { own } from 'own'; import * as all from 'fettle'; import { directry } from 'fettle'\nexport default [own, all, directry('/x')]",
          file,
          packages,
        ),
      ).toContain(`name-unknown: ${file}:2: fettle has no directry; did you mean directory?\n`)
    }
    expect(
      await using(
        "const all = require('fettle')\nmodule.exports = all.directry('/x')",
        'tasks/site.cjs',
      ),
    ).toContain('name-unknown: tasks/site.cjs:2: fettle has no directry; did you mean directory?\n')
  })

  test('the app works in each variant', async () => {
    const plays = async (text: string): Promise<readonly string[]> =>
      (await loadPlays('tasks/site.ts', project({ 'tasks/site.ts': text }), whole)).map(
        ({ name }) => name,
      )
    expect(
      await plays(
        "import fettle from 'fettle'\nexport default fettle.play({ name: 'one', hosts: 'all', tasks: [] })\n",
      ),
    ).toEqual(['one'])
    expect(
      await plays(
        "import * as fettle from 'fettle'\nexport default fettle.play({ name: Object.keys(fettle).includes('apt') ? 'two' : '', hosts: 'all', tasks: [] })\n",
      ),
    ).toEqual(['two'])
    expect(
      await plays(
        "import { z } from 'fettle'\nimport * as fettle from 'fettle'\nexport * from 'fettle'\nexport default fettle.play({ name: typeof z.object, hosts: 'all', tasks: [] })\n",
      ),
    ).toEqual(['function'])
  })

  test.each(['tasks/site.ts', 'tasks/site.js'])(
    'the kit, whose kinds stay what they are: %s',
    async (file) => {
      const text = [
        "import { play } from 'fettle'",
        "import { absent, change, groupFact, resource } from 'fettle/kit'",
        "const name = [absent.is, change('a', []).summary, groupFact.name, typeof resource].join()",
        "export default play({ name, hosts: 'all', tasks: [] })",
      ]
      const files = { 'package.json': '{"type": "module"}', [file]: `${text.join('\n')}\n` }
      const [play] = await loadPlays(file, project(files), whole)
      expect(play?.name).toBe('absent,a,group,function')
    },
  )

  test('the alternatives to modules of Ansible exist', async () => {
    const { fettle: all } = await whole()
    const at = (path: string): unknown =>
      path
        .split('.')
        .reduce<unknown>((inner, name) => (inner as Readonly<Record<string, unknown>>)[name], all)
    for (const name of insteadOfModules(all).values())
      expect([name, typeof at(name)]).toEqual([name, 'function'])
  })

  test('the modules that a definition begins with are names for it, where ours differ', async () => {
    const { fettle } = await whole()
    const instead = Object.fromEntries(insteadOfModules(fettle))
    expect(instead).toMatchObject({
      copy: 'file',
      known_hosts: 'knownHost',
      mysql_user: 'mysql.user',
      package: 'apt.packages',
      pip: 'python.venv',
      service: 'systemd.service',
      shell: 'command',
      systemd: 'systemd.service',
      template: 'file',
    })
    for (const name of ['file', 'lookup', 'user', 'virtualenv', 'state', 'community'])
      expect(Object.keys(instead)).not.toContain(name)
  })
})

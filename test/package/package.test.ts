import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { brokenLinks } from '../docs/links.js'
import {
  clone,
  fettle,
  installed,
  installPacked,
  project,
  readJson,
  run,
  work,
  write,
  type Ended,
} from './installed.js'

// The package as a user gets it: packed, and installed into an empty project with dependencies from
// the registry.

const managed = join(work, 'managed')

const site = (content: string): string => `import { file, play, task, z } from 'fettle'

const Vars = z.object({ folder: z.string() })
const greeting = task<z.output<typeof Vars>>('Greeting', ({ vars }) => [file(\`\${vars.folder}/greeting\`, { content: ${content}, mode: '0640' })])

export default play({ name: 'Here', hosts: 'here', vars: Vars, tasks: [greeting] })
`

const compile = (folder = '.', ...options: readonly string[]): Promise<Ended> =>
  run(process.execPath, [join(clone, 'node_modules/typescript/bin/tsc'), '-p', folder, ...options])

/** The compiler options of a user who checks the declarations of packages, too. */
const compilerOptions = {
  strict: true,
  target: 'es2022',
  module: 'nodenext',
  noEmit: true,
  skipLibCheck: false,
  types: [],
}

beforeAll(async () => {
  mkdirSync(project)
  mkdirSync(managed)
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['tasks'] }))
  write(
    'inventory/hosts.yml',
    `all:\n  hosts:\n    here:\n      ansible_connection: local\n      folder: ${managed}\n`,
  )
  write('tasks/site.ts', site("'hello\\n'"))
  expect(await installPacked()).toMatchObject({ code: 0, err: '' })
}, 300_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('the installed package', () => {
  test('tells its version', async () => {
    const { version } = readJson<{ readonly version: string }>(clone, 'package.json')
    expect(await fettle('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
  }, 60_000)

  test('its types are found by a strict compiler that checks them too, and refuse what is wrong', async () => {
    expect(await compile()).toMatchObject({ code: 0, out: '' })
    write('tasks/site.ts', site('5'))
    const wrong = await compile()
    write('tasks/site.ts', site("'hello\\n'"))
    expect(wrong.out).toContain('tasks/site.ts(4,')
    expect(wrong.out).toContain("Type 'number' is not assignable to type")
  }, 60_000)

  test('its types are enough for the deployment job that comes with it', async () => {
    expect((await fettle('init', 'job')).code).toBe(0)
    expect(await compile('job', '--skipLibCheck', 'false')).toMatchObject({ code: 0, out: '' })
  }, 60_000)

  test('plans, applies and finds nothing more to do, for a TypeScript task of the project', async () => {
    const path = join(managed, 'greeting')
    const planned = await fettle('plan')
    expect(planned).toMatchObject({ code: 2, err: '' })
    expect(planned.out).toContain(`file[${path}]`)
    expect(existsSync(path)).toBe(false)

    const applied = await fettle('apply')
    expect(applied).toMatchObject({ code: 0, err: '' })
    expect(applied.out).toContain(
      'here : ok=1 changed=1 unreachable=0 failed=0 skipped=0 ignored=0',
    )
    expect(readFileSync(path, 'utf8')).toBe('hello\n')

    const again = await fettle('plan', '--json')
    expect(again.code).toBe(0)
    expect(JSON.parse(again.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'summary',
      exitCode: 0,
      hosts: { here: { ok: 1, changed: 0 } },
    })
  }, 120_000)

  test('a reader that exits after the first line does no harm', async () => {
    const { code, out, err } = await run('bash', [
      '-o',
      'pipefail',
      '-c',
      'npx --no-install fettle plan --json | head -n 1',
    ])
    expect(JSON.parse(out)).toMatchObject({ type: 'run', mode: 'plan' })
    expect(err).not.toMatch(/EPIPE|at .*\.js/)
    expect(code).toBe(0)
  }, 60_000)

  test('its commands for a lab are there, and tell their own errors', async () => {
    // Without root, or on another system than Linux, the lab itself refuses in the same form.
    const { code, out } = await fettle('lab', 'down', 'no-such-host')
    expect(out).toMatch(/^error: .+\n(?: {2}→ .+\n)+$/)
    expect([1, 3]).toContain(code)
  }, 60_000)

  test("zod's languages come from the installed zod", async () => {
    const program = `import { z } from 'fettle'; console.log(typeof z.locales.de().localeError)`
    const argv = ['--input-type=module', '-e', program]
    expect(await run(process.execPath, argv)).toEqual({ code: 0, out: 'function\n', err: '' })
  }, 60_000)
})

describe('what is in the package', () => {
  const files = (): readonly string[] =>
    readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(installed, path)).isFile(),
    )

  test('every link of its pages leads to something in it', () => {
    const pages = files().filter((path) => path.endsWith('.md') && !path.startsWith('starter/'))
    expect(pages).toContain('README.md')
    expect(pages).toContain('docs/resources.md')
    expect(pages.flatMap((page) => brokenLinks(installed, page))).toEqual([])
    // It becomes the README of a project.
    expect(brokenLinks(project, 'node_modules/fettle/starter/README.md', '.')).toEqual([])
  })

  test('no source map, and nothing that asks for one', () => {
    expect(files().filter((path) => path.endsWith('.map'))).toEqual([])
    const code = files().filter((path) => /\.(c?js|d\.ts)$/.test(path))
    const asking = code.filter((path) =>
      /^\/\/# sourceMappingURL=/m.test(readFileSync(join(installed, path), 'utf8')),
    )
    expect(asking).toEqual([])
  })

  test('it takes less than 4 MB itself', () => {
    const bytes = files().map((path) => statSync(join(installed, path)).size)
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_000_000)
  })

  test("GitHub's library and its types are not installed beside it", () => {
    expect(readdirSync(dirname(installed))).not.toContain('@octokit')
  })
})

interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }
    >
  >
}
interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses: readonly {
    readonly license: { readonly id: string; readonly text?: object }
  }[]
}

describe('the bill of materials', () => {
  const components = (): readonly Component[] =>
    readJson<{ readonly components: readonly Component[] }>(installed, 'dist/sbom.cdx.json')
      .components

  /** The packages according to esbuild, `name@version`. */
  function bundled(): readonly string[] {
    const inputs = readJson<readonly Metafile[]>(clone, 'dist/metafiles.json')
      .flatMap(({ outputs }) => Object.values(outputs))
      .flatMap((output) => Object.entries(output.inputs))
    const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    const folders = used.flatMap(([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [])
    const names = folders.map((folder) => {
      const { name, version } = readJson<Component>(clone, 'dist', folder, 'package.json')
      return `${name}@${version}`
    })
    return [...new Set(names)].sort()
  }

  test('lists exactly the packages that were joined into the program', () => {
    const listed = components().map(({ name, version }) => `${name}@${version}`)
    expect([...listed].sort()).toEqual(bundled())
    expect(listed.join()).toMatch(/@octokit\/rest@\d.*,yaml@\d/)
  })

  test('names the licence of each, with its text where the package has one', () => {
    for (const { purl, licenses } of components()) {
      expect(purl).toMatch(/^pkg:npm\/.+@\d/)
      expect(licenses[0]?.license.id).toMatch(/^[\w.-]+$/)
    }
    const without = components().filter(({ licenses }) => licenses[0]?.license.text === undefined)
    expect(without.map(({ name }) => name)).toEqual(['shell-escape'])
  })
})

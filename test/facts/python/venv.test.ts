import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Fact } from '../../../src/core/fact.js'
import { venvFact, type Venv, type VenvKey } from '../../../src/facts/python/venv.js'
import { ifAble } from '../../if-able.js'
import { runIn, shells, type Shell } from '../../shells.js'

const key: VenvKey = {
  path: '/v',
  python: 'python3',
  systemSitePackages: false,
  requirements: null,
}
describe.each(shells.map((shell) => [shell.name, shell] as const))(
  '%s reads without starting Python',
  (_, shell: Shell) => {
    let root = ''
    let ran = ''
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'venv-'))
      ran = join(root, 'ran')
      mkdirSync(join(root, 'usr/bin'), { recursive: true })
      // Starting it is noticed.
      writeFileSync(join(root, 'usr/bin/python3.11'), `#!/bin/sh\necho "$@" >>${ran}\n`)
      chmodSync(join(root, 'usr/bin/python3.11'), 0o755)
      symlinkSync('python3.11', join(root, 'usr/bin/python3'))
    })
    afterEach(() => rmSync(root, { recursive: true, force: true }))

    const read = (rest: Partial<VenvKey> = {}): Fact<Venv> | undefined => {
      const whole = {
        ...key,
        path: join(root, 'v'),
        python: join(root, 'usr/bin/python3'),
        ...rest,
      }
      return venvFact.parse(runIn(shell, venvFact.script([whole])), [whole])[0]
    }
    function makeVenv(sees = 'false', libraries = 'python3.11'): void {
      mkdirSync(join(root, 'v/bin'), { recursive: true })
      const site = join(root, 'v/lib', libraries, 'site-packages')
      for (const name of [
        'pip-23.0.1.dist-info',
        'my_wheel-1.0.dist-info',
        '~lask-1.0.dist-info',
        'bare.egg-info',
      ])
        mkdirSync(join(site, name), { recursive: true })
      writeFileSync(join(site, 'bare.egg-info/PKG-INFO'), 'Name: bare\nVersion: 3.1\n')
      writeFileSync(
        join(root, 'v/pyvenv.cfg'),
        `home = ${root}/usr/bin\ninclude-system-site-packages = ${sees}\nversion = 3.11.2\n`,
      )
      symlinkSync(join(root, 'usr/bin/python3'), join(root, 'v/bin/python'))
    }
    const system = (): void => {
      mkdirSync(join(root, 'usr/lib/python3/dist-packages/Flask-2.2.2.egg-info'), {
        recursive: true,
      })
      mkdirSync(join(root, 'usr/lib/python3/dist-packages/numpy-1.24.2-py3.11.egg-info'))
    }

    test('none yet, and what the system would give', () => {
      system()
      expect(read({ systemSitePackages: true })).toMatchObject({
        is: 'present',
        value: {
          environment: null,
          python: join(root, 'usr/bin/python3.11'),
          own: [],
          system: [
            { name: 'Flask', version: '2.2.2' },
            { name: 'numpy', version: '1.24.2' },
          ],
        },
      })
      expect(read()).toMatchObject({ value: { environment: null, system: [] } })
    })
    test("its own and the system's", () => {
      makeVenv('true')
      system()
      const fact = read()
      expect(fact).toMatchObject({
        is: 'present',
        value: {
          environment: {
            systemSitePackages: true,
            interpreter: join(root, 'usr/bin/python3.11'),
            outdated: false,
          },
          own: [
            { name: 'my_wheel', version: '1.0' },
            { name: 'pip', version: '23.0.1' },
            { name: 'bare', version: '3.1' },
          ],
          system: [{ name: 'Flask' }, { name: 'numpy' }],
        },
      })
      expect(() => readFileSync(ran)).toThrow('ENOENT')
    })
    test('an interpreter that is gone, or became another', () => {
      makeVenv('false', 'python3.10')
      expect(read()).toMatchObject({ value: { environment: { outdated: true } } })
      rmSync(join(root, 'v/bin/python'))
      symlinkSync('/usr/bin/python3.4', join(root, 'v/bin/python'))
      expect(read()).toMatchObject({ value: { environment: { interpreter: null } } })
    })
    test('what is none of an environment is named, whatever it is', () => {
      makeVenv()
      for (const name of ['include', 'share']) mkdirSync(join(root, 'v', name))
      writeFileSync(join(root, 'v/.gitignore'), '*')
      expect(read()).toMatchObject({ value: { environment: { strange: [] } } })
      mkdirSync(join(root, "v/it's static"))
      for (const name of ['app.py', '.env']) writeFileSync(join(root, 'v', name), '')
      symlinkSync('/nonexistent', join(root, 'v/data'))
      expect(read()).toMatchObject({
        value: { environment: { strange: ['app.py', 'data', "it's static", '.env'] } },
      })
    })
    test('one of PyPy is none that is outdated', () => {
      makeVenv('false', 'pypy3.11')
      rmSync(join(root, 'v/bin/python'))
      symlinkSync('python3.11', join(root, 'usr/bin/pypy3.11'))
      symlinkSync(join(root, 'usr/bin/pypy3.11'), join(root, 'v/bin/python'))
      expect(read()).toMatchObject({
        value: {
          environment: { outdated: false },
          own: [{ name: 'my_wheel' }, { name: 'pip' }, { name: 'bare' }],
        },
      })
    })
    test('requirements of the host are read, and a folder in the way is told', () => {
      makeVenv()
      const file = join(root, "it's.txt")
      expect(read({ requirements: { file } })).toMatchObject({ value: { requirements: null } })
      writeFileSync(file, 'flask\n@venv\n@status 0\nlast')
      expect(read({ requirements: { file } })).toMatchObject({
        value: { requirements: 'flask\n@venv\n@status 0\nlast', judged: null },
      })
      expect(read({ path: root })).toMatchObject({
        value: { environment: null, other: 'a directory that holds other things' },
      })
      expect(read({ path: file })).toMatchObject({ value: { other: 'no directory' } })
    })
    test('requirements without an end are not read, whatever leads to them', () => {
      makeVenv()
      const file = join(root, 'endless.txt')
      writeFileSync(file, '')
      truncateSync(file, 4 * 2 ** 40)
      expect(read({ requirements: { file } })).toMatchObject({
        is: 'unknown',
        reason: expect.stringContaining('are longer than 1048576 bytes'),
      })
      symlinkSync(file, join(root, 'link.txt'))
      expect(read({ requirements: { file: join(root, 'link.txt') } })).toMatchObject({
        is: 'unknown',
        reason: expect.stringContaining('are longer'),
      })
      rmSync(join(root, 'v'), { recursive: true })
      expect(read({ requirements: { file } })).toMatchObject({
        is: 'unknown',
        reason: expect.stringContaining('are longer'),
      })
    })
    test('no Python', () => {
      expect(read({ python: 'python3.99' })).toMatchObject({
        is: 'unknown',
        reason: 'python3.99 is not installed on the host',
      })
      expect(read({ python: null })).toMatchObject({ is: 'present', value: { environment: null } })
    })
  },
)

// Python runs as the owner of the environment, and looking that up needs getent.
describe('what only Python can judge', () => {
  const [dash] = shells as readonly [Shell]
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'venv-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const at = (name: string): string => join(root, name)
  const ask = (requirements: VenvKey['requirements']): unknown => {
    const whole = { ...key, path: at('v'), requirements }
    return venvFact.parse(runIn(dash, venvFact.script([whole])), [whole])[0]
  }
  const standIn = (script: string): void => {
    for (const folder of ['v/bin', 'v/lib/python3.11']) mkdirSync(at(folder), { recursive: true })
    writeFileSync(at('v/pyvenv.cfg'), 'version = 3.11.2\n')
    writeFileSync(at('v/bin/python'), `#!/bin/sh\ntouch ${root}/asked\n${script}\n`, {
      mode: 0o755,
    })
  }
  const marked = { text: 'x; python_version > "3"' }

  test('it is not asked about what would have to be built', () => {
    standIn('echo met')
    writeFileSync(at('r'), 'x; python_version > "3"\n-e .\n')
    expect([ask({ file: at('r') }), ask({ text: 'flask # ; x' })]).toMatchObject([
      { value: { judged: null } },
      { value: { judged: null } },
    ])
    expect(existsSync(at('asked'))).toBe(false)
  })
  test.each([
    ['echo met', 'met'],
    ['echo unmet', 'unmet'],
    ['echo cannot -e .', { cannot: '-e .' }],
    ['exit 1', { failed: 'status 1' }],
    [
      'echo Traceback; echo "ModuleNotFoundError: No module named \'pip\'" >&2; exit 1',
      { failed: "ModuleNotFoundError: No module named 'pip'" },
    ],
    ['echo met; kill -9 $$', { failed: expect.any(String) }],
    ['exit 0', { failed: 'status 0' }],
  ])('%s', (script, judged) => {
    standIn(script)
    expect(ask(marked)).toMatchObject({ is: 'present', value: { judged } })
  })

  // An interpreter with pip's copy of `packaging`, and its distributions, replace an environment.
  // Without pip there is nothing to compare with.
  const python = [
    '/usr/bin/python3',
    ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'python3')),
  ].find(
    (path) => spawnSync(path, ['-c', 'import pip._vendor.packaging.requirements']).status === 0,
  )
  ifAble(python !== undefined, 'a Python with pip').describe('by an environment', () => {
    beforeEach(() => {
      spawnSync(python ?? '', ['-m', 'venv', '--without-pip', '--system-site-packages', at('v')])
      for (const name of ['Flask-2.2.2', 'ruamel.yaml-0.17.21rc1']) {
        const [folder] = readdirSync(at('v/lib'))
        mkdirSync(at(`v/lib/${folder ?? ''}/site-packages/${name}.dist-info`))
        writeFileSync(
          at(`v/lib/${folder ?? ''}/site-packages/${name}.dist-info/METADATA`),
          `Metadata-Version: 2.1\nName: ${name.replace(/-[^-]*$/, '')}\nVersion: ${name.replace(/^.*-/, '')}\n`,
        )
      }
      writeFileSync(at('base.txt'), 'ruamel-yaml>=0.17 # why\n--hash-free\n-c limits.txt\n')
      writeFileSync(at('limits.txt'), 'flask<3\nnot-wanted==1\n')
      writeFileSync(at('strict.txt'), 'flask<2\n')
      writeFileSync(at('built.txt'), 'flask\n-e .\n')
      writeFileSync(at('utf16.txt'), Buffer.from('\ufeffflask; python_version > "3"\n', 'utf16le'))
    })
    test('with markers, other files, constraints and encodings', () => {
      const judged = (lines: string): unknown => {
        writeFileSync(at('r.txt'), lines)
        const fact = ask({ file: at('r.txt') })
        return (fact as { value?: { judged?: unknown } }).value?.judged ?? fact
      }
      const rows: readonly (readonly [string, unknown])[] = [
        ['flask ; python_version >= "3"\n', 'met'],
        ['flask >= 3 ; python_version >= "3"\n', 'unmet'],
        ['nothing ; python_version < "3"\n', 'met'],
        ['nothing ; sys_platform == "linux" and extra != "dev"\n', 'unmet'],
        ['Flask[async]>=2,<3 ; os_name == "posix" \\\n  --hash=sha256:ab\n', 'met'],
        ['-r base.txt\nflask\n', 'met'],
        ['--requirement=base.txt\n', 'met'],
        ['flask\n-c strict.txt\n', 'unmet'],
        ['-r utf16.txt\n', 'met'],
        ['-r built.txt\n', { cannot: '-e .' }],
        ['-r none.txt\n', { cannot: expect.stringContaining('none.txt') }],
        ['flask ; pythn == "3"\n', { cannot: 'flask ; pythn == "3"' }],
      ]
      expect(rows.map(([lines]) => [lines, judged(lines)])).toEqual(
        rows.map(([lines, answer]) => [lines, answer]),
      )
      expect(ask(marked)).toMatchObject({ value: { judged: 'unmet' } })
    })
    test('of a byte order mark, which other encodings than UTF-8 are refused by', () => {
      writeFileSync(at('marked.txt'), '\ufeff-r base.txt\nflask\n')
      expect(ask({ file: at('marked.txt') })).toMatchObject({
        value: { judged: 'met', requirements: '-r base.txt\nflask' },
      })
      const reason = `the requirements of ${at('v')} are written in UTF-16 or UTF-32, which is read only from files of the project`
      expect(ask({ file: at('utf16.txt') })).toMatchObject({ is: 'unknown', reason })
    })
    test('reading writes nothing', () => {
      const listing = (): string =>
        execFileSync('find', [root, '-printf', '%p %i %T@ %C@\n']).toString()
      const before = listing()
      expect(ask(marked)).toMatchObject({ value: { judged: 'unmet' } })
      expect(listing()).toBe(before)
    })
  })
})

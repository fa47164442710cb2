import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Fact, Output } from '../../src/core/fact.js'
import { meets } from '../../src/facts/pep440.js'
import { parseRequirements, unmet } from '../../src/facts/requirements.js'
import { venvFact, type Venv, type VenvKey } from '../../src/facts/venv.js'
import { pythonVenv, type PythonVenvOptions } from '../../src/resources/python-venv.js'
import { runIn, shells, type Shell } from '../shells.js'

test.each([
  // What pip 23.0.1 answers.
  ['1', '==1.0.*', true], ['1.0', '==1', true], ['1.0+local', '==1.0', true], ['1.0+local', '==1.0+other', false], ['1!1.0', '==1.0', false], ['2.2.10', '>2.2.2', true],
  ['1.0', '>1.0rc1', true], ['1.0.post1', '>1.0', false], ['1.0.post1', '>1.0.post0', true], ['1.0rc1', '<1.0', false], ['1.0rc1', '<1.0rc2', true], ['1.0', '<1.0.post1', true], ['1.0rc1', '>=0.9', true],
  ['1', '~=1.0.0', true], ['1.4.5', '~=1.4.2', true], ['1.5', '~=1.4.2', false], ['1.5', '~=1.4', true], ['2.0', '!=2.0.*', false], ['1.0', '===1.0', true], ['1.0.0', '===1.0', false], ['junk', '>=0', false],
])('%s %s: %s', (version, specifier, met) => {
  expect(meets(version, specifier)).toBe(met)
})

describe('requirements', () => {
  const installed = [{ name: 'Flask', version: '2.2.2' }, { name: 'ruamel.yaml', version: '0.17.21rc1' }, { name: 'x', version: '1.0+local1' }, { name: 'odd', version: 'whatever' }]
  test.each([
    'flask', 'Flask==2.2.2', 'flask>=2,<3', 'flask >= 2 , < 3', 'flask~=2.2.0', 'flask==2.*', 'flask===2.2.2', 'flask[async,dotenv]>=2', 'flask (>=2)', 'Ruamel_YAML>=0.17', 'ruamel-yaml', 'x==1.0', 'odd',
    'flask # why', '# only words', '', 'flask==2.2.2 --hash=sha256:abc', 'flask==2.2.2 \\\n    --hash=sha256:a \\\n    --hash=sha256:b', '--index-url https://example.org/simple\nflask', '\ufeffflask'.slice(1), 'flask\r\nx\r\n',
  ])('%j is met', (text) => {
    const { simple, forPip, unclear } = parseRequirements(text)
    expect([unmet(simple, installed), forPip, unclear]).toEqual([[], [], []])
  })
  test.each([
    ['flask!=2.2.2', 'flask!=2.2.2 (2.2.2 is installed)'],
    ['flask>=3', 'flask>=3 (2.2.2 is installed)'],
    ['flask==2.2', 'flask==2.2 (2.2.2 is installed)'],
    ['x==1.0+local2', 'x==1.0+local2 (1.0+local1 is installed)'],
    ['odd>=1', 'odd>=1 (whatever is installed)'],
    ['gunicorn', 'gunicorn'],
  ])('%s is not', (text, missing) => {
    expect(unmet(parseRequirements(text).simple, installed)).toEqual([missing])
  })
  test.each(['flask; python_version > "3"', '-r other.txt', '--requirement=other.txt', '-c limits.txt'])('%s is for pip', (text) => {
    expect(parseRequirements(text)).toEqual({ simple: [], forPip: [text], unclear: [] })
  })
  test.each(['-e .', '--editable=.', './local', '/srv/local', 'a @ https://example.org/a.whl', 'git+https://example.org/a', 'flask=2', 'flask>>2', 'flask two', '$(id)', '-e git+ssh://x ; y'])('%s is unclear', (text) => {
    expect(parseRequirements(text)).toEqual({ simple: [], forPip: [], unclear: [text] })
  })
})

const output = (stdout: string): Output => ({ code: 0, stdout: Buffer.from(stdout), stderr: 'it broke' })
const key: VenvKey = { path: '/v', python: 'python3', systemSitePackages: false, requirements: null }
test.each(['', 'garbage', '@venv\n', '@venv\n@status 0\n', '@venv\nstat: denied\n@status 1\n', '@venv\nowner x\npython /usr/bin/python3.11\n@status 0\n', '@venv\n@status 90\n'])('%j is unknown', (stdout) => {
  expect(venvFact.parse(output(stdout), [key])).toMatchObject([{ is: 'unknown' }])
})

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s reads without starting Python', (_, shell: Shell) => {
  let root = ''
  let ran = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'venv-'))
    ran = join(root, 'ran')
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    // Whoever starts it is noticed.
    writeFileSync(join(root, 'usr/bin/python3.11'), `#!/bin/sh\necho "$@" >>${ran}\n`)
    chmodSync(join(root, 'usr/bin/python3.11'), 0o755)
    symlinkSync('python3.11', join(root, 'usr/bin/python3'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const read = (rest: Partial<VenvKey> = {}): Fact<Venv> | undefined => {
    const whole = { ...key, path: join(root, 'v'), python: join(root, 'usr/bin/python3'), ...rest }
    return venvFact.parse(runIn(shell, venvFact.script([whole])), [whole])[0]
  }
  function makeVenv(sees = 'false', libraries = 'python3.11'): void {
    mkdirSync(join(root, 'v/bin'), { recursive: true })
    const site = join(root, 'v/lib', libraries, 'site-packages')
    for (const name of ['pip-23.0.1.dist-info', 'my_wheel-1.0.dist-info', '~lask-1.0.dist-info', 'bare.egg-info']) mkdirSync(join(site, name), { recursive: true })
    writeFileSync(join(site, 'bare.egg-info/PKG-INFO'), 'Name: bare\nVersion: 3.1\n')
    writeFileSync(join(root, 'v/pyvenv.cfg'), `home = ${root}/usr/bin\ninclude-system-site-packages = ${sees}\nversion = 3.11.2\n`)
    symlinkSync(join(root, 'usr/bin/python3'), join(root, 'v/bin/python'))
  }
  const system = (): void => {
    mkdirSync(join(root, 'usr/lib/python3/dist-packages/Flask-2.2.2.egg-info'), { recursive: true })
    mkdirSync(join(root, 'usr/lib/python3/dist-packages/numpy-1.24.2-py3.11.egg-info'))
  }

  test('none yet, and what the system would give', () => {
    system()
    expect(read({ systemSitePackages: true })).toMatchObject({ is: 'present', value: { environment: null, python: join(root, 'usr/bin/python3.11'), own: [], system: [{ name: 'Flask', version: '2.2.2' }, { name: 'numpy', version: '1.24.2' }] } })
    expect(read()).toMatchObject({ value: { environment: null, system: [] } })
  })
  test('its own and the system\'s', () => {
    makeVenv('true')
    system()
    const fact = read()
    expect(fact).toMatchObject({
      is: 'present',
      value: { environment: { systemSitePackages: true, interpreter: join(root, 'usr/bin/python3.11'), outdated: false }, own: [{ name: 'my_wheel', version: '1.0' }, { name: 'pip', version: '23.0.1' }, { name: 'bare', version: '3.1' }], system: [{ name: 'Flask' }, { name: 'numpy' }] },
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
  test('requirements of the host are read, and a folder in the way is told', () => {
    makeVenv()
    const file = join(root, "it's.txt")
    expect(read({ requirements: { file } })).toMatchObject({ value: { requirements: null } })
    writeFileSync(file, 'flask\n@venv\n@status 0\nlast')
    expect(read({ requirements: { file } })).toMatchObject({ value: { requirements: 'flask\n@venv\n@status 0\nlast', pip: null } })
    expect(read({ path: root })).toMatchObject({ value: { environment: null, other: 'a directory that holds other things' } })
    expect(read({ path: file })).toMatchObject({ value: { other: 'no directory' } })
  })
  test('no Python', () => {
    expect(read({ python: 'python3.99' })).toMatchObject({ is: 'unknown', reason: 'python3.99 is not installed on the host' })
    expect(read({ python: null })).toMatchObject({ is: 'present', value: { environment: null } })
  })
})

// pip is started as the owner of the environment, and that needs getent.
test('pip is asked about markers, and not about what it would have to build', () => {
  const [dash] = shells as readonly [Shell]
  const root = mkdtempSync(join(tmpdir(), 'venv-'))
  try {
    for (const folder of ['v/bin', 'v/lib/python3.11']) mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, 'v/pyvenv.cfg'), 'version = 3.11.2\n')
    writeFileSync(join(root, 'v/bin/python'), `#!/bin/sh\necho "$@" >>${root}/ran\ncat /dev/stdin >>${root}/ran\nexit 1\n`, { mode: 0o755 })
    const ask = (requirements: VenvKey['requirements']): unknown => venvFact.parse(runIn(dash, venvFact.script([{ ...key, path: join(root, 'v'), requirements }])), [{ ...key, requirements }])[0]
    execFileSync('touch', [join(root, 'ran')])
    writeFileSync(join(root, 'r'), 'x; python_version > "3"\n-e .\n')
    expect([ask({ file: join(root, 'r') }), ask({ text: 'flask # ; x' })]).toMatchObject([{ value: { pip: null } }, { value: { pip: null } }])
    expect(readFileSync(join(root, 'ran'), 'utf8')).toBe('')
    expect(ask({ text: 'x; python_version > "3"' })).toMatchObject({ is: 'present', value: { pip: 'unmet' } })
    expect(readFileSync(join(root, 'ran'), 'utf8')).toMatch(/^-m pip install --dry-run --no-index .*\nx; python_version > "3"\n$/)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

test.each<[PythonVenvOptions, string]>([
  [{ requirements: 'r.txt', packages: ['flask'] }, 'has both requirements and packages'],
  [{ packages: ['-e .'] }, 'must not begin with -'],
  [{ packages: ['flask=2'] }, 'must be requirements such as flask>=2'],
  [{ indexUrl: 'https://user:token@example.org/simple' }, 'must not hold a user name, password or token'],
  [{ findLinks: 'wheels' }, 'must be an absolute path or an https:// URL'],
  [{ python: '-c' }, 'must not begin with -'],
])('%j is refused', (options, message) => {
  expect(() => pythonVenv('/srv/venv', options)).toThrow(message)
})

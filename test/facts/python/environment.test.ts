import { describe, expect, test } from '@jest/globals'
import { present, unknown, type Fact } from '../../../src/core/fact.js'
import { Later } from '../../../src/core/later.js'
import { sh } from '../../../src/core/sh.js'
import { judging } from '../../../src/facts/python/judge-requirements.js'
import {
  venvFact,
  type Venv,
  type VenvKey,
  type VenvState,
} from '../../../src/facts/python/venv.js'
import { pythonVenv } from '../../../src/resources/python/venv.js'

const key: VenvKey = {
  path: '/v',
  python: 'python3',
  systemSitePackages: false,
  requirements: null,
}

const read = (stdout: string, more: Partial<VenvKey> = {}): readonly Fact<Venv>[] =>
  venvFact.parse({ code: 0, stdout: Buffer.from(stdout), stderr: 'it broke' }, [
    { ...key, ...more },
  ])
const answer = (text: string, more: Partial<VenvKey> = {}): readonly Fact<Venv>[] =>
  read(`@venv\n${text}@status 0\n`, more)

const python = 'python /usr/bin/python3.11\n'
const none: Venv = {
  environment: null,
  other: null,
  python: '/usr/bin/python3.11',
  own: [],
  system: [],
  requirements: null,
  judged: null,
}
const state: VenvState = {
  owner: { name: 'app', id: '1000' },
  systemSitePackages: false,
  interpreter: null,
  outdated: false,
  strange: [],
}

describe('an environment', () => {
  test.each<[string, string, Venv]>([
    ['none yet', python, none],
    [
      'one whose interpreter is gone',
      `owner app 1000 4096\n${python}`,
      { ...none, environment: state },
    ],
    [
      'one whose owner has the name of a domain',
      `owner DOM\\web admin 5001 96\n${python}`,
      { ...none, environment: { ...state, owner: { name: 'DOM\\web admin', id: '5001' } } },
    ],
    [
      'one that sees the packages of the system',
      `owner app 1000 4096\nsees system\ninterpreter /usr/bin/python3.11\n${python}system six-1.16.0.egg-info\n`,
      {
        ...none,
        environment: { ...state, systemSitePackages: true, interpreter: '/usr/bin/python3.11' },
        system: [{ name: 'six', version: '1.16.0' }],
      },
    ],
    [
      'one of another version of Python',
      `owner app 1000 4096\noutdated\n${python}`,
      { ...none, environment: { ...state, outdated: true } },
    ],
    [
      'one with things that only look so',
      `owner app 1000 4096\nsees others\noutdated by far\nstrange outdated\nstrange it's outdated\n${python}`,
      { ...none, environment: { ...state, strange: ['outdated', "it's outdated"] } },
    ],
    [
      'what is installed, by the names of folders',
      `own Flask-2.2.2.egg-info\nown my_wheel-1.0.dist-info\nown numpy-1.24.2-py3.11.egg-info\nown x-1.0-py3.11-linux-x86_64.egg-info\n${python}`,
      {
        ...none,
        own: [
          { name: 'Flask', version: '2.2.2' },
          { name: 'my_wheel', version: '1.0' },
          { name: 'numpy', version: '1.24.2' },
          { name: 'x', version: '1.0' },
        ],
      },
    ],
    [
      'nothing that pip is about to remove, or that is something else',
      `own ~lask-1.0.dist-info\nown -lask-1.0.dist-info\nown flask.dist-info\nown flask-.dist-info\nown flask-1.0.dist-info.bak\nown flask-1.0.info\nown flask-1.0-x.dist-info\n${python}`,
      none,
    ],
  ])('%s', (_, text, venv) => {
    expect(answer(text)).toEqual([present(venv)])
  })
})

describe('requirements', () => {
  const file = { file: '/r.txt' }
  test.each<[string, VenvKey['requirements'], string, string | null]>([
    ['none', null, 'requirement flask\n', null],
    ['a text', { text: 'flask\n' }, '', 'flask\n'],
    [
      'a file',
      file,
      'requirement flask\nrequirement  six # why\nrequirement \n',
      'flask\n six # why\n',
    ],
    ['a file that is empty', file, '', ''],
    ['a file that is not there yet', file, 'no requirements\n', null],
    ['a file, in words that only look so', file, 'no requirements of it\nrequirement six\n', 'six'],
    ['a file that only says so', file, 'requirement no requirements\n', 'no requirements'],
    [
      'a file with something of UTF-16 within',
      file,
      'requirement f\ufffd\ufffd\n',
      'f\ufffd\ufffd',
    ],
    ['a file with one byte that is no UTF-8', file, 'requirement \ufffdf\n', '\ufffdf'],
  ])('%s', (_, requirements, text, read) => {
    expect(answer(`${text}${python}`, { requirements })).toEqual([
      present({ ...none, requirements: read }),
    ])
  })

  test('of a byte order mark that is not of UTF-8 are unknown', () => {
    expect(answer(`requirement \ufffd\ufffdf\u0000\n${python}`, { requirements: file })).toEqual([
      unknown(
        'the requirements of /v are written in UTF-16 or UTF-32, which is read only from files of the project',
        'save the file on the host as UTF-8',
      ),
    ])
  })

  test.each<[string, Venv['judged']]>([
    ['0 met', 'met'],
    ['0 unmet', 'unmet'],
    ['0 cannot -e .', { cannot: '-e .' }],
    ['0 cannot a\u2028b', { cannot: 'a\u2028b' }],
    ['1 met', { failed: 'met' }],
    ['1 unmet', { failed: 'unmet' }],
    ['1 cannot -e .', { failed: 'cannot -e .' }],
    ['127 ', { failed: 'status 127' }],
    ['137 Killed', { failed: 'Killed' }],
    ['0 ', { failed: 'status 0' }],
    ['0 not met', { failed: 'not met' }],
    ['0 met indeed', { failed: 'met indeed' }],
    ['0 cannotbe', { failed: 'cannotbe' }],
    ['x 0 met', { failed: 'status unknown' }],
    ['garbage', { failed: 'status unknown' }],
  ])('judged %s', (words, judged) => {
    expect(answer(`judged ${words}\n${python}`)).toEqual([present({ ...none, judged })])
  })

  test.each(['utf8', 'utf16le'] as const)(
    'of the project, written by PowerShell in %s',
    (encoding) => {
      const { reads } = pythonVenv('/v', { requirements: 'requirements.txt' })
      const later = Object.values(reads)
        .map(({ key: asked }) => asked)
        .find((asked) => asked instanceof Later && asked.isEarly)
      const content = Buffer.from('\ufeffflask\r\nPyMySQL>=1\r\n', encoding)
      const source = { standIns: true, fact: () => present(new Uint8Array(content)) as never }
      expect(later instanceof Later && Later.evaluate(later, source)).toMatchObject({
        known: true,
        value: { requirements: { text: 'flask\r\nPyMySQL>=1\r\n' } },
      })
    },
  )
})

describe('what is at the path', () => {
  const missing = "add apt.packages(['python3-venv']) before this resource"
  test.each<[string, number, string | null, Fact<Venv>]>([
    [
      'no Python',
      90,
      'python3.99',
      unknown('python3.99 is not installed on the host', missing, {
        lacks: ['program:python3.99'],
      }),
    ],
    [
      'no Python at its path',
      90,
      '/opt/pypy/bin/pypy3',
      unknown('/opt/pypy/bin/pypy3 is not installed on the host', missing, {
        lacks: ['path:/opt/pypy/bin/pypy3'],
      }),
    ],
    [
      'no Python of any name',
      90,
      null,
      unknown('Python is not installed on the host', missing, { lacks: ['program:python3'] }),
    ],
    ['a file', 93, 'python3', present({ ...none, python: 'python3', other: 'no directory' })],
    [
      'other things',
      94,
      null,
      present({ ...none, python: null, other: 'a directory that holds other things' }),
    ],
    [
      'requirements without an end',
      95,
      'python3',
      unknown('the requirements of /v are longer than 1048576 bytes', 'see what the file holds'),
    ],
  ])('%s', (_, status, interpreter, fact) => {
    expect(read(`@venv\n@status ${String(status)}\n`, { python: interpreter })).toEqual([fact])
  })

  test.each([
    ['nothing', '', 'it broke'],
    ['garbage', 'garbage', 'it broke'],
    ['no end', `@venv\n${python}`, 'it broke'],
    ['no answer', '@venv\n@status 0\n', 'it broke'],
    ['a failure', '@venv\nstat: denied\n\n@status 1\n', 'stat: denied'],
    ['a failure behind an answer', `@venv\n${python}@status 1\n`, 'python /usr/bin/python3.11'],
    ['no interpreter', '@venv\nowner app 1000 4096\n@status 0\n', 'owner app 1000 4096'],
    [
      'an owner that is none',
      `@venv\nowner x\n${python}@status 0\n`,
      'owner x\npython /usr/bin/python3.11',
    ],
    ['words within a line', `@venv\nx ${python}pythonic\n@status 0\n`, `x ${python}pythonic`],
  ])('%s is unknown', (_, stdout, said) => {
    expect(read(stdout)).toEqual([
      unknown(
        `the virtual environment /v could not be read: ${said}`,
        'see what the shell says on the host',
      ),
    ])
  })
})

describe('an environment is looked at', () => {
  const judge = (source: string, before = sh``): string => sh`${judging(source, before).text}`.body
  test.each<[string, Partial<VenvKey>, string]>([
    ['alone', {}, 'fettle_venv /v python3 0  && :'],
    ["with the system's packages", { systemSitePackages: true }, 'fettle_venv /v python3 1  && :'],
    ['where none is to be made', { python: null }, "fettle_venv /v '' 0  && :"],
    [
      'with a file of requirements',
      { requirements: { file: '/my r.txt' } },
      `fettle_venv /v python3 0 '/my r.txt' && fettle_requirements '/my r.txt' 1048576 /v ${judge('/my r.txt')}`,
    ],
    [
      'with a text that needs no Python',
      { requirements: { text: 'flask>=2' } },
      'fettle_venv /v python3 0  && :',
    ],
    [
      'with a text that needs Python',
      { requirements: { text: "six; os_name == 'nt'" } },
      `fettle_venv /v python3 0  && fettle_judge /v ${judge('/dev/stdin', sh`printf '%s\\n' ${"six; os_name == 'nt'"} | `)}`,
    ],
    [
      'with a text that even Python cannot judge',
      { requirements: { text: 'six; x\n-e .' } },
      'fettle_venv /v python3 0  && :',
    ],
  ])('%s', (_, more, question) => {
    expect(venvFact.script([{ ...key, ...more }]).script.body).toBe(
      `ulimit -S -t 60 2>/dev/null || :\necho @venv; { ${question}; } 2>&1; echo "@status $?"`,
    )
  })
  test.each<[string, VenvKey['requirements'], readonly string[]]>([
    ['an environment', null, ['fettle_venv']],
    [
      'a file',
      { file: '/r' },
      ['fettle_venv', 'fettle_requirements', 'fettle_judge', 'fettle_as_owner', 'fettle_as'],
    ],
    ['a text', { text: 'a; b' }, ['fettle_venv', 'fettle_judge', 'fettle_as_owner', 'fettle_as']],
  ])('by functions that are defined, for %s', (_, requirements, names) => {
    const { text } = venvFact.script([{ ...key, requirements }]).script
    for (const name of names) expect(text).toContain(`${name}() {`)
  })
  test('by Python without the settings of its user, within 30 seconds and writing nothing', () => {
    expect(judging('/r').body).toMatch(
      /^timeout -k 5 30 \.\/bin\/python -I -B -c 'import [^]*' \/r$/,
    )
  })
  test('by its own name, within a time for each', () => {
    expect(venvFact.name).toBe('python.venv')
    expect(venvFact.mayTake?.([key, key])).toBe(60 + 2 * 35)
  })
})

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { scrub } from '../../../src/core/scrub/scrub.js'
import { reveal } from '../../../src/core/secret.js'
import { environmentOf, hideDotenv } from '../../../src/inventory/environment/environment.js'
import { problem, project } from '../project.js'

const name = 'FETTLE_TEST_VALUE'

afterEach(() => {
  Reflect.deleteProperty(process.env, name)
})

describe('env', () => {
  test('takes the environment, else .env, and leaves the environment as it is', () => {
    const env = environmentOf(project({ '.env': `${name}='from the file'\nEMPTY=\n` }))
    expect(env(name)).toBe('from the file')
    expect(process.env[name]).toBeUndefined()
    process.env[name] = 'from the environment'
    expect(env(name)).toBe('from the environment')
    expect(env('EMPTY')).toBe('')
    expect(env.optional(name)).toBe('from the environment')
    expect(env.optional('FETTLE_TEST_NONE')).toBeUndefined()
  })

  test('a secret is a Secret', () => {
    const env = environmentOf(project({ '.env': `${name}="hunter22"` }))
    const secret = env.secret(name)
    expect(reveal(secret)).toBe('hunter22')
    expect(inspect({ secret })).toBe('{ secret: [secret] }')
  })

  test.each(['utf8', 'utf16le'] as const)(
    'with a byte order mark of %s, its values are hidden too',
    (encoding) => {
      const env = environmentOf(
        project({
          '.env': Buffer.from(
            `\ufeff${name}=${encoding}-value-1\nOTHER_PASSWORD=${encoding}-value-2\n`,
            encoding,
          ),
        }),
      )
      expect(env(name)).toBe(`${encoding}-value-1`)
      expect(scrub(`${encoding}-value-2`)).toBe('[secret]')
    },
  )

  test('a name that nobody sets is an error that says where it was looked for', async () => {
    const directory = project({})
    const env = environmentOf(directory)
    const expected = `environment-missing: ${name} is neither in the environment nor in ${directory}/.env\n→ add a line ${name}=… to ${directory}/.env, or set it in the environment`
    expect(await problem(() => env(name))).toBe(expected)
    expect(await problem(() => env.secret(name))).toBe(expected)
    expect(await problem(() => env('constructor'))).toContain('environment-missing')
    expect(await problem(() => env('__proto__'))).toContain('environment-missing')
  })

  test('an empty secret is an error', async () => {
    const env = environmentOf(project({ '.env': `${name}=` }))
    expect(await problem(() => env.secret(name))).toBe(
      `environment-missing: ${name} is set, and empty\n→ give it a value`,
    )
  })

  test('a .env that cannot be read is an error', async () => {
    const directory = project({ '.env/file': '' })
    const env = environmentOf(directory)
    expect(await problem(() => env(name))).toBe(
      `source-missing: ${directory}/.env cannot be read (EISDIR)\n→ create the file or correct its path`,
    )
  })
})

describe('.env', () => {
  /**
   * The project's environment, its value of A, and the value that a POSIX shell reads from the file:
   * null if the shell prints an error.
   */
  const read = async (text: string | Uint8Array) => {
    const directory = project({ '.env': text })
    const env = environmentOf(directory)
    let value: string | undefined
    const said = await problem(() => void (value = env.optional('A')))
    const shell = spawnSync('sh', ['-c', '. ./.env; printf %s "${A-}"'], {
      cwd: directory,
      encoding: 'utf8',
      env: { HOME: '/home/a', PATH: '/usr/bin:/bin' },
    })
    return {
      env,
      value,
      said: said.replaceAll(join(directory, '.env'), '.env'),
      shell: shell.status === 0 && shell.stderr === '' ? shell.stdout : null,
    }
  }

  test.each([
    ['A=x', 'x'],
    ['A=', ''],
    ['A=  ', ''],
    ['export A=x', 'x'],
    ['  export \tA=x # y', 'x'],
    ['A=x  ', 'x'],
    ['A=1\nA=2\nB=3', '2'],
    ['# A=1\n\nA=2 #3\n', '2'],
    ['A=a=b', 'a=b'],
    ['A=p%40s!*?[x],y', 'p%40s!*?[x],y'],
    ['A=https://u:p@h/x?y=1', 'https://u:p@h/x?y=1'],
    ['A=a~', 'a~'],
    [`A='x#y'`, 'x#y'],
    ['A="x#y" # z', 'x#y'],
    [`A="it's"`, `it's`],
    [`A='say "x"'`, 'say "x"'],
    [`A='$HOME \\d \`x\` ~ > \\n'`, '$HOME \\d `x` ~ > \\n'],
    [`A='{"a": 1}'`, '{"a": 1}'],
    [`A=' x '`, ' x '],
    [`A=''`, ''],
    [`A='a\n#b\nB=c'\nB=1`, 'a\n#b\nB=c'],
    ['A="a\nb"', 'a\nb'],
  ])('%j is read as a shell reads it', async (text, expected) => {
    const { value, said, shell } = await read(text)
    expect({ value, said, shell }).toEqual({
      value: expected,
      said: 'nothing was thrown',
      shell: expected,
    })
  })

  test.each([
    ['A=two words', 'two words'],
    ['A = x', 'x'],
    ['A= x', 'x'],
    ['A=a&b', 'a&b'],
    ['A=a;b|c', 'a;b|c'],
    ['A=(a)', '(a)'],
  ])(
    '%j, which a shell refuses, is read as docker compose and python-dotenv read it',
    async (text, expected) => {
      const found = await read(text)
      expect(found).toMatchObject({ value: expected, said: 'nothing was thrown', shell: null })
    },
  )

  test.each([['\uFEFFA=x'], ['A=x\r\nB=y\r\n'], ["A='x'\rB=y"]])(
    '%j: marks of Windows are no part of a value',
    async (text) => {
      expect((await read(text)).value).toBe('x')
    },
  )

  const single = `put the whole value in single quotes, NAME='…', line breaks too: there everything means itself`
  const double = 'put the whole value in double quotes, NAME="…"'
  const environment = 'set it in the environment instead: no quotes hold it for all of them'
  const outside = (odd: string): string =>
    `A holds ${odd} outside quotes, which programs read in different ways`
  const inside = (odd: string): string =>
    `A holds ${odd} in double quotes, which programs read in different ways`
  test.each([
    ['A=s3cret#hunter22', outside('#'), single],
    ['A=#hunter22', outside('#'), single],
    ['A= # hunter22', outside('#'), single],
    ['A=x#hunter22 # y', outside('#'), single],
    ['A=$hunter22', outside('$'), single],
    ['A=${hunter22}', outside('$'), single],
    ['A=hunter22$', outside('$'), single],
    ['A=hunter\\22', outside('\\'), single],
    ['A=hunter22\\', outside('\\'), environment],
    ['A=`hunter22`', outside('`'), single],
    ['A=hunter>22', outside('>'), single],
    ['A=hunter<22', outside('<'), single],
    ['A=~/hunter22', outside('~'), single],
    ['A=/x:~/hunter22', outside('~'), single],
    ['A={"a":"hunter22"}', outside('"'), single],
    [`A=it's hunter22`, outside(`'`), double],
    [`A=it's $hunter22`, outside(`'`), environment],
    ['A="$hunter22"', inside('$'), single],
    ['A="hunter\\n22"', inside('\\'), single],
    ['A="hunter\\"22"', inside('\\'), single],
    ['A="hunter`22"', inside('`'), single],
    [`A="it's $hunter22"`, inside('$'), environment],
    [`A='x'hunter22`, 'A has text right behind its quotes', single],
    [`A='x'#hunter22`, 'A has text right behind its quotes', single],
    [`A="x"'hunter22'`, 'A has text right behind its quotes', double],
    [
      `A='hunter22\\'`,
      'A ends with a backslash before the quote, which some programs take for a part of the value',
      'set it in the environment instead',
    ],
    ['A=hunter22\u00a0', 'A can be read in more than one way', single],
    ['A: hunter22', 'A is set with a colon, which is YAML', 'write NAME=value'],
    ['A', 'A is named without a value', 'write NAME=value'],
    ['export A', 'A is named without a value', 'write NAME=value'],
  ])('%j is an error of the name', async (line, expected, remedy) => {
    const { env, said } = await read(`B=1\n\n${line}\n`)
    expect(said).toBe(`environment-invalid: .env:3: ${expected}\n→ ${remedy}`)
    expect(env('B')).toBe('1')
  })

  test.each([
    ['A hunter22', 'this line is no NAME=value'],
    ['A+=hunter22', 'this line is no NAME=value'],
    ['PÄSSWORD=hunter22', 'this line is no NAME=value'],
    [`'A'=hunter22`, 'this line is no NAME=value'],
    ['A="hunter22', 'a quote begins here and has no partner'],
    [`A='hunter22\nC=2`, 'a quote begins here and has no partner'],
  ])('%j is an error whatever is asked for', async (line, expected) => {
    const { env, said } = await read(`B=1\n${line}\n`)
    expect(said).toContain(`environment-invalid: .env:2: ${expected}\n→ `)
    expect(said).not.toContain('hunter22')
    expect(await problem(() => env('B'))).toContain(expected)
  })

  test.each(['A.B', 'A-B', '1A'])('%s is no name', async (name) => {
    const { env } = await read(`${name}=1`)
    expect(await problem(() => env(name))).toContain(
      `.env:1: ${name} is no name that a shell takes`,
    )
  })

  test('the environment goes before a name that cannot be read', async () => {
    const { env } = await read(`${name}=x#y`)
    process.env[name] = 'z'
    expect(env(name)).toBe('z')
  })

  test.each([
    [
      'UTF-16 without its mark',
      Buffer.from('A=x', 'utf16le'),
      'is written in UTF-16 without a byte order mark, which is not read',
    ],
    ['half of UTF-16', Buffer.from([0xff, 0xfe, 0x41]), 'begins as UTF-16LE and is not'],
    ['Latin-1', Buffer.from([0x41, 0x3d, 0xe9]), 'is not UTF-8 text'],
    ['a NUL', Buffer.from('A=long\0x'), 'holds a NUL byte'],
  ])('%s is an error', async (_, text, problem) => {
    expect((await read(text)).said).toBe(
      `environment-invalid: .env: ${problem}\n→ save the file as UTF-8`,
    )
  })
})

describe('values of .env that nobody has asked for', () => {
  const directory = project({
    '.env':
      'SESSION_KEY="k3y of the session"\nDATABASE_URL=mysql://app:env-pw-1@db.example.org/x\nANY=env-any-0815\nSHORT=s7\nCACHE_PASSWORD=pa-55\nMODE=production\nADMIN_PASSWORD=admin\nPORT=80808080\nDOMAIN=www.example.org\nROOT=/srv/example/app\nHOOK=https://example.org/hooks/x\nMAIL=ops@example.org\nZONE=Europe/Berlin\nTOKEN_FILE=/run/secrets/token\nADDRESS=192.168.100.20/24\n',
  })
  beforeAll(() => hideDotenv(directory))

  test.each([
    ['k3y of the session', '[secret]'],
    ['the password env-pw-1', 'the password [secret]'],
    ['is env-any-0815', 'is [secret]'],
    // A name that says it counts for short ones, too.
    ['is pa-55', 'is [secret]'],
  ])('%s is not shown', (text, shown) => expect(scrub(text)).toBe(shown))

  test.each([
    's7',
    'production',
    'admin',
    '80808080',
    'www.example.org',
    '/srv/example/app',
    'https://example.org/hooks/x',
    'ops@example.org',
    'Europe/Berlin',
    '/run/secrets/token',
    '192.168.100.20/24',
  ])('%s is', (value) => {
    expect(scrub(`the value is ${value} here`)).toBe(`the value is ${value} here`)
  })

  test('a missing or unreadable file is no error', () => {
    const directory = project({ '.env/file': '' })
    hideDotenv(project({}))
    hideDotenv(directory)
    expect(() => environmentOf(directory)(name)).toThrow('EISDIR')
  })
})

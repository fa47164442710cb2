import { describe, expect, test } from '@jest/globals'
import { absent, present, type Fact } from '../../../src/core/fact.js'
import { Later, request, type FactSource } from '../../../src/core/later.js'
import { FettleError } from '../../../src/core/errors.js'
import { scrub } from '../../../src/core/scrub/scrub.js'
import { reveal, Secret } from '../../../src/core/secret.js'
import { FileInput } from '../../../src/core/sh.js'
import { secretFileFact } from '../../../src/facts/files/secret-file.js'
import {
  sourceFact,
  templateFact,
  type ProjectReader,
} from '../../../src/facts/files/project-file.js'
import {
  contentOf,
  diffOf,
  digestOf,
  fileContentOf,
  secretSource,
  type ContentOptions,
  type FileContent,
} from '../../../src/resources/files/content.js'
import { checkedContent, file, pathKey } from '../../../src/resources/files/file.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'

const bytes = Buffer.from([0, 255, 1])
const image = new FileInput('/project/image', 'image', 5e9, 'f'.repeat(64))
const facts = new Map<string, Fact<unknown>>([
  ['template app.njk', present('port={{ port }}\nkey={{ key }}\n')],
  ['template short.njk', present('a')],
  ['source logo.png', present(bytes)],
  ['source content image', present(image)],
  ['secret-file /etc/s', present(new Secret('0123456789'))],
])
const source = (standIns: boolean): FactSource => ({
  standIns,
  fact: <V>({ kind, key }: { kind: { name: string }; key: unknown }) =>
    (facts.get(`${kind.name} ${String(key)}`) ?? absent) as Fact<V>,
})

function evaluated(options: ContentOptions, standIns = false): unknown {
  const content = contentOf(options)
  if (!(content instanceof Later)) return content
  const result = Later.evaluate(content, source(standIns))
  return result.known ? result.value : result.reason
}

describe('contentOf', () => {
  test('nothing, text, bytes and a Secret as they are', () => {
    const secret = new Secret('abcdefgh')
    expect(
      [{}, { content: '' }, { content: bytes }, { content: secret }].map((options) =>
        contentOf(options),
      ),
    ).toEqual([undefined, '', bytes, secret])
  })
  test('a source by its bytes', () => {
    expect(evaluated({ source: 'logo.png' })).toBe(bytes)
  })
  test('a template with its variables', () => {
    expect(evaluated({ template: 'app.njk', vars: { port: 5000, key: 'k' } })).toBe(
      'port=5000\nkey=k\n',
    )
  })
  test('a Secret at any depth makes the whole a Secret', () => {
    const whole = evaluated({
      template: 'app.njk',
      vars: { port: 1, key: new Secret('hunter2-hunter2') },
    })
    expect(whole instanceof Secret && reveal(whole)).toBe('port=1\nkey=hunter2-hunter2\n')
    expect(
      evaluated({
        template: 'app.njk',
        vars: { port: 1, key: 1, unused: { deep: [new Secret('hunter2-hunter2')] } },
      }),
    ).toBeInstanceOf(Secret)
  })
  test('a Later of a Secret does too', () => {
    const vars = { port: 1, key: generatedSecret('/etc/s').value }
    const whole = evaluated({ template: 'app.njk', vars })
    expect(whole instanceof Secret && reveal(whole)).toBe('port=1\nkey=0123456789\n')
  })
  test('Laters are replaced by stand-ins of their shape', () => {
    const secret = evaluated(
      { template: 'app.njk', vars: { port: 1, key: generatedSecret('/etc/none').value } },
      true,
    )
    expect(secret instanceof Secret && /^port=1\nkey=[0-9a-f]{64}\n$/.test(reveal(secret))).toBe(
      true,
    )
    expect(
      evaluated(
        { template: 'app.njk', vars: { port: 1, key: sshKey('/etc/none').publicKey } },
        true,
      ),
    ).toMatch(/^port=1\nkey=ssh-ed25519 [A-Za-z0-9+/]{68} fettle\n$/)
    expect(
      evaluated({
        template: 'app.njk',
        vars: { port: 1, key: generatedSecret('/etc/none').value },
      }),
    ).toBe('the secret /etc/none does not exist')
  })
  test('a short text with a Secret in it is a Secret, too', () => {
    const whole = evaluated({ template: 'short.njk', vars: { key: new Secret('abcdefgh') } })
    expect(whole instanceof Secret && reveal(whole)).toBe('a')
  })
  test('the lines of a template beside a Secret may be shown elsewhere', () => {
    const vars = { port: 'not-hidden', key: new Secret('hunter2-hunter2') }
    expect(evaluated({ template: 'app.njk', vars })).toBeInstanceOf(Secret)
    expect(scrub('port=not-hidden')).toBe('port=not-hidden')
  })
  test.each<[ContentOptions, string]>([
    [{ source: 'none.png' }, 'none.png does not exist'],
    [{ template: 'none.njk' }, 'templates/none.njk does not exist'],
  ])('%j cannot be known: %s', (options, reason) => {
    expect(evaluated(options)).toBe(reason)
  })
  test('a missing variable is an error with its place, also with stand-ins', () => {
    expect(() => evaluated({ template: 'app.njk', vars: { port: 1 } }, true)).toThrow(
      new FettleError('template-failed', {
        message: 'template app.njk:2: the variable key is not given',
      }),
    )
  })
})

describe('files of the project', () => {
  const project: ProjectReader = {
    readText: (path) => Promise.resolve(path === 'templates/a.njk' ? present('x') : absent),
    readBytes: (path) => Promise.resolve(path === 'a' ? present(bytes) : absent),
    readContent: () => Promise.resolve(absent),
  }
  test('are read', async () => {
    expect([
      await templateFact.read(project, 'a.njk'),
      await sourceFact.read(project, 'a'),
    ]).toEqual([present('x'), present(bytes)])
  })
  test('that are missing are unknown: the run stops before it connects', async () => {
    expect([
      await templateFact.read(project, 'b'),
      await sourceFact.read(project, 'b'),
    ]).toMatchObject([
      { is: 'unknown', reason: 'templates/b does not exist in the project' },
      { is: 'unknown', reason: 'b does not exist in the project' },
    ])
  })
})

describe('secretSource', () => {
  const read = (bytes: Uint8Array, path = 'key.pem'): unknown => {
    const result = Later.evaluate(secretSource(path), {
      standIns: true,
      fact: () => present(bytes) as never,
    })
    return result.known && reveal(result.value)
  }
  test('is the text of a file of the project, known before anything connects', () => {
    expect([
      read(Buffer.from('grün\n')),
      read(Buffer.from('\ufeffgrün\n', 'utf16le')),
      secretSource('key.pem').isEarly,
    ]).toEqual(['grün\n', 'grün\n', true])
  })
  test('of bytes that are not text is an error', () => {
    expect(() => read(Buffer.from([0x61, 0xff]))).toThrow(
      expect.objectContaining({
        code: 'source-missing',
        address: 'key.pem',
        message: 'key.pem is not UTF-8 text',
        remedy: 'save it as UTF-8',
      }),
    )
  })
})

describe('what is read about a path', () => {
  test('its content if it differs and may be shown', () => {
    expect(pathKey('/x', 'a')).toEqual({
      path: '/x',
      follow: false,
      contentUnless: digestOf('a'),
      size: 1,
    })
    expect(pathKey('/x', new Secret('abcdefgh'))).toEqual({
      path: '/x',
      follow: false,
      digest: true,
    })
    expect(pathKey('/x', undefined, true)).toEqual({ path: '/x', follow: true })
    expect(pathKey('/x', 'ä', true)).toEqual({
      path: '/x',
      follow: true,
      contentUnless: digestOf('ä'),
      size: 2,
    })
  })
  test('only the digest if the content is known on the host only', () => {
    expect(
      pathKey('/x', Later.fact(request(secretFileFact, '/etc/s'), new Secret('abcdefgh'), 's')),
    ).toEqual({ path: '/x', follow: false, digest: true })
  })
  test('size and digest of a large source, once that is read', () => {
    const key = pathKey('/x', fileContentOf({ source: 'image' }))
    expect(key instanceof Later && Later.evaluate(key, source(false))).toEqual({
      known: true,
      value: { path: '/x', follow: false, digest: true, size: 5e9 },
    })
  })
  test('what follows from a template, once that is read', () => {
    const key = pathKey('/x', contentOf({ template: 'app.njk', vars: { port: 1, key: 'k' } }))
    expect(key instanceof Later && Later.evaluate(key, source(false))).toEqual({
      known: true,
      value: { path: '/x', follow: false, contentUnless: digestOf('port=1\nkey=k\n'), size: 13 },
    })
  })
})

describe('diffOf', () => {
  test.each<[string, Uint8Array | null, FileContent, unknown]>([
    ['text', Buffer.from('a\n'), 'b\n', { before: 'a\n', after: 'b\n' }],
    ['bytes that are text', Buffer.from('ä'), Buffer.from('ö'), { before: 'ä', after: 'ö' }],
    ['a byte order mark is shown', Buffer.from('\ufeffa'), 'a', { before: '\ufeffa', after: 'a' }],
    ['NUL in what comes', Buffer.from('a'), 'b\0', undefined],
    ['no text in what was', Buffer.from([0xff, 0xfe]), 'b', undefined],
    [
      'as long as the longest',
      Buffer.from('a'),
      'x'.repeat(256 * 1024),
      { before: 'a', after: 'x'.repeat(256 * 1024) },
    ],
    ['nothing to compare with', null, 'b', undefined],
    ['a secret', Buffer.from('a'), new Secret('abcdefgh'), undefined],
    ['a file that is not in memory', Buffer.from('a'), image, undefined],
    ['NUL in what was', Buffer.from('a\0'), 'b', undefined],
    ['bytes that are no text', Buffer.from('a'), Buffer.from([0xff, 0xfe]), undefined],
    ['too long', Buffer.from('a'), 'x'.repeat(256 * 1024 + 1), undefined],
  ])('%s', (_, before, after, expected) => {
    expect(diffOf(before, after)).toStrictEqual(expected)
  })
})

describe('content of a Later', () => {
  test.each(['', 'text', bytes, new Secret('abcdefgh'), undefined])('may be %j', (content) => {
    expect(checkedContent('file', '/x', content)).toBe(content)
  })
  test.each([
    [5, 'number'],
    [null, 'null'],
    [{ text: 'a' }, 'object'],
  ])('is refused with its type where it is %j', (content, type) => {
    const made = file('/x', { content: 'a' })
    const facts = { path: null, missingParent: null }
    expect(() => made.plan(facts, { content }, { changing: [] })).toThrow(
      expect.objectContaining({
        code: 'option-invalid',
        address: 'file[/x]',
        message: `file[/x]: the content turned out to be ${type}, and must be a string, bytes or a Secret`,
      }),
    )
  })
})

test.each<[string, Parameters<typeof digestOf>[0]]>([
  ['text', 'grün'],
  ['bytes', Buffer.from('grün')],
  ['a Secret', new Secret('grün', true)],
])('the digest of %s is that of its bytes, in hex', (_, content) => {
  expect(digestOf(content)).toBe('fe263064ba02eaeac482aaf1309553779bdb78e385cb1374654de293e191d785')
})

test('the digest of a large source is known', () => {
  expect(digestOf(image)).toBe(image.sha256)
})

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  realpathSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { present } from '../../src/core/fact.js'
import { FileInput } from '../../src/core/sh.js'
import { projectReader } from '../../src/backends/local.js'
import { project } from '../inventory/project.js'

const directory = project({
  'text.txt': 'grüße\n',
  'latin.txt': Buffer.from([0x67, 0xfc]),
  bytes: Buffer.from([0, 0xff]),
  empty: '',
})
mkdirSync(join(directory, 'folder'))
writeFileSync(join(directory, 'marked'), '\ufeffx')
const reader = projectReader(directory)

test.each<[path: string, expected: unknown]>([
  ['text.txt', { is: 'present', value: 'grüße\n' }],
  ['empty', { is: 'present', value: '' }],
  ['marked', { is: 'present', value: 'x' }],
  ['none', { is: 'absent' }],
  ['text.txt/below', { is: 'absent' }],
  [
    'folder',
    { is: 'unknown', reason: 'folder is a directory', remedy: 'name a file that can be read' },
  ],
  [
    'latin.txt',
    { is: 'unknown', reason: 'latin.txt is not UTF-8 text', remedy: 'save it as UTF-8' },
  ],
])('the text of %s', async (path, expected) =>
  expect(await reader.readText(path)).toEqual(expected),
)

test.each<[path: string, expected: unknown]>([
  ['bytes', { is: 'present', value: new Uint8Array([0, 0xff]) }],
  ['latin.txt', { is: 'present', value: new Uint8Array([0x67, 0xfc]) }],
  ['none', { is: 'absent' }],
  [
    'folder',
    { is: 'unknown', reason: 'folder is a directory', remedy: 'name a file that can be read' },
  ],
])('the bytes of %s', async (path, expected) =>
  expect(await reader.readBytes(path)).toEqual(expected),
)

describe('content', () => {
  const [large, half] = [Buffer.alloc(256 * 1024 + 1, 'x'), Buffer.alloc(128 * 1024, 'y')]
  const files = Object.fromEntries(
    Array.from({ length: 513 }, (_, index) => [`tree/${String(index)}`, half]),
  )
  const tree = project({ large, 'small.bin': Buffer.from([0, 1]), ...files })
  const input = (path: string, data: Buffer): FileInput =>
    new FileInput(
      join(realpathSync(tree), path),
      path,
      data.length,
      createHash('sha256').update(data).digest('hex'),
    )

  test('of a small file is its bytes, of a large one what sends it', async () => {
    const read = projectReader(tree)
    expect(await read.readContent('small.bin')).toEqual(present(new Uint8Array([0, 1])))
    expect(await read.readContent('large')).toEqual(present(input('large', large)))
    expect(await read.readContent('none')).toEqual({ is: 'absent' })
  })

  test('that is larger than any that is held in memory', async () => {
    truncateSync(join(tree, 'large'), 65 * 2 ** 20)
    const read = projectReader(tree)
    expect(await read.readContent('large')).toMatchObject({ value: { size: 65 * 2 ** 20 } })
    expect(await read.readBytes('large')).toMatchObject({ reason: 'large is larger than 64 MiB' })
  })

  test('of a tree is held up to 64 MiB in all', async () => {
    const read = projectReader(tree)
    const all = await Promise.all(Object.keys(files).map((path) => read.readContent(path)))
    const sent = all.filter((fact) => fact.is === 'present' && fact.value instanceof FileInput)
    expect([all.every(({ is }) => is === 'present'), sent.length]).toEqual([true, 1])
    expect(sent).toMatchObject([{ value: { size: half.length, sha256: input('', half).sha256 } }])
  })
})

describe('what lies outside the project', () => {
  const outside = project({ 'app/file': 'app', secret: 'secret', 'app/deep/er': 'deeper' })
  const beside = `../${basename(outside)}`
  const refused = (path: string, folder: string, leads = ''): unknown => ({
    is: 'unknown',
    reason: `${path} ${leads === '' ? 'lies' : `leads to ${leads}, which lies`} outside the project`,
    remedy: `copy it into the project, or name its folder in package.json: "fettle": { "sources": ["${folder}"] }`,
  })
  const inside = project({ file: 'x', 'templates/a.njk': 'a' })
  for (const [name, target] of [
    ['link', join(outside, 'secret')],
    ['folder', outside],
    ['templates/link.njk', '/etc/passwd'],
    ['templates/file.njk', '../file'],
    ['here', 'file'],
    ['app', join(outside, 'app')],
    ['gone', join(outside, 'none')],
    ['etc', '/etc'],
    ['shadow', '/etc/shadow'],
    ['zero', '/dev/zero'],
    ['round', 'round'],
    ['up', '..'],
  ] as const) {
    symlinkSync(target, join(inside, name))
  }

  test.each<[path: string, expected: unknown]>([
    [`${beside}/secret`, refused(`${beside}/secret`, beside)],
    [`${beside}/none`, refused(`${beside}/none`, beside)],
    [
      `file/../../${basename(outside)}/secret`,
      refused(`file/../../${basename(outside)}/secret`, beside),
    ],
    ['../../../../etc/shadow', refused('../../../../etc/shadow', '../../etc')],
    ['link', refused('link', beside, join(outside, 'secret'))],
    ['folder/secret', refused('folder/secret', beside, join(outside, 'secret'))],
    [
      `up/${basename(outside)}/secret`,
      refused(`up/${basename(outside)}/secret`, beside, join(outside, 'secret')),
    ],
    ['templates/link.njk', refused('templates/link.njk', '../../etc', '/etc/passwd')],
    ['app/file', refused('app/file', `${beside}/app`, join(outside, 'app/file'))],
    ['etc', refused('etc', '../..', '/etc')],
    ['shadow', refused('shadow', '../../etc', '/etc/shadow')],
    ['zero', refused('zero', '../../dev', '/dev/zero')],
    ['gone', { is: 'absent' }],
    [
      'round',
      {
        is: 'unknown',
        reason: 'round is a link that leads to itself',
        remedy: 'name a file that can be read',
      },
    ],
    ['here', { is: 'present', value: 'x' }],
    ['templates/file.njk', { is: 'present', value: 'x' }],
    ['./templates/../file', { is: 'present', value: 'x' }],
  ])('%s', async (path, expected) =>
    expect(await projectReader(inside).readText(path)).toEqual(expected),
  )

  test('is read from folders that package.json lists, and from no others', async () => {
    const named = project({
      'package.json': JSON.stringify({ fettle: { sources: [`${beside}/app`] } }),
    })
    symlinkSync(join(outside, 'app/deep'), join(named, 'deep'))
    symlinkSync(join(outside, 'secret'), join(named, 'link'))
    const read = projectReader(named)
    expect(
      await Promise.all(
        [`${beside}/app/file`, 'deep/er', 'link', `${beside}/app/../secret`].map((path) =>
          read.readText(path),
        ),
      ),
    ).toEqual([
      { is: 'present', value: 'app' },
      { is: 'present', value: 'deeper' },
      refused('link', beside, join(outside, 'secret')),
      refused(`${beside}/app/../secret`, beside),
    ])
  })

  test('a link that leaves such a folder', async () => {
    const other = project({ 'app/x': '' })
    symlinkSync('/etc/passwd', join(other, 'app/link'))
    const named = project({
      'package.json': JSON.stringify({ fettle: { sources: [join(other, 'app')] } }),
    })
    const path = `../${basename(other)}/app/link`
    expect(await projectReader(named).readText(path)).toEqual(
      refused(path, '../../etc', '/etc/passwd'),
    )
  })

  test('a project that is reached through a link', async () => {
    const through = project({})
    symlinkSync(inside, join(through, 'it'))
    expect(await projectReader(join(through, 'it')).readText('here')).toEqual({
      is: 'present',
      value: 'x',
    })
  })

  test.each<[text: string, reason: string]>([
    ['{', 'package.json is not JSON: '],
    ['{"fettle": []}', 'package.json: fettle is no object'],
    ['{"fettle": {"sources": "../app"}}', 'package.json: fettle.sources is no list of folders'],
    ['{"fettle": {"sources": [""]}}', 'package.json: fettle.sources is no list of folders'],
    [
      '{"fettle": {"source": ["../app"]}}',
      'package.json: fettle has no source; did you mean sources?',
    ],
  ])('a package.json with %s', async (text, reason) => {
    expect(await projectReader(project({ 'package.json': text })).readText('../x')).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining(reason),
    })
  })

  test('a file that is replaced by a link while it is read (TOCTOU)', async () => {
    const racing = project({ a: 'inside', 'b/x': '' })
    let swapped = true
    const swap = setInterval(() => {
      swapped = !swapped
      symlinkSync(swapped ? join(outside, 'secret') : join(racing, 'b/x'), join(racing, 'next'))
      renameSync(join(racing, 'next'), join(racing, 'a'))
    }, 0)
    const read = projectReader(racing)
    const seen = new Set<string>()
    // Repeated until both states were met: how long that takes depends on the machine.
    for (let round = 0; round < 300 || (seen.size < 2 && round < 10_000); round += 1) {
      const fact = await read.readText('a')
      seen.add(fact.is === 'present' ? fact.value : fact.is)
    }
    clearInterval(swap)
    expect([...seen]).not.toContain('secret')
    expect(seen.size).toBeGreaterThan(1)
  })
})

describe('what is not a file', () => {
  const odd = project({})
  execFileSync('mkfifo', [join(odd, 'pipe')])
  writeFileSync(join(odd, 'huge'), '')
  truncateSync(join(odd, 'huge'), 5 * 2 ** 40)
  writeFileSync(join(odd, 'large.njk'), '')
  truncateSync(join(odd, 'large.njk'), 20 * 2 ** 20)

  test.each<[path: string, reason: string]>([
    ['pipe', 'pipe is a named pipe'],
    ['.', '. is a directory'],
    ['huge', 'huge is larger than 64 MiB'],
  ])('%s', async (path, reason) => {
    expect(await projectReader(odd).readBytes(path)).toEqual({
      is: 'unknown',
      reason,
      remedy: 'name a file that can be read',
    })
  })

  test('a socket', async () => {
    const server = createServer().listen(join(odd, 'socket'))
    await new Promise((listening) => server.once('listening', listening))
    expect(await projectReader(odd).readBytes('socket')).toMatchObject({
      reason: 'socket is a socket',
    })
    server.close()
  })

  test('a text that is larger than any template', async () => {
    expect(await projectReader(odd).readText('large.njk')).toMatchObject({
      reason: 'large.njk is larger than 16 MiB',
    })
  })
})

import { describe, expect, test } from '@jest/globals'
import { pathFact, type PathEntry, type PathKey } from '../../../src/facts/files/path.js'
import { said } from '../said.js'

const digest = 'a'.repeat(64)
const other = 'b'.repeat(64)
const stat = 'stat 81a4 0 0 6 1764547200 root:root\n'
const file: PathEntry = {
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 6,
  mtime: 1764547200,
  owner: 'root',
  group: 'root',
  sha256: null,
  target: null,
  content: null,
}
const link = { ...file, kind: 'link', mode: 0o777 }
const present = (value: object): object => ({ is: 'present', value })
const a: PathKey = { path: '/a' }
const b: PathKey = { path: '/b' }

test.each<[string, readonly PathKey[], string, readonly object[]]>([
  ['a file', [a], `at 0\n${stat}end\n`, [present(file)]],
  [
    'two, the second first',
    [a, b],
    `at 1\nat 0\n${stat}stat 41ed 0 0 6 1764547200 root:root\nend\n`,
    [present({ ...file, kind: 'directory', mode: 0o755 }), present(file)],
  ],
  ['nothing', [a], 'absent 0\nend\n', [{ is: 'absent' }]],
  ['a link that has gone meanwhile', [a], `at 0\n${stat}absent 0\nend\n`, [{ is: 'absent' }]],
  ['no keys', [], 'end\n', []],
  [
    'what may not be read',
    [a],
    'closed 0\nend\n',
    [
      {
        is: 'unknown',
        reason: '/a may not be read by this user',
        remedy: 'use become, or let the user read it',
      },
    ],
  ],
  [
    'a file whose bytes may not be read',
    [a, b],
    `at 0\nat 1\n${stat}${stat}closed 0\nend\n`,
    [{ is: 'unknown', reason: '/a may not be read by this user' }, present(file)],
  ],
  [
    'names of a domain, and a malformed line, which affects only its own path',
    [a, b, { path: '/c' }],
    `at 0\nat 1\nat 2\nstat 81a4 5001 5513 6 1764547200 DOM\\ada:domain users\nstat 81a4 0 0 6 1764547200 root\n${stat}end\n`,
    [
      present({ ...file, uid: 5001, gid: 5513, owner: 'DOM\\ada', group: 'domain users' }),
      {
        is: 'unknown',
        reason: 'the host said nothing of /b',
        remedy: 'run again; look at the path with stat(1) on the host',
      },
      present(file),
    ],
  ],
  [
    'digests',
    [a, b],
    `at 0\nat 1\n${stat}${stat}sum 1\nsum 0\n${digest}  /b\n${other} */a\nend\n`,
    [present({ ...file, sha256: other }), present({ ...file, sha256: digest })],
  ],
  [
    'targets, which may have lines',
    [a, b],
    `at 0\nat 1\nstat a1ff 0 0 6 1764547200 root:root\nstat a1ff 0 0 6 1764547200 root:root\nlink 1\nlink 0\ntargets\nx\nend\n\0/y\0end\n`,
    [present({ ...link, target: '/y' }), present({ ...link, target: 'x\nend\n' })],
  ],
  [
    'targets of two kinds of links',
    [a, b],
    `at 0\nat 1\nstat a1ff 0 0 6 1764547200 root:root\nstat a1ff 0 0 6 1764547200 root:root\nlink 0\ntargets\nx\0link 1\ntargets\ny\0end\n`,
    [present({ ...link, target: 'x' }), present({ ...link, target: 'y' })],
  ],
  [
    'contents',
    [a, b],
    `at 0\nat 1\n${stat}stat 81a4 0 0 3 1764547200 root:root\nbytes 1\nbytes 0\ncontents\nab\nend\nx\nend\n`,
    [
      present({ ...file, content: Buffer.from('end\nx\n') }),
      present({ ...file, size: 3, content: Buffer.from('ab\n') }),
    ],
  ],
])('%s', (_, keys, stdout, facts) => {
  expect(pathFact.parse(said(stdout), keys)).toMatchObject(facts)
})

test.each([
  [262_144, 262_144],
  [262_145, null],
  [900_000, null],
])('of a file of %d bytes the content has %p', (size, length) => {
  const shown = 'x'.repeat(Math.min(size, 262_145))
  const answer = `at 0\nstat 81a4 0 0 ${String(size)} 1764547200 root:root\nbytes 0\ncontents\n${shown}end\n`
  const [fact] = pathFact.parse(said(answer), [a])
  expect(fact).toMatchObject({ is: 'present', value: { size } })
  expect(fact?.is === 'present' && (fact.value.content?.length ?? null)).toBe(length)
})

// sha256sum(1) of coreutils escapes a name with such characters, that of busybox does not.
test.each([
  ['/a b', '', '/a b'],
  ['/a\\b', '', '/a\\b'],
  ['/a\\nb', '', '/a\\nb'],
  ['/a\rb', '', '/a\rb'],
  ['/a\u2028b', '', '/a\u2028b'],
  ['/a\\b', '\\', '/a\\\\b'],
  ['/a\\nb', '\\', '/a\\\\nb'],
  ['/a\nb', '\\', '/a\\nb'],
  ['/a\rb', '\\', '/a\\rb'],
])('the digest of %j, whose line begins with %j and ends with %j', (path, start, name) => {
  const answer = `at 0\n${stat}sum 0\n${start}${digest}  ${name}\nend\n`
  expect(pathFact.parse(said(answer), [{ path }])).toEqual([present({ ...file, sha256: digest })])
})

describe('all are unknown', () => {
  const sum = `at 0\n${stat}sum 0\n`
  test.each([
    ['nothing was said', ''],
    ['a digest was not announced', `at 0\n${stat}${digest}  /a\nend\n`],
    ['a digest is of another file', `${sum}${digest}  /b\nend\n`],
    ['a digest is too short', `${sum}${digest.slice(1)}  /a\nend\n`],
    ['a digest is too long', `${sum}a${digest}  /a\nend\n`],
    ['a digest is behind noise', `${sum}x ${digest}  /a\nend\n`],
    ['a digest is missing', `${sum}end\n`],
    ['what exists has no attributes', 'at 0\nend\n'],
    ['there are attributes of nothing', `${stat}end\n`],
    ['there are attributes of what is absent', `absent 0\nabsent 1\nat 0\n${stat}end\n`],
    ['there are attributes of what is closed', `absent 0\nat 1\nclosed 1\n${stat}end\n`],
    ['a target is of what is absent', `absent 0\nabsent 1\nlink 0\ntargets\nx\0end\n`],
    ['what is absent is closed', `absent 0\nclosed 0\nabsent 1\nend\n`],
    ['there are attributes of what was not asked for', `at 2\n${stat}end\n`],
    ['what was not asked for is absent', 'absent 0\nabsent 1\nabsent 2\nend\n'],
    ['what was not asked for is closed', 'absent 0\nabsent 1\nclosed 2\nend\n'],
    ['a target was announced', `at 0\n${stat}link 0\nend\n`],
    ['a target has no end', `at 0\n${stat}link 0\ntargets\nxend\n`],
    ['the second of two targets is missing', `at 0\n${stat}link 0\nlink 0\ntargets\nx\0end\n`],
    ['a target is of what was not asked for', `at 0\n${stat}link 2\ntargets\nx\0end\n`],
    ['a content was announced', `at 0\n${stat}bytes 0\nend\n`],
    ['a content is too short', `at 0\n${stat}bytes 0\ncontents\nabend\n`],
    ['a content is too long', `at 0\n${stat}bytes 0\ncontents\nabcdefgend\n`],
    ['a content comes before the size', `at 0\nbytes 0\ncontents\n${stat}end\n`],
    ['a content is of nothing', `absent 0\nbytes 0\ncontents\nend\n`],
    ['a content is of what was not asked for', `bytes 2\ncontents\nend\n`],
    ['the end is missing', `at 0\n${stat}`],
    ['the last line has no end', `at 0\n${stat}end`],
    ['something follows', `at 0\n${stat}end\nend\n`],
    ['there is another word', 'absent 0\nabsent 1\ngone 1\nend\n'],
    ['a line is empty', 'absent 0\nabsent 1\n\nend\n'],
    ['a number is none', 'absent 0\nabsent x\nend\n'],
    ['a word is behind noise', 'absent 0\n9 absent 1\nend\n'],
    ['noise is behind a number', 'absent 0\nabsent 1 9\nend\n'],
  ])('where %s', (_, stdout) => {
    const fact = {
      is: 'unknown',
      reason: 'files could not be looked at',
      remedy:
        'run again: a file may have gone meanwhile; else see what stat(1) and sha256sum(1) say on the host',
    }
    expect(pathFact.parse(said(stdout), [a, b])).toEqual([fact, fact])
  })
  test('where the shell failed', () => {
    expect(pathFact.parse(said('absent 0\nend\n', 1), [a])).toMatchObject([
      { is: 'unknown', reason: 'files could not be looked at' },
    ])
    expect(pathFact.parse(said('', 127, 'sh: stat: not found\n'), [a])).toMatchObject([
      { is: 'unknown', reason: 'files could not be looked at: sh: stat: not found' },
    ])
  })
})

describe('asks', () => {
  test('for what each key wants, those whose links are followed apart', () => {
    const keys: readonly PathKey[] = [
      { path: '/a b' },
      { path: '/c', follow: true, digest: true },
      { path: '/d', contentUnless: '', size: 6 },
      { path: '/e', follow: true, contentUnless: digest },
      { path: '/f', size: 6 },
      { path: '/g', digest: true, size: 7 },
      { path: '/h', follow: false, digest: false },
      { path: '/i', follow: true },
    ]
    expect(
      pathFact.script(keys).script.body,
    ).toBe(`most_digested=67108864 longest_content=262144 slow_disk=10485760
path0='/a b'
path1=/c
path2=/d
unless2=''
size2=6
path3=/e
unless3=${digest}
path4=/f
path5=/g
size5=7
path6=/h
path7=/i
fettle_look_at_paths '0 2 4 5 6' '1 3 7' '2 5' '1 3' 2 3`)
  })
  test.each<[string, readonly PathKey[], number]>([
    ['attributes', [a, b], 60],
    ['attributes, whatever the size', [{ ...a, size: 1e9 }], 60],
    ['a digest of any size up to 64 MiB', [{ ...a, digest: true }], 67],
    ['a content', [{ ...a, contentUnless: '' }], 67],
    ['a small file', [{ ...a, digest: true, size: 1 }], 61],
    ['an empty file', [{ ...a, digest: true, size: 0 }], 60],
    [
      'two files of 100 MiB',
      [a, b].map((key) => ({ ...key, digest: true, size: 100 * 1024 * 1024 })),
      80,
    ],
  ])('with a time for %s', (_, keys, seconds) => {
    expect(pathFact.mayTake?.(keys)).toBe(seconds)
  })
})

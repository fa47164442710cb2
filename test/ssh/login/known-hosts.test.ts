import { execFile, execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  fingerprint,
  judge,
  KnownHosts,
  knownHostsLine,
  knownName,
  readKnownKeys,
  appendKey,
  type HostKeyVerdict,
} from '../../../src/ssh/login/known-hosts.js'
import { makeKey } from '../sshd.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-known-hosts-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function key(name: string, type: string): { readonly text: string; readonly blob: Buffer } {
  makeKey(join(directory, name), type)
  const text = readFileSync(join(directory, `${name}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ')
  return { text, blob: Buffer.from(text.split(' ')[1] ?? '', 'base64') }
}
const own = key('own', 'ed25519')
const other = key('other', 'ed25519')
const ecdsa = key('ecdsa', 'ecdsa')
const [type = '', base64 = ''] = own.text.split(' ')

/** The line with its names hashed, by OpenSSH itself. */
function hashed(line: string): string {
  const path = join(directory, 'to-hash')
  writeFileSync(path, `${line}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' })
  return readFileSync(path, 'utf8').trim()
}

const web1 = 'web1.example.org'
const web = knownName(web1, 22)

type Row = readonly [
  row: string,
  text: string,
  verdict: HostKeyVerdict['is'],
  host?: string,
  port?: number,
]
const rows: readonly Row[] = [
  ['plain', `${web1} ${own.text} comment # more`, 'known'],
  ['upper case in the file', `WEB1.Example.org ${own.text}`, 'known'],
  ['upper case asked for', `${web1} ${own.text}`, 'known', 'WEB1.example.org'],
  ['a list', `a,${web1},b ${own.text}`, 'known'],
  ['a list with a blank', `a, ${web1} ${own.text}`, 'unknown'],
  ['a list with nothing between commas', `,,${web1},, ${own.text}`, 'known'],
  ['tabs and blanks', `  ${web1}\t${type}   ${base64}\t`, 'known'],
  ['what is not a blank before a name', `\f${web1} ${own.text}`, 'unknown'],
  ['a byte order mark', `\ufeff${web1} ${own.text}`, 'unknown'],
  ['CRLF', `${web1} ${own.text}\r\n`, 'known'],
  ['CR alone', `x ${other.text}\r${web1} ${own.text}\r`, 'unknown'],
  [
    'no final newline, other lines before',
    `# hello\n\njunk\nx y z\n${own.text}\n${web1} ${own.text}`,
    'known',
  ],
  ['a comment', `  # ${web1} ${own.text}`, 'unknown'],
  ['a comment that touches the key', `${web1} ${own.text}#x`, 'unknown'],
  ['another key', `${web1} ${other.text}`, 'changed'],
  ['another key, then this one', `${web1} ${other.text}\n${web1} ${own.text}`, 'known'],
  ['another type of key', `${web1} ${ecdsa.text}`, 'changed'],
  ['another host', `web2.example.org ${own.text}`, 'unknown'],
  ['a dot behind the name', `${web1}. ${own.text}`, 'unknown'],
  ['a star', `*.example.org ${own.text}`, 'known'],
  ['a pattern in upper case', `*.EXAMPLE.org ${own.text}`, 'known'],
  ['stars and a question mark', `w*b?.*.org ${own.text}`, 'known'],
  ['a star that does not reach', `*.example.com ${own.text}`, 'unknown'],
  ['a star and another key', `* ${other.text}`, 'changed'],
  ['a negated name', `*.example.org,!${web1} ${own.text}`, 'unknown'],
  ['a negated name alone', `!${web1} ${own.text}`, 'unknown'],
  ['another negated name alone', `!web2.example.org ${own.text}`, 'unknown'],
  ['a negated pattern first', `!web*,* ${own.text}`, 'unknown'],
  ['a negated name that is another', `*.example.org,!web2.* ${own.text}`, 'known'],
  ['a negated line, and one that is not', `!${web1},* ${other.text}\n${web1} ${own.text}`, 'known'],
  ['hashed', hashed(`${web1} ${own.text}`), 'known'],
  ['hashed from upper case', hashed(`WEB1.example.org ${own.text}`), 'known'],
  ['hashed, another key', hashed(`${web1} ${other.text}`), 'changed'],
  ['hashed, another host', hashed(`web2.example.org ${own.text}`), 'unknown'],
  ['hashed, behind a name', `a,${hashed(`${web1} ${own.text}`)}`, 'unknown'],
  ['hashed, before a name', hashed(`${web1} ${own.text}`).replace(' ', ',b '), 'unknown'],
  ['hashed and negated', `!${hashed(`${web1} ${own.text}`)}`, 'unknown'],
  ['a hash that is none', `|1|x|y ${own.text}\n|2|a|b ${own.text}\n| ${own.text}`, 'unknown'],
  ['a port', `[${web1}]:2222 ${own.text}`, 'known', web1, 2222],
  ['a port that is another', `[${web1}]:22 ${own.text}`, 'unknown', web1, 2222],
  ['a port where it is the usual one', `[${web1}]:22 ${own.text}`, 'unknown'],
  ['brackets without a port', `[${web1}] ${own.text}`, 'unknown'],
  ['patterns with a port', `[web?.*]:22* ${own.text}`, 'known', web1, 2222],
  ['a star for any port', `* ${own.text}`, 'known', web1, 2222],
  ['hashed with a port', hashed(`[${web1}]:2222 ${own.text}`), 'known', web1, 2222],
  ['the name without the port', `${web1} ${own.text}`, 'known', web1, 2222],
  ['hashed without the port', hashed(`${web1} ${own.text}`), 'known', web1, 2222],
  ['a pattern without the port', `*.example.org ${own.text}`, 'known', web1, 2222],
  ['another key without the port', `${web1} ${other.text}`, 'unknown', web1, 2222],
  ['another type without the port', `${web1} ${ecdsa.text}`, 'unknown', web1, 2222],
  [
    'another key with the port, this one without',
    `[${web1}]:2222 ${other.text}\n${web1} ${own.text}`,
    'changed',
    web1,
    2222,
  ],
  [
    'this key with the port, another without',
    `[${web1}]:2222 ${own.text}\n${web1} ${other.text}`,
    'known',
    web1,
    2222,
  ],
  ['negated with the port', `![${web1}]:2222,* ${own.text}`, 'known', web1, 2222],
  ['revoked without the port', `@revoked ${web1} ${own.text}`, 'revoked', web1, 2222],
  [
    'revoked with the port, known without',
    `${web1} ${own.text}\n@revoked [${web1}]:2222 ${own.text}`,
    'revoked',
    web1,
    2222,
  ],
  ['an address of IPv6', `::1 ${own.text}`, 'known', '::1'],
  ['an address of IPv6 in brackets', `[::1] ${own.text}`, 'unknown', '::1'],
  ['an address of IPv6 in upper case', `FE80::AB ${own.text}`, 'known', 'fe80::ab'],
  ['an address of IPv6 written otherwise', `0:0:0:0:0:0:0:1 ${own.text}`, 'unknown', '::1'],
  ['an address of IPv6 with a port', `[::1]:2222 ${own.text}`, 'known', '::1', 2222],
  ['an address of IPv6 without the port', `::1 ${own.text}`, 'known', '::1', 2222],
  ['revoked', `@revoked ${web1} ${own.text}`, 'revoked'],
  [
    'revoked by a pattern, behind tabs, and known',
    `\t@revoked\t*.org\t${type}\t${base64}\r\n${web1} ${own.text}`,
    'revoked',
  ],
  [
    'revoked by a hash, after it is known',
    `${web1} ${own.text}\n@revoked ${hashed(`${web1} ${own.text}`)}`,
    'revoked',
  ],
  [
    'revoked by a list that leaves it out',
    `@revoked *,!${web1} ${own.text}\n${web1} ${own.text}`,
    'known',
  ],
  ['another key revoked', `@revoked * ${other.text}\n${web1} ${own.text}`, 'known'],
  ['another key revoked, and nothing known', `@revoked ${web1} ${other.text}`, 'unknown'],
  ['a certificate authority', `@cert-authority * ${own.text}`, 'unknown'],
  [
    'a certificate authority, and known',
    `@cert-authority * ${other.text}\n${web1} ${own.text}`,
    'known',
  ],
  [
    'a certificate authority that is revoked',
    `@cert-authority * ${own.text}\n@revoked * ${own.text}`,
    'revoked',
  ],
  ['an unknown marker', `@other ${web1} ${own.text}`, 'unknown'],
  ['a marker in upper case', `@REVOKED ${web1} ${own.text}\n${web1} ${own.text}`, 'known'],
  ['two markers', `@revoked @revoked ${web1} ${own.text}`, 'unknown'],
  ['a marker alone', '@revoked', 'unknown'],
  ["a type that is not the key's", `${web1} ssh-rsa ${base64}`, 'unknown'],
  ['a type in upper case', `${web1} SSH-ED25519 ${base64}`, 'unknown'],
  ['no type', `${web1} ${base64}`, 'unknown'],
  ['a key cut short', `${web1} ${type} ${base64.slice(0, 32)}`, 'unknown'],
  [
    'a key with more behind it',
    `${web1} ${type} ${Buffer.concat([own.blob, Buffer.from([0, 0, 0, 0])]).toString('base64')}`,
    'unknown',
  ],
  ['a key with padding that it does not need', `${web1} ${own.text}==`, 'unknown'],
  ['options, as authorized_keys has them', `${web1} no-pty ${own.text}`, 'unknown'],
  ['a long line', `${'a,'.repeat(5000)}${web1} ${own.text}`, 'known'],
  ['nothing', '', 'unknown'],
]

/** ssh's own verdict on the key that an sshd presents, by row. */
const verdicts = new Map<string, string>()
beforeAll(async () => {
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  writeFileSync(join(directory, 'sshd_config'), `HostKey ${join(directory, 'own')}\nUsePAM no\n`)
  const waiting = [...rows.entries()]
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        verdicts.set(next[1][0], await saidBySsh(...next))
    }),
  )
}, 120_000)

function saidBySsh(index: number, [, text, , host = web1, port = 22]: Row): Promise<string> {
  const file = join(directory, `known_hosts_${String(index)}`)
  writeFileSync(file, text)
  const options = [
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'PreferredAuthentications=none',
    `ProxyCommand=/usr/sbin/sshd -i -e -f ${join(directory, 'sshd_config')} 2>/dev/null`,
  ]
  return new Promise((resolve) => {
    execFile(
      'ssh',
      [
        '-F',
        'none',
        ...options.flatMap((option) => ['-o', option]),
        '-p',
        String(port),
        host,
        'true',
      ],
      (_, __, words) => {
        const said = [
          [/REVOKED/, 'revoked'],
          [/IDENTIFICATION HAS CHANGED/, 'changed'],
          [/host key is known for/, 'unknown'],
          [/Permission denied/, 'known'],
        ] as const
        resolve(said.find(([pattern]) => pattern.test(words))?.[1] ?? words)
      },
    )
  })
}

describe("OpenSSH's verdict", () => {
  test.each(rows)('%s', (row, text, verdict, host = web1, port = 22) => {
    const file = new KnownHosts('file', text)
    expect([
      judge(
        file.keysOf(knownName(host, port)),
        own.blob,
        port === 22 ? [] : file.keysOf(knownName(host, 22)),
      ).is,
      verdicts.get(row),
    ]).toEqual([verdict, verdict])
  })
})

test('the places of revoked, changed and certifying keys are named', () => {
  const text = `@revoked * ${own.text}\n${web1} ${own.text}\n@cert-authority *.example.org ${other.text}\n`
  const known = new KnownHosts('f', text).keysOf(web)
  expect(judge(known, own.blob)).toMatchObject({ is: 'revoked', by: { place: 'f:1' } })
  expect(judge(known, other.blob)).toMatchObject({ is: 'changed', known: [{ place: 'f:2' }] })
  expect(judge([], other.blob, known.slice(2))).toMatchObject({
    is: 'unknown',
    authorities: [{ place: 'f:3' }],
  })
})

test('a hostile pattern costs nothing', () => {
  const name = `${'a'.repeat(2000)}b`
  expect(new KnownHosts('f', `${'a*'.repeat(1000)}c ${own.text}`).keysOf(name)).toEqual([])
})

test("fingerprints are ssh-keygen's", () => {
  expect(
    execFileSync('ssh-keygen', ['-lf', join(directory, 'own.pub')], { encoding: 'utf8' }),
  ).toContain(` ${fingerprint(own.blob)} `)
})

test('several files are one, and a missing one is empty', async () => {
  const [one, two] = [join(directory, 'one'), join(directory, 'two')]
  writeFileSync(one, `web1.example.org ${other.text}\n`)
  writeFileSync(two, `web1.example.org ${own.text}\n`)
  expect(judge(await readKnownKeys([one, join(directory, 'none'), two], web), own.blob).is).toBe(
    'known',
  )
})

test('of files with a byte order mark those in UTF-8 are read, and others are named', async () => {
  const [marked, wide] = [join(directory, 'marked'), join(directory, 'wide')]
  writeFileSync(marked, `\ufeffweb1.example.org ${own.text} gr\u00fcn\n`)
  writeFileSync(wide, Buffer.from(`\ufeffweb1.example.org ${own.text}\r\n`, 'utf16le'))
  expect(judge(await readKnownKeys([marked], 'web1.example.org'), own.blob).is).toBe('known')
  await expect(readKnownKeys([wide], 'web1.example.org')).rejects.toMatchObject({
    code: 'host-key-unknown',
    message: `${wide} is written in UTF-16LE, which neither OpenSSH nor Fettle reads there`,
  })
})

test('remembering: a private file, whole lines, all of many at once, no link followed', async () => {
  const path = join(directory, 'inventory', 'known_hosts')
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      appendKey(path, knownHostsLine(`host${index}`, own.blob)),
    ),
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
  for (let index = 0; index < 50; index += 1)
    expect(judge(await readKnownKeys([path], `host${index}`), own.blob).is).toBe('known')
  writeFileSync(path, `first ${own.text}`)
  await appendKey(path, knownHostsLine('second', own.blob))
  expect(readFileSync(path, 'utf8')).toBe(`first ${own.text}\nsecond ${own.text}\n`)
  const link = join(directory, 'link')
  symlinkSync(path, link)
  await expect(appendKey(link, 'x')).rejects.toMatchObject({ code: 'ELOOP' })
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
})

test.each([0o000, 0o077, 0o777])(
  'what is remembered under umask %o has its modes',
  async (mask) => {
    const path = join(directory, `umask-${String(mask)}`, 'known_hosts')
    const before = process.umask(mask)
    await appendKey(path, knownHostsLine('host', own.blob)).finally(() => process.umask(before))
    expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([
      0o600, 0o755,
    ])
  },
)

import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { fingerprint, judge, KnownHosts, knownHostsLine, knownName, readKnownKeys, remember } from '../../src/ssh/known-hosts.js'
import { makeKey } from './sshd.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-known-hosts-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function key(name: string, type: string): { readonly text: string; readonly blob: Buffer } {
  makeKey(join(directory, name), type)
  const text = readFileSync(join(directory, `${name}.pub`), 'utf8').split(' ').slice(0, 2).join(' ')
  return { text, blob: Buffer.from(text.split(' ')[1] ?? '', 'base64') }
}
const own = key('own', 'ed25519')
const other = key('other', 'ed25519')
const ecdsa = key('ecdsa', 'ecdsa')

/** The line with its names hashed, by OpenSSH itself. */
function hashed(line: string): string {
  const path = join(directory, 'to-hash')
  writeFileSync(path, `${line}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' })
  return readFileSync(path, 'utf8').trim()
}

/** How many keys OpenSSH finds for a name. */
function found(text: string, name: string): number {
  const path = join(directory, 'to-search')
  writeFileSync(path, text)
  try {
    const output = execFileSync('ssh-keygen', ['-F', name, '-f', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return output.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  } catch {
    return 0
  }
}

const web = knownName('web1.example.org', 22)
const port = knownName('Web1.example.org', 2222)

test.each([
  ['plain', `web1.example.org ${own.text} comment`, web, 'known'],
  ['upper case in the file', `WEB1.example.org ${own.text}`, web, 'known'],
  ['a list', `a,web1.example.org,b ${own.text}`, web, 'known'],
  ['tabs and spaces', `  web1.example.org\t${own.text.replace(' ', '  ')}`, web, 'known'],
  ['CRLF', `web1.example.org ${own.text}\r\n`, web, 'known'],
  ['no final newline, other lines before', `# hello\n\njunk\nx y z\n${own.text}\nweb1.example.org ${own.text}`, web, 'known'],
  ['another key', `web1.example.org ${other.text}`, web, 'changed'],
  ['another key, then this one', `web1.example.org ${other.text}\nweb1.example.org ${own.text}`, web, 'known'],
  ['another host', `web2.example.org ${own.text}`, web, 'unknown'],
  ['a port', `[web1.example.org]:2222 ${own.text}`, port, 'known'],
  ['a port that is not this one', `[web1.example.org]:22 ${own.text}`, port, 'unknown'],
  ['the name without the port', `web1.example.org ${own.text}`, port, 'unknown'],
  ['a star', `*.example.org ${own.text}`, web, 'known'],
  ['stars and a question mark', `w*b?.*.org ${own.text}`, web, 'known'],
  ['a star that does not reach', `*.example.com ${own.text}`, web, 'unknown'],
  ['a negated name', `*.example.org,!web1.example.org ${own.text}`, web, 'unknown'],
  ['a negated name that is another', `*.example.org,!web2.* ${own.text}`, web, 'known'],
  ['hashed', hashed(`web1.example.org ${own.text}`), web, 'known'],
  ['hashed with a port', hashed(`[web1.example.org]:2222 ${own.text}`), port, 'known'],
  ['hashed, another key', hashed(`web1.example.org ${other.text}`), web, 'changed'],
  ['hashed, another host', hashed(`web2.example.org ${own.text}`), web, 'unknown'],
  ['a hash that is none', `|1|x|y ${own.text}\n|2|a|b ${own.text}\n| ${own.text}`, web, 'unknown'],
  ['a type that is not the key\'s', `web1.example.org ssh-rsa ${own.text.split(' ')[1] ?? ''}`, web, 'unknown'],
  ['a key cut short', `web1.example.org ${own.text.slice(0, 20)}`, web, 'unknown'],
] as const)('%s', (row, text, name, verdict) => {
  const keys = new KnownHosts('file', text).keysOf(name)
  expect(judge(keys, own.blob).is).toBe(verdict)
  // OpenSSH finds the same keys; ssh-keygen prints a line also where type and key disagree.
  if (!/type that|cut short/.test(row)) expect(keys).toHaveLength(found(text, name))
})

describe('markers', () => {
  test('a revoked key is refused, also where another line knows it', () => {
    const text = `@revoked * ${own.text}\nweb1.example.org ${own.text}\n`
    expect(judge(new KnownHosts('f', text).keysOf(web), own.blob)).toMatchObject({ is: 'revoked', by: { place: 'f:1' } })
    expect(judge(new KnownHosts('f', text).keysOf(web), other.blob)).toMatchObject({ is: 'changed', known: [{ place: 'f:2' }] })
  })
  test('a certificate authority is no known key, and is named', () => {
    expect(judge(new KnownHosts('f', `@cert-authority *.example.org ${own.text}`).keysOf(web), own.blob)).toMatchObject({ is: 'unknown', authorities: [{ place: 'f:1' }] })
  })
  test('an unknown marker is passed over', () => {
    expect(judge(new KnownHosts('f', `@other web1.example.org ${own.text}`).keysOf(web), own.blob)).toMatchObject({ is: 'unknown', authorities: [] })
  })
})

test('another type than the known one is a change', () => {
  expect(judge(new KnownHosts('f', `web1.example.org ${ecdsa.text}`).keysOf(web), own.blob)).toMatchObject({ is: 'changed', known: [{ type: 'ecdsa-sha2-nistp256' }] })
})

test('a hostile pattern costs nothing', () => {
  const name = `${'a'.repeat(2000)}b`
  expect(new KnownHosts('f', `${'a*'.repeat(1000)}c ${own.text}`).keysOf(name)).toEqual([])
})

test('fingerprints are ssh-keygen\'s', () => {
  expect(execFileSync('ssh-keygen', ['-lf', join(directory, 'own.pub')], { encoding: 'utf8' })).toContain(` ${fingerprint(own.blob)} `)
})

test('several files are one, and a missing one is empty', async () => {
  const [one, two] = [join(directory, 'one'), join(directory, 'two')]
  writeFileSync(one, `web1.example.org ${other.text}\n`)
  writeFileSync(two, `web1.example.org ${own.text}\n`)
  expect(judge(await readKnownKeys([one, join(directory, 'none'), two], web), own.blob).is).toBe('known')
})

test('remembering: a private file, whole lines, all of many at once, no link followed', async () => {
  const path = join(directory, 'inventory', 'known_hosts')
  await Promise.all(Array.from({ length: 50 }, (_, index) => remember(path, knownHostsLine(`host${index}`, own.blob))))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  for (let index = 0; index < 50; index += 1) expect(judge(await readKnownKeys([path], `host${index}`), own.blob).is).toBe('known')
  writeFileSync(path, `first ${own.text}`)
  await remember(path, knownHostsLine('second', own.blob))
  expect(readFileSync(path, 'utf8')).toBe(`first ${own.text}\nsecond ${own.text}\n`)
  const link = join(directory, 'link')
  symlinkSync(path, link)
  await expect(remember(link, 'x')).rejects.toMatchObject({ code: 'ELOOP' })
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
})

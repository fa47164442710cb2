import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { knownName, withKeys } from '../../../src/resources/accounts/known-host.js'

const one = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
const two = 'ecdsa-sha2-nistp256 AAAAE2VjZHNh'
/** The name `h` as ssh-keygen hashed it. */
const hashed = '|1|OCnKVeD5+p7Na62IOCgvP8bgwAQ=|nmpjuIMKpvifWf7ZuChj/DBG6x0='
const aroundHashed = [`x${hashed}`, `${hashed}|x`, hashed.replace('|1|', '|2|'), hashed.slice(2)]
  .map((name) => `${name} ${two}\n`)
  .join('')

test.each([
  ['GitHub.com', 'github.com'],
  ['git.example:2222', '[git.example]:2222'],
  ['[git.example]:22', 'git.example'],
  ['::1', '::1'],
  ['[::1]:2222', '[::1]:2222'],
  ['192.0.2.1:2022', '[192.0.2.1]:2022'],
  ['Git.Example:22', 'git.example'],
  ['Git.Example:2222', '[git.example]:2222'],
  ['2001:db8::22', '2001:db8::22'],
  ['2001:22::a', '2001:22::a'],
])('%s is written as %s', (host, name) => {
  expect(knownName(host)).toBe(name)
})

describe('withKeys', () => {
  test.each<[string, string, readonly string[], string]>([
    ['an empty file', '', [one], `h ${one}\n`],
    [
      'other lines stay as they are',
      `# note\n\n other ${two} \n*.h ${two}\n@revoked h ${two}\ngarbage\n`,
      [one],
      `# note\n\n other ${two} \n*.h ${two}\n@revoked h ${two}\ngarbage\nh ${one}\n`,
    ],
    ['an empty line is kept', '\n', [one], `\nh ${one}\n`],
    ['a comment that lists the host', `#x,h ${two}\n`, [one], `#x,h ${two}\nh ${one}\n`],
    [
      'a line with other white space is the host’s too',
      `\t h  \t ${one.replace(' ', '  ')}\tpinned \n`,
      [one],
      `\t h  \t ${one.replace(' ', '  ')}\tpinned \n`,
    ],
    ['a name that holds marks', `a#b@c,h ${two}\n`, [], `a#b@c ${two}\n`],
    ['a name in capitals', `x,H ${two}\n`, [one], `x ${two}\nh ${one}\n`],
    ['several names are left', `a,h,b ${two}\n`, [], `a,b ${two}\n`],
    ['a hashed name', `${hashed} ${two}\n`, [], ''],
    ['text around a hashed name', aroundHashed, [], aroundHashed],
    ['a file without a last line break', `other ${two}`, [one], `other ${two}\nh ${one}\n`],
    [
      'a key that is there stays at its place, with its comment',
      `h ${one} pinned\nother ${two}\n`,
      [one],
      `h ${one} pinned\nother ${two}\n`,
    ],
    ['another key goes', `h ${two}\nother ${two}\n`, [one], `other ${two}\nh ${one}\n`],
    [
      'and leaves the other names of its line',
      `h,other ${two} note\n`,
      [one],
      `other ${two} note\nh ${one}\n`,
    ],
    ['a key twice is one key', '', [one, `${one} again`], `h ${one}\n`],
    ['forgotten', `h ${one}\nother ${two}\n`, [], `other ${two}\n`],
    ['forgotten, and nothing left', `h ${one}\n`, [], ''],
  ])('%s', (_, before, keys, after) => {
    expect(withKeys(before, 'h', keys)).toBe(after)
    expect(withKeys(after, 'h', keys)).toBe(after)
  })

  test('names that ssh-keygen hashed are recognised', () => {
    const directory = mkdtempSync(join(tmpdir(), 'known-'))
    const path = join(directory, 'known_hosts')
    writeFileSync(path, `github.com ${one}\n[git.example]:2222 ${one}\n`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' })
    const hashed = readFileSync(path, 'utf8')
    rmSync(directory, { recursive: true })
    expect(hashed).toContain('|1|')
    expect(withKeys(hashed, 'github.com', [one])).toBe(hashed)
    expect(withKeys(hashed, '[git.example]:2222', [])).toBe(`${hashed.split('\n')[0] ?? ''}\n`)
  })
})

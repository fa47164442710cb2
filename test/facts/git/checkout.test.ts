import { describe, expect, test } from '@jest/globals'
import { absent, present, unknown, type Fact } from '../../../src/core/fact.js'
import { sh } from '../../../src/core/sh.js'
import {
  gitCheckoutFact,
  type Checkout,
  type CheckoutKey,
  type NoCheckout,
} from '../../../src/facts/git/checkout.js'
import { localEnvironment } from '../../../src/facts/git/environment.js'

const [one, two, three] = ['1'.repeat(40), '2'.repeat(40), '3'.repeat(64)]
const key: CheckoutKey = { path: '/srv/app', clean: null, submodules: false, branch: 'main' }

const read = (stdout: string, stderr = ''): readonly Fact<Checkout | NoCheckout>[] =>
  gitCheckoutFact.parse({ code: 0, stdout: Buffer.from(stdout), stderr }, [key])
const answer = (text: string, status = 0): readonly Fact<Checkout | NoCheckout>[] =>
  read(`@checkout\n${text}@status ${String(status)}\n`)

const least = `owner hook 990\nhead ${one}\nunpushed 0\n`
const plain: Checkout = {
  owner: { name: 'hook', id: '990' },
  head: one,
  remote: null,
  changed: [],
  unwanted: [],
  unpushed: 0,
  locks: [],
  holder: null,
  submodules: [],
  ahead: [],
  branches: [],
  underWay: null,
}

describe('a checkout', () => {
  test.each<[string, string, Partial<Checkout>]>([
    ['with nothing to tell of', least, {}],
    [
      'whose owner has the name of a domain',
      least.replace('hook', 'DOM\\web hook'),
      { owner: { name: 'DOM\\web hook', id: '990' } },
    ],
    ['of a repository with SHA-256', least.replace(one, three), { head: three }],
    ['before the first commit', 'owner hook 990\nhead none\n', { head: null }],
    [
      'without a commit, with branches that were counted',
      'owner hook 990\nhead none\nunpushed 12\n',
      { head: null, unpushed: 12 },
    ],
    ['with a remote', `${least}remote git@example.org:app  \n`, { remote: 'git@example.org:app' }],
    [
      'with files that differ, whatever their names',
      `${least}changed a b\nchanged changed c\nxchanged d\nWould remove "x\\ny"\nx Would remove z\nWould remove d/\n`,
      { changed: ['a b', 'changed c'], unwanted: ['"x\\ny"', 'd/'] },
    ],
    [
      'with locks that are left',
      `${least}lock .git/index.lock\nlock .git/refs/heads/main.lock\n`,
      { locks: ['.git/index.lock', '.git/refs/heads/main.lock'] },
    ],
    [
      'with a lock that a git may hold',
      `${least}lock .git/index.lock\nholder 1234\n`,
      { locks: ['.git/index.lock'], holder: 1234 },
    ],
    [
      'with submodules that differ, and one that does not',
      `${least}-${one} lib\n+${two} my lib (heads/main)\nU${three} c\n ${one} same (v1)\n+12 short\nx-${one} words in front\n`,
      { submodules: ['lib', 'my lib', 'c'] },
    ],
    [
      'with submodules that have parentheses in their paths',
      `${least}-${one} a (b)\n+${two} c (d) (heads/f(x))\n+${two} (e)/g (v1)\nU${three} h (i)\n`,
      { submodules: ['a (b)', 'c (d)', '(e)/g', 'h (i)'] },
    ],
    [
      'with line separators of Unicode in the names',
      `${least}changed a\u2028b\nWould remove a\u2029b\n+${two} a\u2028b (v1)\nahead 3 a\u2028b\n`,
      {
        changed: ['a\u2028b'],
        unwanted: ['a\u2029b'],
        submodules: ['a\u2028b'],
        ahead: [{ name: 'a\u2028b', unpushed: 3 }],
      },
    ],
    [
      'with commits of its own',
      `${least}branch 2 release/1.0\nbranch 12 b\nahead 3 my lib\nahead x lib\nahead y 3 lib\nahead 3\n`,
      {
        branches: [
          { name: 'release/1.0', unpushed: 2 },
          { name: 'b', unpushed: 12 },
        ],
        ahead: [{ name: 'my lib', unpushed: 3 }],
      },
    ],
    ['in a rebase', `${least}under-way rebase-merge\n`, { underWay: 'rebase' }],
    ['in a rebase of the older kind', `${least}under-way rebase-apply\n`, { underWay: 'rebase' }],
    ['in a merge', `${least}under-way MERGE_HEAD\n`, { underWay: 'merge' }],
    ['in a cherry-pick', `${least}under-way CHERRY_PICK_HEAD\n`, { underWay: 'cherry-pick' }],
    ['in a revert', `${least}under-way REVERT_HEAD\n`, { underWay: 'revert' }],
  ])('%s', (_, text, more) => {
    expect(answer(text)).toEqual([present({ ...plain, ...more })])
  })

  test.each([
    ['https://example.org/app', 'https://example.org/app'],
    ['https://user:token@example.org/app', 'https://[secret]@example.org/app'],
    ['https://token@example.org/app', 'https://[secret]@example.org/app'],
    ['http://token@example.org/app', 'http://[secret]@example.org/app'],
    ['https://:token@example.org/app', 'https://[secret]@example.org/app'],
    ['git+ssh://git:token@example.org/app', 'git+ssh://[secret]@example.org/app'],
    ['ssh://git@example.org/app', 'ssh://git@example.org/app'],
    ['https://example.org/a:b@c', 'https://example.org/a:b@c'],
    ['https://example.org/app@v1', 'https://example.org/app@v1'],
    ['git@example.org:app', 'git@example.org:app'],
    ['/srv/https://a:b@c', '/srv/https://a:b@c'],
    ['/srv/https://a@c', '/srv/https://a@c'],
  ])('its remote %s is shown as %s', (url, shown) => {
    expect(answer(`${least}remote ${url}\n`)).toEqual([present({ ...plain, remote: shown })])
  })
})

describe('what is at the path', () => {
  test.each<[number, Fact<NoCheckout>]>([
    [
      90,
      unknown(
        'git is not installed on the host',
        "add apt.packages(['git']) before this resource",
        { lacks: ['program:git'] },
      ),
    ],
    [92, absent],
    [93, present({ other: 'no directory' })],
    [94, present({ other: 'a directory that holds other things' })],
    [
      95,
      unknown(
        'root owns the checkout in a directory of another user, and git as root does nothing there',
        'give both one owner',
      ),
    ],
    [
      124,
      unknown(
        'git did not answer within 120 s',
        'run git status there as its owner and see what it waits for',
      ),
    ],
  ])('status %i', (status, fact) => {
    expect(answer('owner hook 990\n', status)).toEqual([fact])
  })
})

describe('unknown is', () => {
  const damaged =
    "see git's message; if the repository is damaged, remove /srv/app and it is cloned anew"
  test.each([
    [
      'what git refuses to read',
      '@checkout\nowner hook 990\nfatal: detected dubious ownership\n\n@status 128\n',
      'fatal: detected dubious ownership',
    ],
    [
      'what git refuses in words that name an owner',
      '@checkout\nowner hook 990\nowner of it is another\nfatal: owner x\n@status 128\n',
      'owner of it is another\nfatal: owner x',
    ],
    [
      'what has no owner, in words that name one',
      '@checkout\nstat: no owner can be read\nof it\n@status 1\n',
      'stat: no owner can be read\nof it',
    ],
    ['what ends without words', '@checkout\nowner hook 990\n@status 137\n', 'it broke'],
    ['no answer', '', 'it broke'],
    ['garbage', 'garbage', 'it broke'],
    ['an answer that is cut', `@checkout\n${least}`, 'it broke'],
  ])('%s', (_, stdout, said) => {
    expect(read(stdout, 'it broke')).toEqual([
      unknown(`git cannot read /srv/app: ${said}`, damaged),
    ])
  })
  test.each([
    ['nothing', ''],
    ['no owner', `head ${one}\nunpushed 0`],
    ['an owner without a number', `owner hook\nhead ${one}\nunpushed 0`],
    ['no commit', 'owner hook 990\nunpushed 0'],
    ['a commit that is none', 'owner hook 990\nhead zzz\nunpushed 0'],
    ['a commit with words in front', `owner hook 990\nhead x${one}\nunpushed 0`],
    ['a commit with words behind', `owner hook 990\nhead ${three}x\nunpushed 0`],
    ['nearly none', 'owner hook 990\nhead nonesuch\nunpushed 0'],
    ['a short commit', `owner hook 990\nhead ${one.slice(1)}\nunpushed 0`],
    ['no count', `owner hook 990\nhead ${one}`],
    ['a count that is none', `owner hook 990\nhead ${one}\nunpushed x0`],
    ['a count with words behind', `owner hook 990\nhead ${one}\nunpushed 0x`],
    ['words within a line', `x owner hook 990\nx head ${one}\nx unpushed 0`],
  ])('an answer with %s', (_, text) => {
    expect(answer(`${text}\n`)).toEqual([
      unknown(
        `the state of /srv/app cannot be understood: ${text}`,
        'run git status there as its owner and see what it says',
      ),
    ])
  })
})

describe('a checkout is looked at', () => {
  const body = (...keys: readonly CheckoutKey[]): string => gitCheckoutFact.script(keys).script.body
  const environment = sh`export ${localEnvironment('/srv/app')}`.body
  test.each<[string, Partial<CheckoutKey>, string]>([
    ['for its state', {}, "0 '' main "],
    ['for no branch', { branch: '' }, "0 '' '' "],
    [
      'for files to remove: as one word, and as words',
      { clean: ['-d', '-e', 'a b'] },
      "0 '-d -e '\\''a b'\\''' main -d -e 'a b'",
    ],
    ['for submodules', { submodules: true }, "1 '' main "],
  ])('%s', (_, more, words) => {
    expect(
      body({ ...key, ...more }).endsWith(`
${environment}
echo @checkout; fettle_checkout 120 /srv/app ${words} 2>&1; echo "@status $?"`),
    ).toBe(true)
  })
  test('with the program for submodules only where one key asks for them', () => {
    const other = { ...key, path: '/srv/other', submodules: true }
    for (const part of ['git submodule foreach', "\nfettle_inspect_submodule'"]) {
      expect(body(key)).not.toContain(part)
      expect(body(key, other)).toContain(part)
    }
    expect(body(key)).toContain('fettle_inspect "$@"')
  })
  test('by functions that are defined', () => {
    const { text } = gitCheckoutFact.script([key]).script
    for (const name of ['fettle_checkout', 'fettle_as_owner', 'fettle_as'])
      expect(text).toContain(`${name}() {`)
  })
  test('by its own name, within a time for each', () => {
    expect(gitCheckoutFact.name).toBe('git.checkout')
    expect(gitCheckoutFact.mayTake?.([key, key])).toBe(60 + 2 * 125)
  })
})

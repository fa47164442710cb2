import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Fact } from '../../../src/core/fact.js'
import { reveal, type Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import { processorLimit } from '../../../src/facts/limits.js'
import { missingParentFact, type MissingParent } from '../../../src/facts/files/missing-parent.js'
import {
  mostDigested,
  pathFact,
  type PathEntry,
  type PathKey,
} from '../../../src/facts/files/path.js'
import { secretFileFact } from '../../../src/facts/files/secret-file.js'
import { sshKeyFact } from '../../../src/facts/accounts/ssh-key.js'
import { runIn, shells } from '../../shells.js'
import { asRoot, describedAsRoot } from '../../if-able.js'

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (_, shell) => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'path-'))
    writeFileSync(join(dir, 'plain'), 'hello\n')
    chmodSync(join(dir, 'plain'), 0o640)
    mkdirSync(join(dir, 'folder'))
    chmodSync(join(dir, 'folder'), 0o2750)
    symlinkSync('plain', join(dir, 'link'))
    symlinkSync('nowhere\nabsent 0', join(dir, 'dangling'))
  })
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  const read = (...keys: readonly PathKey[]): readonly Fact<PathEntry>[] =>
    pathFact.parse(runIn(shell, pathFact.script(keys)), keys)
  const entry = (key: PathKey): PathEntry => {
    const [fact] = read(key)
    if (fact?.is !== 'present') throw new Error(JSON.stringify(fact))
    return fact.value
  }
  const at = (name: string): string => join(dir, name)

  test('attributes of a file', () => {
    const { uid, gid } = statSync(at('plain'))
    expect(entry({ path: at('plain') })).toMatchObject({
      kind: 'file',
      mode: 0o640,
      uid,
      gid,
      size: 6,
      sha256: null,
      target: null,
      content: null,
    })
  })
  test('a directory with special bits', () => {
    expect(entry({ path: at('folder') })).toMatchObject({ kind: 'directory', mode: 0o2750 })
  })
  test('a device', () => {
    expect(entry({ path: '/dev/null', digest: true, contentUnless: '' })).toMatchObject({
      kind: 'other',
      sha256: null,
      content: null,
    })
  })
  test('a link is not followed', () => {
    expect(entry({ path: at('link'), digest: true, contentUnless: '' })).toMatchObject({
      kind: 'link',
      target: 'plain',
      sha256: null,
      content: null,
    })
  })
  test('a link is followed on demand', () => {
    expect(entry({ path: at('link'), follow: true, digest: true })).toMatchObject({
      kind: 'file',
      target: at('plain'),
      sha256: sha256('hello\n'),
      mode: 0o640,
    })
  })
  test('a dangling link, with a hostile target', () => {
    expect(entry({ path: at('dangling') })).toMatchObject({
      kind: 'link',
      target: 'nowhere\nabsent 0',
    })
    expect(entry({ path: at('dangling'), follow: true })).toMatchObject({ kind: 'link' })
  })
  test('content only if its digest differs', () => {
    expect(entry({ path: at('plain'), contentUnless: sha256('hello\n') })).toMatchObject({
      sha256: sha256('hello\n'),
      content: null,
    })
    expect(entry({ path: at('plain'), contentUnless: sha256('else') }).content?.toString()).toBe(
      'hello\n',
    )
    expect(entry({ path: at('plain'), contentUnless: '' }).content?.toString()).toBe('hello\n')
  })
  test('bytes of every value, and more than the limit', () => {
    const all = Buffer.from(Array.from({ length: 1024 }, (_value, index) => index % 256))
    writeFileSync(at('bytes'), all)
    expect(
      Buffer.from(entry({ path: at('bytes'), contentUnless: '' }).content ?? []).equals(all),
    ).toBe(true)
    writeFileSync(at('big'), Buffer.alloc(256 * 1024 + 1, 'x'))
    expect(entry({ path: at('big'), contentUnless: '' })).toMatchObject({
      content: null,
      sha256: sha256(Buffer.alloc(256 * 1024 + 1, 'x')),
    })
    writeFileSync(at('empty'), '')
    expect(entry({ path: at('empty'), contentUnless: sha256('x') })).toMatchObject({
      size: 0,
      sha256: sha256(''),
    })
    expect(entry({ path: at('empty'), contentUnless: sha256('x') }).content?.length).toBe(0)
  })

  test('many at once, each with its own result', () => {
    const facts = read(
      { path: at('plain'), digest: true },
      { path: at('gone') },
      { path: at('link'), follow: true },
      { path: at('plain/below') },
      { path: at('folder'), digest: true },
      { path: at('no/such/thing') },
      { path: at('plain') },
    )
    expect(facts.map((fact) => (fact.is === 'present' ? fact.value.kind : fact.is))).toEqual([
      'file',
      'absent',
      'file',
      'absent',
      'directory',
      'absent',
      'file',
    ])
    expect(facts.map((fact) => (fact.is === 'present' ? fact.value.sha256 : null))).toEqual([
      sha256('hello\n'),
      null,
      null,
      null,
      null,
      null,
      null,
    ])
  })

  test('contents and targets of several at once', () => {
    const bytes = Buffer.from([0, 10, 255, 101, 110, 100, 10])
    const texts = [
      bytes,
      Buffer.from(''),
      Buffer.from('end\ncontents\n'),
      Buffer.alloc(256 * 1024 + 5, 'x'),
      bytes,
    ]
    const targets = ['end\n', 'a b', "it's", '-n']
    texts.forEach((text, index) => writeFileSync(at(`some${index}`), text))
    targets.forEach((target, index) => symlinkSync(target, at(`to${index}`)))
    const facts = read(
      ...texts.map((_text, index) => ({ path: at(`some${index}`), contentUnless: sha256('else') })),
      ...targets.map((_target, index) => ({ path: at(`to${index}`) })),
      { path: at('link'), follow: true },
      { path: at('gone') },
    )
    const values = facts.map((fact) => (fact.is === 'present' ? fact.value : null))
    expect(values.slice(0, 5).map((value) => value?.content && Buffer.from(value.content))).toEqual(
      [bytes, Buffer.alloc(0), texts[2], null, bytes],
    )
    expect(values.slice(5).map((value) => value?.target)).toEqual([
      ...targets,
      at('plain'),
      undefined,
    ])
  })

  test('secrets of several files at once, one of which has none', () => {
    writeFileSync(at('secret0'), 'first-secret\n')
    writeFileSync(at('secret1'), 'x'.repeat(5000))
    writeFileSync(at('secret2'), 'third-secret')
    const paths = [at('secret0'), at('link'), at('secret1'), at('gone'), at('secret2')]
    const facts = secretFileFact.parse(runIn(shell, secretFileFact.script(paths)), paths)
    const shown = (fact: Fact<Secret>): string => {
      if (fact.is === 'present') return reveal(fact.value)
      return fact.is === 'unknown' ? fact.reason : fact.is
    }
    expect(facts.map(shown)).toEqual([
      'first-secret',
      `${at('link')} is a symbolic link`,
      `${at('secret1')} is longer than a secret, so it holds no secret that could be used`,
      'absent',
      'third-secret',
    ])
  })

  test('public keys of several pairs at once', () => {
    for (const name of ['pair0', 'pair1', 'pair2']) writeFileSync(at(name), '')
    writeFileSync(at('pair0.pub'), 'ssh-ed25519 AAAA zero\n')
    writeFileSync(at('pair1.pub'), 'ssh-ed25519 AAAA\nfile\n')
    writeFileSync(at('pair2.pub'), 'ssh-ed25519 BBBB')
    const paths = [at('pair0'), at('gone'), at('pair1'), at('pair2')]
    const facts = sshKeyFact.parse(runIn(shell, sshKeyFact.script(paths)), paths)
    expect(facts.map((fact) => (fact.is === 'present' ? fact.value.publicKey : fact.is))).toEqual([
      'ssh-ed25519 AAAA zero',
      'absent',
      'unknown',
      'ssh-ed25519 BBBB',
    ])
  })

  test('a file of another size than wanted, and one of any size beyond the limit, are not read', () => {
    const terabytes = 4 * 2 ** 40
    writeFileSync(at('endless'), '')
    truncateSync(at('endless'), terabytes)
    const known = { contentUnless: sha256('hello\n'), size: 6 }
    expect(entry({ path: at('plain'), ...known })).toMatchObject({
      sha256: sha256('hello\n'),
      content: null,
    })
    expect(entry({ path: at('plain'), ...known, size: 7 })).toMatchObject({
      sha256: null,
      size: 6,
      content: Buffer.from('hello\n'),
    })
    expect(entry({ path: at('endless'), ...known })).toMatchObject({
      kind: 'file',
      size: terabytes,
      sha256: null,
      content: null,
    })
    expect(entry({ path: at('endless'), digest: true })).toMatchObject({
      size: terabytes,
      sha256: null,
    })
    const facts = read(
      { path: at('gone'), ...known },
      { path: at('link'), follow: true, ...known },
      { path: at('endless'), ...known },
      { path: at('folder'), digest: true },
      { path: at('plain'), ...known },
    )
    expect(facts.map((fact) => (fact.is === 'present' ? fact.value.sha256 : fact.is))).toEqual([
      'absent',
      sha256('hello\n'),
      null,
      null,
      sha256('hello\n'),
    ])
    truncateSync(at('endless'), mostDigested + 1)
    expect(entry({ path: at('endless'), digest: true }).sha256).toBe(null)
    expect(entry({ path: at('endless'), digest: true, size: mostDigested + 1 }).sha256).toBe(
      sha256(Buffer.alloc(mostDigested + 1)),
    )
    rmSync(at('endless'))
  })

  test('a file that grows endlessly while it is read takes limited processor time', () => {
    expect(
      runIn(shell, {
        script: sh`${processorLimit(1)}; (exec sha256sum /dev/zero) 2>/dev/null; echo $?`,
      }).stdout.toString(),
    ).toBe('152\n')
  })

  const hostile = [
    "it's",
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned #',
    '-rf',
    '--',
    '*',
    'a b',
    '"',
    '\\',
    'a\\nb',
    '%s',
    '\u2028',
    '~root',
    '!!',
    'é',
    '[x]',
  ]
  test('hostile names are only names', () => {
    for (const name of hostile) {
      writeFileSync(join(dir, name), name)
      const before = readdirSync(dir)
      expect([
        name,
        entry({ path: join(dir, name), contentUnless: '' }).content?.toString(),
      ]).toEqual([name, name])
      expect(readdirSync(dir)).toEqual(before)
      rmSync(join(dir, name))
      expect([name, read({ path: join(dir, name) })[0]?.is]).toEqual([name, 'absent'])
    }
  })

  test('a line break in a name, which options refuse, never makes an answer for another path', () => {
    const forged = `x\n${sha256('forged')}  plain\nabsent 1`
    writeFileSync(join(dir, forged), '')
    const [one, other] = read(
      { path: join(dir, forged), digest: true },
      { path: at('plain'), digest: true },
    )
    expect(one?.is).not.toBe('absent')
    expect(
      other?.is === 'unknown' ||
        (other?.is === 'present' && other.value.sha256 === sha256('hello\n')),
    ).toBe(true)
    rmSync(join(dir, forged))
  })

  test('reading changes nothing, not even access times', () => {
    lutimesSync(at('link'), 1, 1)
    const before = statSync(at('folder')).ctimeMs
    read({ path: at('folder') }, { path: at('link'), follow: true, contentUnless: '' })
    expect(statSync(at('folder')).ctimeMs).toBe(before)
  })

  test('the first missing parent', () => {
    const paths = [
      at('plain'),
      at('a/b/c'),
      at('folder/x/y'),
      at('plain/x'),
      at('dangling/x'),
      at("it's/$(x)/y"),
      '/top',
      at('gone'),
    ]
    const facts = missingParentFact.parse(runIn(shell, missingParentFact.script(paths)), paths)
    const shown = facts.map((fact): MissingParent | string =>
      fact.is === 'present' ? fact.value : fact.is,
    )
    expect(shown).toEqual([
      'absent',
      { path: at('a'), taken: false },
      { path: at('folder/x'), taken: false },
      { path: at('plain'), taken: true },
      { path: at('dangling'), taken: true },
      { path: at("it's"), taken: false },
      'absent',
      'absent',
    ])
  })

  // Only root can give a file away.
  asRoot('ids without a name', () => {
    writeFileSync(at('nobody'), '')
    chownSync(at('nobody'), 424242, 424243)
    expect(entry({ path: at('nobody') })).toMatchObject({
      uid: 424242,
      gid: 424243,
      owner: null,
      group: null,
    })
  })
})

// Only root can become another user.
describedAsRoot('as a user who may not look', () => {
  const dir = mkdtempSync(join(tmpdir(), 'closed-'))
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  test('unknown, and not absent', () => {
    chmodSync(dir, 0o755)
    mkdirSync(join(dir, 'closed'), { mode: 0o700 })
    writeFileSync(join(dir, 'closed/file'), 'x')
    writeFileSync(join(dir, 'secret'), 'x', { mode: 0o600 })
    const keys: readonly PathKey[] = [
      { path: join(dir, 'closed/file') },
      { path: join(dir, 'secret'), digest: true },
      { path: join(dir, 'secret') },
      { path: join(dir, 'gone') },
    ]
    const nobody = {
      name: 'nobody',
      command: [
        '/usr/bin/setpriv',
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        '/bin/dash',
      ],
      path: '/usr/bin:/bin',
    }
    const facts = pathFact.parse(runIn(nobody, pathFact.script(keys)), keys)
    expect(facts.map((fact) => fact.is)).toEqual(['unknown', 'unknown', 'present', 'absent'])
    expect(facts[0]).toMatchObject({
      reason: `${join(dir, 'closed/file')} may not be read by this user`,
      lacks: [`path:${join(dir, 'closed')}`],
    })
    expect(facts[1]).toMatchObject({ lacks: [`path:${join(dir, 'secret')}`] })
  })
})

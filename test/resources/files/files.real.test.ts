import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { reveal, Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import { absent } from '../../../src/resources/files/absent.js'
import { directory } from '../../../src/resources/files/directory.js'
import { file } from '../../../src/resources/files/file.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import { knownHost } from '../../../src/resources/accounts/known-host.js'
import { sshKey } from '../../../src/resources/accounts/ssh-key.js'
import { symlink } from '../../../src/resources/files/symlink.js'
import { applied, converge, known, planned, sentences } from '../../converge.js'
import { runIn, shells, type Shell } from '../../shells.js'
import { describedAsRoot } from '../../if-able.js'

// Giving files to other owners needs root.
const who = 4242
const modeAndOwner = (path: string): string =>
  `${(lstatSync(path).mode & 0o7777).toString(8)} ${String(lstatSync(path).uid)}:${String(lstatSync(path).gid)}`

describedAsRoot.each(shells.map((shell) => [shell.name, shell] as const))(
  '%s: what is planned is done, and then nothing is left',
  (_, shell: Shell) => {
    let dir = ''
    const at = (name: string): string => join(dir, name)
    beforeEach(() => {
      dir = realpathSync(mkdtempSync(join(tmpdir(), 'files-')))
    })
    afterEach(() => {
      rmSync(dir, { recursive: true, force: true })
    })

    test('file: created, drifted, repaired', () => {
      const wanted = file(at('conf'), { content: 'a\n', mode: '0640', owner: who, group: who })
      expect(converge(shell, wanted)).toEqual([['create file: 0640 4242:4242, 2 bytes'], ['fine']])
      expect([readFileSync(at('conf'), 'utf8'), modeAndOwner(at('conf'))]).toEqual([
        'a\n',
        '640 4242:4242',
      ])
      const { ino, mtimeMs } = statSync(at('conf'))
      chmodSync(at('conf'), 0o666)
      chownSync(at('conf'), 0, 0)
      expect(converge(shell, wanted)).toEqual([
        ['owner root → 4242', 'group root → 4242', 'mode 0666 → 0640'],
        ['fine'],
      ])
      // Managing only attributes keeps the content.
      expect([statSync(at('conf')).ino, statSync(at('conf')).mtimeMs]).toEqual([ino, mtimeMs])
      writeFileSync(at('conf'), 'b\n')
      expect(converge(shell, wanted)).toEqual([['content changed'], ['fine']])
      expect(modeAndOwner(at('conf'))).toBe('640 4242:4242')
    })
    test('file: an existing one keeps attributes that are not managed', () => {
      writeFileSync(at('conf'), 'a')
      chownSync(at('conf'), who, who)
      chmodSync(at('conf'), 0o604)
      expect(converge(shell, file(at('conf'), { content: 'b' }))).toEqual([
        ['content changed'],
        ['fine'],
      ])
      expect(modeAndOwner(at('conf'))).toBe('604 4242:4242')
    })
    test('file: a diff only where it may be shown', () => {
      writeFileSync(at('conf'), 'a\n')
      const plan = planned(shell, file(at('conf'), { content: 'b\n' }))
      expect(plan).toMatchObject([{ diff: { before: 'a\n', after: 'b\n' } }])
      expect(
        JSON.stringify(planned(shell, file(at('conf'), { content: new Secret('token=hunter2') }))),
      ).not.toContain('diff')
    })
    test('file: a secret', () => {
      const wanted = file(at('env'), { content: new Secret('token=hunter2-hunter2') })
      expect(converge(shell, wanted)).toEqual([['create file: 0600'], ['fine']])
      expect(modeAndOwner(at('env'))).toBe('600 0:0')
      chmodSync(at('env'), 0o640)
      expect(converge(shell, wanted)).toEqual([['mode 0640 → 0600'], ['fine']])
    })
    test('file: a setuid program is rewritten before it gets its rights', () => {
      writeFileSync(at('bin'), 'x')
      chownSync(at('bin'), who, who)
      const { ino } = statSync(at('bin'))
      expect(
        converge(shell, file(at('bin'), { content: 'x', owner: 'root', mode: '4755' })),
      ).toEqual([['owner 4242 → root, mode 0644 → 4755'], ['fine']])
      expect([statSync(at('bin')).ino === ino, modeAndOwner(at('bin'))]).toEqual([
        false,
        '4755 0:4242',
      ])
    })
    test('file: setuid survives a change of owner', () => {
      writeFileSync(at('bin'), '')
      chmodSync(at('bin'), 0o4755)
      expect(converge(shell, file(at('bin'), { owner: who }))).toEqual([
        ['owner root → 4242'],
        ['fine'],
      ])
      expect(modeAndOwner(at('bin'))).toBe('4755 4242:0')
    })
    test('file: a new one with an owner alone gets the group of its directory', () => {
      chownSync(dir, 0, who)
      chmodSync(dir, 0o2755)
      expect(converge(shell, file(at('a'), { content: '', owner: who + 1 }))).toEqual([
        ['create file: 0644, owner 4243, 0 bytes'],
        ['fine'],
      ])
      expect(converge(shell, file(at('b'), { content: '', group: who + 2 }))).toEqual([
        ['create file: 0644, group 4244, 0 bytes'],
        ['fine'],
      ])
      expect([modeAndOwner(at('a')), modeAndOwner(at('b'))]).toEqual([
        '644 4243:4242',
        '644 0:4244',
      ])
    })
    test('file: through a link only on demand, and the link stays', () => {
      mkdirSync(at('real'))
      writeFileSync(at('real/conf'), 'a')
      symlinkSync('real/conf', at('conf'))
      expect(sentences(planned(shell, file(at('conf'), { content: 'b' })))).toEqual([
        `blocked: ${at('conf')} is a symbolic link to real/conf`,
      ])
      expect(
        converge(shell, file(at('conf'), { content: 'b', mode: '0600', follow: true })),
      ).toEqual([['content changed, mode 0644 → 0600'], ['fine']])
      expect([
        readFileSync(at('real/conf'), 'utf8'),
        lstatSync(at('conf')).isSymbolicLink(),
        readdirSync(at('real')),
      ]).toEqual(['b', true, ['conf']])
    })
    test('file: a path that became a link after the plan', () => {
      writeFileSync(at('conf'), 'a')
      writeFileSync(at('precious'), 'kept')
      const plans = [file(at('conf'), { content: 'b' }), file(at('conf'), { mode: '0600' })].map(
        (wanted) => planned(shell, wanted),
      )
      unlinkSync(at('conf'))
      symlinkSync('precious', at('conf'))
      for (const plan of plans)
        expect(() => {
          applied(shell, plan)
        }).toThrow('is a symbolic link')
      expect([readFileSync(at('precious'), 'utf8'), modeAndOwner(at('precious'))]).toEqual([
        'kept',
        '644 0:0',
      ])
    })

    test('directory: with its parents, setgid, drifted, repaired', () => {
      const wanted = directory(at('a/b/c'), { mode: '2750', owner: who, group: who })
      expect(converge(shell, wanted)).toEqual([
        [`create directory: 2750 4242:4242, and its parents ${at('a')}, ${at('a/b')}`],
        ['fine'],
      ])
      expect([at('a'), at('a/b'), at('a/b/c')].map(modeAndOwner)).toEqual([
        '755 0:0',
        '755 0:0',
        '2750 4242:4242',
      ])
      chmodSync(at('a/b/c'), 0o6777)
      expect(converge(shell, wanted)).toEqual([['mode 6777 → 2750'], ['fine']])
      expect(converge(shell, directory(at('a/b/c'), { mode: '0755' }))).toEqual([
        ['mode 2750 → 0755'],
        ['fine'],
      ])
    })
    test('directory: below a setgid one it keeps the inherited bit', () => {
      mkdirSync(at('shared'))
      chownSync(at('shared'), 0, who)
      chmodSync(at('shared'), 0o2775)
      expect(converge(shell, directory(at('shared/x')))).toEqual([['create directory'], ['fine']])
      expect(modeAndOwner(at('shared/x'))).toBe('2755 0:4242')
    })
    test("directory: nothing is created through another user's link, and a failure leaves no new directories", () => {
      mkdirSync(at('etc'))
      symlinkSync(at('etc'), at('link'))
      lchownSync(at('link'), who, who)
      const refused = planned(shell, directory(at('link/b/c')))
      expect(() => {
        applied(shell, refused)
      }).toThrow(`${at('link')} is a symbolic link of another user`)
      expect(readdirSync(at('etc'))).toEqual([])
      const failing = planned(shell, directory(at("x/it's/z"), { owner: 'no-such-user' }))
      expect(() => {
        applied(shell, failing)
      }).toThrow('no-such-user')
      expect(readdirSync(dir).sort()).toEqual(['etc', 'link'])
    })
    test('directory: a tree of many files with one that is not regular', () => {
      mkdirSync(at('tree/sub'), { recursive: true })
      for (let index = 0; index < 40; index++)
        writeFileSync(at(`tree/${index % 2 === 0 ? 'sub/' : ''}${String(index)}`), '', {
          mode: 0o600,
        })
      runIn(shell, { script: sh`mkfifo -m 600 ${at('tree/pipe')}` })
      const wanted = directory(at('tree'), {
        recurse: true,
        mode: 'u=rwX,go=rX',
        owner: who,
        group: who,
      })
      expect(converge(shell, wanted)).toEqual([
        [
          'owner of 43 entries → 4242',
          'group of 43 entries → 4242',
          'mode of 40 entries → u=rwX,go=rX',
        ],
        ['fine'],
      ])
      expect([at('tree/pipe'), at('tree/sub/38')].map(modeAndOwner)).toEqual([
        '600 4242:4242',
        '644 4242:4242',
      ])
    })
    test('directory: a whole tree, including its links but not their targets', () => {
      mkdirSync(at('tree/sub'), { recursive: true })
      mkdirSync(at('outside'))
      writeFileSync(at('outside/file'), 'x')
      writeFileSync(at("tree/it's\na $(file)"), 'x')
      writeFileSync(at('tree/sub/run'), 'x')
      chmodSync(at('tree/sub/run'), 0o700)
      symlinkSync(at('outside'), at('tree/link'))
      const wanted = directory(at('tree'), { recurse: true, mode: 'u=rwX,go=rX', owner: who })
      expect(converge(shell, wanted)).toEqual([
        ['owner of 5 entries → 4242', 'mode of 1 entry → u=rwX,go=rX'],
        ['fine'],
      ])
      expect(
        [at('tree/sub'), at('tree/sub/run'), at("tree/it's\na $(file)")].map(modeAndOwner),
      ).toEqual(['755 4242:0', '755 4242:0', '644 4242:0'])
      expect([at('outside'), at('outside/file')].map(modeAndOwner)).toEqual(['755 0:0', '644 0:0'])
      expect(modeAndOwner(at('tree/link'))).toBe('777 4242:0')
    })

    test('symlink: created and changed, with any target', () => {
      mkdirSync(at('old'))
      const wanted = symlink(at('link'), { target: 'old' })
      expect(converge(shell, wanted)).toEqual([['create link to old'], ['fine']])
      // Without -T a link to a directory would be created inside it.
      const hostile = "-f it's $(x) \\ there"
      expect(converge(shell, symlink(at('link'), { target: hostile }))).toEqual([
        [`target old → ${hostile}`],
        ['fine'],
      ])
      expect([readlinkSync(at('link')), readdirSync(dir).sort(), readdirSync(at('old'))]).toEqual([
        hostile,
        ['link', 'old'],
        [],
      ])
      expect(converge(shell, wanted)).toEqual([[`target ${hostile} → old`], ['fine']])
    })
    test('symlink: leftovers of a killed replacement are removed, and nothing else', () => {
      symlinkSync('a', at('link'))
      symlinkSync('b', at('.link.fettle-00000000'))
      writeFileSync(at('.link.fettle-mine'), '')
      expect(converge(shell, symlink(at('link'), { target: 'b' }))).toEqual([
        ['target a → b'],
        ['fine'],
      ])
      expect(readdirSync(dir).sort()).toEqual(['.link.fettle-mine', 'link'])
    })
    test('symlink: force replaces a file or an empty directory, but not a full one', () => {
      writeFileSync(at('file'), 'x')
      mkdirSync(at('empty'))
      mkdirSync(at('full/inner'), { recursive: true })
      const forced = (name: string): ReturnType<typeof symlink> =>
        symlink(at(name), { target: '/etc', force: true })
      expect(sentences(planned(shell, symlink(at('file'), { target: '/etc' })))).toEqual([
        `blocked: ${at('file')} is a file`,
      ])
      expect(converge(shell, forced('file'))).toEqual([
        ['replace file by a link to /etc'],
        ['fine'],
      ])
      const plan = planned(shell, forced('empty'))
      writeFileSync(at('empty/came'), '')
      expect(() => {
        applied(shell, plan)
      }).toThrow('status 1')
      expect(readdirSync(at('empty'))).toEqual(['came'])
      unlinkSync(at('empty/came'))
      expect(converge(shell, forced('empty'))).toEqual([
        ['replace empty directory by a link to /etc'],
        ['fine'],
      ])
      expect(sentences(planned(shell, forced('full')))).toEqual([
        `blocked: ${at('full')} is a directory that is not empty`,
      ])
      expect(readdirSync(dir).sort()).toEqual(['empty', 'file', 'full'])
    })
    test('symlink: what appeared meanwhile is not replaced', () => {
      const made = planned(shell, symlink(at('new'), { target: 'a' }))
      writeFileSync(at('new'), 'precious')
      symlinkSync('old', at('link'))
      const pointed = planned(shell, symlink(at('link'), { target: 'a' }))
      unlinkSync(at('link'))
      writeFileSync(at('link'), 'precious')
      expect(() => {
        applied(shell, made)
      }).toThrow('File exists')
      expect(() => {
        applied(shell, pointed)
      }).toThrow(`${at('link')} was replaced meanwhile`)
      expect([
        readFileSync(at('new'), 'utf8'),
        readFileSync(at('link'), 'utf8'),
        readdirSync(dir).sort(),
      ]).toEqual(['precious', 'precious', ['link', 'new']])
    })

    test('file: confirmed in its place, or the previous one is restored', () => {
      const confirmed = (content: string): ReturnType<typeof file> =>
        file(at('conf'), {
          content,
          confirm: `grep -q good '${at('conf')}' || { echo "it's bad" >&2; exit 3; }`,
        })
      expect(() => converge(shell, confirmed('bad'))).toThrow("it's bad")
      expect(readdirSync(dir)).toEqual([])
      expect(converge(shell, confirmed('good'))).toEqual([['create file: 0644, 4 bytes'], ['fine']])
      expect(() => converge(shell, confirmed('bad'))).toThrow("it's bad")
      expect([readFileSync(at('conf'), 'utf8'), readdirSync(dir)]).toEqual(['good', ['conf']])
    })

    test('absent: a file, a link but not its target, a socket', () => {
      writeFileSync(at('-rf'), 'x')
      mkdirSync(at('real'))
      writeFileSync(at('real/kept'), 'x')
      symlinkSync('real', at('link'))
      execFileSync('mkfifo', [at('pipe')])
      expect(['-rf', 'link', 'pipe'].map((name) => converge(shell, absent(at(name))))).toEqual([
        [['remove file'], ['fine']],
        [['remove link to real'], ['fine']],
        [['remove file'], ['fine']],
      ])
      expect([readdirSync(dir), readdirSync(at('real'))]).toEqual([['real'], ['kept']])
    })
    test('absent: a directory only with recurse, and not the targets of its links', () => {
      mkdirSync(at("tree/it's\na $(tree)"), { recursive: true })
      mkdirSync(at('outside'))
      writeFileSync(at('outside/kept'), 'x')
      symlinkSync(at('outside'), at('tree/link'))
      writeFileSync(at("tree/it's\na $(tree)/file"), 'x')
      expect(sentences(planned(shell, absent(at('tree'))))).toEqual([
        `blocked: ${at('tree')} is a directory`,
      ])
      expect(converge(shell, absent(at('tree'), { recurse: true }))).toEqual([
        ['remove directory and 3 entries in it'],
        ['fine'],
      ])
      symlinkSync('outside', at('tree'))
      expect(converge(shell, absent(at('tree'), { recurse: true }))).toEqual([
        ['remove link to outside'],
        ['fine'],
      ])
      expect([readdirSync(dir), readdirSync(at('outside'))]).toEqual([['outside'], ['kept']])
    })

    test('generatedSecret: created once, never changed, its attributes repaired', () => {
      const wanted = generatedSecret(at('secret'))
      expect(converge(shell, wanted)).toEqual([
        ['make a secret of 32 random bytes: 0600 root:root'],
        ['fine'],
      ])
      const text = readFileSync(at('secret'), 'utf8')
      expect(text).toMatch(/^[0-9a-f]{64}$/)
      expect(modeAndOwner(at('secret'))).toBe('600 0:0')
      expect(reveal(known(shell, wanted.value))).toBe(text)
      chmodSync(at('secret'), 0o644)
      chownSync(at('secret'), who, who)
      expect(converge(shell, wanted)).toEqual([
        ['owner 4242 → root', 'group 4242 → root', 'mode 0644 → 0600'],
        ['fine'],
      ])
      expect([readFileSync(at('secret'), 'utf8'), readdirSync(dir)]).toEqual([text, ['secret']])
    })
    test('generatedSecret: one that appeared meanwhile is not replaced', () => {
      const plan = planned(shell, generatedSecret(at('secret'), { bytes: 16 }))
      writeFileSync(at('secret'), 'of another run')
      expect(() => {
        applied(shell, plan)
      }).toThrow('File exists')
      expect([readFileSync(at('secret'), 'utf8'), readdirSync(dir)]).toEqual([
        'of another run',
        ['secret'],
      ])
    })
    test('generatedSecret: an empty file is an error', () => {
      writeFileSync(at('secret'), '')
      expect(() => planned(shell, generatedSecret(at('secret')))).toThrow(
        `${at('secret')} is empty, so it holds no secret`,
      )
    })

    test('knownHost: added, replaced, forgotten, in a file that keeps its mode', () => {
      const [one, two] = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5', 'ecdsa-sha2-nistp256 AAAAE2VjZHNh']
      writeFileSync(at('known'), `other ${two}`)
      chmodSync(at('known'), 0o640)
      const host = 'git.example:2222'
      expect(converge(shell, knownHost(host, { keys: [one], path: at('known') }))).toEqual([
        ['set the keys of [git.example]:2222'],
        ['fine'],
      ])
      expect(converge(shell, knownHost(host, { keys: [two], path: at('known') }))).toEqual([
        ['set the keys of [git.example]:2222'],
        ['fine'],
      ])
      expect(readFileSync(at('known'), 'utf8')).toBe(`other ${two}\n[git.example]:2222 ${two}\n`)
      expect(converge(shell, knownHost(host, { state: 'absent', path: at('known') }))).toEqual([
        ['forget the keys of [git.example]:2222'],
        ['fine'],
      ])
      expect([readFileSync(at('known'), 'utf8'), modeAndOwner(at('known'))]).toEqual([
        `other ${two}\n`,
        '640 0:0',
      ])
    })
  },
)

// ssh-keygen is part of OpenSSH, which hosts with coreutils have.
describedAsRoot('dash: sshKey', () => {
  const [shell] = shells
  let dir = ''
  const at = (name: string): string => join(dir, name)
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'key-')))
  })
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  if (shell === undefined) throw new Error('there is no shell')

  test('created, its halves belong together, drift is repaired, the key is never replaced', () => {
    const wanted = sshKey(at('id'), { owner: who, comment: "it's $(x)" })
    expect(converge(shell, wanted)).toEqual([['create ed25519 key: 0600, owner 4242'], ['fine']])
    expect([modeAndOwner(at('id')), modeAndOwner(at('id.pub')), readdirSync(dir).sort()]).toEqual([
      '600 4242:0',
      '644 4242:0',
      ['id', 'id.pub'],
    ])
    const derived = execFileSync('ssh-keygen', ['-y', '-f', at('id')], { encoding: 'utf8' }).trim()
    expect(known(shell, wanted.publicKey)).toBe(derived)
    expect(derived.endsWith(" it's $(x)")).toBe(true)
    const text = readFileSync(at('id'), 'utf8')
    chmodSync(at('id'), 0o644)
    chownSync(at('id'), 0, 0)
    unlinkSync(at('id.pub'))
    // ssh-keygen refuses a private key that others may read; the public key is derived
    // nevertheless.
    expect(converge(shell, wanted)).toEqual([
      ['owner root → 4242', 'mode 0644 → 0600', `create ${at('id.pub')}: 0644, owner 4242`],
      ['fine'],
    ])
    expect([readFileSync(at('id'), 'utf8'), readFileSync(at('id.pub'), 'utf8')]).toEqual([
      text,
      `${derived}\n`,
    ])
    expect(converge(shell, sshKey(at('id'), { state: 'absent' }))).toEqual([
      ['remove key'],
      ['fine'],
    ])
    expect(readdirSync(dir)).toEqual([])
  })
  test('a key that appeared meanwhile is not replaced', () => {
    const plan = planned(shell, sshKey(at('id')))
    writeFileSync(at('id'), 'of another run')
    expect(() => {
      applied(shell, plan)
    }).toThrow('status 1')
    expect([readFileSync(at('id'), 'utf8'), readdirSync(dir)]).toEqual(['of another run', ['id']])
  })
  test('a file that is not a key is an error, and stays', () => {
    writeFileSync(at('id'), 'no key')
    expect(() => planned(shell, sshKey(at('id')))).toThrow(
      `no public key can be derived from ${at('id')}`,
    )
    expect(existsSync(at('id'))).toBe(true)
  })
  test('a public half alone is not overwritten', () => {
    const plan = planned(shell, sshKey(at('id')))
    writeFileSync(at('id.pub'), 'of a key elsewhere')
    expect(sentences(planned(shell, sshKey(at('id'))))).toEqual([
      `blocked: ${at('id.pub')} is there without its private half`,
    ])
    // One that appears after the plan is kept too, and the new key is complete without it.
    expect(() => {
      applied(shell, plan)
    }).toThrow('File exists')
    expect(readFileSync(at('id.pub'), 'utf8')).toBe('of a key elsewhere')
  })
})

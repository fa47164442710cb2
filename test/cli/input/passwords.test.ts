import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { reveal, type Secret } from '../../../src/core/secret.js'
import { main } from '../../../src/cli/main.js'
import { fakeParts, fakeProcess, type FakeProcess } from '../process.js'

const text = (secret: Secret | null | undefined): string | null | undefined =>
  secret === null || secret === undefined ? secret : reveal(secret)

async function passwords(words: string, io: FakeProcess) {
  const fake = fakeParts()
  const exitCode = await main(['node', 'fettle', 'apply', ...words.split(' ')], io, fake.parts)
  const options = fake.asked[0]?.options
  return {
    exitCode,
    connection: text(options?.connectionPassword),
    become: text(options?.becomePassword),
    shown: io.stdout.text + io.stderr.text,
  }
}

describe('from standard input that is no terminal', () => {
  test.each([
    ['-k', 'login1\nother\n', { connection: 'login1', become: null }],
    ['-K', 'sudo1\n', { connection: null, become: 'sudo1' }],
    ['-K', 'sudo1', { become: 'sudo1' }],
    ['-kK', 'login1\nsudo1\n', { connection: 'login1', become: 'sudo1' }],
    ['-K', ' with blanks \r\n', { become: ' with blanks ' }],
  ])('%s takes its lines from %j', async (words, input, expected) => {
    const { shown, ...answer } = await passwords(words, fakeProcess({ input }))
    expect(answer).toMatchObject({ exitCode: 0, ...expected })
    expect(shown).toBe('')
  })

  test.each([
    ['-K', '', 'standard input ended after 0 of 1 passwords'],
    ['-kK', 'login1\n', 'standard input ended after 1 of 2 passwords'],
    ['-k', '\n', '-k: the password is empty'],
  ])('%s with %j ends with 3', async (words, input, message) => {
    const { exitCode, shown } = await passwords(words, fakeProcess({ input }))
    expect(exitCode).toBe(3)
    expect(shown).toContain(message)
  })
})

describe('at a terminal', () => {
  test('each is asked for on standard error and never shown', async () => {
    const { exitCode, connection, become, shown } = await passwords(
      '-kK',
      fakeProcess({ keys: ['loginX\u007f1\r', 'sudo1\r'] }),
    )
    expect({ exitCode, connection, become }).toEqual({
      exitCode: 0,
      connection: 'login1',
      become: 'sudo1',
    })
    expect(shown).toBe('SSH password: \nBECOME password [defaults to SSH password]: \n')
  })

  test('an empty second answer means the first password', async () => {
    expect(await passwords('-kK', fakeProcess({ keys: ['login1\r', '\r'] }))).toMatchObject({
      connection: 'login1',
      become: 'login1',
    })
  })

  test('Ctrl-C ends with 130, Ctrl-D with 3', async () => {
    expect((await passwords('-K', fakeProcess({ keys: ['abc\u0003'] }))).exitCode).toBe(130)
    expect((await passwords('-K', fakeProcess({ keys: ['\u0004'] }))).exitCode).toBe(3)
  })
})

describe('from files', () => {
  const project = (name: string, content: string | Uint8Array, mode: number): FakeProcess => {
    const io = fakeProcess()
    writeFileSync(join(io.cwd, name), content, { mode })
    return io
  }

  test.each([
    ['a file', 'sudo1\n', 0o600, 'sudo1'],
    ['a program', '#!/bin/sh\necho "sudo$((1+1))"\n', 0o700, 'sudo2'],
    ['a file with the byte order mark of UTF-8', '\ufeffsudo1\r\n', 0o600, 'sudo1'],
    ['a file in UTF-16', Buffer.from('\ufeffsudo1\r\n', 'utf16le'), 0o600, 'sudo1'],
  ])('%s', async (_, content, mode, password) => {
    expect(
      (await passwords('--become-password-file secret', project('secret', content, mode))).become,
    ).toBe(password)
  })

  test.each([
    ['an empty file', '\n', 0o600, 'it is empty'],
    ['a file in Latin-1', Buffer.from('grün', 'latin1'), 0o600, 'it is not UTF-8 text'],
    ['a program that fails', '#!/bin/sh\nexit 3\n', 0o700, 'Command failed'],
  ])('%s ends with 3', async (_, content, mode, message) => {
    const { exitCode, shown } = await passwords(
      '--connection-password-file secret',
      project('secret', content, mode),
    )
    expect(exitCode).toBe(3)
    expect(shown).toContain(message)
  })

  test.each<
    [what: string, content: string, spoil: (path: string) => void, message: string, remedy: string]
  >([
    [
      'a file that everybody may write',
      'sudo1\n',
      (path) => chmodSync(path, 0o606),
      'the password file secret is not used: everybody may write it',
      'chmod 600 secret',
    ],
    [
      'a program that everybody may write',
      '#!/bin/sh\necho sudo1\n',
      (path) => chmodSync(path, 0o777),
      'the password file secret is not used: everybody may write it',
      'chmod 600 secret',
    ],
    [
      'a file in a folder that everybody may write',
      'sudo1\n',
      (path) => chmodSync(dirname(path), 0o777),
      'the password file secret is not used: everybody may write its folder',
      'chmod o-w ',
    ],
    [
      'a link to a file that everybody may write',
      'sudo1\n',
      (path) => {
        renameSync(path, `${path}.real`)
        chmodSync(`${path}.real`, 0o666)
        symlinkSync(`${path}.real`, path)
      },
      'the password file secret is not used: everybody may write it',
      'chmod 600 secret',
    ],
  ])('%s ends with 3', async (_, content, spoil, message, remedy) => {
    const io = project('secret', content, 0o600)
    spoil(join(io.cwd, 'secret'))
    const { exitCode, shown } = await passwords('--become-password-file secret', io)
    expect(exitCode).toBe(3)
    expect(shown).toContain(message)
    expect(shown).toContain(remedy)
    expect(shown).not.toContain('sudo1')
  })

  test('a sticky folder and a pipe are accepted', async () => {
    const io = project('secret', 'sudo1\n', 0o600)
    chmodSync(io.cwd, 0o1777)
    expect((await passwords('--become-password-file secret', io)).become).toBe('sudo1')
    execFileSync('mkfifo', ['-m', '666', join(io.cwd, 'pipe')])
    const writer = spawn('sh', ['-c', 'echo sudo2 >pipe'], { cwd: io.cwd, stdio: 'ignore' })
    expect((await passwords('--become-password-file pipe', io)).become).toBe('sudo2')
    await once(writer, 'exit')
  })

  test('a file that does not exist ends with 3', async () => {
    const { exitCode, shown } = await passwords('--connection-password-file none', fakeProcess())
    expect(exitCode).toBe(3)
    expect(shown).toContain('the password file none cannot be used: ')
    expect(shown).toContain('ENOENT')
  })
})

import { describe, expect, test } from '@jest/globals'
import type { ShellFactKind } from '../../src/core/fact.js'
import { withinTime } from '../../src/core/within-time.js'
import { gitCheckoutFact } from '../../src/facts/git/checkout.js'
import { gitRemoteFact } from '../../src/facts/git/remote.js'
import { normalizedUrl } from '../../src/facts/github/api.js'
import { hostFact } from '../../src/facts/host.js'
import { parseGrant } from '../../src/facts/mysql/grants.js'
import { databaseFact } from '../../src/facts/mysql/server.js'
import { parseRequirements } from '../../src/facts/python/requirements.js'
import { userFact } from '../../src/facts/accounts/user.js'
import { venvFact } from '../../src/facts/python/venv.js'

// Answers of a hostile host that would make a regular expression backtrack for minutes, or forever.

const many = (piece: string): string => piece.repeat(1_000_000 / piece.length)
const of = (kind: ShellFactKind<never, unknown>, key: unknown, stdout: string) => (): unknown =>
  kind.parse({ code: 0, stdout: Buffer.from(stdout), stderr: '' }, [key] as never)
const machine = '= machine\nx86_64\n= cpus\n1\n= init\nsystemd\n= addresses\n'
const files =
  '\n= files\n==> /proc/meminfo <==\nMemTotal: 1 kB\n==> /proc/sys/kernel/hostname <==\nh\n==> /proc/sys/kernel/osrelease <==\n6\n'
const account = { name: 'app', password: false }
const venv = { path: '/srv/venv', python: null, requirements: null }

describe('a long answer is parsed in linear time', () => {
  test.each<[string, () => unknown]>([
    ['accounts: empty lines', of(userFact, account, `=\n=\n${many('\n')}x`)],
    ['accounts: lines', of(userFact, account, `=\n=\n${many('0\n\n0\n')}x`)],
    [
      'a checkout: lines',
      of(gitCheckoutFact, { path: '/srv/app' }, `@checkout\n${many('@status x\n')}`),
    ],
    [
      'a checkout: the address of its remote',
      of(
        gitCheckoutFact,
        { path: '/srv/app' },
        `@checkout\nowner app 1\nhead none\nremote a://${many(':')}\n@status 0\n`,
      ),
    ],
    [
      'a repository elsewhere: lines',
      of(gitRemoteFact, { repo: 'x', ref: 'main' }, `@remote\n${many('@status x\n')}`),
    ],
    ['an environment: lines', of(venvFact, venv, `@venv\n${many('@status x\n')}`)],
    [
      'a server of MariaDB: lines',
      of(databaseFact, { name: 'app', connection: {} }, `@server\n${many('@status x\n')}`),
    ],
    [
      'addresses: a name',
      of(hostFact, 'host', `${machine}1: ${many('o')} inet 1.1.1.1/8 ${files}`),
    ],
    ['addresses: a number', of(hostFact, 'host', `${machine}1: lo inet 1/${many('1')}${files}`)],
    ['grants: backticks', () => parseGrant(`GRANT AA (${many('`')}`)],
    ['the address of a hook', () => normalizedUrl(`https://example.org/${many('/')}x`)],
    ['requirements: blanks', () => parseRequirements(`a${many(' ')}(`)],
    ['requirements: a name', () => parseRequirements(`${many('a')}(`)],
    ['requirements: comments', () => parseRequirements(`a${many(' #')}\u2028`)],
  ])('%s', (_, parse) => {
    expect(() => withinTime(20, parse)).not.toThrow()
  })
})

test("the last status line counts, not one in the command's output", () => {
  expect(
    of(
      gitCheckoutFact,
      { path: '/srv/app' },
      '@checkout\nowner app 1\n@status 92\nhead none\n@status 0\n',
    )(),
  ).toMatchObject([{ is: 'present', value: { head: null } }])
})

import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { askSsh, type SshConfigQuery } from '../../../src/ssh/config/ask-ssh.js'
import { resolveConfig } from '../../../src/ssh/config/ssh-config.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-groups-'))
const log = join(directory, 'log')
// Jest gives tests a copy of the environment; programs are started with the real one.
const environment = runInThisContext('process.env') as NodeJS.ProcessEnv
const path = environment['PATH'] ?? ''

/** The real ssh, behind a script that writes a line for each process. */
beforeAll(() => {
  const real = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim()
  mkdirSync(join(directory, 'bin'))
  writeFileSync(join(directory, 'bin/ssh'), `#!/bin/sh\necho . >>${log}\nexec ${real} "$@"\n`)
  chmodSync(join(directory, 'bin/ssh'), 0o755)
  environment['PATH'] = `${join(directory, 'bin')}${delimiter}${path}`
})
afterAll(() => {
  environment['PATH'] = path
  rmSync(directory, { recursive: true, force: true })
})

let files = 0
function file(text: string): string {
  const name = join(directory, `config${(files += 1)}`)
  writeFileSync(name, text.replaceAll('DIR', directory))
  return name
}
const hosts = [
  'web1',
  'web2',
  'web10',
  'db1',
  'db2',
  'a.example.org',
  'b.example.org',
  '192.0.2.1',
  '192.0.2.2',
  'WEB1',
  'Db1',
]
const question = (
  host: string,
  sshConfig: string,
  options: readonly string[] = [],
): SshConfigQuery => ({
  name: host,
  host,
  options: ['-F', sshConfig, ...options],
  sshConfig,
})
const individually = (host: string, sshConfig: string): string =>
  execFileSync('ssh', ['-G', '-F', sshConfig, '--', host], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

/**
 * The number of processes that the hosts of a configuration need. Each answer must be ssh's for
 * that host alone, except for what Fettle never reads.
 */
async function processes(text: string, names = hosts): Promise<number> {
  const sshConfig = file(text)
  writeFileSync(log, '')
  const answers = await Promise.all(names.map((host) => askSsh(question(host, sshConfig))))
  const count = readFileSync(log, 'utf8').length / 2
  const read = (answer: string | null): string | undefined =>
    answer?.replace(/^controlpath .*$/m, '')
  expect(answers.map(read)).toEqual(names.map((host) => read(individually(host, sshConfig))))
  return count
}

writeFileSync(join(directory, 'included-web.conf'), 'Host web*\n  Port 2022\n')
writeFileSync(join(directory, 'included-db.conf'), 'User dba\n')
writeFileSync(join(directory, 'names.conf'), 'HostName inside\n')

// Nine of the hosts have plain names; the two others are always queried individually.
describe('hosts that no configuration distinguishes share one query', () => {
  test.each<[what: string, config: string, processes: number]>([
    ['nothing', '', 1 + 2],
    [
      'the same for all',
      'Host *\n  Port 2022\n  IdentityFile ~/.ssh/key\n  ControlPath DIR/%h\nUser deploy\n',
      1 + 2,
    ],
    ['a pattern', 'Host web*\n  Port 2022\n', 2 + 2],
    ['two that overlap', 'Host web?\n  Port 2022\nHost *1\n  User one\n', 4 + 2],
    ['one that is taken out', 'Host * !web2\n  Port 2022\n', 2 + 2],
    ['in capitals', 'Host WEB*\n  Port 2022\nHost *.Example.ORG\n User u\n', 3 + 2],
    [
      'with an equals sign, comments and tabs',
      '# all\n\nhost=web*\n\tPort = 2022\n  # no\nHost\t*\n  User u\n',
      2 + 2,
    ],
    [
      'names of their own',
      'Host db1 db2\n  HostName 192.0.2.9\n  Port 3\nHost *\n  Port 2022\n',
      1 + 2 + 2,
    ],
    ['a name that another has', 'Host db1\n  HostName web1\nHost *\n  User u\n', 1 + 1 + 2],
    ['Match all', 'Match all\n  Port 2022\n', 1 + 2],
    [
      'Match host',
      'Match host web*,db1\n  Port 2022\nMatch originalhost 192.* !host *2\n  User u\n',
      6 + 1 + 2,
    ],
    ['an Include', 'Include DIR/included-*.conf DIR/none-*.conf DIR/missing\n', 2 + 2],
    ['an Include in a block', 'Host db*\n  Include DIR/included-db.conf\n', 2 + 2],
  ])('%s', async (_, config, count) => {
    expect(await processes(config)).toBe(count)
  })

  test('further ssh arguments are part of the query', async () => {
    const sshConfig = file('')
    writeFileSync(log, '')
    const options = [[], ['-p', '2'], ['-p', '2', '-l', 'deploy']]
    const answers = await Promise.all(
      options.flatMap((each) =>
        ['web1', 'web2'].map((host) => askSsh(question(host, sshConfig, each))),
      ),
    )
    expect(readFileSync(log, 'utf8')).toBe('.\n'.repeat(3))
    expect(answers.map((answer) => /^port (.*)/m.exec(answer ?? '')?.[1])).toEqual([
      '22',
      '22',
      '2',
      '2',
      '2',
      '2',
    ])
  })

  test('a hundred hosts', async () => {
    expect(
      await processes(
        'Host web*\n  Port 2022\n',
        Array.from({ length: 30 }, (_, index) => [`web${index}`, `db${index}`, `x${index}`]).flat(),
      ),
    ).toBe(2)
  }, 30_000)
})

describe('configurations that patterns cannot judge are queried for each host', () => {
  test.each<[what: string, config: string]>([
    ['a HostName for several', 'Host web*\n  HostName web1\n'],
    ['a HostName for all', 'HostName web1\n'],
    ['a HostName made of the name', 'Host *\n  HostName %h.example.org\n'],
    ['a HostName behind an exception', 'Host !web1 db1\n  HostName web1\n'],
    ['a HostName in an Include', 'Host web*\n  Include DIR/names.conf\n'],
    ['Match user', 'Match user root\n  Port 2022\n'],
    ['Match exec', 'Match exec "test %h = web1"\n  Port 2022\n'],
    ['Match with more', 'Match host web* user root\n  Port 2022\n'],
    ['Match final', 'Match final all\n  Port 2022\n'],
    ['a canonical name', 'CanonicalizeHostname no\n'],
    ['a token elsewhere', 'Host *\n  IdentityFile ~/.ssh/%h\n'],
    ['another token', 'UserKnownHostsFile DIR/%n\n'],
    ['quotes', 'Host "web*"\n  Port 2022\n'],
    ['a comment behind a pattern', 'Host web* # all\n  Port 2022\n'],
    ['an Include of a folder pattern', 'Include DIR/*/x\n'],
    ['an Include with a variable', 'Include ${HOME}/none\n'],
  ])('%s', async (_, config) => {
    expect(await processes(config, ['web1', 'web2', 'db1'])).toBe(3)
  })

  test('options that were not looked at', async () => {
    const sshConfig = file('')
    writeFileSync(log, '')
    await Promise.all(
      ['web1', 'web2'].map((host) =>
        askSsh({ ...question(host, sshConfig, ['-o', 'HostName=%h']), sshConfig: null }),
      ),
    )
    expect(readFileSync(log, 'utf8')).toBe('.\n'.repeat(2))
  })
})

describe('options of the inventory', () => {
  test.each<[processes: number, given: readonly string[]]>([
    [1, ['-o', 'UserKnownHostsFile=/etc/known', '-oPort 2022']],
    [2, ['-o', 'UserKnownHostsFile=/etc/known-%h']],
    [2, ['-o', 'HostName=inside']],
    [2, ['-ohostname inside']],
    [2, ['-o', 'CanonicalizeHostname=no']],
    [2, ['-F', join(directory, 'names.conf')]],
  ])('need %d processes for two hosts: %j', async (count, given) => {
    const sshConfig = file('')
    writeFileSync(log, '')
    const configs = await Promise.all(
      ['web1', 'web2'].map((host) =>
        resolveConfig({ name: host, host, become: null, commonArguments: given }, sshConfig),
      ),
    )
    expect(readFileSync(log, 'utf8')).toBe('.\n'.repeat(count))
    expect(configs.map(({ host }) => host)).toEqual(
      given.some((word) => /inside|-F/.test(word)) ? ['inside', 'inside'] : ['web1', 'web2'],
    )
  })
})

test("ssh's refusal is reported for each host by its name", async () => {
  const sshConfig = file('NoSuchOption yes\n')
  const refused = await Promise.allSettled(
    ['web1', 'web2'].map((host) => askSsh(question(host, sshConfig))),
  )
  expect(refused).toEqual(
    ['web1', 'web2'].map((host) => ({
      status: 'rejected',
      reason: expect.objectContaining({
        code: 'ssh-config-invalid',
        message: expect.stringContaining(`${host}: ssh -G`),
      }),
    })),
  )
})

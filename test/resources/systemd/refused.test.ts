import { describe, expect, test } from '@jest/globals'
import { isShell, changesOf } from '../../../src/core/change.js'
import { secret } from '../../../src/core/secret-text.js'
import { aptPackages } from '../../../src/resources/apt/packages.js'
import { checkHttp } from '../../../src/resources/commands/check-http.js'
import { command, type CommandOptions } from '../../../src/resources/commands/command.js'
import { group } from '../../../src/resources/accounts/group.js'
import type { ServiceOptions } from '../../../src/resources/systemd/service-options.js'
import { systemdService } from '../../../src/resources/systemd/service.js'
import { systemdUnit } from '../../../src/resources/systemd/unit.js'
import { runIn, shells } from '../../shells.js'
import { js, refusal } from '../refusal.js'

describe('refused, with the resource, the option and the error', () => {
  test.each<[string, () => unknown, string]>([
    ['a package that apt would remove', () => aptPackages(['git-']), 'must be names of packages'],
    [
      'a flag as a package',
      () => aptPackages(['--allow-unauthenticated']),
      'must be names of packages',
    ],
    ['a pattern of packages', () => aptPackages(['libfoo*']), 'must be names of packages'],
    ['no packages', () => aptPackages([]), 'must name a package'],
    [
      'one package without a list',
      () => aptPackages(js<string[]>('git')),
      'must be a list of names',
    ],
    ['a package named twice', () => aptPackages(['git', 'git=2*']), 'a package is named twice'],
    [
      'purge without absent',
      () => aptPackages(['git'], { purge: true }),
      'purge needs state absent',
    ],
    [
      'a version to be removed',
      () => aptPackages(['git=2'], { state: 'absent' }),
      'a version means nothing',
    ],
    ['the latest', () => aptPackages(['git'], js({ state: 'latest' })), 'apt.packages[git]: state'],
    [
      'a unit without its type',
      () => systemdUnit('app', { content: '' }),
      'must be the name of a unit with its type',
    ],
    [
      'a unit elsewhere',
      () => systemdUnit('../app.service', { content: '' }),
      'must be the name of a unit',
    ],
    [
      'a unit of nothing',
      () => systemdUnit('app.service', {}),
      'one of content, source and template is required',
    ],
    [
      'a secret in a unit',
      () => systemdUnit('app.service', { content: secret('[Service]') }),
      'systemd.unit[app.service]: a unit may not hold a Secret: everybody on the host can read it with systemctl cat',
    ],
    [
      'a service that is a template',
      () => systemdService('app@.service'),
      'is a template, which cannot run: name an instance, such as app@one.service',
    ],
    [
      'a service by a number',
      () => systemdService(js(5)),
      'systemd.service(a number): the first argument must be text',
    ],
    [
      'a trigger by its name',
      () => systemdService('app', js<ServiceOptions>({ restartOn: ['group[x]'] })),
      'must be a resource, not its name',
    ],
    [
      'a trigger for both',
      () => systemdService('app', { restartOn: [group('x')], reloadOn: [group('x')] }),
      'group[x] is in restartOn and in reloadOn',
    ],
    [
      'masked and running',
      () => systemdService('app', { masked: true, running: true }),
      'a masked unit can neither run nor be enabled',
    ],
    [
      'masked and enabled',
      () => systemdService('app', { masked: true, enabled: true }),
      'a masked unit can neither run nor be enabled',
    ],
    ['a fraction of a second', () => systemdService('app', { stableFor: 0.5 }), 'stableFor'],
    ['no command', () => command(''), 'command(""): the first argument'],
    ['a command without arguments', () => command([]), 'command(a list): the first argument'],
    ['a flag as a command', () => command(['-c', 'x']), 'command(a list): the first argument'],
    [
      'a relative guard',
      () => command('x', { creates: 'out' }),
      'creates must be an absolute path',
    ],
    ['a variable that is none', () => command('x', { env: { 'A B': 'x' } }), 'env.A B'],
    [
      'a variable that is a number',
      () => command('x', js<CommandOptions>({ env: { A: 1 } })),
      'env.A',
    ],
    ['no status is success', () => command('x', { successCodes: [] }), 'successCodes'],
    ['a file as a URL', () => checkHttp('file:///etc/passwd'), 'must be a URL of http or https'],
    [
      'a password in a URL, which is not repeated',
      () => checkHttp('http://a:pass-word@localhost/'),
      'check.http("http://a:[secret]@localhost/"): the first argument must not hold a user or password',
    ],
    [
      'a password in what is no URL',
      () => checkHttp('a:pass-word@localhost/'),
      'check.http("a:[secret]@localhost/"): the first argument must be a URL of http or https',
    ],
    [
      'an address and a socket',
      () => checkHttp('http://localhost/', { socket: '/run/x', address: '127.0.0.1' }),
      'address and socket exclude each other',
    ],
    [
      'a socket of this machine',
      () => checkHttp('http://localhost/', { socket: '/run/x', from: 'control' }),
      'from cannot be control',
    ],
  ])('%s', (_, make, message) => {
    expect(refusal(make)).toContain(message)
  })
})

test('a Secret has a place elsewhere', () => {
  expect(() => systemdUnit('app.service', { content: secret('[Service]') })).toThrow(
    expect.objectContaining({
      address: 'systemd.unit[app.service]',
      remedy:
        'write the Secret to a file of its own and name that in EnvironmentFile= or LoadCredential=',
    }),
  )
})

test.each<[string, () => unknown]>([
  ['is masked and disabled', () => systemdService('app', { masked: true, enabled: false })],
  ['is an instance with a dot', () => systemdService('app@.b.service')],
])('a service is taken that %s', (_, make) => {
  expect(refusal(make)).toBe('taken')
})

test('a service is identified by its full name', () => {
  expect([
    systemdService('nginx').id,
    systemdService('nginx.socket').id,
    systemdService('app.v2').id,
  ]).toEqual(['nginx.service', 'nginx.socket', 'app.v2.service'])
})

describe.each(shells)('a command in $name', (shell) => {
  const run = (...given: Parameters<typeof command>): ReturnType<typeof runIn> => {
    const made = command(...given)
    const [action] = changesOf(
      made.plan({ verdict: { is: 'due' }, marks: [] }, made.values, { changing: [] }),
    ).flatMap((change) => change.actions)
    if (action === undefined || !isShell(action)) throw new Error('it does not run')
    return runIn(shell, action)
  }
  const hostile = [
    "it's",
    '$(id)',
    '`id`',
    '"',
    '',
    '\n',
    '-n',
    '*',
    'a\\b',
    'é€😀',
    'A=1',
    '; exit 9',
  ]

  test('gets its arguments unchanged', () => {
    expect(run(['printf', '[%s]', ...hostile])).toMatchObject({
      code: 0,
      stdout: Buffer.from(hostile.map((word) => `[${word}]`).join('')),
    })
  })

  test('gets secrets and input unchanged', () => {
    const values = Object.fromEntries(
      hostile.map((value, index) => [`V${String(index)}`, secret(`${value}\n`)]),
    )
    const text = hostile.map((_, index) => `printf '[%s]' "$V${String(index)}"`).join('; ')
    const { code, stdout } = run(`${text}; cat`, { env: values, input: secret('and\nthe rest') })
    expect([code, stdout.toString()]).toEqual([
      0,
      `${hostile.map((value) => `[${value}\n]`).join('')}and\nthe rest`,
    ])
  })

  test.each<[Parameters<typeof command>, number]>([
    [['exit 3'], 3],
    [['exit 3', { successCodes: [3] }], 0],
    [['true', { successCodes: [3] }], 1],
    [[['no-such-program']], 127],
    [[['if']], 127],
    [['true', { creates: '/nonexistent/path' }], 1],
    [['true', { creates: '/etc/passwd' }], 0],
    [['set -u; echo "$UNSET_HERE"'], 2],
    [['echo "$UNSET_HERE"'], 0],
  ])('%j ends with %d', (given, code) => {
    const outcome = run(...given).code
    // An unset variable gives 1, 2 or 127, depending on the shell.
    expect(code === 2 ? outcome !== 0 : outcome).toBe(code === 2 ? true : code)
  })

  test('fails where it should not run', () => {
    const { code, stdout } = run('echo it ran', { cwd: '/nonexistent' })
    expect([code === 0, stdout.toString()]).toEqual([false, ''])
  })
})

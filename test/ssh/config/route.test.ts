import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { routeTo, type Route } from '../../../src/ssh/config/route.js'
import type { Target } from '../../../src/ssh/target.js'

const directory = mkdtempSync(join(tmpdir(), 'fettle-route-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let files = 0
function file(text: string): string {
  const path = join(directory, `config${(files += 1)}`)
  writeFileSync(path, `${text}\nHost *\n  User me\n`)
  return path
}
const target = (...commonArguments: readonly string[]): Target => ({
  name: 'web1',
  host: 'web',
  user: 'deploy',
  port: 2200,
  privateKeyFile: '/key',
  become: null,
  commonArguments,
})

/** The hops from here to the host. */
const hops = (route: Route): readonly string[] => [
  ...(route.via === null ? [] : hops(route.via)),
  `${route.config.user}@${route.config.host}:${route.config.port}`,
]

test.each<[what: string, config: string, given: readonly string[], hops: readonly string[]]>([
  ['no jump host', '', [], ['deploy@web:2200']],
  [
    "one, with its own user and port and not the host's",
    'Host bastion\n  Port 22022\n',
    ['-J', 'bastion'],
    ['me@bastion:22022', 'deploy@web:2200'],
  ],
  ['one with user and port', '', ['-J', 'jump@bastion:23'], ['jump@bastion:23', 'deploy@web:2200']],
  ['a URI', '', ['-J', 'ssh://jump@bastion:23'], ['jump@bastion:23', 'deploy@web:2200']],
  ['-o ProxyJump', '', ['-o', 'ProxyJump=a,b'], ['me@a:22', 'me@b:22', 'deploy@web:2200']],
  [
    'three in a row',
    '',
    ['-J', 'one@a:1,two@b:2,c'],
    ['one@a:1', 'two@b:2', 'me@c:22', 'deploy@web:2200'],
  ],
  [
    'from ssh_config',
    'Host web\n  ProxyJump a\nHost a\n  HostName 192.0.2.1\n  User jumper\n',
    [],
    ['jumper@192.0.2.1:22', 'deploy@web:2200'],
  ],
  [
    'a jump host with a jump host of its own',
    'Host web\n  ProxyJump a\nHost a\n  ProxyJump b\n',
    [],
    ['me@b:22', 'me@a:22', 'deploy@web:2200'],
  ],
  [
    'before the last of a list its own does not hold',
    'Host b\n  ProxyJump other\n',
    ['-J', 'a,b'],
    ['me@a:22', 'me@b:22', 'deploy@web:2200'],
  ],
  [
    'before the first of a list it does',
    'Host a\n  ProxyJump other\n',
    ['-J', 'a,b'],
    ['me@other:22', 'me@a:22', 'me@b:22', 'deploy@web:2200'],
  ],
  ['ProxyJump none wins', 'Host *\n  ProxyJump a\n', ['-J', 'none'], ['deploy@web:2200']],
  [
    'an IPv6 address with a zone',
    '',
    ['-J', 'u@[fe80::1%eth0]:23'],
    ['u@fe80::1%eth0:23', 'deploy@web:2200'],
  ],
  [
    'a host that has the address of its jump host',
    'Host bastion\n  HostName web\n  Port 2200\n  User deploy\n',
    ['-J', 'bastion'],
    ['deploy@web:2200', 'deploy@web:2200'],
  ],
  [
    "a name made of the host's",
    'Host web\n  HostName inner\nHost web inner\n  ProxyJump %h-gate\n',
    [],
    ['me@inner-gate:22', 'deploy@inner:2200'],
  ],
])('%s', async (_, config, given, expected) => {
  expect(hops(await routeTo(target(...given), file(config)))).toEqual(expected)
})

test('-F of the host holds for its jump hosts', async () => {
  const own = file('Host bastion\n  Port 4\n')
  expect(hops(await routeTo(target('-F', own, '-J', 'bastion'), file('')))).toEqual([
    'me@bastion:4',
    'deploy@web:2200',
  ])
})

test('a jump host gets neither key nor password of the host behind it', async () => {
  const { via } = await routeTo(target('-J', 'bastion'), file(''))
  expect(via?.target).toEqual({
    name: 'jump host bastion',
    host: 'bastion',
    commonArguments: [],
    become: null,
  })
})

test.each([
  ['Host *\n  ProxyJump bastion\n', /jumphost loop via bastion|bastion goes through bastion/],
  [
    'Host web b\n  ProxyJump a\nHost a\n  ProxyJump b\n',
    /the jump hosts lead to each other: deploy@web:2200 goes through a goes through b goes through a/,
  ],
  ['Host *\n  ProxyJump x%h\n', /goes through x+web goes through/],
])('jump hosts that lead to each other: %j', async (config, message) => {
  const error: unknown = await routeTo(target(), file(config)).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ssh-config-invalid' })
  expect(
    `${(error as Error).message} ${(error as { readonly detail?: string }).detail ?? ''}`,
  ).toMatch(message)
})

test.each(['-oProxyCommand=x', 'a;id', ','])('a jump host %j is refused', async (jump) => {
  await expect(routeTo(target('-J', jump), file(''))).rejects.toMatchObject({
    code: expect.stringMatching(/^(ssh-config-invalid|option-invalid)$/),
  })
})

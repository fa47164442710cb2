import { describe, expect, test } from '@jest/globals'
import {
  localEnvironment,
  protocolOf,
  remoteEnvironment,
} from '../../../src/facts/git/environment.js'

describe('the protocol of a URL, and null where git may not be given it', () => {
  test.each([
    ['https://example.org/app.git', 'https'],
    ['https://e', 'https'],
    ['https:///app.git', null],
    ['https:// example.org', null],
    ['https://', null],
    ['http://example.org/app.git', null],
    ['xhttps://example.org/app.git', null],
    ['git://example.org/app.git', null],
    ['ext::sh -c id https://example.org', null],
    ['ssh://git@example.org:2222/app.git', 'ssh'],
    ['ssh://-oProxyCommand=id/app.git', null],
    ['ssh:///app.git', null],
    ['ssh:// example.org', null],
    ['xssh://example.org/app.git', null],
    ['git@example.org:acme/app.git', 'ssh'],
    ['g@e:a', 'ssh'],
    ['_first.second-3@a_b.c-4:~/app', 'ssh'],
    ['deploy@[::1]:app.git', 'ssh'],
    ['deploy@[2001:DB8::192.0.2.1]:app.git', 'ssh'],
    ['deploy@[example.org]:app.git', null],
    ['deploy@[]:app.git', null],
    ['deploy@[::1]x:app.git', null],
    ['-oProxyCommand=id@example.org:app.git', null],
    ['-x@example.org:app.git', null],
    ['git@-oProxyCommand=id:app.git', null],
    ['git@-x:app.git', null],
    ['git@example.org:-x', null],
    ['git@example.org::app', null],
    ['git@example.org: app', null],
    ['git@example.org:app one', null],
    ['git@example.org:app\n--x', null],
    ['git@example.org:', null],
    ['a b git@example.org:app', null],
    ['example.org:app', null],
    ['/srv/git/app.git', 'file'],
    ['/', 'file'],
    ['file:///srv/git/app.git', 'file'],
    ['file://srv/git/app.git', null],
    ['/srv/my app', null],
    ['/srv/app\n', null],
    ['x/srv/app', null],
    ['../app', null],
    ['', null],
  ])('%j: %s', (url, protocol) => {
    expect(protocolOf(url)).toBe(protocol)
  })
})

/** The settings that the variables GIT_CONFIG_… give to git: name=value. */
function settingsOf(variables: readonly string[]): readonly string[] {
  const values = new Map(variables.map((each) => each.split(/=(.*)/s) as [string, string]))
  const at = (name: string): string => String(values.get(`GIT_CONFIG_${name}`))
  return Array.from(
    { length: Number(at('COUNT')) },
    (_, index) => `${at(`KEY_${String(index)}`)}=${at(`VALUE_${String(index)}`)}`,
  )
}

describe('a command in a checkout', () => {
  test.each([
    ['/srv/app', '/srv'],
    ['/srv/a/b', '/srv/a'],
    ['/app', '/'],
  ])('at %s looks for a repository in no folder from %s up', (path, ceiling) => {
    expect(localEnvironment(path)).toContain(`GIT_CEILING_DIRECTORIES=${ceiling}`)
  })
  test('takes no locks for its reading', () => {
    expect(localEnvironment('/srv/app')).toContain('GIT_OPTIONAL_LOCKS=0')
  })
  test('runs no hooks and no process that outlives it, and names files as they are', () => {
    const variables = localEnvironment('/srv/app')
    expect(settingsOf(variables)).toEqual([
      'core.hooksPath=/dev/null',
      'core.fsmonitor=false',
      'core.quotePath=false',
      'submodule.recurse=false',
      'gc.autoDetach=false',
      'maintenance.autoDetach=false',
      'advice.detachedHead=false',
    ])
    expect(variables).toHaveLength(3 + 2 * 7)
  })
})

describe('a command that asks a repository elsewhere', () => {
  const options =
    '-o BatchMode=yes -o StrictHostKeyChecking=yes -o UpdateHostKeys=no -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'
  const limits = [
    'GIT_TERMINAL_PROMPT=0',
    'GIT_HTTP_LOW_SPEED_LIMIT=1',
    'GIT_HTTP_LOW_SPEED_TIME=60',
  ]
  test.each<[string, string, string | undefined, string, string]>([
    ['by https', 'https://example.org/app', undefined, `ssh ${options}`, 'https:ssh'],
    ['by ssh', 'git@example.org:app', undefined, `ssh ${options}`, 'https:ssh'],
    [
      'by ssh with a key, and with no other',
      'git@example.org:app',
      "/var/lib/it's id",
      `ssh -i '/var/lib/it'\\''s id' -o IdentitiesOnly=yes ${options}`,
      'https:ssh',
    ],
    ['on the host itself', '/srv/git/app.git', undefined, `ssh ${options}`, 'file'],
  ])('%s asks nothing of people, and ends', (_, repo, key, ssh, protocols) => {
    expect(remoteEnvironment(repo, key)).toEqual([
      `GIT_SSH_COMMAND=${ssh}`,
      ...limits,
      `GIT_ALLOW_PROTOCOL=${protocols}`,
    ])
  })
})

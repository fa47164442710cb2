import { describe, expect, test } from '@jest/globals'
import { changesOf } from '../../src/core/change.js'
import type { Resource } from '../../src/core/resource.js'
import type { Brings, Thing } from '../../src/core/thing.js'
import {
  absent,
  apt,
  check,
  command,
  directory,
  file,
  generatedSecret,
  git,
  github,
  group,
  knownHost,
  mysql,
  python,
  sshKey,
  sudoers,
  symlink,
  systemd,
  timezone,
  user,
} from '../../src/index.js'
import { planOf } from '../../src/testing/outcome.js'
import { fileEntry } from './files/entry.js'
import { service, on } from './systemd/service-state.js'
import { exportedResources } from './tables.js'

const password = generatedSecret('/etc/app/secret').value
const repo = 'https://example.org/app.git'

describe('what the changes of a resource can bring', () => {
  const rows: readonly (readonly [Resource, Brings])[] = [
    [absent('/srv/app'), ['tree:/srv/app']],
    [absent('/srv/app', { recurse: true }), ['tree:/srv/app']],
    [apt.packages(['git']), 'anything'],
    [check.http('http://localhost/'), 'anything'],
    [command('true'), 'anything'],
    [directory('/srv/app/src'), ['path:/srv/app/src', 'path:/srv', 'path:/srv/app']],
    [directory('/srv/app', { recurse: true, owner: 'app' }), ['path:/srv/app', 'path:/srv']],
    [file('/etc/motd', { content: '' }), ['path:/etc/motd']],
    [file('/etc/aliases', { content: '', confirm: 'newaliases' }), 'anything'],
    [generatedSecret('/etc/app/secret'), ['path:/etc/app/secret']],
    [git.checkout('/srv/app', { repo, ref: 'main' }), ['tree:/srv/app']],
    [github.deployKey('acme/app', { key: sshKey('/root/key').publicKey, title: 'a' }), []],
    [github.webhook('acme/app', { url: 'https://example.org/', events: ['push'] }), []],
    [group('app'), ['group:app']],
    [knownHost('github.com', { state: 'absent' }), ['path:/etc/ssh/ssh_known_hosts']],
    [mysql.database('app'), ['database:app']],
    [mysql.user('app', { password }), ['user:app@localhost', 'server:mysql']],
    [python.venv('/srv/venv'), ['tree:/srv/venv']],
    [sshKey('/root/key'), ['path:/root/key', 'path:/root/key.pub']],
    [sudoers('app', { content: '# nothing' }), ['path:/etc/sudoers.d/app']],
    [symlink('/srv/current', { target: 'v1' }), ['tree:/srv/current']],
    [systemd.service('app', { running: true }), 'anything'],
    [
      systemd.unit('app.service', { content: '' }),
      ['unit:app.service', 'path:/etc/systemd/system/app.service'],
    ],
    [
      systemd.unit('app@.service', { state: 'absent' }),
      ['unit:app@.service', 'path:/etc/systemd/system/app@.service'],
    ],
    [
      systemd.unit('app.timer', { state: 'absent' }),
      ['unit:app.timer', 'path:/etc/systemd/system/app.timer'],
    ],
    [timezone('Europe/Berlin'), ['path:/etc/localtime', 'path:/etc/timezone']],
    [user('app'), ['user:app', 'group:app', 'tree:/home/app']],
    [user('app', { home: '/srv/app' }), ['user:app', 'group:app', 'tree:/srv/app']],
  ]
  test.each(rows.map(([made, brings]) => [made.address, made, brings] as const))(
    '%s',
    (_, made, brings) => expect(made.brings).toEqual(brings),
  )

  test.each(exportedResources.map(({ definition }) => definition.type))('%s has a row', (type) =>
    expect(rows.map(([made]) => made.type)).toContain(type),
  )
})

describe('a change says itself what it brings', () => {
  test.each([
    ['their home', null, true, ['user:app', 'uid:7', 'tree:/srv/app']],
    ['their group', { gid: 7, members: [] }, false, ['user:app', 'uid:7', 'group:app', 'gid:7']],
    ['a group that others have', { gid: 7, members: ['web'] }, false, ['user:app', 'uid:7']],
  ])('where a user goes with %s', (_, group, removeHome, brings) => {
    const leaving = user('app', { state: 'absent', removeHome })
    const entry = { uid: 7, gid: 7, group: 'app', home: '/srv/app', groups: [] }
    const facts = { user: entry, group, shell: fileEntry() }
    expect(changesOf(planOf({ facts }, leaving))).toMatchObject([{ brings }])
  })

  test('a new directory brings itself and the parents that nothing before it makes', () => {
    const facts = { missingParent: { path: '/srv/a', taken: false } }
    const makes = (thing: Thing): boolean => thing === 'path:/srv/a'
    const plan = directory('/srv/a/b/c').plan({ path: null, ...facts }, {}, { changing: [], makes })
    expect(changesOf(plan)).toMatchObject([
      {
        summary: 'create directory, and its parents /srv/a/b',
        brings: ['path:/srv/a/b/c', 'path:/srv/a/b'],
      },
    ])
  })

  test.each([
    ['enabling makes links that nobody can name', true, { file: 'disabled' }, undefined],
    ['disabling brings that unit alone', false, { file: 'enabled' }, ['unit:app.service']],
  ])('%s', (_, enabled, state, brings) => {
    const [linking] = changesOf(planOf({ facts: on(state) }, service({ enabled })()))
    expect(linking?.brings).toEqual(brings)
  })
})

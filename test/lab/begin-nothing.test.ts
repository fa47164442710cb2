import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Resource } from '../../src/core/resource.js'
import { sudoers } from '../../src/resources/accounts/sudoers.js'
import { aptPackages } from '../../src/resources/apt/packages.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { systemdUnit } from '../../src/resources/systemd/unit.js'
import type { Session } from '../../src/ssh/session.js'
import { runOn } from '../../src/testing/engine-run.js'
import { differences, isAmong, parseState, stateScript } from '../../src/testing/host-state.js'
import { logIn } from './converge.js'
import { labHost, slow } from './host.js'

// A run whose tenth change would fail begins none of them: a trial has found it out.

const host = labHost({ image: 'bare' })
const shell = (script: string): Promise<string> => host().mustRun(['sh', '-euc', script])
let session: Session

beforeAll(async () => {
  session = await logIn(host())
  await shell(
    'mkdir /srv/small; mount -t tmpfs -o size=64k,mode=0755 tmpfs /srv/small; mkdir /srv/fixed; mount -t tmpfs -o ro tmpfs /srv/fixed; apt-get -qq update',
  )
}, slow)
afterAll(() => session.close())

const state = async () =>
  new Map(
    [...parseState(await shell(stateScript.text))].filter(
      ([name]) => !isAmong(name, ['/run/fettle']),
    ),
  )

test.each<[string, Resource, RegExp]>([
  ['a bad sudoers file', sudoers('bad', { content: 'nonsense here\n' }), /visudo/],
  ['a package that nobody has', aptPackages(['no-such-package']), /no-such-package/],
  [
    'an owner that does not exist',
    file('/srv/b/owned', { content: 'x', owner: 'nosuch' }),
    /nosuch/,
  ],
  ['no space', file('/srv/small/file', { content: 'x'.repeat(100_000) }), /space|room|free/],
  ['a read-only file system', file('/srv/fixed/file', { content: 'x' }), /read-only|Read-only/],
  [
    'a unit that does not verify',
    systemdUnit('bad.service', { content: '[Service]\nType=nonsense\nExecStart=bin/true\n' }),
    /systemd-analyze|ExecStart/,
  ],
])('%s', async (_, bad, says) => {
  const good = [
    directory('/srv/b'),
    ...[...'12345678'].map((n) => file(`/srv/b/${n}`, { content: n })),
  ]
  const before = await state()
  const loggedIn = { name: 'web1', session, project: '.' }
  const planned = (await runOn(loggedIn, 'plan', [...good, bad])).outcomes.at(-1)
  const applied = (await runOn(loggedIn, 'apply', [...good, bad])).outcomes
  expect(differences(before, await state())).toEqual([])
  expect(planned).toMatchObject({ status: 'failed', error: expect.stringMatching(says) })
  expect(applied.at(-1)).toEqual(planned)
  expect(new Set(applied.slice(0, -1).map(({ status }) => status))).toEqual(new Set(['skipped']))
})

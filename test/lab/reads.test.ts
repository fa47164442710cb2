import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Later } from '../../src/core/later.js'
import type { Resource } from '../../src/core/resource.js'
import type { Secret } from '../../src/core/secret.js'
import { read } from '../../src/reads/index.js'
import { command } from '../../src/resources/commands/command.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { absent } from '../../src/resources/files/absent.js'
import { group } from '../../src/resources/accounts/group.js'
import type { Session } from '../../src/ssh/session.js'
import { runOn } from '../../src/testing/engine-run.js'
import { logIn } from './converge.js'
import { labHost, slow } from './host.js'

const host = labHost({ image: 'bare' })
let session: Session

const shell = (script: string): Promise<string> => host().mustRun(['sh', '-euc', script])
const run = async (
  mode: 'plan' | 'apply',
  ...resources: readonly Resource[]
): Promise<readonly (readonly [string, string | null])[]> => {
  const on = { name: 'web1', session, project: '.' }
  return (await runOn(on, mode, resources)).outcomes.map(({ status, error }) => [status, error])
}
const out = '/srv/reads/out'
/** Writes what was read, as JSON. */
const written = (value: Later<unknown>): Resource =>
  file(out, { content: value.map((found) => JSON.stringify(found)) })

beforeAll(async () => {
  session = await logIn(host())
}, slow)
afterAll(() => session.close())
beforeEach(() =>
  shell(`rm -rf /srv/reads /srv/tree; mkdir -p /srv/reads /srv/tree/a/b; cd /srv/tree
    echo hello >a/file; echo "it's" >"a/b/two
lines"; touch -d '1 hour ago' a/old.log; touch a/new.log; ln -s file a/link; mkfifo a/pipe
    chown 33:4321 a/file; chmod 4750 a/file; touch -d @1000000000 a/file
    printf 'top\\n' >/srv/secret; chmod 600 /srv/secret`),
)

describe('what is there', () => {
  test.each<[string, Later<unknown>, unknown]>([
    [
      'a file',
      read.stat('/srv/tree/a/file'),
      {
        kind: 'file',
        mode: '4750',
        owner: 'www-data',
        group: '4321',
        uid: 33,
        gid: 4321,
        size: 6,
        mtime: 1_000_000_000,
        target: null,
      },
    ],
    [
      'a link',
      read.stat('/srv/tree/a/link').map((found) => [found?.kind, found?.target]),
      ['link', 'file'],
    ],
    ['nothing', read.stat('/srv/none'), null],
    ['a text', read.file('/srv/tree/a/link'), 'hello\n'],
    ['no text', read.file('/srv/none', { optional: true }), null],
    [
      'a tree',
      read.find('/srv/tree'),
      ['a', 'a/b', 'a/b/two\nlines', 'a/file', 'a/link', 'a/new.log', 'a/old.log', 'a/pipe'].map(
        (name) => `/srv/tree/${name}`,
      ),
    ],
    ['what lies in it', read.find('/srv/tree', { depth: 1 }), ['/srv/tree/a']],
    [
      'old files',
      read.find('/srv/tree', { name: '*.log', olderThan: 60 }),
      ['/srv/tree/a/old.log'],
    ],
    ['directories', read.find('/srv/tree/a', { type: 'directory' }), ['/srv/tree/a/b']],
    ['what is none of these', read.find('/srv/tree/a', { type: 'other' }), ['/srv/tree/a/pipe']],
    ['no tree', read.find('/srv/none'), []],
    [
      'an answer',
      read.command(['sh', '-c', 'cat; id -un; echo "$HOME"; echo noise >&2']),
      'root\n/root',
    ],
    ['a status', read.command(['grep', '-c', 'x', '/etc/hostname'], { successCodes: [0, 1] }), '0'],
    ['another user', read.command(['id', '-un'], { become: 'www-data' }), 'www-data'],
    [
      'a user',
      read.user('www-data'),
      {
        name: 'www-data',
        uid: 33,
        gid: 33,
        home: '/var/www',
        shell: '/usr/sbin/nologin',
        comment: 'www-data',
        groups: [],
      },
    ],
    ['no user', read.user('nobody-here'), null],
    ['a group', read.group('www-data'), { name: 'www-data', gid: 33, members: [] }],
    ['no group', read.group('nobody-here'), null],
    [
      'packages',
      read.packages(['dpkg', 'nosuch']).map((found) => [typeof found['dpkg'], found['nosuch']]),
      ['string', null],
    ],
    [
      'a service',
      read.service('systemd-journald'),
      { active: true, enabled: false, masked: false },
    ],
    ['no service', read.service('nosuch'), null],
  ])('%s', async (_, value, found) => {
    expect(await run('plan', written(value))).toEqual([['changed', null]])
    expect(await run('apply', written(value))).toEqual([['changed', null]])
    expect(JSON.parse(await shell(`cat ${out}`))).toEqual(found)
    expect(await run('apply', written(value))).toEqual([['ok', null]])
  })
})

describe('what cannot be read is unknown, and says why', () => {
  test.each<[string, Later<unknown>, RegExp]>([
    ['a missing file', read.file('/srv/none'), /^\/srv\/none does not exist\n/],
    ['a directory', read.file('/srv/tree'), /^\/srv\/tree is not a file\n/],
    ['a pipe', read.file('/srv/tree/a/pipe'), /is not a file/],
    [
      'a file of root’s',
      read.file('/srv/secret', { become: 'www-data' }),
      /may not be read by this user/,
    ],
    ['a file that is too long', read.file('/srv/long'), /^\/srv\/long is longer than 1 MiB\n/],
    ['bytes', read.file('/srv/bytes'), /is not text in UTF-8/],
    ['a program that is missing', read.command(['nosuch']), /^nosuch was not found/],
    [
      'a program that fails',
      read.command(['sh', '-c', 'echo no >&2; exit 3']),
      /^sh ended with status 3: no\n/,
    ],
    [
      'one that is slow',
      read.command(['sleep', '9'], { timeout: 1 }),
      /^sleep took longer than 1 s\n/,
    ],
    ['one that prints without an end', read.command(['yes']), /^yes has printed more than 1 MiB\n/],
    [
      'a tree of which a part is closed',
      read.find('/srv/shut', { become: 'www-data' }),
      /^find \/srv\/shut ended with status 1: find: .*Permission denied/,
    ],
  ])('%s', async (_, value, error) => {
    await shell(
      `head -c 1048577 /dev/zero >/srv/long; printf '\\377' >/srv/bytes
       mkdir -p /srv/shut/in; chmod 700 /srv/shut/in`,
    )
    for (const mode of ['plan', 'apply'] as const)
      expect(await run(mode, written(value))).toEqual([['failed', expect.stringMatching(error)]])
  })

  test('and files of up to 1 MiB are read whole, however many', async () => {
    await shell(
      'for n in 1 2 3 4 5; do head -c 1048576 /dev/zero | tr "\\0" x >/srv/reads/$n; done',
    )
    const resources = [1, 2, 3, 4, 5].map((n) =>
      file(`/srv/reads/size${String(n)}`, {
        content: read.file(`/srv/reads/${String(n)}`).map((text) => String(text.length)),
      }),
    )
    await run('apply', ...resources)
    expect(await shell('cat /srv/reads/size*')).toBe('1048576'.repeat(5))
  })
})

describe('a secret', () => {
  test.each<[string, Later<Secret>]>([
    ['of a file', read.file('/srv/secret', { secret: true })],
    ['of a program', read.command(['cat', '/srv/secret'], { secret: true })],
  ])('%s stays one', async (_, value) => {
    expect(await run('apply', file(out, { content: value }))).toEqual([['changed', null]])
    expect(await shell(`stat -c %a ${out}; cat ${out}`)).toMatch(/^600\ntop\n?$/)
  })
})

describe('behind a change', () => {
  const touched = file('/srv/tree/a/file', { content: 'new\n' })
  const text = read.file('/srv/tree/a/file')

  test.each<[string, Resource, Later<unknown>, string, unknown]>([
    // A new file is certain to be made: only its content is not known yet.
    ['of the same file', touched, text, 'changed', 'new\n'],
    [
      'of another file',
      file('/srv/other', { content: String(Date.now()) }),
      text,
      'changed',
      'hello\n',
    ],
    ['in a tree', touched, read.find('/srv/tree', { depth: 1 }), 'unknown', ['/srv/tree/a']],
    [
      'any, for a program',
      file('/srv/more', { content: String(Date.now()) }),
      read.command(['echo', 'x']),
      'unknown',
      'x',
    ],
    [
      'but one that it does not depend on',
      touched,
      read.command(['echo', 'x'], { dependsOn: [directory('/srv')] }),
      'changed',
      'x',
    ],
    [
      'that it depends on',
      touched,
      read.command(['cat', '/srv/tree/a/file'], { dependsOn: [touched] }),
      'unknown',
      'new',
    ],
    ['of a program', command(['sh', '-c', 'echo by >/srv/tree/a/file']), text, 'unknown', 'by\n'],
    ['that removes it', absent('/srv/tree/a/file'), read.stat('/srv/tree/a/file'), 'changed', null],
    [
      'that makes a group',
      group('readers', { gid: 777 }),
      read.group('readers').map((found) => found?.gid),
      'changed',
      777,
    ],
  ])('%s', async (_, earlier, value, planned, found) => {
    await shell('groupdel readers 2>/dev/null || :')
    expect((await run('plan', earlier, written(value)))[1]?.[0]).toBe(planned)
    expect(await run('apply', earlier, written(value))).toEqual([
      ['changed', null],
      ['changed', null],
    ])
    expect(JSON.parse(await shell(`cat ${out}`))).toEqual(found)
  })
})

describe('onlyIf', () => {
  const missing = read.stat('/srv/reads/once').map((found) => found === null)
  const once = file('/srv/reads/once', { content: 'x\n', onlyIf: missing })

  test('decides in the plan, and the change is proved although it no longer holds', async () => {
    expect(await run('plan', once)).toEqual([['changed', null]])
    expect(await run('apply', once)).toEqual([['changed', null]])
    await shell('echo drift >/srv/reads/once')
    expect(await run('apply', once)).toEqual([['ok', null]])
  })

  test('behind a change is known after apply', async () => {
    const first = file('/srv/reads/once', { content: 'y\n' })
    const second = file('/srv/reads/two', { content: 'x\n', onlyIf: missing })
    expect((await run('plan', first, second)).map(([status]) => status)).toEqual([
      'changed',
      'unknown',
    ])
    expect((await run('apply', first, second)).map(([status]) => status)).toEqual(['changed', 'ok'])
  })

  test('that cannot be read fails', async () => {
    const onlyIf = read.file('/srv/none').map((text) => text === '')
    expect(await run('apply', file('/srv/reads/x', { content: 'x', onlyIf }))).toEqual([
      ['failed', expect.stringMatching(/^\/srv\/none does not exist/)],
    ])
  })

  test('leaves alone what could not even be read', async () => {
    const onlyIf = read.stat('/srv/none').map((found) => found !== null)
    const made = file('/srv/none/deep/x', { content: 'x', onlyIf })
    expect(await run('apply', made)).toEqual([['ok', null]])
    expect(await run('apply', command('exit 1', { onlyIf }))).toEqual([['ok', null]])
    expect(await run('apply', command('true', { onlyIf: onlyIf.map((no) => !no) }))).toEqual([
      ['changed', null],
    ])
  })
})

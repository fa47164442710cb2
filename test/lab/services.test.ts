import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { secret } from '../../src/core/secret-text.js'
import { aptPackages } from '../../src/resources/apt/packages.js'
import { checkHttp } from '../../src/resources/commands/check-http.js'
import { command } from '../../src/resources/commands/command.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { sudoers } from '../../src/resources/accounts/sudoers.js'
import { symlink } from '../../src/resources/files/symlink.js'
import { systemdService } from '../../src/resources/systemd/service.js'
import { systemdUnit, type UnitOptions } from '../../src/resources/systemd/unit.js'
import { user } from '../../src/resources/accounts/user.js'
import type { Session } from '../../src/ssh/session.js'
import { Convergence, logIn } from './converge.js'
import { labHost, slow } from './host.js'

const host = labHost({ image: 'bare' })
let session: Session
let on: Convergence

beforeAll(async () => {
  session = await logIn(host())
  on = new Convergence(session)
}, slow)
afterAll(() => session.close())

const show = async (property: string, unit = 'app.service'): Promise<string> =>
  (await host().mustRun(['systemctl', 'show', '-p', property, '--value', unit])).trim()
const unit = (
  service: string,
  options: Partial<UnitOptions> = {},
): ReturnType<typeof systemdUnit> =>
  systemdUnit('app.service', {
    content: `[Service]\n${service}\n[Install]\nWantedBy=multi-user.target\n`,
    ...options,
  })
const failure = (work: Promise<unknown>): Promise<FettleError> =>
  work.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => {
      if (error instanceof FettleError) return error
      throw error
    },
  )

describe('packages and a stock unit masked before it is installed', () => {
  const stock = systemdService('webhook.service', { masked: true, running: false })
  const packages = aptPackages(['webhook'], { recommends: false, updateCache: { maxAge: 3600 } })

  test(
    'are applied from nothing, once',
    async () => {
      expect(await on.plan(packages)).toMatchObject({
        is: 'changes',
        changes: [{ summary: 'fetch the package lists' }, { summary: 'install webhook' }],
      })
      expect(await on.apply(stock, packages)).toEqual([
        ['mask: no such unit → masked'],
        ['fetch the package lists', 'install webhook'],
      ])
      expect(await on.apply(stock, packages)).toEqual([[], []])
      expect((await host().run('systemctl is-active webhook')).stdout.trim()).toBe('inactive')
    },
    slow,
  )

  test(
    'a version, a hold and a package that does not exist',
    async () => {
      const other = aptPackages(['webhook=2.7*'])
      expect(await failure(on.apply(other))).toMatchObject({
        message: 'no version 2.7* of webhook in the package lists of the host',
        remedy: expect.stringMatching(/^name one of these: .*2\.8/),
      })
      await host().mustRun('apt-mark hold webhook')
      expect(await on.plan(other)).toMatchObject({ is: 'blocked', reason: 'held: webhook' })
      expect(await on.plan(aptPackages(['webhook=2.*']))).toMatchObject({ is: 'fine' })
      await host().mustRun('apt-mark unhold webhook')
      expect(
        await failure(on.apply(aptPackages(['no-such-package-here', 'nor-this']))),
      ).toMatchObject({
        message: 'no package no-such-package-here in the package lists of the host',
        detail: expect.stringContaining('Unable to locate package'),
      })
    },
    slow,
  )

  test(
    'of another architecture are other packages, as apt has it',
    async () => {
      // An archive on the host: `twofold` for both architectures, `single` for the other one alone,
      // which also provides `virtual` for all.
      await host().mustRun(`dpkg --add-architecture i386; mkdir -p /srv/archive && cd /srv/archive
      made() { mkdir -p $1/DEBIAN; printf 'Package: %s\\nVersion: 1\\nArchitecture: %s\\nMulti-Arch: %s\\nMaintainer: x <x@example.org>\\nDescription: x\\n%s' "$1" "$2" "$3" "\${4-}" >$1/DEBIAN/control; dpkg-deb -b $1 $1_$2.deb >/dev/null
        { cat $1/DEBIAN/control; echo "Filename: ./$1_$2.deb"; echo "Size: $(stat -c %s $1_$2.deb)"; echo "SHA256: $(sha256sum <$1_$2.deb | cut -d' ' -f1)"; echo; } >>Packages; }
      made twofold amd64 same; made twofold i386 same; made single i386 foreign 'Provides: virtual
'
      echo 'deb [trusted=yes] file:/srv/archive ./' >/etc/apt/sources.list.d/own.list
      apt-get -q update -o Dir::Etc::SourceList=/etc/apt/sources.list.d/own.list -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=0
      apt-get -q -y install twofold:i386`)
      const [bare, other, own] = [
        aptPackages(['twofold']),
        aptPackages(['twofold:i386']),
        aptPackages(['twofold:amd64']),
      ]
      expect(await on.apply(other, bare, own)).toEqual([[], ['install twofold'], []])
      expect(await on.apply(aptPackages(['twofold'], { state: 'absent' }), other)).toEqual([
        ['remove twofold'],
        [],
      ])
      expect(await on.plan(aptPackages(['twofold'], { state: 'absent' }))).toMatchObject({
        is: 'fine',
      })
      await host().mustRun('apt-mark hold twofold:i386')
      expect(await on.apply(bare)).toEqual([['install twofold']])
      expect(await on.plan(aptPackages(['twofold:i386'], { state: 'absent' }))).toMatchObject({
        is: 'blocked',
        reason: 'held: twofold:i386',
      })
      await host().mustRun('apt-mark unhold twofold:i386')
      expect(
        await on.apply(
          aptPackages(['twofold:amd64', 'twofold:i386'], { state: 'absent', purge: true }),
        ),
      ).toEqual([['purge twofold:amd64, twofold:i386']])
      // A name that is known for one architecture alone stands for that one.
      const single = aptPackages(['single'])
      expect(await on.apply(single, single, aptPackages(['virtual']))).toEqual([
        ['install single'],
        [],
        [],
      ])
      expect(await on.apply(aptPackages(['single'], { state: 'absent' }))).toEqual([
        ['remove single'],
      ])
      await host().mustRun(
        'rm -r /srv/archive /etc/apt/sources.list.d/own.list /var/lib/apt/lists/_srv_archive_*; dpkg --remove-architecture i386',
      )
    },
    slow,
  )

  test(
    'removal that would take others with it is refused',
    async () => {
      await host().mustRun(`cd /tmp; for name in needed needs; do mkdir -p $name/DEBIAN; printf 'Package: %s\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' $name >$name/DEBIAN/control; done
      echo 'Depends: needed' >>needs/DEBIAN/control; for name in needed needs; do dpkg-deb -b $name >/dev/null && dpkg -i $name.deb; done`)
      expect((await failure(on.apply(aptPackages(['needed'], { state: 'absent' })))).message).toBe(
        'other packages need needed and would be removed too: needs',
      )
      expect(await on.apply(aptPackages(['needed', 'needs'], { state: 'absent' }))).toEqual([
        ['remove needed, needs'],
      ])
    },
    slow,
  )
})

describe('a unit', () => {
  test.each([
    ['a misspelt setting', 'ExecStrat=/bin/true\nExecStart=/bin/true', 'ExecStrat'],
    ['a path that is not absolute', 'ExecStart=bin/program', 'bin/program'],
    [
      'a misspelt setting beside a program that comes later',
      'Restrat=always\nExecStart=/srv/later',
      'Restrat',
    ],
    ['no command at all', 'Type=simple', 'ExecStart'],
  ])('%s is refused before it takes its place', async (_, service, said) => {
    const { code, message, detail } = await failure(on.apply(unit(service)))
    expect([code, message]).toEqual([
      'action-failed',
      '`systemd-analyze verify` refused the new /etc/systemd/system/app.service',
    ])
    expect(detail).toContain(said)
    expect((await host().run('test -e /etc/systemd/system/app.service')).code).toBe(1)
  })

  test(
    'is judged by its own file alone: what others decide may come later',
    async () => {
      const socket = (more = '') => ({ content: `[Socket]\nListenStream=/run/shop.sock\n${more}` })
      const service = systemdUnit('shop.service', {
        content: '[Unit]\nRequires=shop.socket not-there.service\n[Service]\nExecStart=/srv/shop\n',
      })
      const template = systemdUnit('shop@.service', { content: '[Service]\nType=simple\n' })
      expect(
        await on.applyTogether(
          systemdUnit('shop.socket', socket()),
          systemdUnit('other.socket', socket('Accept=yes\n')),
          service,
          template,
        ),
      ).toEqual([null, null, null, null])
      expect(
        (
          await failure(
            on.apply(systemdUnit('shop@.service', { content: '[Service]\nTyp=simple\n' })),
          )
        ).detail,
      ).toContain('Typ')
      expect(
        (
          await failure(
            on.apply(systemdUnit('other.socket', { content: '[Socket]\nAccept=yes\n' })),
          )
        ).detail,
      ).toContain('Listen')
      await host().mustRun(
        'cd /etc/systemd/system && rm shop.socket other.socket shop.service shop@.service && systemctl daemon-reload',
      )
    },
    slow,
  )

  test(
    'shadows the one of a package; a template is written too',
    async () => {
      await host().mustRun('systemctl cat cron.service >/dev/null')
      const cron = systemdUnit('cron.service', {
        content: '[Service]\nExecStart=/bin/sleep infinity\n',
      })
      expect(await on.apply(cron)).toEqual([
        ['create /etc/systemd/system/cron.service: 0644 root:root, 40 bytes'],
      ])
      expect(await show('FragmentPath', 'cron.service')).toBe('/etc/systemd/system/cron.service')
      const template = systemdUnit('many@.service', {
        content: '[Service]\nExecStart=/bin/sleep infinity\n',
      })
      expect(
        await on.apply(template, systemdService('many@a.service', { running: true, stableFor: 0 })),
      ).toEqual([
        ['create /etc/systemd/system/many@.service: 0644 root:root, 40 bytes'],
        ['start: inactive → active'],
      ])
      await host().mustRun(
        'mkdir -p /etc/systemd/system/x.target.wants; ln -s ../many@.service /etc/systemd/system/x.target.wants/many@b.service',
      )
      const gone = systemdUnit('many@.service', { state: 'absent' })
      expect(await on.apply(gone, gone)).toEqual([
        ['stop many@a.service, disable, remove /etc/systemd/system/many@.service'],
        [],
      ])
      await host().mustRun('test ! -L /etc/systemd/system/x.target.wants/many@b.service')
      expect((await host().run('systemctl is-active many@a.service')).stdout.trim()).toBe(
        'inactive',
      )
    },
    slow,
  )
})

describe('a service', () => {
  const sleeps = unit('ExecStart=/bin/sleep infinity\nExecReload=/bin/true')
  const config = (content: string): ReturnType<typeof file> => file('/etc/app.conf', { content })
  const service = (content: string): ReturnType<typeof systemdService> =>
    systemdService('app.service', {
      running: true,
      enabled: true,
      restartOn: [config(content)],
      stableFor: 1,
    })

  test(
    'is restarted once for a trigger, in this run or the next, and not after a restart by hand',
    async () => {
      await on.apply(config('1'), sleeps, service('1'))
      const first = await show('InvocationID')
      expect(await on.apply(config('2'), service('2'))).toEqual([['content changed'], ['restart']])
      expect(await show('InvocationID')).not.toBe(first)
      expect(await on.apply(config('2'), service('2'))).toEqual([[], []])
      // The run dies between the change and the restart: the change alone, with its marks.
      await on.apply(config('3'), { ...service('3'), plan: () => [] })
      expect(await on.plan(service('3'))).toMatchObject({
        is: 'changes',
        changes: [{ summary: 'restart', because: ['file[/etc/app.conf]'] }],
      })
      expect(
        (
          await host().mustRun(
            "stat -c '%a %U' /var/lib/fettle/pending/app.service /var/lib/fettle/pending/app.service/*",
          )
        ).split('\n'),
      ).toEqual(['700 root', '600 root', ''])
      await host().mustRun('systemctl restart app.service')
      expect(await on.plan(service('3'))).toMatchObject({ is: 'fine' })
    },
    slow,
  )

  test(
    'is reloaded as the same instance',
    async () => {
      const reloads = systemdService('app.service', { reloadOn: [config('4')], stableFor: 0 })
      const before = await show('InvocationID')
      expect(await on.apply(config('4'), reloads)).toEqual([['content changed'], ['reload']])
      expect(await on.apply(config('4'), reloads)).toEqual([[], []])
      expect(await show('InvocationID')).toBe(before)
    },
    slow,
  )

  test.each([
    [
      'ends at once with a failure',
      'ExecStart=/bin/sh -c "echo the port is taken; exit 3"',
      'the port is taken',
      /^app\.service ended 0 s after its start \(exit-code\)$/,
    ],
    [
      'ends a second later',
      'ExecStart=/bin/sh -c "echo nearly; sleep 1; exit 3"',
      'nearly',
      /^app\.service ended \d s after its start \(exit-code\)$/,
    ],
    [
      'is started again and again',
      'ExecStart=/bin/sh -c "echo again; exit 3"\nRestart=always\nRestartSec=0',
      'again',
      /^app\.service /,
    ],
    [
      'never says that it is ready',
      'Type=notify\nExecStart=/bin/sh -c "echo waiting; exec sleep infinity"\nTimeoutStartSec=1',
      'waiting',
      /^app\.service did not start$/,
    ],
    [
      'has a condition that is not met',
      'ExecStart=/bin/sleep infinity\n[Unit]\nConditionPathExists=/nonexistent',
      'skipped',
      /^app\.service was inactive 0 s after its start: .* condition/,
    ],
  ])(
    'that %s has failed, with its journal',
    async (_, text, said, heading) => {
      await host().run('systemctl stop app.service; systemctl reset-failed')
      const { code, message, detail } = await failure(
        on.apply(unit(text), systemdService('app.service', { running: true, stableFor: 3 })),
      )
      expect([code, message]).toEqual(['action-failed', expect.stringMatching(heading)])
      expect(detail).toContain(said)
    },
    slow,
  )

  test(
    'and its neighbours are watched together, each for itself',
    async () => {
      await host().run('systemctl stop app.service; systemctl reset-failed')
      const names = ['first', 'second', 'third', 'fourth', 'fifth']
      const texts = [
        'ExecStart=/bin/sleep infinity',
        'ExecStart=/bin/sh -c "echo the second fails; sleep 1; exit 3"',
        'ExecStart=/bin/sh -c "sleep 1; exit 3"\nRestart=always\nRestartSec=0',
        'ExecStart=/bin/false\nType=oneshot',
        'ExecStart=/bin/sleep infinity',
      ]
      expect(
        await on.applyTogether(
          ...names.map((name, index) =>
            systemdUnit(`${name}.service`, { content: `[Service]\n${texts[index] ?? ''}\n` }),
          ),
        ),
      ).toEqual(names.map(() => null))
      expect(
        await on.applyTogether(
          ...names.map((name) => systemdService(name, { running: true, stableFor: 2 })),
        ),
      ).toEqual([
        null,
        expect.objectContaining({
          code: 'action-failed',
          detail: expect.stringContaining('the second fails'),
        }),
        expect.objectContaining({
          code: 'action-failed',
          message: expect.stringMatching(
            /^third.service (ended and was started again|was activating)/,
          ),
        }),
        expect.objectContaining({ code: 'action-failed', message: 'fourth.service did not start' }),
      ])
      expect(await show('ActiveState', 'first.service')).toBe('active')
      expect(await show('ActiveState', 'fifth.service')).toBe('inactive')
      expect(
        (await host().mustRun('ls /run/fettle'))
          .split('\n')
          .filter((name) => name.endsWith('.started')),
      ).toEqual([])
      await host().mustRun(
        `systemctl stop first third; rm ${names.map((name) => `/etc/systemd/system/${name}.service`).join(' ')}; systemctl daemon-reload`,
      )
    },
    slow,
  )

  test(
    'that hit its limit of starts is started when its cause is gone',
    async () => {
      await host().run('systemctl stop app.service')
      await on.apply(unit('ExecStart=/bin/false\nRestart=always\nRestartSec=0'))
      await host().run('systemctl start app.service; sleep 1')
      expect(await show('ActiveState')).toBe('failed')
      expect(
        await on.apply(sleeps, systemdService('app.service', { running: true, stableFor: 0 })),
      ).toEqual([['content changed'], [expect.stringMatching(/^start: failed \(.*\) → active$/)]])
    },
    slow,
  )
})

describe('a command', () => {
  test(
    'runs by its guards, and fails when it does not bring what it should',
    async () => {
      const touch = command(['touch', '/tmp/made'], { creates: '/tmp/made' })
      expect(await on.apply(touch, touch)).toEqual([['run: touch /tmp/made'], []])
      expect((await failure(on.apply(command('true', { creates: '/tmp/never' })))).message).toBe(
        '`true` ended well, and /tmp/never is still missing',
      )
      expect((await failure(on.apply(command('true', { removes: '/etc/passwd' })))).message).toBe(
        '`true` ended well, and /etc/passwd is still there',
      )
      expect(
        (await failure(on.apply(command('true', { unless: 'test -e /tmp/never' })))).message,
      ).toBe('`true` ended well, and its guard unless (`test -e /tmp/never`) still does not hold')
      expect(
        await on.apply(
          command('rm /tmp/made', { removes: '/tmp/made' }),
          command('exit 3', { successCodes: [0, 3] }),
        ),
      ).toEqual([['run: rm /tmp/made'], ['always runs: exit 3']])
      expect(
        await on.apply(
          command('echo x >/tmp/unless', { unless: 'grep -q x /tmp/unless' }),
          command('false', { onlyIf: ['test', '-e', '/nonexistent'] }),
        ),
      ).toEqual([['run: echo x >/tmp/unless'], []])
      expect(await on.plan(command('true', { unless: 'nosuchprogram' }))).toMatchObject({
        is: 'blocked',
        reason: expect.stringContaining('was not found'),
      })
      expect((await failure(on.apply(command('exit 3')))).message).toBe(
        '`exit 3` failed with status 3',
      )
    },
    slow,
  )

  test(
    'and whatever else another user than root may not do names that user, and become',
    async () => {
      const as = { become: 'nobody' } as const
      for (const resource of [
        file('/etc/app.conf', { content: 'a', ...as }),
        directory('/opt/app', as),
        symlink('/etc/link', { target: '/opt', ...as }),
        sudoers('app', { content: 'a', ...as }),
      ]) {
        expect(await failure(on.apply(resource))).toMatchObject({
          message: expect.stringMatching(/^nobody may not write to \/(etc|opt|etc\/sudoers\.d)$/),
          detail: '',
          remedy: expect.stringContaining('become: true'),
        })
      }
      expect(await failure(on.apply(user('app', as)))).toMatchObject({
        message: '`useradd -U -m -- app` failed with status 1',
        remedy: expect.stringMatching(/ran as nobody: .* become: true/),
      })
    },
    slow,
  )

  test(
    'gets its secrets and input as another user, and waits for its triggers',
    async () => {
      const show = (value: string): ReturnType<typeof command> =>
        command('id -un >out; echo "$HOME $PLAIN" >>out; printf %s "$TOKEN" >>out; cat >>out', {
          name: 'show',
          become: 'deploy',
          cwd: '/home/deploy',
          onChangeOf: [file('/etc/trigger', { content: value })],
          env: { PLAIN: "it's", TOKEN: secret('one\ntwo\n') },
          input: 'the rest',
        })
      expect(await on.apply(show('1'))).toEqual([[]])
      expect(await on.apply(file('/etc/trigger', { content: '1' }), show('1'))).toEqual(
        [['create'], [expect.stringMatching(/^run: /)]].map((row, index) =>
          index === 0 ? [expect.any(String)] : row,
        ),
      )
      expect(await on.apply(show('1'))).toEqual([[]])
      expect(await host().mustRun('cat /home/deploy/out')).toBe(
        "deploy\n/home/deploy it's\none\ntwo\nthe rest",
      )
    },
    slow,
  )
})

test(
  "somebody else's file that visudo refuses does not keep a drop-in out, or in; one's own error does",
  async () => {
    const rights = (content: string) => sudoers('own', { content })
    const good = rights('deploy ALL=(root) NOPASSWD: /usr/bin/true\n')
    const wrong = rights('User_Alias OTHERS = deploy\n')
    await host().mustRun(
      "printf 'User_Alias OTHERS = admin\\n' >/etc/sudoers.d/zz-other; chmod 0440 /etc/sudoers.d/zz-other; printf 'admin ALL=(ALL) NOPASSWD: ALL\\n' >/etc/sudoers.d/90-lxd; chmod 0644 /etc/sudoers.d/90-lxd",
    )
    expect((await host().run('visudo -c')).code).toBe(1)
    expect(await on.apply(good)).toEqual([['create file: 0440 root:root, 42 bytes']])
    expect((await failure(on.apply(wrong))).detail).toContain('OTHERS')
    expect(await host().mustRun('cat /etc/sudoers.d/own')).toContain('/usr/bin/true')
    expect(await on.apply(sudoers('own', { state: 'absent' }))).toEqual([['remove file']])
    await host().mustRun(
      'test ! -e /etc/sudoers.d/own; rm /etc/sudoers.d/90-lxd /etc/sudoers.d/zz-other; visudo -c',
    )
  },
  slow,
)

test(
  'accounts of a domain own files and trees, act, and have rights, as others do',
  async () => {
    await host().mustRun(
      "printf '%s\\n' 'DOM\\alice:x:5001:5513::/home/alice:/bin/bash' >>/etc/passwd; echo 'domain users:x:5513:' >>/etc/group; mkdir -p /srv/share/a; touch /srv/share/a/b; chgrp -R 5513 /srv/share",
    )
    const owner = 'DOM\\alice'
    const group = 'domain users'
    const one = file('/srv/share/one', { content: 'one\n', owner, group, mode: '0640' })
    const two = file('/srv/share/two', { content: 'two\n', owner, group })
    const tree = directory('/srv/share', { owner, group, recurse: true })
    const rights = sudoers('domain', {
      rules: [{ group, nopasswd: true, commands: ['/usr/bin/true'] }],
    })
    const acts = command(['touch', '/srv/share/a/made'], {
      creates: '/srv/share/a/made',
      become: owner,
    })
    const deploy = user('deploy', { groups: [group] })
    expect(await on.applyTogether(one, two)).toEqual([null, null])
    expect(await on.apply(tree, rights, acts, deploy)).toMatchObject([
      [expect.stringContaining('DOM\\alice')],
      [expect.stringMatching(/^create file: 0440 root:root, \d+ bytes$/)],
      [expect.anything()],
      ['groups + domain users'],
    ])
    expect(await on.apply(one, two, tree, rights, acts, deploy)).toEqual([[], [], [], [], [], []])
    expect(
      await host().mustRun(
        "stat -c '%U:%G' /srv/share/one /srv/share/a/b /srv/share/a/made; sudo -n -l -U 'DOM\\alice' | grep -c 'NOPASSWD: /usr/bin/true'",
      ),
    ).toBe(`${`${owner}:${group}\n`.repeat(3)}1\n`)
  },
  slow,
)

test(
  'a check by HTTP holds or says why not',
  async () => {
    await host().mustRun(
      'echo "[]" >/tmp/hooks.json; systemd-run --unit=answers webhook -ip 127.0.0.1 -port 9123 -verbose -hooks /tmp/hooks.json; for i in 1 2 3 4 5 6 7 8 9; do ss -ltn | grep -q :9123 && break; sleep 0.5; done',
    )
    expect(await on.plan(checkHttp('http://127.0.0.1:9123/', { contains: 'OK' }))).toMatchObject({
      is: 'fine',
      reason: '200 with "OK"',
    })
    expect(await on.plan(checkHttp('http://127.0.0.1:9123/none'))).toMatchObject({
      is: 'blocked',
      reason: 'GET http://127.0.0.1:9123/none answered 404, not 200',
    })
    expect(await on.plan(checkHttp('http://127.0.0.1:9124/'))).toMatchObject({ is: 'blocked' })
    expect(
      await on.plan(checkHttp('http://localhost/', { socket: '/run/nothing.sock' })),
    ).toMatchObject({ is: 'blocked' })
    await host().mustRun(
      "echo 'DisableForwarding yes' >/etc/ssh/sshd_config.d/50-hardened.conf; systemctl restart ssh",
    )
    const closed = await logIn(host())
    const there = new Convergence(closed)
    expect(await there.plan(checkHttp('http://127.0.0.1:9123/', { contains: 'OK' }))).toMatchObject(
      { is: 'fine', reason: '200 with "OK"' },
    )
    expect(await there.plan(checkHttp('http://127.0.0.1:9124/'))).toMatchObject({
      is: 'blocked',
      reason: expect.stringContaining('Connection refused'),
    })
    expect(
      await there.plan(checkHttp('http://localhost/', { socket: '/run/nothing.sock' })),
    ).toMatchObject({ is: 'blocked', reason: expect.stringContaining('No such file') })
    await closed.close()
    await host().mustRun('rm /etc/ssh/sshd_config.d/50-hardened.conf; systemctl restart ssh')
  },
  slow,
)

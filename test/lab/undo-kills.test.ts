import { beforeAll, describe, expect, test } from '@jest/globals'
import { Secret } from '../../src/core/secret.js'
import type { Resource } from '../../src/core/resource.js'
import type { LabHost } from '../../src/lab/host.js'
import { group } from '../../src/resources/accounts/group.js'
import { user } from '../../src/resources/accounts/user.js'
import { absent } from '../../src/resources/files/absent.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { symlink } from '../../src/resources/files/symlink.js'
import { gitCheckout } from '../../src/resources/git/checkout.js'
import { mysqlDatabase } from '../../src/resources/mysql/database.js'
import { mysqlUser } from '../../src/resources/mysql/user.js'
import { systemdService } from '../../src/resources/systemd/service.js'
import { systemdUnit } from '../../src/resources/systemd/unit.js'
import { runOn, takeRunBack } from '../../src/testing/engine-run.js'
import { logIn } from './converge.js'
import { labHosts, slow } from './host.js'

// A run is killed on its host before each program that could change something. Taken back, the host
// is as before, wherever it was killed.

const [bare, stack] = labHosts({ image: 'bare' }, { image: 'stack' })

/** The programs that what is kept, and what is changed, is made with, and `env` before git. */
const programs = [
  ...['chmod', 'chown', 'cp', 'ln', 'mkdir', 'mktemp', 'mv', 'rm', 'rmdir', 'sync', 'tar'],
  ...['groupadd', 'groupdel', 'groupmod', 'useradd', 'userdel', 'usermod', 'chpasswd'],
  ...['env', 'git', 'mariadb', 'systemctl'],
]
const shims = '/usr/local/sbin'

/** Stands before a program: kills the session that starts the n-th of them. */
const shim = `#!/bin/sh
count=$(($(cat /run/shims/count) + 1))
echo $count >/run/shims/count
if [ $count = "$(cat /run/shims/kill-at)" ]; then
  all= pid=$PPID
  while [ $pid -gt 1 ] && [ "$(cat /proc/$pid/comm)" != sshd ]; do
    all="$all $pid" pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status)
  done
  kill -9 $all
fi
exec "$(PATH=/usr/bin:/bin:/usr/sbin:/sbin command -v "\${0##*/}")" "$@"
`

const shell = (host: LabHost, script: string): Promise<string> =>
  host.mustRun(['sh', '-euc', script])

const setShims = (host: LabHost, on: boolean): Promise<string> =>
  shell(
    host,
    programs
      .map((name) => `/usr/bin/${on ? 'ln -sfn /run/shims/shim' : 'rm -f'} ${shims}/${name}`)
      .join('\n'),
  )

beforeAll(async () => {
  const make = `mkdir /run/shims; cat >/run/shims/shim <<'EOS'\n${shim}EOS\nchmod +x /run/shims/shim`
  await Promise.all([bare(), stack()].map((host) => shell(host, `${make}; mkdir -p /srv/k`)))
}, slow)

/** Where the cases change something, with the content of files; of git what it tells. */
const state = `
  find /srv/k /home /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/systemd/system \\
    -name .git -prune -o -printf '%p %y %m %u:%g %l\\n' | sort
  find /srv/k /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/systemd/system \\
    -name .git -prune -o -type f -exec sha256sum -- {} + | sort -k 2
  for each in $(systemctl list-unit-files 'k-*' --no-legend | cut -d ' ' -f 1); do
    systemctl show -p Id,ActiveState,UnitFileState,NeedDaemonReload $each
  done
  for each in /srv/k/*/.git; do
    [ ! -d "$each" ] || git --git-dir="$each" for-each-ref --format='%(refname) %(objectname)' refs/heads
    [ ! -d "$each" ] || cat "$each/HEAD" "$each/config"; ls "$each"/*.lock 2>/dev/null || :
  done
  ! command -v mariadb >/dev/null || mariadb -BN -e 'SHOW DATABASES;
    SELECT User, Host, JSON_REMOVE(Priv, "$.password_last_changed") FROM mysql.global_priv;
    SELECT * FROM mysql.db; SELECT * FROM information_schema.SCHEMATA'`

const newest = (host: LabHost): Promise<string> =>
  shell(host, 'ls /var/lib/fettle/undo 2>/dev/null | tail -n 1')

/** The lines that only one of two texts has. */
const difference = (before: string, after: string): readonly string[] => {
  const [was, is] = [before.split('\n'), after.split('\n')]
  return [
    ...was.filter((line) => !is.includes(line)).map((line) => `- ${line}`),
    ...is.filter((line) => !was.includes(line)).map((line) => `+ ${line}`),
  ]
}

/** Applies, killed before the n-th program; then takes back. Whether it was killed, and what differs. */
async function killedAt(host: LabHost, n: number, resources: readonly Resource[]) {
  const before = await shell(host, state)
  const earlier = await newest(host)
  await shell(host, `echo 0 >/run/shims/count; echo ${String(n)} >/run/shims/kill-at`)
  await setShims(host, true)
  const session = await logIn(host)
  const loggedIn = { name: 'web1', session, project: '.' }
  await runOn(loggedIn, 'apply', resources).catch(() => undefined)
  await session.close()
  await setShims(host, false)
  const count = Number(await shell(host, 'cat /run/shims/count'))
  const run = (await newest(host)).trim()
  const fresh = await logIn(host)
  const errors =
    run === earlier.trim() ? [] : await takeRunBack({ ...loggedIn, session: fresh }, run, resources)
  await fresh.close()
  const after = await shell(host, state)
  const left = difference(before, after)
  return { killed: count >= n, errors, left }
}

type KillCase = readonly [name: string, before: string, make: () => readonly Resource[]]

const onBare: readonly KillCase[] = [
  ['a new file', '', () => [file('/srv/k/new', { content: 'x' })]],
  [
    'a file with another content and owner',
    'echo old >/srv/k/old; chmod 0600 /srv/k/old',
    () => [file('/srv/k/old', { content: 'new', mode: '0644', owner: 'nobody' })],
  ],
  [
    'ten files at once',
    'echo old >/srv/k/many3',
    () => [...'0123456789'].map((n) => file(`/srv/k/many${n}`, { content: 'new' })),
  ],
  ['a directory with its parents', '', () => [directory('/srv/k/a/b/c', { owner: 'nobody' })]],
  ['a link', 'ln -s old /srv/k/link', () => [symlink('/srv/k/link', { target: 'new' })]],
  [
    'a tree that is removed',
    'mkdir -p /srv/k/tree/a; echo x >/srv/k/tree/a/b; ln -s b /srv/k/tree/a/c',
    () => [absent('/srv/k/tree', { recurse: true })],
  ],
  [
    'a new user of a new group',
    '',
    () => [group('crew'), user('rower', { groups: ['crew'], home: '/srv/k/rower' })],
  ],
  [
    'a user with another shell and other groups',
    'useradd -m -s /bin/bash -G audio steady',
    () => [user('steady', { shell: '/bin/sh', groups: ['games'], exactGroups: true })],
  ],
  [
    'a user and a group that go',
    'useradd parting; groupadd left',
    () => [user('parting', { state: 'absent' }), group('left', { state: 'absent' })],
  ],
  [
    'a new unit, which is enabled and started',
    '',
    () => [
      systemdUnit('k-new.service', {
        content:
          '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
      }),
      systemdService('k-new', { running: true, enabled: true, stableFor: 0 }),
    ],
  ],
  [
    'a unit that changes, of a service that stops',
    `printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' \\
      >/etc/systemd/system/k-old.service
    systemctl daemon-reload; systemctl enable --quiet --now k-old`,
    () => [
      systemdUnit('k-old.service', {
        content: '[Service]\nExecStart=/bin/sleep 1d\n[Install]\nWantedBy=multi-user.target\n',
      }),
      systemdService('k-old', { running: false, enabled: false }),
    ],
  ],
]

const upstream = `[ -d /srv/upstream ] || {
  git init --quiet --bare -b main /srv/upstream; git init --quiet -b main /srv/work; cd /srv/work
  git config user.name a; git config user.email a@example.org; git remote add origin /srv/upstream
  echo one >app.py; git add .; git commit --quiet -m one; git push --quiet origin main
  echo two >app.py; echo x >more.py; git add .; git commit --quiet -m two
  git push --quiet origin HEAD:next
}`
const of = { repo: '/srv/upstream', ref: 'next' }
const clone = (name: string): string =>
  `${upstream}; git clone --quiet -b main /srv/upstream /srv/k/${name}`

const onStack: readonly KillCase[] = [
  [
    'a new database with a user',
    '',
    () => [
      mysqlDatabase('shut'),
      mysqlUser('shut', { password: new Secret('of the user'), grants: { 'shut.*': ['SELECT'] } }),
    ],
  ],
  [
    'a user with another password and other grants',
    `mariadb -e "CREATE USER calm@localhost IDENTIFIED BY 'x'; GRANT SELECT ON calm.* TO calm@localhost"`,
    () => [
      mysqlUser('calm', {
        password: new Secret('another of the user'),
        grants: { 'calm.*': ['INSERT'] },
        exactGrants: true,
      }),
    ],
  ],
  ['a new checkout', upstream, () => [gitCheckout('/srv/k/code', of)]],
  ['a checkout that moves', clone('moves'), () => [gitCheckout('/srv/k/moves', of)]],
  [
    'a checkout whose changes are discarded',
    `${clone('mine')}; cd /srv/k/mine; echo mine >app.py; echo mine >more.py`,
    () => [gitCheckout('/srv/k/mine', { ...of, force: true })],
  ],
]

describe.each<[string, () => LabHost, readonly KillCase[]]>([
  ['a bare host', bare, onBare],
  ['a host with MariaDB and git', stack, onStack],
])('on %s', (_, host, cases) => {
  test.each(cases)(
    '%s',
    async (_, before, make) => {
      await shell(host(), before)
      const found = []
      let n = 0
      let killed = true
      while (killed) {
        const at = await killedAt(host(), ++n, make())
        killed = at.killed
        found.push({ n, errors: at.errors, left: at.left })
      }
      expect(found.filter(({ errors, left }) => errors.length + left.length > 0)).toEqual([])
      expect(n).toBeGreaterThan(4)
    },
    slow,
  )
})

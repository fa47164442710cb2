import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { linkOf } from '../../src/backends/host-link.js'
import { openMysql, type MysqlBackend } from '../../src/backends/mysql.js'
import { FettleError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import { mysqlDatabase } from '../../src/resources/mysql/database.js'
import { mysqlUser, type MysqlUserOptions } from '../../src/resources/mysql/user.js'
import type { Session } from '../../src/ssh/session.js'
import { Convergence, logIn } from './converge.js'
import { labHost, slow } from './host.js'
import { eventually, told, type Told } from './job.js'
import { startProxy, type Cut, type Proxy } from './proxy.js'

const host = labHost({ image: 'stack' })
const root = join(import.meta.dirname, '../..')
let session: Session
let mysql: MysqlBackend
let on: Convergence
beforeAll(async () => {
  session = await logIn(host())
  mysql = await openMysql(linkOf(session))
  on = new Convergence(session, (action) => mysql.perform(action))
}, slow)
afterAll(async () => {
  await mysql.close()
  await session.close()
})

const asRoot = (sql: string): Promise<string> => host().mustRun(['mariadb', '-BN'], { input: sql })
/** The output of the client for an account with its password. */
const asAccount = (
  user: string,
  password: string,
  sql: string,
): ReturnType<ReturnType<typeof host>['run']> =>
  host().run(['env', `MYSQL_PWD=${password}`, 'mariadb', '-BN', '-u', user, '-e', sql])

const text = `it's "a" \\ pass\`word?%`
const password = new Secret(text)
const app = (options: MysqlUserOptions = {}): ReturnType<typeof mysqlUser> =>
  mysqlUser('app', {
    password,
    grants: { 'my_app.*': ['SELECT', 'INSERT'] },
    exactGrants: true,
    ...options,
  })
const database = mysqlDatabase('my_app', { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' })
const nothing =
  "DROP DATABASE IF EXISTS my_app; DROP DATABASE IF EXISTS myXapp; DROP USER IF EXISTS app@localhost; DROP USER IF EXISTS app@'%'; DROP USER IF EXISTS deploy@localhost; DROP USER IF EXISTS ''@localhost;"

describe.each([
  ['the usual sql_mode', 'STRICT_TRANS_TABLES'],
  ['ANSI_QUOTES and NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'],
])('with %s', (_, mode) => {
  beforeAll(() => asRoot(`SET GLOBAL sql_mode = '${mode}'`))
  beforeEach(() => asRoot(nothing))

  test('from nothing, once, proved by a login; a name with _ is no pattern', async () => {
    expect(await on.apply(database, app())).toEqual([
      ['create database my_app (utf8mb4, utf8mb4_unicode_ci)'],
      ['create user app@localhost', 'grant SELECT, INSERT on my_app.*'],
    ])
    expect(await on.apply(database, app())).toEqual([[], []])
    await asRoot('CREATE DATABASE myXapp')
    expect((await asAccount('app', text, 'SHOW DATABASES')).stdout.split('\n')).toEqual([
      'information_schema',
      'my_app',
      '',
    ])
    expect((await asAccount('app', 'another', 'SELECT 1')).code).toBe(1)
  })

  test('manual changes are named, and exactly those are repaired', async () => {
    await on.apply(database, app())
    await asRoot(`ALTER DATABASE my_app CHARACTER SET latin1; CREATE TABLE my_app.t (a INT); ALTER USER app@localhost IDENTIFIED BY 'another';
      REVOKE INSERT ON \`my\\_app\`.* FROM app@localhost; GRANT DROP ON \`my\\_app\`.* TO app@localhost WITH GRANT OPTION; GRANT SELECT ON my_app.* TO app@localhost; GRANT FILE ON *.* TO app@localhost; GRANT SELECT (a) ON my_app.t TO app@localhost;`)
    expect(await on.apply(database, app())).toEqual([
      [
        'charset latin1 → utf8mb4, collation latin1_swedish_ci → utf8mb4_unicode_ci for new tables; existing tables stay as they are',
      ],
      [
        'password changed',
        'grant INSERT on my_app.*',
        'revoke DROP, GRANT OPTION on my_app.*',
        'revoke FILE on *.*',
        'revoke SELECT on every database like my_app',
        'revoke SELECT (a) on my_app.t',
      ],
    ])
    expect(await on.apply(database, app())).toEqual([[], []])
    expect((await asAccount('app', text, 'SELECT 1')).code).toBe(0)
    await asRoot('GRANT ALL ON `my\\_app`.* TO app@localhost')
    expect(await on.apply(app())).toEqual([['my_app.*: ALL → SELECT, INSERT']])
    expect(await on.apply(app())).toEqual([[]])
  })

  test('hostile names', async () => {
    const name = 'o\'d"d`\\u%_?'
    const odd = mysqlUser(name, {
      host: '%',
      password,
      grants: { [`${name}.*`]: ['ALL'] },
      exactGrants: true,
    })
    const named = mysqlDatabase(name)
    expect(await on.apply(named, odd)).toEqual([
      [`create database ${name}`],
      [`create user ${name}@%`, `grant ALL on ${name}.*`],
    ])
    expect(await on.apply(named, odd)).toEqual([[], []])
    expect((await asAccount(name, text, 'SHOW DATABASES')).code).toBe(0)
    expect(
      await on.apply(
        mysqlUser(name, { host: '%', state: 'absent' }),
        mysqlDatabase(name, { state: 'absent' }),
      ),
    ).toEqual([[`remove user ${name}@%`], [`drop database ${name} with everything in it`]])
  })
})

describe('accounts', () => {
  beforeAll(() => asRoot('SET GLOBAL sql_mode = DEFAULT'))
  beforeEach(() => asRoot(nothing))

  test('a password does not close the way through the socket', async () => {
    const socket = mysqlUser('deploy', { plugin: 'unix_socket' })
    expect(await on.apply(socket)).toEqual([['create user deploy@localhost']])
    const login = ['runuser', '-u', 'deploy', '--', 'mariadb', '-e', 'SELECT 1']
    await host().mustRun(login)
    expect(await on.apply(mysqlUser('deploy', { password }))).toEqual([
      ['login with a password allowed'],
    ])
    expect(await on.apply(mysqlUser('deploy', { password }), socket)).toEqual([[], []])
    await host().mustRun(login)
    expect((await asAccount('deploy', text, 'SELECT 1')).code).toBe(0)
    expect((await asAccount('deploy', 'another', 'SELECT 1')).code).toBe(1)
  })

  test('a password that does not log in is a failure, although it was set', async () => {
    await asRoot("CREATE USER ''@localhost")
    const failed: unknown = await on.apply(app({ host: '%' })).catch((error: unknown) => error)
    expect(failed).toMatchObject({
      code: 'mysql-failed',
      message: expect.stringContaining('a login with it failed'),
      remedy: expect.stringContaining("''@'localhost'"),
    })
    expect(JSON.stringify(failed) + String(failed)).not.toContain(text)
  })

  test('an account that is shadowed on the host by another of its name: its stored hash decides, and nobody else is logged in to', async () => {
    await asRoot(
      "CREATE USER app@localhost IDENTIFIED BY 'another'; SET GLOBAL max_password_errors = 1",
    )
    try {
      const everywhere = app({ host: '%' })
      expect(await on.apply(everywhere, everywhere)).toEqual([
        ['create user app@%', 'grant SELECT, INSERT on my_app.*'],
        [],
      ])
      // One more failed login would lock it.
      expect((await asAccount('app', 'another', 'SELECT 1')).code).toBe(0)
      await asRoot("ALTER USER app@'%' IDENTIFIED BY 'third'; DROP USER app@localhost")
      expect(await on.apply(everywhere, everywhere)).toEqual([['password changed'], []])
      expect((await asAccount('app', text, 'SELECT 1')).code).toBe(0)
    } finally {
      await asRoot('SET GLOBAL max_password_errors = DEFAULT; FLUSH PRIVILEGES')
    }
  })

  test('an account that takes no logins for another reason than the password: the stored hash decides', async () => {
    await asRoot("CREATE USER app@localhost IDENTIFIED BY 'another' ACCOUNT LOCK")
    expect(await on.apply(mysqlUser('app', { password }), mysqlUser('app', { password }))).toEqual([
      ['password changed'],
      [],
    ])
    await asRoot('ALTER USER app@localhost ACCOUNT UNLOCK')
    expect((await asAccount('app', text, 'SELECT 1')).code).toBe(0)
  })

  test('an account that exists is given grants, and loses them, without its password; one that does not is refused in the plan', async () => {
    const granted = mysqlUser('app', { grants: { 'my_app.*': ['SELECT'] } })
    expect(await on.plan(granted)).toMatchObject({
      is: 'blocked',
      reason: expect.stringContaining('there is no account app@localhost'),
      remedy: expect.stringContaining('password or plugin'),
    })
    await asRoot(
      "CREATE USER app@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('own') OR unix_socket; GRANT INSERT ON `my\\_app`.* TO app@localhost",
    )
    const kept = await asRoot('SHOW CREATE USER app@localhost')
    expect(await on.apply(granted, granted)).toEqual([['grant SELECT on my_app.*'], []])
    const whole = mysqlUser('app', { grants: { 'my_app.*': ['SELECT'] }, exactGrants: true })
    expect(await on.apply(whole, whole)).toEqual([['revoke INSERT on my_app.*'], []])
    expect(await asRoot('SHOW CREATE USER app@localhost')).toBe(kept)
  })

  test('an account that is dropped between plan and apply does not come back without a password', async () => {
    await expect(
      mysql.perform({
        connection: {},
        sql: 'GRANT SELECT ON *.* TO ?@?',
        values: ['app', 'localhost'],
      }),
    ).rejects.toMatchObject({ code: 'mysql-failed' })
    expect(await asRoot("SELECT COUNT(*) FROM mysql.global_priv WHERE User = 'app'")).toBe('0\n')
  })

  test('the password alone: the way through the socket is closed, but not the one that Fettle comes by', async () => {
    await asRoot('CREATE USER deploy@localhost IDENTIFIED VIA unix_socket')
    const alone = mysqlUser('deploy', { password, plugin: 'mysql_native_password' })
    expect(await on.apply(alone, alone, mysqlUser('deploy', { password }))).toEqual([
      ['login with a password allowed, login through the socket closed'],
      [],
      [],
    ])
    expect(
      (await host().run(['runuser', '-u', 'deploy', '--', 'mariadb', '-e', 'SELECT 1'])).code,
    ).toBe(1)
    expect((await asAccount('deploy', text, 'SELECT 1')).code).toBe(0)
    expect(
      await on.plan(mysqlUser('root', { password, plugin: 'mysql_native_password' })),
    ).toMatchObject({ is: 'blocked', remedy: expect.stringContaining('connection: { password }') })
    try {
      const root = mysqlUser('root', {
        password,
        plugin: 'mysql_native_password',
        connection: { password },
      })
      expect(await on.apply(root, root)).toEqual([
        ['password changed, login through the socket closed'],
        [],
      ])
    } finally {
      await host().run([
        'env',
        `MYSQL_PWD=${text}`,
        'mariadb',
        '-e',
        "ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket",
      ])
    }
    await asRoot('SELECT 1')
  })

  test.each([
    [
      'the server, in several spellings',
      '*.*',
      [
        'REPLICATION CLIENT',
        'REPLICATION REPLICA',
        'REPLICA MONITOR',
        'REPLICATION REPLICA ADMIN',
        'READ ONLY ADMIN',
        'BINLOG_ADMIN',
        'CONNECTION_ADMIN',
        'DELETE VERSIONING ROWS',
        'process',
      ],
    ],
    [
      'the server, as SHOW GRANTS writes them',
      '*.*',
      [
        'BINLOG MONITOR',
        'REPLICATION SLAVE',
        'SLAVE MONITOR',
        'REPLICATION SLAVE ADMIN',
        'READ_ONLY ADMIN',
        'BINLOG ADMIN',
        'CONNECTION ADMIN',
        'DELETE HISTORY',
        'PROCESS',
      ],
    ],
    [
      'a database, in several spellings',
      'my_app.*',
      [
        'DELETE VERSIONING ROWS',
        'create temporary tables',
        'Event',
        'LOCK TABLES',
        'ALTER ROUTINE',
      ],
    ],
    [
      'a table, in several spellings',
      'my_app.t',
      ['DELETE HISTORY', 'show  view', 'TRIGGER', 'GRANT OPTION'],
    ],
  ])('privileges on %s, are granted once', async (_, key, privileges) => {
    await asRoot('CREATE DATABASE my_app; CREATE TABLE my_app.t (a INT)')
    const granted = app({ grants: { [key]: privileges } })
    expect((await on.apply(granted, granted)).map((changes) => changes.length)).toEqual([2, 0])
    expect(await on.apply(app({ grants: {} }))).toEqual([[expect.stringMatching(/^revoke /)]])
    expect(await on.apply(app({ grants: {} }))).toEqual([[]])
  })

  test('grants on columns, routines and roles are left alone, or taken away by name', async () => {
    await asRoot(`CREATE DATABASE my_app; CREATE TABLE my_app.t (a INT, b INT); CREATE PROCEDURE my_app.p() SELECT 1; CREATE FUNCTION my_app.f() RETURNS INT RETURN 1; CREATE OR REPLACE ROLE reader;
      CREATE USER app@localhost; GRANT SELECT (b, a), UPDATE (a), SELECT ON my_app.t TO app@localhost; GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE my_app.p TO app@localhost WITH GRANT OPTION;
      GRANT ALL ON FUNCTION my_app.f TO app@localhost; GRANT reader TO app@localhost WITH ADMIN OPTION; SET DEFAULT ROLE reader FOR app@localhost; GRANT SELECT ON my_app.t TO PUBLIC;`)
    try {
      const table = { grants: { 'my_app.t': ['SELECT'] } }
      expect(await on.apply(mysqlUser('app', table))).toEqual([[]])
      const exactly = mysqlUser('app', { ...table, exactGrants: true })
      const [changes, again] = await on.apply(exactly, exactly)
      expect([...(changes ?? [])].sort()).toEqual([
        'revoke EXECUTE, ALTER ROUTINE on FUNCTION my_app.f',
        'revoke EXECUTE, ALTER ROUTINE, GRANT OPTION on PROCEDURE my_app.p',
        'revoke SELECT (a, b), UPDATE (a) on my_app.t',
        'take away role reader',
      ])
      expect(again).toEqual([])
    } finally {
      await asRoot('REVOKE SELECT ON my_app.t FROM PUBLIC; DROP ROLE reader')
    }
  })

  test.each([
    [
      'a port that nobody listens at',
      { host: '127.0.0.1', port: 3307 },
      /^127\.0\.0\.1:3307: nobody listens where the connection leads/,
    ],
    ['a port of something else', { host: '127.0.0.1', port: 22 }, /^127\.0\.0\.1:22: /],
    [
      'a name that is none',
      { host: 'no.such.example', port: 3307 },
      /^no\.such\.example:3307: the server of the connection is unknown/,
    ],
    [
      'a socket that is none',
      { socket: '/run/none.sock' },
      /^\/run\/none\.sock: MariaDB is not running/,
    ],
  ])('a plan names %s', async (_, connection, reason) => {
    expect(await on.plan(mysqlDatabase('my_app', { connection }))).toMatchObject({
      is: 'unknown',
      reason: expect.stringMatching(reason),
    })
  })

  test('a change names a port that nobody listens at', async () => {
    await expect(
      mysql.perform({
        connection: { host: '127.0.0.1', port: 3307 },
        sql: 'SELECT 1',
        values: [],
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining('127.0.0.1:3307') })
  })

  test('an administrator with a password, by the socket and by TCP', async () => {
    await asRoot(
      `CREATE USER app@'%' IDENTIFIED BY 'a"b\\\\c#d'; GRANT ALL ON *.* TO app@'%' WITH GRANT OPTION;`,
    )
    const administrator = { user: 'app', password: new Secret('a"b\\c#d') }
    const there = mysqlDatabase('my_app', { connection: administrator })
    const byTcp = mysqlDatabase('my_app', { connection: { ...administrator, host: '127.0.0.1' } })
    expect(await on.apply(there, byTcp)).toEqual([['create database my_app'], []])
    expect(
      await on.apply(
        mysqlDatabase('my_app', {
          state: 'absent',
          connection: { ...administrator, host: '127.0.0.1' },
        }),
      ),
    ).toEqual([['drop database my_app with everything in it']])
    expect(
      await on.plan(
        mysqlDatabase('my_app', {
          connection: { ...administrator, password: new Secret('another') },
        }),
      ),
    ).toMatchObject({ is: 'unknown', reason: expect.stringContaining('Access denied') })
  })

  test('by the socket and by TCP, where sshd forbids forwarding', async () => {
    await asRoot(
      `CREATE OR REPLACE USER app@'%' IDENTIFIED BY 'words'; GRANT ALL ON *.* TO app@'%' WITH GRANT OPTION;`,
    )
    await host().mustRun(
      "echo 'DisableForwarding yes' >/etc/ssh/sshd_config.d/50-hardened.conf; systemctl restart ssh",
    )
    const closed = await logIn(host())
    const backend = await openMysql(linkOf(closed))
    const there = new Convergence(closed, (action) => backend.perform(action))
    const byTcp = { user: 'app', password: new Secret('words'), host: '127.0.0.1' }
    expect(
      await there.apply(
        mysqlDatabase('my_app'),
        mysqlDatabase('my_app', { state: 'absent', connection: byTcp }),
      ),
    ).toEqual([['create database my_app'], ['drop database my_app with everything in it']])
    await backend.close()
    await closed.close()
    await host().mustRun('rm /etc/ssh/sshd_config.d/50-hardened.conf; systemctl restart ssh')
  })

  test("the server's message comes without what was bound", async () => {
    const failed: unknown = await mysql
      .perform({
        connection: {},
        sql: 'ALTER USER ?@? IDENTIFIED BY ?',
        values: ['none', 'localhost', password],
      })
      .catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(FettleError)
    expect(JSON.stringify(failed, Object.getOwnPropertyNames(failed))).not.toContain(text)
  })

  test('a connection that the server closed is opened again', async () => {
    await on.apply(database)
    await host().mustRun(['systemctl', 'restart', 'mariadb.service'])
    expect(await on.apply(app())).toEqual([
      ['create user app@localhost', 'grant SELECT, INSERT on my_app.*'],
    ])
  })
})

describe('a link that is lost in the middle of SQL', () => {
  let folder: string
  let proxy: Proxy
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fettle-mysql-'))
    proxy = await startProxy(host().address)
    await writeFile(
      join(folder, 'known_hosts'),
      `[127.0.0.1]:${String(proxy.port)} ${host().hostKey}\n`,
    )
  })
  afterAll(async () => {
    proxy.close()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => asRoot('DROP DATABASE IF EXISTS cut; DROP USER IF EXISTS cut@localhost'))

  /**
   * Applies through the proxy. A process that does not end by itself after its summary has no
   * status.
   */
  async function apply(user: string, ...options: readonly string[]): Promise<Told> {
    const inventory = join(folder, `${user}.yml`)
    const place = {
      ansible_host: '127.0.0.1',
      ansible_port: proxy.port,
      ansible_user: user,
      ansible_ssh_private_key_file: host().keyFile,
      ansible_ssh_common_args: [
        `-o UserKnownHostsFile=${join(folder, 'known_hosts')}`,
        ...options,
      ].join(' '),
    }
    await writeFile(inventory, JSON.stringify({ all: { hosts: { db: place } } }))
    const child = spawn(
      process.execPath,
      [
        join(root, 'bin/fettle.js'),
        'apply',
        join(root, 'test/lab/mysql/tasks/site.ts'),
        '--json',
        '-i',
        inventory,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let stdout = ''
    let stderr = ''
    let late: NodeJS.Timeout | undefined
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString()
      if (stdout.includes('"type":"summary"'))
        late ??= setTimeout(() => child.kill('SIGKILL'), 30_000)
    })
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(late)
    return told({ code, stdout, stderr })
  }
  const statuses = ({ resources }: Told): readonly string[] =>
    resources.map(
      ({ resource, status, error }) =>
        `${resource} ${status}${error === null ? '' : `: ${error.code}`}`,
    )
  const lostInSql = [
    'command changed',
    'mysql.database failed: connection-lost',
    'mysql.user skipped',
    'command skipped',
  ]

  test.each<[string, Cut, readonly string[]]>([
    ['root', 'reset', []],
    ['admin', 'reset', []],
    ['root', 'silence', ['-o ServerAliveInterval=1', '-o ServerAliveCountMax=2']],
  ])(
    'of %s, by a %s, while a statement waits: the host is unreachable, the outcome unknown, and the process ends',
    async (user, how, options) => {
      proxy.cutAfter(Infinity)
      const holder = host().run(['mariadb', '-e', 'FLUSH TABLES WITH READ LOCK; DO SLEEP(600)'])
      try {
        await eventually(
          60,
          () => asRoot('SHOW PROCESSLIST'),
          (list) => list.includes('SLEEP(600)'),
        )
        const applying = apply(user, ...options)
        await eventually(
          60,
          () => asRoot('SHOW PROCESSLIST'),
          (list) => /CREATE DATABASE `cut`/.test(list),
        )
        proxy.cut(how)
        const run = await applying
        expect([
          run.code,
          run.hosts.map(({ status, error }) => [status, error?.code]),
          statuses(run),
        ]).toEqual([1, [['unreachable', 'connection-lost']], lostInSql])
        expect(run.resources[1]?.error?.message).toMatch(
          /^the connection to db \(\w+@127\.0\.0\.1:\d+\) ended \(.+\): the outcome of what was under way is unknown$/,
        )
        expect(run.summary['db']).toMatchObject({ unreachable: true, failed: 1, skipped: 2 })
      } finally {
        await asRoot(
          "SELECT CONCAT('KILL ', id) INTO @kill FROM information_schema.processlist WHERE info LIKE '%SLEEP(600)%' AND id <> CONNECTION_ID() LIMIT 1; EXECUTE IMMEDIATE @kill",
        )
        await holder
      }
    },
  )

  test('wherever it is cut, and the next run converges', async () => {
    proxy.cutAfter(Infinity)
    expect(await apply('root')).toMatchObject({ code: 0 })
    const pieces = proxy.pieces()
    let inSql = 0
    // Down to the end of the login; the last packets close the connection.
    for (let cut = pieces - 1; cut > pieces / 3; cut -= 2) {
      await asRoot('DROP DATABASE IF EXISTS cut; DROP USER IF EXISTS cut@localhost')
      proxy.cutAfter(cut)
      const run = await apply('root')
      const failed = statuses(run).filter((line) => line.includes('failed'))
      if (run.code === 0) continue
      expect([
        cut,
        run.code,
        run.hosts.map(({ status, error }) => [status, error?.code]),
        run.summary['db'],
      ]).toEqual([
        cut,
        1,
        [['unreachable', expect.stringMatching(/^(connection-lost|shell-not-started)$/)]],
        expect.objectContaining({ unreachable: true }),
      ])
      expect(failed.filter((line) => !line.endsWith('connection-lost'))).toEqual([])
      inSql += failed.filter((line) => line.startsWith('mysql')).length
    }
    expect(inSql).toBeGreaterThan(0)
    proxy.cutAfter(Infinity)
    expect(await apply('root')).toMatchObject({ code: 0 })
  })
})

describe('a server that does not serve', () => {
  afterAll(() =>
    host().mustRun(
      'systemctl stop early.socket; rm -f /etc/systemd/system/early.socket; systemctl daemon-reload; systemctl start mariadb.service',
    ),
  )

  test('has no connection left: it is not said to be stopped', async () => {
    const others = host().run(
      'for each in 1 2 3 4 5 6 7 8 9 10 11 12; do mariadb -e "DO SLEEP(600)" & done; wait',
    )
    const fresh = await openMysql(linkOf(session))
    try {
      await asRoot('SET GLOBAL max_connections = 10')
      await eventually(
        60,
        () => host().run('mariadb -e "SELECT 1"'),
        ({ stderr }) => stderr.includes('1040'),
      )
      expect(await on.plan(database)).toMatchObject({
        is: 'unknown',
        reason: expect.stringMatching(/^MariaDB has no connection left: .*Too many connections/),
        remedy: expect.stringContaining('max_connections'),
      })
      await expect(
        fresh.perform({ connection: {}, sql: 'SELECT 1', values: [] }),
      ).rejects.toMatchObject({
        code: 'mysql-failed',
        message: expect.stringContaining('Too many connections'),
        remedy: expect.stringContaining('max_connections'),
      })
    } finally {
      await host().run('pkill -x mariadb')
      await others
      await eventually(
        60,
        () => host().run('mariadb -e "SET GLOBAL max_connections = 151"'),
        ({ code }) => code === 0,
      )
      await fresh.close()
    }
  })

  test('hangs: it is unknown, and a change fails', async () => {
    const impatient = await openMysql(linkOf(session), { connect: 1, statement: 1 })
    const drop = {
      on: 'mysql' as const,
      connection: {},
      sql: 'DROP DATABASE IF EXISTS my_app',
      values: [],
    }
    await impatient.perform(drop)
    await host().mustRun('pkill -STOP -x mariadbd')
    try {
      expect(await on.plan(database)).toMatchObject({
        is: 'unknown',
        reason: expect.stringMatching(
          /^MariaDB does not answer, because it hangs or has too much to do: ERROR 2013/,
        ),
      })
      await expect(impatient.perform(drop)).rejects.toMatchObject({
        code: 'mysql-failed',
        message: expect.stringContaining('did not finish a statement within 1 s'),
      })
      await expect(impatient.perform(drop)).rejects.toMatchObject({
        code: 'mysql-failed',
        message: expect.stringContaining('did not answer within 1 s'),
      })
    } finally {
      await host().mustRun('pkill -CONT -x mariadbd')
      await impatient.close()
    }
  }, 60_000)

  test('stopped: its accounts are unknown and not absent', async () => {
    await host().mustRun('systemctl stop mariadb.service')
    for (const resource of [database, app()])
      expect(await on.plan(resource)).toMatchObject({
        is: 'unknown',
        reason: expect.stringContaining('MariaDB is not running'),
      })
    await expect(
      mysql.perform({ connection: {}, sql: 'SELECT 1', values: [] }),
    ).rejects.toBeInstanceOf(FettleError)
    expect((await host().run('systemctl is-active mariadb.service')).stdout.trim()).toBe('inactive')
  })

  test('starting still: its service runs, and has no socket yet', async () => {
    await host().mustRun(
      'systemctl start mariadb.service; mv /run/mysqld/mysqld.sock /run/mysqld/aside',
    )
    try {
      expect(await on.plan(database)).toMatchObject({
        is: 'unknown',
        reason: expect.stringMatching(
          /^mariadb\.service runs, but \/run\/mysqld\/mysqld\.sock does not exist/,
        ),
      })
    } finally {
      await host().mustRun(
        'mv /run/mysqld/aside /run/mysqld/mysqld.sock; systemctl stop mariadb.service',
      )
    }
  })

  test('a socket that would start it is not touched by reading', async () => {
    const unit = '[Socket]\nListenStream=/run/mysqld/mysqld.sock\nService=mariadb.service\n'
    await host().mustRun(
      [
        'sh',
        '-c',
        'cat >/etc/systemd/system/early.socket && systemctl daemon-reload && systemctl start early.socket && test -S /run/mysqld/mysqld.sock',
      ],
      { input: unit },
    )
    expect(await on.plan(database)).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('a connection would start it'),
    })
    expect((await host().run('systemctl is-active mariadb.service')).stdout.trim()).toBe('inactive')
    // A control: a client's connection does start it.
    await host().run('timeout 20 mariadb -e "SELECT 1"')
    expect((await host().run('systemctl is-active mariadb.service')).stdout.trim()).not.toBe(
      'inactive',
    )
  }, 60_000)
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execute } from '../../src/lab/command.js'
import { appRequirements, appVersion, setStage, type Stage } from '../job/stage.js'
import { deliver, difference, eventually, listing, told, withStatus, type Told } from './job.js'
import { lab, labHosts, slow } from './host.js'

/**
 * The deployment job on a bare host, from the plan of everything to pushes that break the app. The
 * tests depend on their order.
 */
const [web, untouched] = labHosts({ name: 'web' }, { name: 'untouched' })
let stage: Stage
let first: Told

beforeAll(async () => {
  stage = await setStage({ lab: lab(), hosts: [web()] })
}, slow)
afterAll(async () => {
  const defects = stage.github.defects
  await stage.close()
  expect(defects).toEqual([])
}, slow)

const secretFiles = [
  '/etc/demo/database-password',
  '/etc/demo/hook-secret',
  '/etc/demo/session-key',
] as const
const secretOf = async (file: (typeof secretFiles)[number]): Promise<string> =>
  (await web().mustRun(['cat', file])).trim()
const planned = async (): Promise<Told> => told(await stage.fettle(['plan', '--json']))

describe('a plan for a bare host', () => {
  test(
    'lists every resource without an error and changes nothing',
    async () => {
      const before = await listing(web())
      const plan = await planned()
      const after = await listing(web())
      expect(withStatus(plan, 'failed')).toEqual([])
      expect(plan.code).toBe(2)
      expect(plan.resources.length).toBeGreaterThan(30)
      const byLogin = await changedByLogin()
      const byPlan = difference(before, after)
      // Logging in and sudo change files themselves, such as the journal and lastlog. To verify
      // units, systemd-analyze makes a folder in /tmp, and removes it.
      expect(
        byPlan.filter(
          (path) =>
            path !== '/tmp' &&
            !byLogin.includes(path.replace(/[0-9a-f]{32}/, 'ID')) &&
            !byLogin.includes(path),
        ),
      ).toEqual([])
    },
    slow,
  )
})

async function changedByLogin(): Promise<readonly string[]> {
  const { address, keyFile, knownHostsFile } = untouched()
  const before = await listing(untouched())
  const { code } = await execute([
    'ssh',
    '-F',
    'none',
    '-i',
    keyFile,
    '-o',
    `UserKnownHostsFile=${knownHostsFile}`,
    `admin@${address}`,
    'sudo true',
  ])
  expect(code).toBe(0)
  return difference(before, await listing(untouched())).flatMap((path) => [
    path,
    path.replace(/[0-9a-f]{32}/, 'ID'),
  ])
}

describe('one apply', () => {
  test(
    'brings everything up in one run, and shows no secret on the way',
    async () => {
      await web().mustRun(
        'mkdir -p /run/samples; setsid sh -c "while :; do cat /proc/[0-9]*/cmdline; cat /proc/[0-9]*/environ; sleep 0.03; done 2>/dev/null >>/run/samples/processes" </dev/null >/dev/null 2>&1 & echo $! >/run/samples/pid',
      )
      const here = sampleHere()
      first = told(await stage.fettle(['apply', '--json', '-vvv']))
      const seenHere = here.stop()
      await web().run('kill -- -"$(cat /run/samples/pid)"; kill "$(cat /run/samples/pid)"')
      expect(withStatus(first, 'failed')).toEqual([])
      expect(first.code).toBe(0)
      expect(await stage.page(web())).toBe('version one, 0 rows, utf8mb4\n200\n')
      const records = recordsOf(stage)
      for (const file of secretFiles) {
        const secret = await secretOf(file)
        for (const form of [secret, Buffer.from(secret).toString('base64')]) {
          expect(first.text).not.toContain(form)
          expect(seenHere).not.toContain(form)
          expect(records).not.toContain(form)
          expect(
            (
              await web().run([
                'grep',
                '-rlaF',
                '--',
                form,
                '/var/log',
                '/etc/systemd',
                '/run/systemd',
                '/tmp',
                '/root',
              ])
            ).stdout,
          ).toBe('')
          expect((await web().run(`journalctl --no-pager -q | grep -cF -- ${form}`)).stdout).toBe(
            '0\n',
          )
        }
      }
      // The app's own environment is where its secrets belong; nothing else may contain them.
      expect(
        (await web().run(`grep -acF -- "$(cat /etc/demo/hook-secret)" /run/samples/processes`))
          .stdout,
      ).toBe('0\n')
      expect(
        (
          await web().run(
            `tr '\\0' '\\n' </run/samples/processes | grep -aF -- "$(cat /etc/demo/database-password)" | grep -av ^SQLALCHEMY_DATABASE_URI=`,
          )
        ).stdout,
      ).toBe('')
    },
    slow,
  )

  test(
    'a second one changes nothing, and no managed file has moved',
    async () => {
      const places = ['/etc', '/srv/demo', '/usr/local', '/var/lib/webhook', '/var/lib/fettle']
      const before = await listing(web(), ...places)
      const second = told(await stage.fettle(['apply', '--json']))
      expect(second.code).toBe(0)
      expect(
        second.resources.map((event) => event.status).filter((status) => status !== 'ok'),
      ).toEqual([])
      expect(second.summary['web']).toMatchObject({
        changed: 0,
        failed: 0,
        ok: first.resources.length,
      })
      expect(difference(before, await listing(web(), ...places))).toEqual([])
    },
    slow,
  )

  test(
    'a plan then finds nothing to do',
    async () => {
      expect(await planned()).toMatchObject({ code: 0 })
    },
    slow,
  )
})

/** Records what processes of this machine show until it is stopped. */
function sampleHere(): { stop(): string } {
  const seen = new Set<string>()
  const own = String(process.pid)
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== own)) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      } catch {
        // The process has ended meanwhile.
      }
    }
  }, 100)
  return {
    stop: () => {
      clearInterval(timer)
      return [...seen].join('\n')
    },
  }
}

function recordsOf({ project }: Stage): string {
  const folder = join(project, '.fettle/runs')
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

describe('the files on the host', () => {
  test.each([
    [
      'mariadb -N -e "select default_character_set_name from information_schema.schemata where schema_name=\'demo\'"',
      'utf8mb4\n',
    ],
    [
      'stat -c "%U:%G %a %n" /etc/sudoers.d/demo-hook /etc/webhook/demo.json /etc/demo/env /var/lib/webhook/.ssh/id_demo /srv/demo/src /srv/demo/venv /usr/local/sbin/demo-deploy /srv/demo /var/lib/webhook',
      [
        'root:root 440 /etc/sudoers.d/demo-hook',
        'root:demo-hook 640 /etc/webhook/demo.json',
        'root:root 600 /etc/demo/env',
        'webhook:webhook 600 /var/lib/webhook/.ssh/id_demo',
        'webhook:demo 2750 /srv/demo/src',
        'webhook:demo 2750 /srv/demo/venv',
        'root:root 755 /usr/local/sbin/demo-deploy',
        'root:demo 750 /srv/demo',
        'webhook:webhook 700 /var/lib/webhook',
        '',
      ].join('\n'),
    ],
    [
      'systemctl is-enabled demo demo-hook webhook; systemctl is-active demo demo-hook',
      'enabled\nenabled\nmasked\nactive\nactive\n',
    ],
    [
      'systemctl show -p NeedDaemonReload,NRestarts demo demo-hook',
      'NRestarts=0\nNeedDaemonReload=no\n\nNRestarts=0\nNeedDaemonReload=no\n',
    ],
    [
      'systemd-analyze verify /etc/systemd/system/demo.service /etc/systemd/system/demo-hook.service 2>&1 | grep -F demo',
      '',
    ],
    [
      'runuser -u webhook -- git -C /srv/demo/src config --get-regexp url',
      /^remote\.origin\.url ssh:\/\/git@[\d.:]+\/acme\/demo\.git\n$/,
    ],
    ['ss -ltnH "sport = :5000" | awk \'{print $4}\'', '127.0.0.1:5000\n'],
    ['test ! -e /etc/webhook.conf && echo absent', 'absent\n'],
    ['visudo -c | grep -c "parsed OK"', /^[3-9]\n$/],
    [
      'sudo -l -U webhook | grep -A9 "may run"',
      /may run the following commands on \w+:\n\s+\(root\) NOPASSWD: \/usr\/bin\/systemctl restart demo\.service\n$/,
    ],
    [
      'runuser -u webhook -g demo-hook -- sudo -n /usr/bin/systemctl restart demo.service && echo restarted',
      'restarted\n',
    ],
    [
      "for a in 'restart ssh.service' 'restart demo.service ssh.service' 'stop demo.service' 'restart demo.service --root=/'; do runuser -u webhook -g demo-hook -- sudo -n /usr/bin/systemctl $a 2>/dev/null && echo LEAK $a; done",
      '',
    ],
    [
      'runuser -u demo -- sudo -n true 2>/dev/null && echo LEAK; runuser -u demo -- cat /etc/webhook/demo.json 2>/dev/null && echo LEAK; runuser -u demo -- touch /srv/demo/src/x 2>/dev/null && echo LEAK; runuser -u demo -- cat /var/lib/webhook/.ssh/id_demo /etc/demo/env 2>/dev/null && echo LEAK',
      '',
    ],
    [
      'grep ^NoNewPrivs: /proc/$(systemctl show -p MainPID --value demo)/status /proc/$(systemctl show -p MainPID --value demo-hook)/status | grep -o ".$" | tr "\\n" " "',
      '1 0 ',
    ],
    ['find /srv/demo/src -perm /o=rwx ! -type l', ''],
    ['curl -si http://localhost:5000/ | grep -i ^cache-control', ''],
    [
      'cd /srv/demo/src; set -a; . /etc/demo/env; export FLASK_DEBUG=1; runuser -u demo -- /srv/demo/venv/bin/python -m gunicorn --bind localhost:5001 app:app >/dev/null 2>&1 & sleep 4; curl -si http://localhost:5001/ | grep -i ^cache-control; kill $!',
      'Cache-Control: no-store\r\n',
    ],
    [
      'ps -o user= -p "$(systemctl show -p MainPID --value demo)" -p "$(systemctl show -p MainPID --value demo-hook)" | sort | tr "\\n" " "',
      'demo webhook ',
    ],
  ] as const)(
    '%s',
    async (command, expected) => {
      const { stdout } = await web().run(command)
      if (typeof expected === 'string') expect(stdout).toBe(expected)
      else expect(stdout).toMatch(expected)
    },
    slow,
  )

  test(
    'the app may do what it needs in its own database and nothing else',
    async () => {
      const grants = await web().mustRun('mariadb -N -r -e "show grants for demo@localhost"')
      expect(
        grants
          .replace(/'\*[0-9A-F]{40}'/, "'…'")
          .trimEnd()
          .split('\n')
          .sort(),
      ).toEqual([
        'GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER ON `demo`.* TO `demo`@`localhost`',
        "GRANT USAGE ON *.* TO `demo`@`localhost` IDENTIFIED BY PASSWORD '…'",
      ])
    },
    slow,
  )

  test(
    'the hook answers to GitHub alone',
    async () => {
      const secret = await secretOf('/etc/demo/hook-secret')
      expect(await deliver(web(), secret, { event: 'ping', body: { zen: 'x' } })).toBe(200)
      expect(await deliver(web(), 'another secret')).toBe(500)
      expect(await deliver(web(), secret, { signature: null })).toBe(403)
      expect(await deliver(web(), secret, { body: { ref: 'refs/heads/x' } })).toBe(403)
      expect(await deliver(web(), secret, { method: 'GET' })).toBe(405)
    },
    slow,
  )

  test('GitHub knows the hook and a key that can only read', () => {
    expect(stage.github.hooks(stage.repository)).toMatchObject([
      {
        active: true,
        events: ['push'],
        config: {
          contentType: 'json',
          insecureSsl: '0',
          url: `http://${web().address}:9000/hooks/demo`,
        },
      },
    ])
    expect(stage.github.keys(stage.repository)).toMatchObject([{ readOnly: true }])
    expect(stage.github.deliveries(stage.repository)).toContainEqual(
      expect.objectContaining({ event: 'ping', statusCode: 200 }),
    )
  })
})

describe('a push', () => {
  const shows = (version: string): Promise<string> =>
    eventually(
      60,
      () => stage.page(web()).catch((error: unknown) => String(error)),
      (page) => page.startsWith(`version ${version},`) && page.endsWith('200\n'),
    )
  const journal = (): Promise<string> =>
    web().mustRun('journalctl -u demo-hook.service -o cat --no-pager -n 60')
  const head = async (): Promise<string> =>
    (
      await web().mustRun([
        'runuser',
        '-u',
        'webhook',
        '--',
        'git',
        '-C',
        '/srv/demo/src',
        'rev-parse',
        'HEAD',
      ])
    ).trim()
  /** A deployment that fails has restored everything when its last line is in the journal. */
  const wentBack = (step: string): Promise<string> =>
    eventually(
      120,
      journal,
      (text) =>
        text.split('finished handling').length > 1 &&
        text.slice(text.lastIndexOf('executing')).includes(`failed: ${step}`) &&
        text.slice(text.lastIndexOf('executing')).includes('finished handling'),
    )

  test(
    'redeploys, and what it deployed is the desired state',
    async () => {
      const commit = await stage.push('Version two', { 'app.py': await appVersion('two') })
      await shows('two')
      expect(await head()).toBe(commit)
      expect(await planned()).toMatchObject({ code: 0 })
    },
    slow,
  )

  test(
    'adds a dependency, and that too is the desired state',
    async () => {
      const requirements = `${await appRequirements()}fettle-greeting==1.0\n`
      await stage.push('With a greeting', {
        'app.py': `import fettle_greeting\n${await appVersion('three')}`,
        'requirements.txt': requirements,
      })
      await shows('three')
      expect(await planned()).toMatchObject({ code: 0 })
    },
    slow,
  )

  test(
    'of a dependency that cannot be installed leaves the old version serving',
    async () => {
      const before = await head()
      await stage.push('Too new', {
        'app.py': await appVersion('broken'),
        'requirements.txt': `${await appRequirements()}fettle-greeting==9.9\n`,
      })
      await wentBack('install the dependencies')
      expect(await stage.page(web())).toContain('version three,')
      expect(await head()).toBe(before)
    },
    slow,
  )

  test(
    'of an app that raises at import goes back to the commit and the packages of before',
    async () => {
      const before = await head()
      await stage.push('Raises', {
        'app.py': 'raise RuntimeError("no")\n',
        'requirements.txt': `${await appRequirements()}fettle-greeting==2.0\n`,
      })
      await wentBack('restart')
      await shows('three')
      expect(await head()).toBe(before)
      expect(
        await web().mustRun(
          '/srv/demo/venv/bin/python -c "import fettle_greeting; print(fettle_greeting.WORD)"',
        ),
      ).toBe('greeting 1.0\n')
    },
    slow,
  )

  test(
    'with force, over junk in the tree, and twice at once ends at the newest commit',
    async () => {
      await web().mustRun(
        'runuser -u webhook -- sh -c "cd /srv/demo/src && touch junk && echo x >>app.py"',
      )
      const fine = { 'requirements.txt': await appRequirements() }
      await stage.push('Four', { ...fine, 'app.py': await appVersion('four') }, { force: true })
      const commit = await stage.push(
        'Five',
        { 'app.py': await appVersion('five') },
        { force: true },
      )
      await shows('five')
      await eventually(60, head, (now) => now === commit)
      expect(
        await web().mustRun('cd /srv/demo/src && runuser -u webhook -- git status --porcelain'),
      ).toBe('')
      await eventually(30, planned, ({ code }) => code === 0)
    },
    slow,
  )

  test(
    'is refused to the deploy key',
    async () => {
      const { code, stderr } = await web().run(
        "cd /srv/demo/src && runuser -u webhook -- env HOME=/var/lib/webhook GIT_SSH_COMMAND='ssh -i /var/lib/webhook/.ssh/id_demo -o BatchMode=yes' git push origin HEAD:refs/heads/evil",
      )
      expect(code).not.toBe(0)
      expect(stderr).toContain('read only')
    },
    slow,
  )
})

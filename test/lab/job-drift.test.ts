import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { omitUndefined } from '../../src/core/omit-undefined.js'
import { reveal } from '../../src/core/secret.js'
import { setStage, type Stage } from '../job/stage.js'
import { processIds, told, withStatus, type Told } from './job.js'
import { lab, labHost, slow } from './host.js'

/**
 * Whatever is broken by hand, `plan` names it with the restart that follows and nothing else, and
 * `apply` repairs exactly that. The tables beside `test/resources` break each attribute of a single
 * resource; here are what other resources of the job follow, and GitHub.
 */
const web = labHost({ name: 'web', image: 'stack' })
const services = [
  'demo.service',
  'demo-hook.service',
  'mariadb.service',
  'ssh.service',
  'cron.service',
  'dbus.service',
] as const
let stage: Stage

beforeAll(async () => {
  stage = await setStage({ lab: lab(), hosts: [web()] })
  const first = told(await stage.fettle(['apply', '--json']))
  if (first.code !== 0) throw new Error(first.text)
}, slow)
afterAll(async () => {
  const defects = stage.github.defects
  await stage.close()
  expect(defects).toEqual([])
}, slow)

async function api(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${stage.github.apiUrl}/repos/${stage.repository}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${reveal(stage.github.token)}`,
      'content-type': 'application/json',
    },
    ...omitUndefined({ body: body === undefined ? undefined : JSON.stringify(body) }),
  })
  if (!answer.ok)
    throw new Error(`${method} ${path}: ${String(answer.status)} ${await answer.text()}`)
}

const hookPath = (): string => `/hooks/${String(stage.github.hooks(stage.repository)[0]?.id)}`
const config = (): Record<string, unknown> => ({
  url: `http://${web().address}:9000/hooks/demo`,
  content_type: 'json',
  insecure_ssl: '0',
})

interface Drift {
  readonly name: string
  /** Shell on the host, or a change on GitHub. */
  readonly by: string | (() => Promise<void>)
  /** Each resource that a plan names, with its change. */
  readonly named: readonly RegExp[]
  /**
   * What a plan cannot know before the change is applied: a check of a stopped service, a
   * repository that cannot be reached, and what restarts with it.
   */
  readonly unknown?: readonly string[]
  /** Services whose process must be a new one afterwards. */
  readonly restarts?: readonly (typeof services)[number][]
  /** The causes of the restart. */
  readonly because?: readonly string[]
}

const restarted = (service: string): RegExp =>
  new RegExp(`^systemd\\.service\\[${service}\\.service\\]: restart$`)

const drifts: readonly Drift[] = [
  {
    name: 'content',
    by: "echo 'X=1' >>/etc/demo/env",
    named: [/^file\[\/etc\/demo\/env\]: content/, restarted('demo')],
    restarts: ['demo.service'],
    because: ['file[/etc/demo/env]'],
  },
  {
    name: 'mode',
    by: 'chmod 0644 /etc/webhook/demo.json',
    named: [/^file\[\/etc\/webhook\/demo\.json\]: mode 0644 → 0640$/, restarted('demo-hook')],
    restarts: ['demo-hook.service'],
    because: ['file[/etc/webhook/demo.json]'],
  },
  {
    name: 'a unit file',
    by: "sed -i 's/--workers 3/--workers 2/' /etc/systemd/system/demo.service",
    named: [
      /^systemd\.unit\[demo\.service\]: content/,
      /^systemd\.service\[demo\.service\]: restart(?:, after a daemon-reload)?$/,
    ],
    restarts: ['demo.service'],
    because: ['systemd.unit[demo.service]'],
  },
  {
    name: 'a stopped service',
    by: 'systemctl stop demo-hook.service',
    named: [/^systemd\.service\[demo-hook\.service\]: start: inactive → active$/],
    unknown: ['check.http'],
    restarts: ['demo-hook.service'],
  },
  {
    name: 'a deleted hook',
    by: () => api('DELETE', hookPath()),
    named: [/^github\.webhook\[acme\/demo .*\]: create hook/],
  },
  {
    name: 'a hook edited on GitHub',
    by: () => api('PATCH', hookPath(), { events: ['push', 'issues'], active: false }),
    named: [/^github\.webhook\[.*events .*active/],
  },
  {
    name: 'a hook whose secret was taken away on GitHub',
    by: () => api('PATCH', hookPath(), { config: config() }),
    named: [/^github\.webhook\[.*secret/],
  },
  {
    name: 'a hook whose secret was changed on GitHub, which its next delivery shows',
    by: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await api('PATCH', hookPath(), { config: { ...config(), secret: 'somebody else' } })
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await api('POST', `${hookPath()}/pings`)
      await stage.github.settled()
    },
    named: [/^github\.webhook\[.*secret/],
  },
  {
    name: 'a deleted deploy key',
    by: () => api('DELETE', `/keys/${String(stage.github.keys(stage.repository)[0]?.id)}`),
    named: [/^github\.deployKey\[/],
    unknown: ['git.checkout', 'systemd.service'],
  },
  {
    name: 'a removed group membership',
    by: 'gpasswd -d webhook demo-hook',
    named: [/^user\[webhook\]: .*demo-hook/, restarted('demo-hook')],
    restarts: ['demo-hook.service'],
    because: ['user[webhook]'],
  },
  {
    name: 'a dirty checkout',
    by: 'runuser -u webhook -- sh -c "cd /srv/demo/src; echo x >>app.py; echo y >junk"',
    named: [/^git\.checkout\[\/srv\/demo\/src\]: (?=.*app\.py)(?=.*junk)/, restarted('demo')],
    restarts: ['demo.service'],
    because: ['git.checkout[/srv/demo/src]'],
  },
  {
    name: 'a host key that is no longer pinned',
    by: ': >/etc/ssh/ssh_known_hosts',
    named: [/^knownHost\[/],
    unknown: ['git.checkout', 'systemd.service'],
  },
  {
    name: 'a virtual environment without a package',
    by: 'rm /srv/demo/venv/bin/python',
    named: [/^python\.venv\[\/srv\/demo\/venv\]: /, restarted('demo')],
    restarts: ['demo.service'],
    because: ['python.venv[/srv/demo/venv]'],
  },
]

/** Expects the lines in the order of the resources, each matching its pattern. */
function expectNamed(run: Told, named: readonly RegExp[], unknown: readonly string[] = []): void {
  const others = run.resources
    .filter(({ status }) => status !== 'ok' && status !== 'changed')
    .map(({ resource, id, status, error, reason }) => ({ resource, id, status, error, reason }))
  expect({ changed: withStatus(run, 'changed'), others }).toEqual({
    changed: named.map((pattern) => expect.stringMatching(pattern)),
    others: unknown.map((resource) => expect.objectContaining({ resource, status: 'unknown' })),
  })
}

describe('drift', () => {
  test.each(drifts.map((drift) => [drift.name, drift] as const))(
    '%s',
    async (_, { by, named, unknown, restarts = [], because }) => {
      if (typeof by === 'string') await web().mustRun(by)
      else await by()
      const before = await processIds(web(), ...services)
      const plan = told(await stage.fettle(['plan', '--json']))
      const apply = told(await stage.fettle(['apply', '--json']))
      const after = await processIds(web(), ...services)
      const next = told(await stage.fettle(['plan', '--json']))
      expectNamed(plan, named, unknown)
      expect(plan.code).toBe(2)
      expect(
        plan.resources.flatMap(({ changes }) => changes.flatMap((change) => change.because)),
      ).toEqual(because ?? [])
      expectNamed(apply, named)
      expect(apply.code).toBe(0)
      expect(services.filter((service) => before[service] !== after[service])).toEqual(restarts)
      expectNamed(next, [])
      expect(await stage.page(web())).toContain('200')
    },
    slow,
  )
})

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createHmac } from 'node:crypto'
import { request as requestHttp, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse, stringify } from 'yaml'
import { appVersion, setStage, type Stage } from '../job/stage.js'
import { makeAuthority, type Authority } from '../job/authority.js'
import { eventually, processIds, told, withStatus, type Told } from './job.js'
import { lab, labHost, slow } from './host.js'

/** The job behind nginx with TLS, after a job without it. The tests depend on their order. */
const web = labHost({ name: 'web', image: 'stack' })
const name = 'demo.example.org'
const root = join(import.meta.dirname, '../..')
const site = '/etc/nginx/conf.d/demo.conf'
const pair = '/etc/demo/certificate.pem'
const nginx = {
  server_name: name,
  aliases: [`www.${name}`],
  certificate: 'certificates/demo.pem',
  certificate_key: 'certificates/demo.key',
}
const withoutProxy = (): string => `http://${web().address}:9000/hooks/demo`
const behindNginx = `https://${name}/hooks/demo`
let project: string
let authority: Authority
let stage: Stage

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fettle-nginx-'))
  for (const folder of ['tasks', 'templates'])
    await cp(join(root, folder), join(project, folder), { recursive: true })
  await mkdir(join(project, 'certificates'))
  authority = await makeAuthority(project)
  await renew()
  stage = await setStage({
    lab: lab(),
    hosts: [web()],
    project,
    network: { authority: authority.certificate, addresses: { [name]: web().address } },
  })
}, slow)
afterAll(async () => {
  const defects = stage.github.defects
  await stage.close()
  await rm(project, { recursive: true, force: true })
  expect(defects).toEqual([])
}, slow)

/** Puts a new certificate and key into the project. */
async function renew(): Promise<string> {
  const { certificate, key, serial } = await authority.issue(name, `www.${name}`)
  await writeFile(join(project, nginx.certificate), certificate)
  await writeFile(join(project, nginx.certificate_key), key, { mode: 0o600 })
  return serial
}

/** Sets the variables of the host, instead of those of the stage. */
async function given(vars: Readonly<Record<string, unknown>>): Promise<void> {
  const inventory = parse(await readFile(stage.inventory, 'utf8')) as {
    web: { hosts: { web: unknown } }
  }
  inventory.web.hosts.web = { ansible_host: web().address, ...vars }
  await writeFile(stage.inventory, stringify(inventory))
}

/** The output for a person, with the host's own messages. */
const shown = async (): Promise<{ readonly code: number | null; readonly text: string }> => {
  const { code, stdout, stderr } = await stage.fettle(['apply', '--no-color'], {
    env: { NODE_EXTRA_CA_CERTS: authority.file },
  })
  return { code, text: `${stdout}\n${stderr}` }
}
const run = async (command: 'plan' | 'apply'): Promise<Told> =>
  told(await stage.fettle([command, '--json'], { env: { NODE_EXTRA_CA_CERTS: authority.file } }))

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Of the certificate; null without TLS. */
  readonly serial: string | null
}

/** Requests a page of the host by a name, for which its certificate must be valid. */
function ask(
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Readonly<Record<string, string>>; body?: string } = {},
): Promise<Answer> {
  const secure = url.startsWith('https:')
  const options: RequestOptions & { ca: string; servername: string } = {
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    agent: false,
    ca: authority.certificate,
    servername: new URL(url).hostname,
    lookup: (_, { all }, callback) =>
      all === true
        ? callback(null, [{ address: web().address, family: 4 }])
        : callback(null, web().address, 4),
  }
  return new Promise((resolve, reject) => {
    const asked = (secure ? requestHttps : requestHttp)(url, options, (answer) => {
      const serial =
        answer.socket instanceof TLSSocket ? answer.socket.getPeerCertificate().serialNumber : null
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
          serial,
        }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Sends a delivery as GitHub signs it. */
async function deliver(
  url: string,
  {
    secret,
    event = 'push',
    ref = 'refs/heads/main',
  }: { secret?: string; event?: string; ref?: string } = {},
): Promise<number> {
  const body = JSON.stringify({ ref })
  const key = secret ?? (await web().mustRun(['cat', '/etc/demo/hook-secret'])).trim()
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
  }
  return (await ask(url, { method: 'POST', headers, body })).status
}

/** Waits until the deployment of the commit with this subject has ended. */
async function deployed(subject: string): Promise<void> {
  const log = 'runuser -u webhook -- git -C /srv/demo/src log -1 --format=%s'
  const state = async (): Promise<readonly unknown[]> => [
    await web().mustRun(log),
    (await web().run(['pgrep', '-f', 'sbin/demo-deploy'])).stdout,
    (await web().run('systemctl is-active demo.service')).stdout,
  ]
  await eventually(
    60,
    state,
    ([now, running, active]) => now === `${subject}\n` && running === '' && active === 'active\n',
  )
}

/** Everything that a refused change must leave as it was. */
const standing = async (): Promise<readonly unknown[]> => [
  await web().mustRun(['sha256sum', site, pair]),
  await web().mustRun('ls -A /etc/nginx/conf.d /etc/nginx/sites-enabled /etc/demo'),
  await processIds(web(), 'nginx.service'),
  (await web().run('nginx -t')).code,
  (await ask(`https://${name}/`)).status,
]

describe('turned on where the job runs already', () => {
  test(
    'the job without it has no nginx',
    async () => {
      await given({ hook_url: withoutProxy(), hook_address: web().address })
      const first = await run('apply')
      expect(withStatus(first, 'failed')).toEqual([])
      expect(first.resources.filter(({ task }) => task === 'nginx')).toEqual([])
      expect((await web().run('command -v nginx')).stdout).toBe('')
    },
    slow,
  )

  test(
    'a plan says what comes, without the private key',
    async () => {
      await given({ nginx, former_hook_urls: [withoutProxy()] })
      const plan = await run('plan')
      expect(withStatus(plan, 'failed')).toEqual([])
      expect(withStatus(plan, 'changed')).toEqual([
        'systemd.unit[demo-hook.service]: content changed',
        'systemd.service[demo-hook.service]: restart',
        'apt.packages[nginx]: install nginx',
        expect.stringMatching(
          /^file\[\/etc\/demo\/certificate\.pem\]: create file: 0600 root:root$/,
        ),
        expect.stringMatching(/github\.webhook\[acme\/demo https:.*create hook/),
        expect.stringMatching(/github\.webhook\[acme\/demo http:.*remove hook/),
      ])
      expect(plan.text).not.toContain('PRIVATE KEY')
      expect(plan.resources.find(({ id }) => id === pair)?.changes[0]?.diff).toBeNull()
    },
    slow,
  )

  test(
    'one apply: app and hook are behind it, and GitHub calls the new address alone',
    async () => {
      const apply = await run('apply')
      expect(withStatus(apply, 'failed')).toEqual([])
      expect(apply.code).toBe(0)
      expect(apply.text).not.toContain('PRIVATE KEY')
      expect(stage.github.hooks(stage.repository).map(({ config }) => config.url)).toEqual([
        behindNginx,
      ])
      expect(stage.github.deliveries(stage.repository)[0]).toMatchObject({
        event: 'ping',
        statusCode: 200,
        url: behindNginx,
      })
      expect(
        await web().mustRun(
          "ss -ltnH | awk '{print $4}' | grep -E ':(80|443|5000|9000)$' | sort -u",
        ),
      ).toBe('0.0.0.0:443\n0.0.0.0:80\n127.0.0.1:5000\n127.0.0.1:9000\n[::]:443\n[::]:80\n')
      expect(await web().mustRun(['stat', '-c', '%U:%G %a %n', pair, site])).toBe(
        `root:root 600 ${pair}\nroot:root 644 ${site}\n`,
      )
      expect(await web().mustRun('ls /etc/nginx/sites-enabled')).toBe('')
    },
    slow,
  )

  test(
    'a second one changes nothing, nor would a plan',
    async () => {
      const before = await standing()
      const second = await run('apply')
      expect(
        second.resources.map(({ status }) => status).filter((status) => status !== 'ok'),
      ).toEqual([])
      expect(second.code).toBe(0)
      expect(await run('plan')).toMatchObject({ code: 0 })
      expect(await standing()).toEqual(before)
    },
    slow,
  )
})

describe('what visitors and GitHub see', () => {
  test('the page, with a certificate for each name', async () => {
    for (const each of [name, `www.${name}`])
      expect(await ask(`https://${each}/`)).toMatchObject({
        status: 200,
        body: 'version one, 0 rows, utf8mb4\n',
      })
    expect((await ask(`https://${name}/`)).headers['strict-transport-security']).toBeUndefined()
    expect((await ask(`https://${name}/`)).headers.server).toBe('nginx')
  })

  test('a redirect from HTTP, for the app and the hook alike', async () => {
    expect(await ask(`http://${name}/a?b=c`)).toMatchObject({
      status: 301,
      headers: { location: `https://${name}/a?b=c` },
    })
    expect(await deliver(`http://${name}/hooks/demo`)).toBe(301)
  })

  test('nothing by another name', async () => {
    expect(await ask(`http://other.example.org/`)).toMatchObject({ status: 421 })
    expect(await ask(`https://${name}/`, { headers: { host: 'other.example.org' } })).toMatchObject(
      { status: 421 },
    )
  })

  test('TLS 1.2 at least', async () => {
    const tls = async (version: string): Promise<number | null> =>
      (
        await web().run(
          `openssl s_client -connect 127.0.0.1:443 -servername ${name} -${version} -cipher 'DEFAULT@SECLEVEL=0' </dev/null`,
        )
      ).code
    expect([await tls('tls1_1'), await tls('tls1_2'), await tls('tls1_3')]).toEqual([1, 0, 0])
  })

  test('a body of more than a megabyte', async () => {
    expect(
      (await ask(`https://${name}/`, { method: 'POST', body: 'x'.repeat(3_000_000) })).status,
    ).toBe(200)
  })

  test('the hook answers to GitHub alone', async () => {
    expect(await deliver(behindNginx, { event: 'ping' })).toBe(200)
    expect(await deliver(behindNginx, { secret: 'another secret' })).toBe(500)
    expect(await deliver(behindNginx, { ref: 'refs/heads/x' })).toBe(403)
    expect((await ask(behindNginx)).status).toBe(405)
    expect((await ask(`https://${name}/hooks/other`)).status).toBe(404)
  })

  test(
    'a push is delivered over https and deployed, and the app is told the truth about its visitor',
    async () => {
      const lie = `\n\n@app.get("/told")\ndef told():\n    from flask import request\n    return {"url": request.url, "headers": {name.lower(): value for name, value in request.headers.items()}}\n`
      const commit = await stage.push('Version two', {
        'app.py': `${await appVersion('two')}${lie}`,
      })
      await deployed('Version two')
      expect((await ask(`https://${name}/`)).body).toContain('version two,')
      expect(
        (await web().mustRun('runuser -u webhook -- git -C /srv/demo/src rev-parse HEAD')).trim(),
      ).toBe(commit)
      expect(stage.github.deliveries(stage.repository)[0]).toMatchObject({
        event: 'push',
        statusCode: 200,
        url: behindNginx,
      })
      const { body } = await ask(`https://${name}/told`, {
        headers: {
          'x-forwarded-for': '1.2.3.4',
          'x-forwarded-host': 'evil.example.org',
          'x-forwarded-proto': 'http',
          'x-forwarded-ssl': 'off',
          'x-forwarded-prefix': '/evil',
          forwarded: 'for=1.2.3.4',
          proxy: 'evil',
        },
      })
      const { url, headers } = JSON.parse(body) as { url: string; headers: Record<string, string> }
      expect(url).toBe(`https://${name}/told`)
      expect(headers).toMatchObject({
        host: name,
        'x-forwarded-for': lab().address,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': name,
        'x-forwarded-port': '443',
      })
      expect(
        Object.keys(headers).filter((header) =>
          ['x-forwarded-ssl', 'x-forwarded-prefix', 'forwarded', 'proxy'].includes(header),
        ),
      ).toEqual([])
      expect(await run('plan')).toMatchObject({ code: 0 })
    },
    slow,
  )

  test(
    'a delivery signed by hand deploys too',
    async () => {
      await web().mustRun(
        'runuser -u webhook -- sh -c "cd /srv/demo/src && git reset --quiet --hard HEAD~1"',
      )
      expect(await deliver(behindNginx)).toBe(200)
      await deployed('Version two')
    },
    slow,
  )
})

describe('a configuration that does not pass', () => {
  const template = (): string => join(project, 'templates/nginx-site.conf.njk')

  test(
    'from a broken template is refused, and nginx is untouched',
    async () => {
      const before = await standing()
      const text = await readFile(template(), 'utf8')
      await writeFile(template(), text.replace('proxy_pass', 'proxy_pas'))
      const apply = await shown()
      await writeFile(template(), text)
      expect(apply).toMatchObject({
        code: 1,
        text: expect.stringContaining(`unknown directive "proxy_pas" in ${site}`),
      })
      expect(apply.text).toMatch(/^web .*changed=0 .*failed=1/m)
      expect(await standing()).toEqual(before)
    },
    slow,
  )

  test(
    "from a key that is not the certificate's is refused too",
    async () => {
      const before = await standing()
      const key = await readFile(join(project, nginx.certificate_key), 'utf8')
      await writeFile(join(project, nginx.certificate_key), (await authority.issue(name)).key)
      const apply = await shown()
      await writeFile(join(project, nginx.certificate_key), key)
      expect(apply).toMatchObject({ code: 1, text: expect.stringContaining('key values mismatch') })
      expect(apply.text).not.toContain('PRIVATE KEY')
      expect(await standing()).toEqual(before)
    },
    slow,
  )

  test(
    'once it is right again, a run has nothing left to do but what was pending',
    async () => {
      const apply = await run('apply')
      expect(apply.code).toBe(0)
      expect(
        withStatus(apply, 'changed').filter(
          (line) => line !== 'systemd.service[nginx.service]: reload',
        ),
      ).toEqual([])
      expect(await run('plan')).toMatchObject({ code: 0 })
    },
    slow,
  )
})

describe('later', () => {
  test(
    'a renewed certificate is served, by the same nginx',
    async () => {
      const before = await processIds(web(), 'nginx.service')
      const serial = await renew()
      expect((await ask(`https://${name}/`)).serial).not.toBe(serial)
      const apply = await run('apply')
      expect(withStatus(apply, 'changed')).toEqual([
        `file[${pair}]: content changed`,
        'systemd.service[nginx.service]: reload',
      ])
      expect(apply.code).toBe(0)
      expect((await ask(`https://${name}/`)).serial).toBe(serial)
      expect(await processIds(web(), 'nginx.service')).toEqual(before)
    },
    slow,
  )

  test(
    'what is changed by hand is put back, and reloaded',
    async () => {
      await web().mustRun(
        `sed -i s/25m/1k/ ${site}; chmod 0644 ${pair}; ln -s ../sites-available/default /etc/nginx/sites-enabled/default; systemctl disable --quiet nginx.service`,
      )
      const apply = await run('apply')
      expect(withStatus(apply, 'changed')).toEqual([
        'absent[/etc/nginx/sites-enabled/default]: remove link to ../sites-available/default',
        `file[${pair}]: mode 0644 → 0600`,
        `file[${site}]: content changed`,
        'systemd.service[nginx.service]: enable: disabled → enabled; reload',
      ])
      expect(await run('plan')).toMatchObject({ code: 0 })
    },
    slow,
  )

  test(
    'certificate and key of the host are left to whoever keeps them',
    async () => {
      await web().mustRun(
        `mkdir -p /etc/live && cp ${pair} /etc/live/both.pem && ln -s both.pem /etc/live/link.pem`,
      )
      await given({
        nginx: {
          ...nginx,
          certificate: '/etc/live/link.pem',
          certificate_key: '/etc/live/link.pem',
          redirect: false,
          hsts: 300,
          https_port: 8443,
        },
        former_hook_urls: [behindNginx],
      })
      const apply = await run('apply')
      expect(withStatus(apply, 'failed')).toEqual([])
      expect(await ask(`https://${name}:8443/told`)).toMatchObject({
        status: 200,
        headers: { 'strict-transport-security': 'max-age=300' },
        body: expect.stringContaining(`"url":"https://${name}:8443/told"`),
      })
      await expect(ask(`http://${name}/`)).rejects.toThrow('ECONNREFUSED')
      expect(stage.github.hooks(stage.repository).map(({ config }) => config.url)).toEqual([
        `https://${name}:8443/hooks/demo`,
      ])
    },
    slow,
  )

  test(
    'without a certificate it is HTTP alone',
    async () => {
      await given({
        nginx: { server_name: name },
        former_hook_urls: [`https://${name}:8443/hooks/demo`],
      })
      const apply = await run('apply')
      expect(withStatus(apply, 'failed')).toEqual([])
      expect(await ask(`http://${name}/`)).toMatchObject({ status: 200 })
      expect(await deliver(`http://${name}/hooks/demo`, { event: 'ping' })).toBe(200)
      await expect(ask(`https://${name}/`)).rejects.toThrow('ECONNREFUSED')
      expect(stage.github.hooks(stage.repository).map(({ config }) => config.url)).toEqual([
        `http://${name}/hooks/demo`,
      ])
    },
    slow,
  )

  test(
    'left out again, nothing of it is managed and nothing is taken away',
    async () => {
      await given({
        hook_url: withoutProxy(),
        hook_address: web().address,
        former_hook_urls: [`http://${name}/hooks/demo`],
      })
      const before = await processIds(web(), 'nginx.service')
      const apply = await run('apply')
      expect(withStatus(apply, 'failed')).toEqual([])
      expect(apply.resources.filter(({ task }) => task === 'nginx')).toEqual([])
      expect(stage.github.hooks(stage.repository).map(({ config }) => config.url)).toEqual([
        withoutProxy(),
      ])
      expect(await ask(`http://${name}/`)).toMatchObject({ status: 200 })
      expect(await processIds(web(), 'nginx.service')).toEqual(before)
    },
    slow,
  )
})

test('variables that do not go together are refused before anything connects', async () => {
  await given({
    nginx: { ...nginx, certificate_key: undefined, serverName: name },
    hook_url: withoutProxy(),
  })
  const { code, stdout, stderr } = await stage.fettle(['plan'])
  expect(code).toBe(3)
  const text = `${stdout}\n${stderr}`
  for (const sentence of [
    'nginx.certificate_key of web is not set, and must be given with certificate',
    'nginx of web must not have serverName',
  ])
    expect(text).toContain(sentence)
})

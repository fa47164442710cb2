import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execute, type Ended } from '../../src/lab/command.js'
import { labHost, slow } from './host.js'
import { forms } from './secret-forms.js'

/**
 * Secrets in every field that takes one, on a host that prints them in every form, and a search for
 * them in everything that remains afterwards. The tests depend on their order.
 */
const host = labHost({ name: 'web', image: 'stack' })
const bin = resolve(import.meta.dirname, '../../bin/fettle.js')

const random = (bytes: number): string => randomBytes(bytes).toString('base64')
const pemOf = (lines: readonly string[]): string =>
  ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
const newPem = (): string => pemOf([random(48), random(48), random(33)])

const short = `key-${random(6)}`
/** In `.env`. One is a prefix of another, and one is never read. */
const secrets = {
  LOGIN: `login-${random(9)}"$1`,
  DB_PASSWORD: `db(pw "${random(9)}" 100%/x`,
  APP_KEY: short,
  APP_KEY_LONG: `${short}-${random(9)} it's (5) %+&<é>`,
  UNASKED: `unasked ${random(9)}`,
  APP_PEM: newPem(),
}
/** The content of `secretSource`. */
const pem = newPem()
/** Also in `.env`, and obviously not secret. */
const settings = {
  MODE: 'production',
  WORKERS: '12345678',
  DOMAIN: 'www.example.org',
  ROOT: '/srv/example/app',
}

/** How often twenty lines of the forms are printed: an error quotes thirty. */
const parts = 30

/** What fails quotes its input; the run continues after each. */
const tasks = `import { command, env, file, mysql, play, secret, secretSource, systemd, task, uri } from 'fettle'
const pem = secretSource('key.pem')
const [db, key, long] = [env.secret('DB_PASSWORD'), env.secret('APP_KEY'), env.secret('APP_KEY_LONG')]
const on = { ignoreFailure: true }
const url = secret\`mysql+pymysql://app:\${uri(db)}@localhost/app\`
const stored = "mariadb -N -e 'SELECT authentication_string FROM mysql.user WHERE User = \\"app\\"'; exit 1"

const files = task('Files', () => [
  file('/etc/app.pem', { content: pem }),
  file('/etc/app.env', { content: secret\`DATABASE_URL=\${url}\\nKEY=\${long}\\n\` }),
  file('/etc/never.env', { content: secret\`KEY=\${long}\\n\`, validate: 'nl -ba %s; base64 %s >&2; exit 1', ...on }),
  file('/etc/never.pem', { content: pem, validate: 'grep -n . %s; exit 1', ...on }),
])
const database = task('Database', () => [
  systemd.service('mariadb.service', { running: true }),
  mysql.user('app', { password: db, grants: { 'app.*': ['SELECT'] } }),
  mysql.user('other', { password: key, connection: { user: 'nobody', password: long }, ...on }),
  command(stored, { name: 'what MariaDB keeps', ...on }),
  command('printf "BOGUS \\'%s\\'" "$DB" | mariadb', { env: { DB: db }, name: 'an error of SQL', ...on }),
])
const shown = task('Forms', () => [
  command('umask 077; sh /root/forms.sh >/run/forms 2>&1', { env: { A: key, B: long, M: pem, D: db }, name: 'forms' }),
  ...Array.from({ length: ${String(parts)} }, (_, part) => {
    const lines = [20 * part + 1, 20 * part + 20].join()
    return command('sed -n ' + lines + 'p /run/forms; exit 1', { name: 'forms, lines ' + lines, ...on })
  }),
  command('cat; exit 1', { input: long, name: 'its input', ...on }),
])
export default play({ name: 'Secrets', hosts: 'web', become: true, tasks: [files, database, shown] })
`

const inventory = (): string => `import { env } from 'fettle'
const login = env.secret('LOGIN')
const web = {
  ansible_host: '${host().address}', ansible_user: 'deploy', ansible_password: login, ansible_become_password: login,
  ansible_ssh_common_args: '-o UserKnownHostsFile=${host().knownHostsFile} -o PubkeyAuthentication=no',
}
export default { web: { hosts: { web } } }
`

let project = ''
/** The output of all commands. */
const said: string[] = []

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'fettle-secrets-'))
  for (const folder of ['tasks', 'inventory']) mkdirSync(join(project, folder))
  const write = (name: string, text: string): void =>
    writeFileSync(join(project, name), text, { mode: 0o600 })
  // In the quotes that every program reads alike.
  write(
    '.env',
    Object.entries({ ...secrets, ...settings })
      .map(([name, value]) =>
        value.includes("'") ? `${name}="${value}"\n` : `${name}='${value}'\n`,
      )
      .join(''),
  )
  write('key.pem', pem)
  write('inventory/hosts.ts', inventory())
  write('tasks/site.ts', tasks)
  await host().mustRun('chpasswd', { input: `deploy:${secrets.LOGIN}\n` })
  await host().mustRun('cat >/root/forms.sh', { input: forms })
}, slow)
afterAll(() => rmSync(project, { recursive: true, force: true }))

async function fettle(
  words: readonly string[],
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...more }
  const ended = await execute([process.execPath, bin, ...words], { cwd: project, env, input })
  said.push(ended.stdout, ended.stderr)
  return ended
}
const run = (input: string, ...words: readonly string[]): Promise<Ended> =>
  fettle(['run', 'sh', '-l', 'web', '--stdin', ...words], input)

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
type Values = Readonly<Record<'A' | 'B' | 'M' | 'D', string>>
/**
 * A script that prints the forms of these values, which it sets itself; it is passed by standard
 * input.
 */
const formsOf = (values: Values): string =>
  `export ${Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(' ')}\n${forms}`
const valuesWith = (key: string): Values => ({
  A: short,
  B: secrets.APP_KEY_LONG,
  M: key,
  D: secrets.DB_PASSWORD,
})

/**
 * Lines of the forms that depend on the values, without the names of the forms: each shows a
 * secret.
 */
async function secretLines(values: Values): Promise<readonly string[]> {
  const linesOf = async (given: Values): Promise<readonly string[]> =>
    (await host().mustRun('sh 2>&1', { input: formsOf(given) }))
      .split('\n')
      .map((line) => line.trim())
  const usual = new Set(
    await linesOf({ A: 'other-A', B: 'something "else" for B', M: 'another\nM', D: 'and D' }),
  )
  const lines = (await linesOf(values))
    .filter((line) => !usual.has(line))
    .map((line) => line.replace(/^[a-z0-9 -]+: /, ''))
  return [...new Set(lines)].filter((line) => line.length >= 8)
}

/** A text in the encodings that a search would try first. */
function needles(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const hex = bytes.toString('hex')
  // Without the letters at both ends, which neighbouring bytes influence.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(4)
      .replace(/.{2}=*$/, ''),
  )
  return [
    text,
    hex,
    hex.toUpperCase(),
    hex.replace(/..(?=.)/g, '$& '),
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    ...base64,
  ]
}
/**
 * All secrets; of keys each line but the first and the last, which are not secret by themselves.
 */
const singly = [...Object.values(secrets), pem].flatMap((text) =>
  text.includes('\n') ? text.split('\n').slice(1, -2) : [text],
)
const all = singly.flatMap(needles)
const found = (text: string, wanted: readonly string[] = all): readonly string[] =>
  wanted.filter((needle) => text.includes(needle))

/** Each file below a folder, as text. */
function textsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) =>
      statSync(path).isDirectory() ? textsIn(path) : [readFileSync(path, 'latin1')],
    )
}

/** Records arguments and environments of this machine's other processes until it is called. */
function sampled(): () => string {
  const seen = new Set<string>()
  const look = (pid: string): void => {
    // Processes of lab hosts are in other namespaces.
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid')) return
    for (const part of ['cmdline', 'environ'])
      seen.add(readFileSync(`/proc/${pid}/${part}`, 'utf8'))
  }
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && name !== String(process.pid),
    )) {
      try {
        look(pid)
      } catch {
        // The process has ended meanwhile.
      }
    }
  }, 100)
  return () => {
    clearInterval(timer)
    return [...seen].join('\n')
  }
}

const sampler = 'while :; do cat /proc/[0-9]*/cmdline; sleep 0.1; done 2>/dev/null >>/run/samples'

describe('a host that shows every secret in every form', () => {
  test(
    'has it hidden in plans and applies, with diffs, in JSON, in what is kept of them, and from other processes',
    async () => {
      await host().mustRun(
        `setsid sh -c ${quoted(sampler)} </dev/null >/dev/null 2>&1 & echo $! >/run/samples.pid`,
      )
      const here = sampled()
      expect((await fettle(['plan'])).code).toBe(2)
      expect(
        (await fettle(['plan', '--json', '-vvv'], '', { DEBUG: '*', NODE_DEBUG: 'net,http,tls' }))
          .code,
      ).toBe(2)
      const applied = await fettle(['apply', '-D', '-vvv'])
      const again = await fettle(['apply', '--json', '-vvv'])
      expect(found(here())).toEqual([])
      await host().run('kill -- -"$(cat /run/samples.pid)"; kill "$(cat /run/samples.pid)"')
      expect(found(await host().mustRun('cat /run/samples'))).toEqual([])
      expect([applied.code, again.code]).toEqual([0, 0])
      expect(applied.stdout).toMatch(new RegExp(`ignored=${String(parts + 6)} `))
      const text = [...said, ...textsIn(join(project, '.fettle'))].join('\n')
      expect(found(text)).toEqual([])
      expect(found(text, await secretLines(valuesWith(pem)))).toEqual([])
      // A control: the forms were printed up to the last, and the text around the secrets is still
      // there.
      expect(applied.stdout).toMatch(/percent-encoded: \[secret\]\n/)
      expect(applied.stdout).toContain('the last form: done')
    },
    slow,
  )

  test.each([[[]], [['--json']], [['--stream']], [['--stream', '--json']]])(
    'has it hidden in what a command prints, by .env alone: %j',
    async (words) => {
      const values = valuesWith(secrets.APP_PEM)
      const { stdout, stderr } = await run(formsOf(values), ...words)
      expect(found(stdout + stderr, await secretLines(values))).toEqual([])
      expect(stdout).toContain('the last form: done')
    },
    slow,
  )

  test(
    'has each half of it hidden where the middle of an output is left out',
    async () => {
      const long = quoted(secrets.APP_KEY_LONG)
      expect((await run(`printf '%0131060d%s%0200000d' 1 ${long} 1`)).stdout).toMatch(
        /^0+1\[secret\]\n\[… \d+ bytes left out …\]\n0+1$/,
      )
      expect((await run(`printf '%0200000d%s%0131060d' 1 ${long} 1`)).stdout).toMatch(
        /^0+\n\[… \d+ bytes left out …\]\n\[secret\]0+1$/,
      )
    },
    slow,
  )

  test(
    'has it hidden in a line that is shown before its end, and in the rest of it',
    async () => {
      const [first, second] = [secrets.APP_KEY_LONG.slice(0, 12), secrets.APP_KEY_LONG.slice(12)]
      // Longer than an incomplete line is waited for.
      const { stdout } = await run(
        `printf %s ${quoted(first)}; sleep 4; printf '%s\\n' ${quoted(second)}; echo end\n`,
        '--stream',
      )
      expect(stdout).toBe('[secret]\n[secret]\nend\n')
    },
    slow,
  )

  test(
    'has the keys of a secret file named that change, without what they were',
    async () => {
      const former = `former-${random(9)}`
      await host().mustRun('cat >/etc/app.env', { input: `KEY=${former}\nOLD_TOKEN=${former}\n` })
      const { stdout } = await fettle(['plan'])
      expect(stdout).toContain(
        'file[/etc/app.env]: content changed (DATABASE_URL added, KEY changed and OLD_TOKEN removed)\n',
      )
      const more = await fettle(['plan', '-D', '--json', '-vvv'])
      expect(found(stdout + more.stdout + more.stderr, needles(former))).toEqual([])
    },
    slow,
  )

  test(
    'has values of .env that cannot be secret left readable',
    async () => {
      const text = Object.values(settings).join(' ')
      expect((await run(`echo ${text}`)).stdout).toBe(`${text}\n`)
    },
    slow,
  )

  test(
    'has nothing of it left outside the files that hold it, nor in any output',
    async () => {
      await host().mustRun(
        'rm -f /etc/app.pem /etc/app.env /root/forms.sh /run/forms /run/samples*',
      )
      const places = ['/var/log', '/var/lib/fettle', '/etc', '/run', '/tmp', '/root', '/home']
      for (const needle of new Set(all))
        expect((await host().run(['grep', '-rlaF', '--', needle, ...places])).stdout).toBe('')
      expect(
        found(
          await host().mustRun('journalctl --no-pager -q -o cat; journalctl --no-pager -q -o json'),
        ),
      ).toEqual([])
      expect(found(said.join('\n'))).toEqual([])
    },
    slow,
  )
})

import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execute, must, type Ended } from '../../src/lab/command.js'
import { deployPassword } from '../../src/lab/image.js'
import { setStage, type Stage } from '../job/stage.js'
import { eventually } from './job.js'
import { lab, labHosts, slow } from './host.js'

/**
 * The everyday commands as a new user has them: from the packed package, installed into an empty
 * folder, on real hosts.
 */
const [web, db] = labHosts({ name: 'web', image: 'stack' }, { name: 'db', image: 'stack' })
const root = resolve(import.meta.dirname, '../..')
let project = ''
let inventory = ''
let stage: Stage

/** A user's project does not have npm's settings of this repository. */
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')),
)
const env = (): Readonly<Record<string, string | undefined>> => ({
  ...clean,
  ...stage.env,
  NO_COLOR: '1',
  PATH: `${join(project, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
})
const fettle = (command: string, ...words: readonly string[]): Promise<Ended> =>
  execute(['fettle', command, '-i', inventory, ...words], { cwd: project, env: env() })
const lines = (text: string): readonly unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

async function install(): Promise<void> {
  project = await mkdtemp(join(tmpdir(), 'fettle-stranger-'))
  const [packed] = JSON.parse(
    await must(['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', project, root], {
      env: clean,
    }),
  ) as readonly [{ readonly filename: string }]
  await must(
    [
      'npm',
      'install',
      '--prefix',
      project,
      '--omit=dev',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      `./${packed.filename}`,
    ],
    { cwd: project, env: clean },
  )
}

beforeAll(async () => {
  ;[stage] = await Promise.all([
    setStage({ lab: lab(), hosts: [web()], ghosts: { gone: '127.0.0.1:1' } }),
    install(),
  ])
  inventory = join(project, 'all.yml')
  await writeFile(
    inventory,
    `${lab().inventory([web(), db()])}    gone: { ansible_host: ${lab().address}, ansible_port: 1, ansible_user: root, ansible_ssh_private_key_file: ${lab().keyFile} }\n`.replace(
      /^web:/m,
      'all:',
    ),
  )
}, slow)
afterAll(async () => {
  await stage.close()
  await rm(project, { recursive: true, force: true })
}, slow)

describe('fettle run', () => {
  test(
    'equal outputs are shown once, others apart, and who cannot be reached with the reason',
    async () => {
      const { code, stdout, stderr } = await fettle('run', 'id -un; pwd', '-l', 'all')
      expect(stdout).toMatch(
        /^web, db \(2\)\nroot\n\/root\n\ngone: unreachable\n {2}.*\n {2}→ .*\n\n$/,
      )
      expect(stderr).toBe('3 hosts: 2 ok, 1 unreachable (gone)\n')
      expect(code).toBe(1)
      expect(await fettle('run', 'hostname', '-l', 'web,db')).toEqual({
        code: 0,
        stdout: 'web\nweb\n\ndb\ndb\n\n',
        stderr: '2 hosts: 2 ok\n',
      })
    },
    slow,
  )

  test(
    'one host: streams apart, its status told, 1',
    async () => {
      expect(await fettle('run', 'echo out; echo err >&2; exit 7', '-l', 'db')).toEqual({
        code: 1,
        stdout: 'out\n',
        stderr: 'err\ndb: exit status 7\n',
      })
      expect(await fettle('run', '-l', 'db', '--', 'printf', '%s', 'a  b')).toEqual({
        code: 0,
        stdout: 'a  b',
        stderr: '',
      })
    },
    slow,
  )

  test(
    'as root by sudo with a password from a file, which nothing shows',
    async () => {
      const file = join(project, 'password')
      await writeFile(file, `${deployPassword}\n`, { mode: 0o600 })
      const words = ['-l', 'db', '-e', 'ansible_user=deploy', '--become-password-file', file]
      expect((await fettle('run', 'id -un; echo "$HOME"', ...words)).stdout).toBe(
        'deploy\n/home/deploy\n',
      )
      expect((await fettle('run', 'id -un; echo "$HOME"', '-b', ...words)).stdout).toBe(
        'root\n/root\n',
      )
      const { stdout } = await fettle('run', `echo ${deployPassword}`, '-b', ...words)
      expect(stdout).toBe('[secret]\n')
    },
    slow,
  )

  test(
    'by the old names of Ansible, beside a host that Fettle cannot reach',
    async () => {
      const old = join(project, 'old.ini')
      const { address, keyFile } = db()
      const vars = `ansible_ssh_host=${address} ansible_ssh_port=22 ansible_ssh_user=deploy ansible_private_key_file=${keyFile} ansible_sudo_pass=${deployPassword} ansible_timeout=20`
      await writeFile(
        old,
        `[linux]\nlocalhost ${vars} ansible_ssh_extra_args='-o UserKnownHostsFile=${lab().knownHostsFile}'\n[windows]\ndc1 ansible_connection=winrm\n`,
      )
      const run = (...words: readonly string[]): Promise<Ended> =>
        execute(['fettle', 'run', '-i', old, 'hostname; id -un', ...words], {
          cwd: project,
          env: env(),
        })
      expect(await run('-l', 'linux')).toEqual({ code: 0, stdout: 'db\ndeploy\n', stderr: '' })
      expect(await run('-l', 'linux', '-b')).toEqual({ code: 0, stdout: 'db\nroot\n', stderr: '' })
      const { code, stdout } = await run('-l', 'all')
      expect({ code, stdout }).toEqual({
        code: 3,
        stdout: expect.stringContaining(
          'old.ini:4:5: ansible_connection of dc1 must be ssh or local, and is "winrm"',
        ),
      })
    },
    slow,
  )

  test(
    'with --json a line for each host and a summary',
    async () => {
      const { code, stdout } = await fettle(
        'run',
        'hostname; test "$(hostname)" = db',
        '-l',
        'web,db',
        '--json',
        '-f',
        '1',
      )
      expect(code).toBe(1)
      expect(lines(stdout)).toMatchObject([
        { host: 'web', status: 'failed', exitStatus: 1, stdout: 'web\n' },
        { host: 'db', status: 'ok', exitStatus: 0, stdout: 'db\n' },
        { type: 'summary', hosts: { web: 'failed', db: 'ok' }, exitCode: 1 },
      ])
    },
    slow,
  )

  test(
    'an output without end is cut in its middle, on the host',
    async () => {
      const { stdout } = await fettle(
        'run',
        'echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last',
        '-l',
        'db',
      )
      expect(stdout.length).toBeLessThan(300_000)
      expect(stdout).toMatch(/^first\n[^]*bytes left out[^]*\nlast\n$/)
    },
    slow,
  )

  test(
    'Ctrl-C ends what runs on every host, and 130',
    async () => {
      const child = spawn(
        'fettle',
        ['run', 'echo begun; exec sleep 4711', '-l', 'web,db', '--stream', '-i', inventory],
        { cwd: project, env: env() },
      )
      const seen: string[] = []
      child.stdout.on('data', (data: Buffer) => seen.push(data.toString()))
      const ended = new Promise((done) => child.once('close', done))
      await eventually(
        60,
        () => Promise.resolve(seen.join('')),
        (text) => text.includes('web | begun\n') && text.includes('db  | begun\n'),
      )
      child.kill('SIGINT')
      expect(await ended).toBe(130)
      for (const host of [web(), db()])
        expect((await host.run(['pgrep', '-f', 'sleep 4711'])).stdout).toBe('')
    },
    slow,
  )
})

describe('fettle ping', () => {
  test(
    'tells who answers, as whom, and why others do not',
    async () => {
      const { code, stdout } = await fettle('ping', '-b', '-e', 'ansible_user=admin')
      expect(code).toBe(1)
      expect(stdout).toMatch(/^web +: ok as root +[\d.]+s$/m)
      expect(stdout).toMatch(/^db +: ok as root +[\d.]+s$/m)
      expect(stdout).toMatch(/^gone +: unreachable .*\n {2}.*refused.*\n {2}→ /im)
      expect(stdout).toContain('2 of 3 hosts answered\n')
    },
    slow,
  )
})

describe('fettle init', () => {
  test(
    'makes a project that compiles, is planned and is applied as it is',
    async () => {
      const said = await execute(['fettle', 'init'], { cwd: project, env: env() })
      expect(said).toMatchObject({ code: 0, stderr: '' })
      expect(said.stdout).toContain('  npx fettle apply ')
      expect(
        await execute(
          [process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '--noEmit'],
          { cwd: project },
        ),
      ).toMatchObject({ code: 0, stdout: '' })
      await copyFile(stage.inventory, join(project, 'inventory/hosts.yml'))
      const job = (...words: readonly string[]): Promise<Ended> =>
        execute(['fettle', ...words, '-l', 'web'], { cwd: project, env: env() })
      expect(await job('plan')).toMatchObject({ code: 2, stderr: '' })
      const applied = await job('apply')
      expect(applied.stdout).toMatch(/^web : ok=\d+ changed=\d+ unreachable=0 failed=0 skipped=0/m)
      expect(applied.code).toBe(0)
      expect(await stage.page(web())).toBe('version one, 0 rows, utf8mb4\n200\n')
      expect(await job('plan')).toMatchObject({ code: 0 })
    },
    slow,
  )
})

test(
  'bash completes commands, flags, files and hosts',
  async () => {
    const complete = async (line: string): Promise<readonly string[]> => {
      const script = `source <(fettle completion bash); COMP_LINE=$1 COMP_POINT=\${#1}; _fettle; printf '%s\\n' "\${COMPREPLY[@]}"`
      return (
        await must(['bash', '--norc', '-c', script, 'bash', line], { cwd: project, env: env() })
      )
        .split('\n')
        .filter((word) => word !== '')
        .sort()
    }
    expect(await complete('fettle pl')).toEqual(['plan'])
    expect(await complete('fettle plan --start')).toEqual(['--start-at-task'])
    expect(await complete('fettle plan tasks/si')).toEqual(['tasks/site.ts'])
    expect(await complete(`fettle run -i ${inventory} -l w`)).toEqual(['web'])
    // The part before a colon is kept.
    expect(await complete(`fettle run -i ${inventory} -l web:d`)).toEqual(['db'])
    expect(await complete(`fettle run -i ${inventory} --limit=we`)).toEqual(['web'])
  },
  slow,
)

test(
  'the lab is there, too',
  async () => {
    expect(await execute(['fettle', 'lab', 'list'], { cwd: project, env: env() })).toMatchObject({
      code: 0,
    })
  },
  slow,
)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execute } from '../../src/lab/command.js'
import { told, withStatus, type Told } from './job.js'
import { lab, labHosts, slow } from './host.js'

/** What happens when the control process or the link dies in the middle. */
const [one, two] = labHosts({ name: 'one' }, { name: 'two' })
const root = join(import.meta.dirname, '../..')
let folder: string
let inventory: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-faults-'))
  inventory = join(folder, 'hosts.yml')
  await writeFile(inventory, lab().inventory([one(), two()]))
}, slow)
afterAll(() => rm(folder, { recursive: true }))

const tasks =
  (file: string) =>
  (
    command: string,
    vars: Readonly<Record<string, unknown>>,
    ...flags: readonly string[]
  ): readonly string[] => [
    join(root, 'bin/fettle.js'),
    command,
    `test/lab/faults/tasks/${file}.ts`,
    '--json',
    '-i',
    inventory,
    '-e',
    JSON.stringify(vars),
    ...flags,
  ]
const argv = tasks('site')
const usersArgv = tasks('users')
const readingArgv = tasks('reading')
const fettle = async (...given: Parameters<typeof argv>): Promise<Told> =>
  told(await execute([process.execPath, ...argv(...given)]))
const read = async (command: string, vars = {}): Promise<Told> =>
  told(await execute([process.execPath, ...readingArgv(command, vars, '-l', 'one')]))
const greeting = async (): Promise<string> =>
  one().mustRun(
    'tr "\\0" "\\n" </proc/$(systemctl show -p MainPID --value nap)/environ | grep ^GREETING=',
  )

test(
  'killed between the change of a unit and its restart: the next run restarts it',
  async () => {
    expect(await fettle('apply', { greeting: 'old' })).toMatchObject({ code: 0 })
    const child = spawn(
      process.execPath,
      argv('apply', { greeting: 'new', pause: 4 }, '-l', 'one'),
      { cwd: root, stdio: 'ignore' },
    )
    while (!(await one().run('pgrep -f "^sleep 4$"')).stdout) await sleep(100)
    child.kill('SIGKILL')
    expect(await greeting()).toBe('GREETING=old\n')
    const plan = await fettle('plan', { greeting: 'new' }, '-l', 'one')
    expect(
      plan.resources.map(({ resource, status, changes }) => [
        resource,
        status,
        changes.flatMap((change) => change.because),
      ]),
    ).toEqual([
      ['systemd.unit', 'ok', []],
      ['systemd.service', 'changed', ['systemd.unit[nap.service]']],
    ])
    const next = await fettle('apply', { greeting: 'new' }, '-l', 'one')
    expect(withStatus(next, 'changed')).toEqual(['systemd.service[nap.service]: restart'])
    expect(next.code).toBe(0)
    expect(await greeting()).toBe('GREETING=new\n')
    expect(withStatus(await fettle('apply', { greeting: 'new' }, '-l', 'one'), 'changed')).toEqual(
      [],
    )
  },
  slow,
)

test(
  'resources that all act as another user leave what follows from them with root, who runs the play',
  async () => {
    const users = async (command: string, text: string): Promise<Told> =>
      told(await execute([process.execPath, ...usersArgv(command, { text }, '-l', 'two')]))
    for (const text of ['one', 'two']) {
      expect(withStatus(await users('apply', text), 'changed')).toEqual([
        'file[/home/deploy/note]: ' +
          (text === 'one' ? 'create file: 0644, 3 bytes' : 'content changed'),
        'command[tell]: run: cat note >>told',
      ])
      expect(await users('apply', text)).toMatchObject({
        code: 0,
        resources: [{ status: 'ok' }, { status: 'ok' }, { status: 'ok' }],
      })
    }
    expect(
      await two().mustRun(
        "stat -c '%U %a' /var/lib/fettle /home/deploy/told; cat /home/deploy/told",
      ),
    ).toBe('root 700\ndeploy 644\nonetwo')
  },
  slow,
)

test(
  'a connection that is cut in the middle of a command fails that host clearly, and the other finishes',
  async () => {
    await writeFile(
      inventory,
      lab().inventory([one(), two()]).replace('one:\n', 'one:\n      cut: true\n'),
    )
    const run = await fettle('apply', { greeting: 'cut' })
    expect(run.code).toBe(1)
    expect(
      run.hosts.map(({ host, status, error }) => [host, status, error?.code ?? null]).sort(),
    ).toEqual([
      ['one', 'unreachable', 'connection-lost'],
      ['two', 'ok', null],
    ])
    const mine = run.resources
      .filter(({ host }) => host === 'one')
      .map(({ resource, status, error }) => [resource, status, error?.code ?? null])
    expect(mine).toEqual([
      ['systemd.unit', 'changed', null],
      ['command', 'failed', 'connection-lost'],
      ['systemd.service', 'skipped', null],
    ])
    expect(run.resources.find(({ status }) => status === 'failed')?.error?.message).toContain(
      'outcome',
    )
    expect(run.summary['one']).toMatchObject({ unreachable: true, failed: 1, skipped: 1 })
    // The restart is not lost.
    await writeFile(inventory, lab().inventory([one(), two()]))
    expect(withStatus(await fettle('apply', { greeting: 'cut' }), 'changed')).toEqual([
      'systemd.service[nap.service]: restart',
    ])
  },
  slow,
)

describe("a user's file or link in the place of a managed file", () => {
  const shown = ({ resources }: Told): readonly unknown[] =>
    resources.map(({ id, status, error }) => [id, status, error?.message ?? ''])
  const [known, hidden] = ['/home/deploy/known', '/home/deploy/hidden']

  test(
    'a file without an end is told by its size, and replaced',
    async () => {
      expect(await read('apply')).toMatchObject({ code: 0 })
      await one().mustRun(`truncate -s 4T ${known} ${hidden}`)
      expect(shown(await read('plan'))).toEqual([
        [known, 'changed', ''],
        [hidden, 'changed', ''],
      ])
      expect(shown(await read('apply'))).toEqual([
        [known, 'changed', ''],
        [hidden, 'changed', ''],
      ])
      expect(await read('plan')).toMatchObject({ code: 0 })
    },
    slow,
  )

  test(
    'a FIFO and a device are refused',
    async () => {
      await one().mustRun(`rm ${known} ${hidden} && mkfifo ${known} && mknod ${hidden} c 1 5`)
      for (const command of ['plan', 'apply']) {
        const [first] = shown(await read(command))
        expect(first).toEqual([known, 'failed', `${known} is neither a file nor a directory`])
      }
      await one().mustRun(`rm ${known} ${hidden}`)
    },
    slow,
  )
})

describe('Ctrl-C', () => {
  /** Presses it as soon as a program runs on the host. */
  async function interrupted(
    command: string,
    vars: Readonly<Record<string, unknown>>,
    program: string,
  ): Promise<Told> {
    const child = spawn(process.execPath, readingArgv(command, vars, '-l', 'one'), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (data: Buffer) => out.push(data))
    child.stderr.on('data', (data: Buffer) => err.push(data))
    while (!(await one().run(`pgrep -fx '${program}'`)).stdout) await sleep(100)
    child.kill('SIGINT')
    await once(child, 'close')
    return told({
      code: child.exitCode ?? -1,
      stdout: Buffer.concat(out).toString(),
      stderr: Buffer.concat(err).toString(),
    })
  }

  test.each(['plan', 'apply'])(
    'ends reading at once, on the host too: %s',
    async (command) => {
      const run = await interrupted(command, { asks: 47 }, 'sleep 47')
      expect((await one().run("pgrep -fx 'sleep 47'")).stdout).toBe('')
      expect(run.code).toBe(130)
      expect(run.hosts.map(({ host, status, error }) => [host, status, error?.code])).toEqual([
        ['one', 'failed', 'stopped'],
      ])
      expect(new Set(run.resources.map(({ status }) => status))).toEqual(new Set(['skipped']))
    },
    slow,
  )

  test(
    'lets a change under way finish',
    async () => {
      await read('apply')
      const run = await interrupted('apply', { pause: 5, asks: 1 }, 'sleep 5')
      expect(run.code).toBe(130)
      expect(run.resources.map(({ id, status }) => [id, status])).toEqual([
        ['/home/deploy/known', 'ok'],
        ['/home/deploy/hidden', 'ok'],
        ['pause', 'changed'],
        ['asked', 'skipped'],
      ])
    },
    slow,
  )
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { play, task, type Play } from '../../src/core/play.js'
import { inputLength } from '../../src/core/sh.js'
import type { Event, RunMode } from '../../src/engine/events.js'
import type { RunOptions } from '../../src/engine/options.js'
import { account } from '../../src/engine/fleet/machines.js'
import { run } from '../../src/engine/run.js'
import { thisProcess } from '../../src/engine/fleet/this-process.js'
import type { Inventory } from '../../src/inventory/inventory.js'
import { loadInventory } from '../../src/inventory/load.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { connect } from '../../src/ssh/connect.js'
import { frames } from '../../src/ssh/shell/frame.js'
import type { Session } from '../../src/ssh/session.js'
import { withoutFlags } from '../../src/testing/engine-run.js'
import { prepareHosts } from '../bench/finished.js'
import { logIn } from '../ssh/log-in.js'
import { lab, labHost, slow } from './host.js'

// The costs of a run for its host, counted and never timed, so that an increase is always a
// deliberate change.

const host = labHost({ image: 'stack' })
const project = join(import.meta.dirname, '../bench/job')
let folder: string
let inventory: Inventory
let job: Play

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-costs-'))
  await writeFile(join(folder, 'hosts.yml'), lab().inventory([host()]))
  inventory = await loadInventory({
    sources: [join(folder, 'hosts.yml')],
    project: folder,
    extraVars: [],
  })
  process.env['DATABASE_PASSWORD'] = 's3cret-demo'
  job = (await import('../bench/job/tasks/site.js')).default
  await prepareHosts([host()])
  // Otherwise a login would start root's own systemd, depending on how long ago the previous login
  // was.
  await host().mustRun('loginctl enable-linger root && systemctl start user@0.service')
  await take(job, 'apply')
}, slow)
afterAll(async () => {
  delete process.env['DATABASE_PASSWORD']
  await rm(folder, { recursive: true, force: true })
})

interface Costs {
  readonly exitCode: number
  readonly changed: number
  readonly sessions: number
  /** Round trips and other exchanges, by kind. */
  readonly exchanges: Readonly<Record<string, number>>
  /** Bytes that were sent to the shell. */
  readonly sent: number
}

/** Runs a play on the host and counts its costs. */
async function take(what: Play, mode: RunMode): Promise<Costs> {
  const events: Event[] = []
  let [sessions, sent] = [0, 0]
  const counted = async (...parameters: Parameters<typeof connect>): Promise<Session> => {
    const session = await connect(...parameters)
    sessions += 1
    const exchange = session.exchange.bind(session)
    return Object.assign(session, {
      exchange: (blocks: Parameters<typeof exchange>[0]) => {
        sent += inputLength(frames(blocks).flatMap(({ parts }) => parts))
        return exchange(blocks)
      },
    })
  }
  const options: RunOptions = { ...withoutFlags, mode, project }
  const { exitCode } = await run([what], inventory, options, (event) => events.push(event), counted)
  const exchanges = events.find((event) => event.type === 'exchanges')?.counts ?? {}
  return {
    exitCode,
    changed: events.filter((event) => event.type === 'resource' && event.status === 'changed')
      .length,
    sessions,
    exchanges,
    sent,
  }
}

/**
 * How many processes the host starts meanwhile: it numbers them consecutively. Taking the least of
 * several counts leaves out unrelated processes.
 */
async function processes(what: () => Promise<unknown>): Promise<number> {
  const next = async (): Promise<number> => Number(await host().mustRun(['sh', '-c', 'echo $$']))
  const counts: number[] = []
  for (let round = 0; round < 4; round += 1) {
    const first = await next()
    const second = await next()
    await what()
    counts.push((await next()) - second - (second - first))
  }
  return Math.min(...counts)
}

describe('the 30-task job, with nothing to do,', () => {
  test(
    'costs one session and one round trip, beside which the repository is asked',
    async () => {
      for (const mode of ['plan', 'apply'] as const) {
        expect(await take(job, mode)).toMatchObject({
          exitCode: 0,
          changed: 0,
          sessions: 1,
          exchanges: { shell: 1, 'git ls-remote': 1 },
        })
      }
    },
    slow,
  )

  test(
    'sends the host so many bytes',
    async () => {
      // The lock contains this process's name.
      const { name, place } = thisProcess() ?? { name: '', place: '' }
      expect([(await take(job, 'plan')).sent, (await take(job, 'apply')).sent]).toEqual([
        16_529,
        18_753 + account().length + name.length + place.length,
      ])
    },
    slow,
  )

  test(
    'starts so many processes there, besides those of logging in and of the shell',
    async () => {
      const { name, address, keyFile, knownHostsFile } = host()
      const shell = await processes(async () =>
        (
          await logIn(
            { name, host: address, user: 'root', privateKeyFile: keyFile, become: null },
            { knownHostsFiles: [knownHostsFile], acceptNew: false },
          )
        ).close(),
      )
      expect([
        (await processes(() => take(job, 'plan'))) - shell,
        (await processes(() => take(job, 'apply'))) - shell,
      ]).toEqual([35, 43])
    },
    slow,
  )
})

test(
  'one changed file costs two round trips more: its trials, and the change',
  async () => {
    await host().mustRun("echo '# by hand' >>/srv/demo/bin/reload.sh")
    expect(await take(job, 'apply')).toMatchObject({
      exitCode: 0,
      changed: 1,
      sessions: 1,
      exchanges: { shell: 3 },
    })
  },
  slow,
)

test(
  '500 new files with their directory cost four round trips more, and nothing is sent that is there',
  async () => {
    const content = (index: number): string => `${String(index)}\n`.padEnd(2048, 'x')
    const files = play({
      name: 'Files',
      hosts: 'all',
      become: true,
      tasks: [
        task('Files', () => [
          directory('/srv/many'),
          ...Array.from({ length: 500 }, (_, index) =>
            file(`/srv/many/${String(index)}`, { content: content(index) }),
          ),
        ]),
      ],
    })
    expect(await take(files, 'apply')).toMatchObject({
      exitCode: 0,
      changed: 501,
      sessions: 1,
      exchanges: { shell: 5 },
    })
    const again = await take(files, 'apply')
    expect(again).toMatchObject({ exitCode: 0, changed: 0, sessions: 1, exchanges: { shell: 1 } })
    expect(again.sent).toBeLessThan(500 * 2048)
    expect((await host().mustRun('cat /srv/many/* | wc -c')).trim()).toBe(String(500 * 2048))
  },
  slow,
)

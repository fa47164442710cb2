import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { FileInput, inputParts } from '../../src/core/sh.js'
import { execute } from '../../src/lab/command.js'
import { file } from '../../src/resources/files/file.js'
import type { Session } from '../../src/ssh/session.js'
import { runOn } from '../../src/testing/engine-run.js'
import { logIn } from '../ssh/log-in.js'
import { sshConfig } from '../ssh/sshd.js'
import { lab, labHost, slow } from './host.js'

/** Files that are larger than what may be held in memory, here and on the host. */
const host = labHost({ image: 'bare' })
const program = resolve(import.meta.dirname, '../../bin/fettle.js')
let project = ''

const mebibyte = 2 ** 20
const largeBytes = 240 * mebibyte

/** A file that is mostly a hole, and so takes no space here. */
async function sparse(path: string, size: number): Promise<void> {
  await writeFile(path, 'start')
  await truncate(path, size)
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fettle-streams-'))
  for (const folder of ['inventory', 'tasks', 'files']) await mkdir(join(project, folder))
  await writeFile(join(project, 'inventory/hosts.yml'), lab().inventory([host()]))
  await sparse(join(project, 'files/small'), mebibyte)
  await sparse(join(project, 'files/large'), largeBytes)
  const parts = Array.from({ length: 40 }, (_, index) => `part${String(index)}`)
  for (const part of parts) await sparse(join(project, 'files', part), largeBytes / parts.length)
  // Runs on the host, when all bytes are there: the largest memory of any program so far, and what
  // lies in the memory of /run.
  const notes =
    'grep -h VmHWM /proc/[0-9]*/status | sort -k 2 -n | tail -n 1; df -k --output=used /run | tail -n 1'
  const validate = `{ ${notes}; } >/root/memory; test -s %s`
  for (const [name, sources] of Object.entries({ small: ['small'], large: ['large'], parts })) {
    const resources = sources.map(
      (source) =>
        `file('/srv/${source}', { source: 'files/${source}', validate: ${JSON.stringify(validate)} })`,
    )
    await writeFile(
      join(project, `tasks/${name}.ts`),
      `import { file, play, task } from 'fettle'
export default play({ name: 'Streams', hosts: 'all', tasks: [task('Files', () => [${resources.join(', ')}])] })
`,
    )
  }
}, slow)
afterAll(() => rm(project, { recursive: true, force: true }))

/** Says on standard error how much memory the process had at most, in KiB. */
const meter =
  "data:text/javascript,process.on('exit',()=>process.stderr.write(`peak=${process.resourceUsage().maxRSS}\\n`))"

/** Applies a task file. @returns the largest memory of the process, in MiB */
async function apply(name: string): Promise<number> {
  const { code, stderr } = await execute(
    [process.execPath, '--import', meter, program, 'apply', `tasks/${name}.ts`],
    { cwd: project, env: { ...process.env, NO_COLOR: '1' } },
  )
  expect([code, stderr]).toEqual([0, expect.stringMatching(/peak=\d+\n/)])
  return Number(/peak=(\d+)/.exec(stderr)?.[1]) / 1024
}

describe('the memory that a run needs', () => {
  let base = 0
  beforeAll(async () => {
    base = await apply('small')
  }, slow)

  test.each(['large', 'parts'])('does not grow with what it sends: %s', async (name) => {
    const peak = await apply(name)
    // Held as a whole, it would be all of it.
    expect(peak - base).toBeLessThan(largeBytes / mebibyte / 3)
    const [program, used] = (await host().mustRun('cat /root/memory')).trim().split('\n')
    expect(Number(/\d+/.exec(program ?? '')?.[0])).toBeLessThan(largeBytes / 1024 / 3)
    expect(Number(used)).toBeLessThan(largeBytes / 1024 / 3)
  })

  test('nor does the content change on the way', async () => {
    const digest = createHash('sha256').update(await readFile(join(project, 'files/large')))
    expect(await host().mustRun('sha256sum </srv/large')).toBe(`${digest.digest('hex')}  -\n`)
    expect(await host().mustRun('cat /srv/part? /srv/part?? | wc -c')).toBe(
      `${String(largeBytes)}\n`,
    )
  })
})

describe('a source that changes', () => {
  const connected = async (): Promise<Session> => {
    const { address, keyFile, hostKey } = host()
    const known = join(project, 'known_hosts')
    await writeFile(known, `${address} ${hostKey}\n`)
    return logIn(
      { name: 'web1', host: address, user: 'root', privateKeyFile: keyFile, become: null },
      { sshConfig: sshConfig(project), knownHostsFiles: [known], acceptNew: false },
    )
  }
  /** The same session; `change` happens before the first exchange that sends a file. */
  const changing = (session: Session, change: () => Promise<void>): Session => {
    const exchange = session.exchange.bind(session)
    return Object.assign(session, {
      async exchange(blocks: Parameters<typeof exchange>[0]) {
        const inputs = blocks.flatMap(({ input = '' }) => inputParts(input))
        if (inputs.some((part) => part instanceof FileInput)) await change()
        return exchange(blocks)
      },
    })
  }

  test.each<[what: string, change: (path: string) => Promise<void>, reason: string]>([
    ['its size', (path) => truncate(path, 2 * mebibyte), 'has another size than when it was read'],
    [
      'its bytes',
      (path) => writeFile(path, 'other', { flag: 'r+' }),
      'changed between being read and being sent',
    ],
  ])('in %s, after it was read: the host keeps its file', async (_, change, reason) => {
    const path = join(project, 'files/moving')
    await sparse(path, 3 * mebibyte)
    await host().mustRun('rm -rf /srv/moving; mkdir /srv/moving; echo earlier >/srv/moving/it')
    const session = changing(await connected(), () => change(path))
    const { outcomes } = await runOn({ name: 'web1', session, project }, 'apply', [
      file('/srv/moving/it', { source: 'files/moving' }),
    ])
    expect(outcomes[0]).toMatchObject({
      address: 'file[/srv/moving/it]',
      status: 'failed',
      error: expect.stringContaining(`files/moving ${reason}`),
    })
    await session.close()
    expect(await host().mustRun('cd /srv/moving; ls -A; cat it')).toBe('it\nearlier\n')
  })
})

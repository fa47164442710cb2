import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { appVersion, setStage, type Stage } from '../job/stage.js'
import { eventually, told, withStatus } from './job.js'
import { lab, labHosts, slow } from './host.js'

/**
 * The job on three hosts as a user with a sudo password; one of the hosts does not exist. The
 * variables select the job's other variants.
 */
const [web1, web2] = labHosts({ name: 'web1', image: 'stack' }, { name: 'web2', image: 'stack' })
let stage: Stage
let password: string
const env = { DATABASE_PASSWORD: 'p@ss/w:rd %+ "1\'' }

beforeAll(async () => {
  const { deployPassword } = await import('../../src/lab/image.js')
  password = deployPassword
  // The last address of the lab's network, which no host has.
  const nobody = lab().address.replace(/\d+$/, '250')
  stage = await setStage({
    lab: lab(),
    hosts: [web1(), web2()],
    user: 'deploy',
    ghosts: { web3: nobody },
    vars: { ssh_agent: true, database_password: 'env' },
  })
}, slow)
afterAll(async () => {
  await stage.close()
}, slow)

test(
  'two are provisioned, the third is reported unreachable',
  async () => {
    const run = told(await stage.fettle(['apply', '--json', '-K'], { input: `${password}\n`, env }))
    expect(withStatus(run, 'failed')).toEqual([])
    expect(run.code).toBe(1)
    expect(run.hosts.map(({ host, status }) => `${host} ${status}`).sort()).toEqual([
      'web1 ok',
      'web2 ok',
      'web3 unreachable',
    ])
    expect(run.summary['web3']).toMatchObject({ unreachable: true, ok: 0 })
    expect(run.resources.filter(({ host }) => host === 'web3')).toEqual([])
    for (const host of [web1(), web2()])
      expect(await stage.page(host)).toBe('version one, 0 rows, utf8mb4\n200\n')
    for (const secret of [password, env.DATABASE_PASSWORD]) expect(run.text).not.toContain(secret)
  },
  slow,
)

test(
  'a host with nothing to do costs one round trip, and what runs beside it is shown',
  async () => {
    const { code, stdout } = await stage.fettle(
      ['apply', '-v', '-K', '--no-color', '-l', 'web1,web2'],
      { input: `${password}\n`, env },
    )
    expect(code).toBe(0)
    let github = 0
    for (const host of ['web1', 'web2']) {
      expect(stdout).toMatch(new RegExp(`^${host} .*ok=\\d+ +changed=0`, 'm'))
      const line = stdout.split('\n').find((each) => each.startsWith(`${host} was asked: `)) ?? ''
      const { github: asked, ...others } = Object.fromEntries(
        line
          .slice(line.indexOf(': ') + 2)
          .split(', ')
          .map((count) => [count.replace(/ \d+$/, ''), Number(count.split(' ').at(-1))]),
      )
      expect(others).toEqual({ shell: 1, 'git ls-remote': 1, http: 2 })
      github += asked ?? 0
    }
    // The repository's hooks and keys once for both hosts, and the newest delivery of each host's
    // own hook.
    expect(github).toBe(4)
  },
  slow,
)

test('a push redeploys both, with an agent that is gone afterwards', async () => {
  await stage.push('Version two', { 'app.py': await appVersion('two') })
  for (const host of [web1(), web2()]) {
    await eventually(
      60,
      () => stage.page(host).catch(String),
      (page) => page.startsWith('version two,'),
    )
    expect((await host.run(['pgrep', '-x', 'ssh-agent'])).stdout).toBe('')
  }
})

test(
  'without the password sudo is not asked twice and the error says what to do',
  async () => {
    const run = told(await stage.fettle(['plan', '--json', '-l', 'web1'], { env }))
    expect(run.code).toBe(1)
    expect(run.hosts).toMatchObject([
      { host: 'web1', status: 'unreachable', error: { code: 'sudo-password-missing' } },
    ])
  },
  slow,
)

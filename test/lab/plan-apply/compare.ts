import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { RunMode, ResourceEvent } from '../../../src/engine/events.js'
import type { Connect } from '../../../src/engine/fleet/sessions.js'
import type { ImageName } from '../../../src/lab/image-name.js'
import { connect } from '../../../src/ssh/connect.js'
import { reveal } from '../../../src/core/secret.js'
import { startGithub, type GithubStandIn } from '../../github/stand-in.js'
import type { Session } from '../../../src/ssh/session.js'
import { runPlays } from '../../../src/testing/engine-run.js'
import { logIn } from '../converge.js'
import { labHost, slow } from '../host.js'
import { playsOf, type PlanApplyCase } from './case.js'
import { exceptionsOf } from './exceptions.js'
import { shareOf, tallyOf, verdictsOf, wrongOf, type Verdict } from './judge.js'

/** Of the resources whose outcome can be known, the share that plans must know. */
const wanted = 0.98

/** Plans and applies each case on one host of an image, and compares what both say. */
export function comparePlansWithApplies(image: ImageName, cases: readonly PlanApplyCase[]): void {
  const host = labHost({ image })
  const judged: Verdict[] = []
  let session: Session
  let project: string
  let github: GithubStandIn

  beforeAll(async () => {
    session = await logIn(host())
    project = await mkdtemp(join(tmpdir(), 'fettle-plan-apply-'))
    await writeFile(join(project, 'notes.txt'), 'of the project\n')
    const repositories = ['acme/demo', 'acme/other', 'acme/archived', 'acme/foreign']
    github = await startGithub({ repositories })
    github.repository('acme/archived').archived = true
    github.repository('acme/foreign').access = 'read'
    const access = [`GITHUB_TOKEN=${reveal(github.token)}`, `GITHUB_API_URL=${github.apiUrl}`]
    await writeFile(join(project, '.env'), access.join('\n'), { mode: 0o600 })
  }, slow)
  afterAll(async () => {
    await session.close()
    await github.close()
    await rm(project, { recursive: true, force: true })
  }, slow)

  const shell = (script = ':'): Promise<string> => host().mustRun(['sh', '-euc', script])

  /** A session of another user than root, for plays that act as one. */
  const connectOther: Connect = ({ name, become }) => {
    const { address, keyFile, knownHostsFile } = host()
    return connect(
      { name, host: address, user: 'root', privateKeyFile: keyFile, become },
      { knownHostsFiles: [knownHostsFile], acceptNew: false },
    )
  }

  async function perform(mode: RunMode, { run }: PlanApplyCase): Promise<readonly ResourceEvent[]> {
    if (session.over) session = await logIn(host())
    const on = { name: host().name, session, project }
    const more = { beginAnyway: true, connect: connectOther }
    const events = await runPlays(on, mode, playsOf(run()), more)
    return events.filter((event) => event.type === 'resource')
  }

  test.each(cases.map((each) => [each.name, each] as const))(
    '%s',
    async (name, each) => {
      await shell(each.before)
      try {
        const plan = await perform('plan', each)
        const verdicts = verdictsOf(name, plan, await perform('apply', each))
        judged.push(...verdicts)
        expect(wrongOf(verdicts)).toEqual(exceptionsOf(name))
      } finally {
        await shell(each.after)
      }
    },
    slow,
  )

  test('plans know what can be known', () => {
    const share = shareOf(judged)
    process.stderr.write(`${image}: plans know ${(share * 100).toFixed(1)} %; ${tallyOf(judged)}\n`)
    expect(share).toBeGreaterThanOrEqual(wanted)
  })
}

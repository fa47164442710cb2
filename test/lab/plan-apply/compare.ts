import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { RunMode, ResourceEvent } from '../../../src/engine/events.js'
import type { Connect } from '../../../src/engine/fleet/sessions.js'
import type { ImageName } from '../../../src/lab/image-name.js'
import { connect } from '../../../src/ssh/connect.js'
import type { Session } from '../../../src/ssh/session.js'
import { runPlays } from '../../../src/testing/engine-run.js'
import { logIn } from '../converge.js'
import { labHost, slow } from '../host.js'
import { playsOf, type PlanApplyCase } from './case.js'
import { exceptions } from './exceptions.js'
import { shareOf, tallyOf, verdictsOf, wrongOf, type Verdict } from './judge.js'

import { appendFileSync } from 'node:fs' // DEBUG
const debug = (
  image: string,
  name: string,
  verdicts: readonly Verdict[],
  plan: readonly ResourceEvent[],
  apply: readonly ResourceEvent[],
): void => {
  // DEBUG
  const show = (e?: ResourceEvent) =>
    e &&
    `${e.status} ${e.changes.map((c) => c.summary).join('; ')} ${e.reason ?? ''} ${e.error ? `${e.error.message} | ${e.error.detail ?? ''} | ${e.error.remedy}` : ''}` // DEBUG
  for (const [i, p] of plan.entries()) {
    // DEBUG
    const a = `${p.resource}[${p.id}]`.replace('[]', '')
    const v = verdicts.find((x) => x.address === a) // DEBUG
    appendFileSync(
      `/tmp/wt/acc-${image}.txt`,
      `${v === undefined ? 'SKIP' : v.says === null ? 'same' : 'WRONG'} ${name} # ${a} # ${v?.says ?? ''}\n    plan: ${show(p)}\n    apply: ${show(apply[i])}\n`,
    ) // DEBUG
  } // DEBUG
} // DEBUG

/** Of the resources whose outcome can be known, the share that a plan must know. */
const wanted = 0.98

/** Plans and applies each case on one host of an image, and compares what both say. */
export function comparePlansWithApplies(image: ImageName, cases: readonly PlanApplyCase[]): void {
  const host = labHost({ image })
  const judged: Verdict[] = []
  let session: Session
  let project: string

  beforeAll(async () => {
    session = await logIn(host())
    project = await mkdtemp(join(tmpdir(), 'fettle-plan-apply-'))
    await writeFile(join(project, 'notes.txt'), 'of the project\n')
  }, slow)
  afterAll(async () => {
    await session.close()
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
        const apply = await perform('apply', each)
        const verdicts = verdictsOf(name, plan, apply)
        debug(image, name, verdicts, plan, apply) // DEBUG
        judged.push(...verdicts)
        expect(wrongOf(verdicts)).toEqual(wrongOf(exceptions.filter(({ of }) => of === name)))
      } finally {
        await shell(each.after)
      }
    },
    slow,
  )

  test('of all that can be known, plans know 98 %', () => {
    const share = shareOf(judged)
    process.stderr.write(`${image}: ${(share * 100).toFixed(1)} %; ${tallyOf(judged)}\n`)
    expect(share).toBeGreaterThanOrEqual(wanted)
  })
}

import { randomUUID } from 'node:crypto'
import { linkOf } from '../../src/backends/host-link.js'
import { RunKeeper } from '../../src/engine/undo/keeper.js'
import type { Change } from '../../src/core/change.js'
import type { Resource } from '../../src/core/resource.js'
import { HostClients } from '../../src/engine/clients.js'
import { marksFor, StepApplication } from '../../src/engine/host/apply-step.js'
import { applyTogether } from '../../src/engine/host/apply-together.js'
import type { Step } from '../../src/engine/prepare/build.js'
import { KnownFacts, SharedFacts } from '../../src/engine/host/known-facts.js'
import { planStep, type StepPlan } from '../../src/engine/host/plan-step.js'
import { mysql, type MysqlClient } from '../../src/facts/mysql/backend.js'
import type { LabHost } from '../../src/lab/host.js'
import { connect } from '../../src/ssh/connect.js'
import type { Session } from '../../src/ssh/session.js'
import { clientsWith, standIn } from '../engine/stand-ins.js'

const refuse = (): never => {
  throw new Error('this test has no such backend')
}

export const logIn = ({ name, address, keyFile, knownHostsFile }: LabHost): Promise<Session> =>
  connect(
    { name, host: address, user: 'root', privateKeyFile: keyFile, become: null },
    { knownHostsFiles: [knownHostsFile], acceptNew: false },
  )

/**
 * Plans and applies resources on one host with the engine's own parts, without plays and
 * inventories.
 */
export class Convergence {
  readonly #facts: KnownFacts
  /** What a run keeps has numbers, and several of these may work on one host. */
  readonly #keeper = new RunKeeper(randomUUID())

  constructor(session: Session, perform: MysqlClient['perform'] = refuse) {
    const client = { perform, close: () => Promise.resolve() }
    const clients = clientsWith(
      standIn(mysql, { open: () => client, perform: (_, work) => perform(work) }),
    )
    this.#facts = new KnownFacts(
      new SharedFacts(clients),
      session,
      new HostClients(clients, 'host', linkOf(session)),
    )
  }

  async plan(resource: Resource): Promise<StepPlan> {
    const step = this.#step(resource)
    await this.#facts.exchange([], [step])
    await this.#facts.readBackends(step)
    return planStep(resource, this.#facts.source(step), [])
  }

  /**
   * Applies resources in order and returns the changes of each, as their summaries. Throws for a
   * resource that cannot be planned.
   */
  async apply(...resources: readonly Resource[]): Promise<readonly (readonly string[])[]> {
    const done: (readonly string[])[] = []
    for (const resource of resources)
      done.push((await this.#applyOne(resource, resources)).map((change) => change.summary))
    return done
  }

  /** Applies resources in one exchange and returns why each has failed; null where it has not. */
  async applyTogether(...resources: readonly Resource[]): Promise<readonly unknown[]> {
    const plans = []
    for (const resource of resources) plans.push(await this.plan(resource))
    const links = plans.map((plan, index) => {
      if (plan.is !== 'changes') throw new Error(`plan ${String(index)} is ${plan.is}`)
      return {
        application: this.#application(resources[index] as Resource, resources),
        changes: plan.changes,
      }
    })
    return applyTogether(this.#facts, links, [])
  }

  async #applyOne(resource: Resource, all: readonly Resource[]): Promise<readonly Change[]> {
    const plan = await this.plan(resource)
    if (plan.is === 'fine') return []
    if (plan.is !== 'changes') throw new Error(`${resource.address}: ${plan.reason}`)
    await this.#application(resource, all).perform(plan.changes, refuse)
    return plan.changes
  }

  #application(resource: Resource, all: readonly Resource[]): StepApplication {
    const waiting = new Map([
      [
        resource.address,
        all.flatMap((other) =>
          other.triggers
            .filter((trigger) => trigger.address === resource.address)
            .map((trigger) => ({ trigger })),
        ),
      ],
    ])
    return new StepApplication(
      this.#facts,
      this.#keeper,
      marksFor(resource.address, waiting),
      this.#step(resource),
      [],
    )
  }

  #step(resource: Resource): Step {
    return {
      play: 'test',
      task: { name: 'test', build: () => [], options: {} },
      resource,
      user: resource.common.become ?? null,
      reader: (become) => become ?? null,
      selected: true,
    }
  }
}

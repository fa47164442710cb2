import type { Address } from '../../core/address.js'
import {
  actionsOf,
  newSessionOf,
  settlesOf,
  type Action,
  type Change,
  type ShellAction,
  isShell,
} from '../../core/change.js'
import type { AnyBackend } from '../../core/backend.js'
import { FettleError } from '../../core/errors.js'
import type { Output } from '../../core/fact.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { markScript, pendingPlaces, type RestartMark } from '../../core/restart-marks.js'
import { inputLength } from '../../core/sh.js'
import { slowestLink, type Block } from '../../ssh/session.js'
import { actionFailure, tail } from './action-failure.js'
import type { Step } from '../prepare/build.js'
import type { KnownFacts } from './known-facts.js'
import type { SessionReplacement } from './locked-walk.js'
import { planChanged } from './plan-step.js'
import { checkKept, thingsOf, type Batch, type Keeper } from '../undo/keeper.js'

/**
 * Seconds that a `long` action may take where neither it nor its resource sets a timeout, and the
 * time that its input takes to arrive. A limit costs processes on the host, so other actions have
 * none.
 */
const longLimit = 600

/** Performs a resource's changes on one host and verifies them. */
export class StepApplication {
  constructor(
    readonly facts: KnownFacts,
    readonly keeper: Keeper,
    /** Marks for the resources that are triggered by this one. */
    readonly marks: readonly RestartMark[],
    readonly step: Step,
    /** Steps whose facts are prefetched in the same round trip. */
    readonly ahead: readonly Step[],
    /** Called with the output of long actions while they run. */
    readonly hear?: (text: string) => void,
  ) {}

  /**
   * @throws FettleError `action-failed`, `still-differs` or `connection-lost`; any error of a
   * backend
   */
  async perform(changes: readonly Change[], replaceSession: SessionReplacement): Promise<void> {
    const actions = [...actionsOf(changes), ...settlesOf(changes)]
    const batch = this.keeper.batch(thingsOf(this.step.resource.address, changes))
    const { last, begun, used } = await this.#leading(actions, batch)
    const around = {
      keep: begun ? null : batch,
      marks: { before: !begun || last.length > 0, after: true },
      keepAfter: batch,
    }
    const verify = async (): Promise<void> => {
      await this.facts.readBackends(this.step, (backend) => used.has(backend))
      this.verify(changes)
    }
    const asked = newSessionOf(changes)
    if (asked !== null)
      return replaceSession(asked, { act: () => this.#shell(last, around, []), verify })
    await this.#shell(last, around, [this.step, ...this.ahead])
    await verify()
  }

  /**
   * Composes the changes for one exchange with other resources. It has three parts:
   * - `blocks`: the actions between their marks, then the proofs. Each block runs only if the one
   * before it succeeded.
   * - `settles`: the follow-ups, which run after all resources of the exchange.
   * - `check`: throws the error of the outputs, else verifies the facts.
   */
  chain(changes: readonly Change[]): JoinedChain {
    const actions = actionsOf(changes).filter((action) => isShell(action))
    const proofs = changes.flatMap(({ proves }) =>
      proves === undefined ? [] : [{ script: proves, onlyIfOk: true }],
    )
    const settles = settlesOf(changes)
    const { blocks, check } = this.#compose(actions, {
      keep: null,
      marks: { before: true, after: true },
      keepAfter: null,
    })
    return {
      blocks: [
        ...blocks.map((block) => ({ ...block, onlyIfOk: true })),
        ...proofs.map((block) => this.#asUser(block)),
      ],
      settles: settles.map((action) => this.#block(action, 0)),
      check: (outputs, settled) => {
        check(outputs)
        for (const [index, action] of settles.entries()) this.#check(action, settled[index])
        if (outputs.slice(blocks.length).some((output) => output.code !== 0))
          throw this.#stillDiffers('the host itself finds something else there')
        this.verify(changes)
      },
    }
  }

  /**
   * Performs everything up to the last action that is not shell.
   * @returns the shell actions after it, whether there was anything, and the backends used
   */
  async #leading(
    actions: readonly Action[],
    batch: Batch | null,
  ): Promise<{
    readonly last: readonly ShellAction[]
    readonly begun: boolean
    readonly used: ReadonlySet<AnyBackend>
  }> {
    const used = new Set<AnyBackend>()
    let run: ShellAction[] = []
    const queue = [...actions]
    let begun = false
    for (let action = queue.shift(); action !== undefined; action = queue.shift()) {
      if (isShell(action)) {
        run.push(action)
        continue
      }
      const marks = { before: !begun || run.length > 0, after: false }
      await this.#shell(run, { keep: begun ? null : batch, marks, keepAfter: null }, [])
      begun = true
      run = []
      used.add(action.on)
      queue.unshift(...(await this.facts.clients.perform(action)))
    }
    return { last: run, begun, used }
  }

  /**
   * Runs shell actions between marks, and reads facts: in one round trip, or none where there is
   * nothing to do.
   */
  async #shell(
    actions: readonly ShellAction[],
    around: Around,
    reads: readonly Step[],
  ): Promise<void> {
    const { blocks, check } = this.#compose(actions, around)
    check(await this.facts.exchange(blocks, reads))
  }

  #compose(actions: readonly ShellAction[], { keep, marks, keepAfter }: Around): Chain {
    const mark = this.#markBlocks()
    const kept = keep === null ? [] : [keep.before]
    const before = marks.before ? mark : []
    const after = marks.after ? mark : []
    const leading = [...kept, ...before].map((block, index) => ({ ...block, onlyIfOk: index > 0 }))
    const added = keepAfter?.after ?? null
    return {
      blocks: [
        ...leading,
        ...actions.map((action, index) => this.#block(action, leading.length + index)),
        ...(added === null ? [] : [added]),
        ...after,
      ],
      check: (outputs) => {
        for (const index of kept.keys()) checkKept(this.step.resource.address, outputs[index])
        for (const index of before.keys())
          this.#checkMark(outputs[kept.length + index], 'so nothing was changed')
        for (const [index, action] of actions.entries())
          this.#check(action, outputs[leading.length + index])
        for (const index of after.keys())
          this.#checkMark(outputs.at(index - after.length), 'after the change')
      },
    }
  }

  #markBlocks(): readonly Block[] {
    if (this.marks.length === 0) return []
    return [{ script: markScript(this.marks), what: this.step.resource.address }]
  }

  /**
   * A block that runs only if the one before it succeeded: the previous action, or the mark without
   * which a restart could be lost.
   */
  #block(action: ShellAction, index: number): Block {
    const { script, input, as, long } = action
    const live = long === undefined ? undefined : this.hear
    return this.#asUser({
      script,
      onlyIfOk: index > 0,
      ...omitUndefined({ timeout: this.#limit(action), input, as, long, live }),
    })
  }

  #asUser(block: Block): Block {
    const user = block.as ?? this.facts.as(this.step)
    return { ...block, what: this.step.resource.address, ...omitUndefined({ as: user }) }
  }

  #limit({ timeout, long, input }: ShellAction): number | undefined {
    const given = this.step.resource.common.timeout ?? timeout
    if (given !== undefined || long !== true) return given
    return longLimit + Math.floor(inputLength(input) / slowestLink)
  }

  #checkMark(output: Output | undefined, when: string): void {
    if (output?.code === 0) return
    const { address } = this.step.resource
    const names = [...new Set(this.marks.map((mark) => mark.pending))].join(', ')
    throw new FettleError('action-failed', {
      address,
      message: `what ${names} must do after the change could not be noted in ${pendingPlaces.marks}, ${when}`,
      detail: tail(output?.stderr ?? ''),
      remedy: 'see that root can write there',
    })
  }

  #check(action: ShellAction, output: Output | undefined): void {
    if (output?.code === 0) return
    const { address } = this.step.resource
    if (output === undefined)
      throw new FettleError('internal', {
        address,
        message: 'the host gave no answer about a command',
      })
    const { what = 'a command', as: user = this.facts.as(this.step) ?? this.facts.session.user } =
      action
    throw actionFailure(address, { what, user, limit: this.#limit(action) }, output)
  }

  /** @throws FettleError `still-differs` where the facts after the changes are not as desired */
  verify(changes: readonly Change[]): void {
    const { resource } = this.step
    const after = planChanged(resource, this.facts.source(this.step))
    if (after.is === 'fine') return
    if (after.is !== 'changes') {
      if (changes.every((change) => change.proof === 'status')) return
      throw new FettleError('still-differs', {
        address: resource.address,
        message: `could not be read after the change: ${after.reason}`,
        remedy: after.remedy,
      })
    }
    const left = after.changes.filter((change) => change.proof === 'facts')
    const ineffective = left.find((change) => change.ineffective !== undefined)?.ineffective
    if (ineffective !== undefined)
      throw new FettleError('still-differs', {
        address: resource.address,
        message: ineffective.reason,
        remedy: ineffective.remedy,
      })
    if (left.length > 0) throw this.#stillDiffers(left.map((change) => change.summary).join('; '))
  }

  #stillDiffers(how: string): FettleError {
    return new FettleError('still-differs', {
      address: this.step.resource.address,
      message: `still differs after the change: ${how}`,
    })
  }
}

/** What stands around actions. What is added after them is not needed, so its failure is none. */
interface Around {
  readonly keep: Batch | null
  readonly marks: { readonly before: boolean; readonly after: boolean }
  readonly keepAfter: Batch | null
}

/** Blocks of a change, with a check that throws for their outputs. */
interface Chain {
  readonly blocks: readonly Block[]
  readonly check: (outputs: readonly Output[]) => void
}

export interface JoinedChain {
  readonly blocks: readonly Block[]
  /** Blocks to run after all chains; equal blocks of several chains run once. */
  readonly settles: readonly Block[]
  readonly check: (outputs: readonly Output[], settled: readonly (Output | undefined)[]) => void
}

/** The marks to write before and after a change of `address`. */
export const marksFor = (
  address: Address,
  waiting: ReadonlyMap<
    Address,
    readonly {
      readonly trigger: { readonly pending: string; readonly effect: RestartMark['effect'] }
    }[]
  >,
): readonly RestartMark[] =>
  (waiting.get(address) ?? []).map(({ trigger }) => ({
    pending: trigger.pending,
    effect: trigger.effect,
    trigger: address,
  }))

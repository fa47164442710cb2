import { changesOf, type Plan, isShell } from '../src/core/change.js'
import { describeAction } from '../src/core/backend.js'
import { type Fact, type ShellFactKind, unknown } from '../src/core/fact.js'
import { type FactRequest, type FactSource, Later } from '../src/core/later.js'
import { omitUndefined } from '../src/core/omit-undefined.js'
import type { Resource } from '../src/core/resource.js'
import { runIn, type Shell } from './shells.js'

type AnyKind = ShellFactKind<unknown, unknown>

/** Reads one fact by a real shell on this machine. */
function read(shell: Shell, { kind, key }: FactRequest<unknown>): Fact<unknown> {
  const shellKind = kind as AnyKind
  return (
    shellKind.parse(runIn(shell, shellKind.script([key])), [key])[0] ?? unknown('no answer', '')
  )
}

const sourceOf = (shell: Shell): FactSource => ({
  standIns: false,
  fact: <V>(wanted: FactRequest<V>) => read(shell, wanted) as Fact<V>,
})

/** The value of a Later, from this machine. */
export function known<T>(shell: Shell, later: Later<T>): T {
  const result = Later.evaluate(later, sourceOf(shell))
  if (!result.known) throw new Error(result.reason)
  return result.value
}

/** Plans a resource against this machine, as the engine would. */
export function planned(shell: Shell, resource: Resource): Plan {
  const facts = Object.entries(resource.reads).map(([name, wanted]) => {
    const fact = read(shell, wanted)
    if (fact.is === 'unknown') throw new Error(fact.reason)
    return [name, fact.is === 'present' ? fact.value : null] as const
  })
  return resource.plan(Object.fromEntries(facts), known(shell, resource.resolved), { changing: [] })
}

/** The sentences of a plan; `fine` when there is nothing to do. */
export function sentences(plan: Plan): readonly string[] {
  if ('blocked' in plan) return [`blocked: ${plan.blocked}`]
  if ('fine' in plan) return ['fine']
  return plan.map((change) => change.summary)
}

/** Applies a plan: every action, in order, until one fails with what it said. */
export function applied(shell: Shell, plan: Plan): void {
  for (const action of changesOf(plan).flatMap((change) => change.actions)) {
    if (!isShell(action)) throw new Error(describeAction(action))
    const { script, input } = action
    const { code, stderr } = runIn(shell, { script, ...omitUndefined({ input }) })
    if (code !== 0) throw new Error(`status ${String(code)}: ${stderr}`)
  }
}

/** Plans and applies, and answers what was planned and what is left to do afterwards. */
export function converge(
  shell: Shell,
  resource: Resource,
): readonly [before: readonly string[], after: readonly string[]] {
  const plan = planned(shell, resource)
  applied(shell, plan)
  return [sentences(plan), sentences(planned(shell, resource))]
}

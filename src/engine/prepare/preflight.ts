import { FettleError, isCode } from '../../core/errors.js'
import { isEarlyKind } from '../../core/fact.js'
import { Later, type FactRequest } from '../../core/later.js'
import type { Step } from './build.js'
import type { SharedFacts } from '../host/known-facts.js'
import { requestsOf, withKeys } from '../host/requests.js'
import { placeOf } from './resource-places.js'

const isEarly = ({ kind }: FactRequest<unknown>): boolean => isEarlyKind(kind)

/**
 * Reads the project's files and renders every template once, with stand-ins for values that only
 * hosts have, before any host is contacted.
 * @throws FettleError `source-missing`, `template-failed` or another error of a value, with the
 * places of all resources concerned
 */
export async function preflight(steps: readonly Step[], shared: SharedFacts): Promise<void> {
  await shared.read(steps.flatMap(({ resource }) => withKeys(resource)).filter(isEarly))
  const problems = new Map<string, FettleError>()
  for (const step of steps) {
    const problem = problemOf(step, shared)
    // Hosts share the same error from the same line.
    if (problem !== null) problems.set(problem.message, problem)
  }
  const [first] = problems.values()
  if (first === undefined) return
  if (problems.size === 1) throw first
  throw new FettleError(first.code, {
    message: `${String(problems.size)} resources cannot be made from the project's files:\n${[...problems.keys()].join('\n')}`,
    remedy: first.remedy,
  })
}

function problemOf(step: Step, shared: SharedFacts): FettleError | null {
  const { resource } = step
  const placed = (code: FettleError['code'], reason: string, remedy: string): FettleError =>
    new FettleError(code, {
      address: resource.address,
      message: `${resource.address} at ${placeOf(resource)}: ${reason}`,
      remedy,
    })
  try {
    const lack = lackOf(step, shared)
    return lack === null ? null : placed('source-missing', lack.reason, lack.remedy)
  } catch (error) {
    if (isCode(error, 'resource-conflict')) return error
    if (error instanceof FettleError) return placed(error.code, error.message, error.remedy)
    // A function of the user may fail with a stand-in. With the real value it is called at the
    // resource's turn.
    if (!resource.resolved.isEarly) return null
    return placed(
      'play-invalid',
      `a function of one of its values failed: ${String(error)}`,
      'correct the function',
    )
  }
}

/** What a step needs from the project's files and cannot get. */
function lackOf(
  { resource }: Step,
  shared: SharedFacts,
): { readonly reason: string; readonly remedy: string } | null {
  for (const { key } of requestsOf(resource)) {
    if (!(key instanceof Later)) continue
    const evaluated = Later.evaluate(key, shared.source)
    if (!evaluated.known) return evaluated
  }
  for (const wanted of Object.values(resource.reads).filter(isEarly)) {
    const fact = shared.get(wanted)
    if (fact.is === 'unknown') return fact
  }
  const values = Later.evaluate(resource.resolved, shared.trial)
  return values.known ? null : values
}

import { FettleError } from '../core/errors.js'
import { Later, type FactRequest } from '../core/fact.js'
import { placeOf, type Step } from './build.js'
import { requestsOf, type SharedFacts } from './facts.js'

const local = (wanted: FactRequest<unknown>): boolean => wanted.kind.backend === 'local'

/**
 * Reads the project's files and tries every template, with stand-ins for what only hosts know, while no host has been touched.
 * @throws FettleError `source-missing` or `template-failed`, with the place of the resource
 */
export async function preflight(steps: readonly Step[], shared: SharedFacts): Promise<void> {
  const wanted = steps.flatMap(({ resource }) => requestsOf(resource))
  const inKeys = wanted.flatMap(({ key }) => (key instanceof Later ? key.requests : []))
  await shared.read([...wanted, ...inKeys].filter(local))
  for (const step of steps) tryStep(step, shared)
}

function tryStep({ resource }: Step, shared: SharedFacts): void {
  const missing = (reason: string, remedy: string): FettleError => new FettleError('source-missing', { address: resource.address, message: `${resource.address} at ${placeOf(resource)}: ${reason}`, remedy })
  for (const { key } of requestsOf(resource)) {
    if (!(key instanceof Later)) continue
    const evaluated = Later.evaluate(key, shared.source)
    if (!evaluated.known) throw missing(evaluated.reason, evaluated.remedy)
  }
  for (const wanted of Object.values(resource.reads).filter(local)) {
    const fact = shared.get(wanted)
    if (fact.is === 'unknown') throw missing(fact.reason, fact.remedy)
  }
  const values = Later.evaluate(Later.all(resource.values), shared.trial)
  if (!values.known) throw missing(values.reason, values.remedy)
}

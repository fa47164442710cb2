import { parsable, usualSeconds } from '../../backends/shell.js'
import { FettleError } from '../../core/errors.js'
import type { HostFacts } from '../../core/host-facts.js'
import { hostFact } from '../../facts/host.js'
import type { Session } from '../../ssh/session.js'

/**
 * Reads the facts of a host, in one round trip.
 * @throws FettleError `fact-unknown` when its answer cannot be understood
 */
export async function readHostFacts(session: Session): Promise<HostFacts> {
  const keys = ['host'] as const
  const [output] = await session.exchange([
    { ...hostFact.script(keys), what: 'reading what the host is', deadline: usualSeconds },
  ])
  const [fact] = output === undefined ? [] : hostFact.parse(parsable(output), keys)
  if (fact?.is === 'present') return fact.value
  const { reason, remedy } = fact?.is === 'unknown' ? fact : noAnswer
  throw new FettleError('fact-unknown', { message: `what the host is: ${reason}`, remedy })
}

const noAnswer = {
  reason: 'the host gave no answer about itself',
  remedy: 'run again, and report it if it stays',
}

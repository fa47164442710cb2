import type { AnyBackend } from '../../core/backend.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import type { Resource } from '../../core/resource.js'
import type { Clients } from '../clients.js'
import { withKeys } from '../host/requests.js'
import type { Step } from './build.js'

/**
 * Checks what backends need before anything connects, such as a token: those that these steps read
 * facts from or list in `uses`.
 * @param early whether to check the backends whose facts are read before anything connects, or the
 * others
 * @throws FettleError of the backend, with the resource that needs it
 */
export async function checkNeeds(
  steps: readonly Step[],
  clients: Clients,
  early: boolean,
): Promise<void> {
  const firsts = new Map<AnyBackend, Step>()
  for (const step of steps) {
    for (const backend of backendsOf(step.resource)) {
      if ((backend.early === true) === early && !firsts.has(backend)) firsts.set(backend, step)
    }
  }
  for (const [backend, step] of firsts) {
    await clients.needs(backend).catch((error: unknown) => {
      throw neededBy(error, backend, step)
    })
  }
}

function backendsOf(resource: Resource): readonly AnyBackend[] {
  const reading = withKeys(resource)
    .map(({ kind }) => kind.backend)
    .filter((backend) => backend !== undefined)
  return [...reading, ...resource.uses]
}

/** Names the resource that needs what is missing. */
function neededBy(error: unknown, { name }: AnyBackend, { task, resource }: Step): FettleError {
  const who = `${resource.address} of the task ${task.name} needs it`
  if (!(error instanceof FettleError))
    return new FettleError('internal', {
      message: `${name}: ${messageOf(error)}; ${who}`,
      cause: error,
    })
  return new FettleError(error.code, {
    message: `${error.message}; ${who}`,
    remedy: error.remedy,
    cause: error,
  })
}

import { backend } from './backend.js'
import { resource } from './definition.js'
import { FettleError } from './errors.js'
import { backendFact, shellFact } from './fact.js'

/** `acme/redis`, `@acme/servers/redis`. */
const ofPackage = /^@?[a-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)+$/

/**
 * Checks the name of a kind that another package defines. It begins with the package's, so that it
 * can be no other package's, and none that Fettle gets later.
 */
function checkName(what: string, name: unknown): void {
  if (typeof name === 'string' && ofPackage.test(name)) return
  const own = typeof name === 'string' && /^[\w.-]+$/.test(name) ? name : 'redis'
  throw new FettleError('kind-invalid', {
    message: `${what} ${JSON.stringify(name)} does not begin with the name of its package`,
    remedy: `call it, for a package acme: acme/${own}`,
  })
}

/** `resource`, for the resources of other packages. */
export const foreignResource: typeof resource = (definition) => {
  checkName('the resource', definition.type)
  return resource(definition)
}

/** `shellFact`, for the facts of other packages. */
export const foreignShellFact: typeof shellFact = (kind) => {
  checkName('the fact', kind.name)
  return shellFact(kind)
}

/** `backendFact`, for the facts of other packages. */
export const foreignBackendFact: typeof backendFact = (kind) => {
  checkName('the fact', kind.name)
  return backendFact(kind)
}

/** `backend`, for the backends of other packages. */
export const foreignBackend: typeof backend = (spec) => {
  checkName('the backend', spec.name)
  return backend(spec)
}

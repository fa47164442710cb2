import { FettleError } from '../../core/errors.js'
import type { Resource } from '../../core/resource.js'
import { withKeys } from '../host/requests.js'
import type { Step } from './build.js'
import { placeOf } from './resource-places.js'

/** A kind of resource or fact, or a backend, under the name that the engine knows it by. */
type NamedKind = readonly [what: 'resource' | 'fact' | 'backend', name: string, kind: object]

/**
 * The kinds of a run by their names. The engine takes what has one name for one kind: it would give
 * a resource the facts that another kind has read.
 */
export class KindsByName {
  readonly #known = new Map<string, { readonly kind: object; readonly user: Resource }>()

  /** @throws FettleError `kind-invalid` where two kinds have one name */
  check(steps: readonly Step[]): void {
    const resources = steps.flatMap(({ resource, also = [] }) => [resource, ...also])
    for (const resource of resources)
      for (const named of kindsOf(resource)) this.#checkOne(named, resource)
  }

  #checkOne([what, name, kind]: NamedKind, user: Resource): void {
    const key = `${what} ${name}`
    const known = this.#known.get(key)
    if (known === undefined) this.#known.set(key, { kind, user })
    else if (known.kind !== kind) {
      const users = [known.user, user].map((each) => `${each.address} at ${placeOf(each)}`)
      throw new FettleError('kind-invalid', {
        message: `two kinds of ${what} are called ${name}: ${users.join(' has one, ')} the other`,
        remedy: 'rename one; `npm ls` shows whether a package is installed twice',
      })
    }
  }
}

function kindsOf(resource: Resource): readonly NamedKind[] {
  const { kind, uses } = resource
  const facts = withKeys(resource).map((wanted) => wanted.kind)
  const backends = facts.map((fact) => fact.backend).filter((found) => found !== undefined)
  return [
    ['resource', kind.type, kind],
    ...facts.map((fact): NamedKind => ['fact', fact.name, fact]),
    ...[...backends, ...uses].map((backend): NamedKind => ['backend', backend.name, backend]),
  ]
}

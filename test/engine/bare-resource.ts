import { desired, resourceOf, type Desired } from '../../src/core/definition.js'
import type { Reads, Resource, ResourceKind } from '../../src/core/resource.js'

/** The kinds by type: two with one name are an error. */
const kinds = new Map<string, ResourceKind>()

/** A resource without the function and the schemas of its kind. */
export const bareResource = <const R extends Reads, const V extends object = object>(
  spec: Desired<R, V, object> & {
    readonly type: string
    readonly id: string
    readonly options: object
  },
): Resource => {
  const kind = kinds.get(spec.type) ?? { type: spec.type }
  kinds.set(spec.type, kind)
  return resourceOf(kind, spec.id, { arguments: [], options: spec.options }, desired(spec))
}

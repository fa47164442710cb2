import { desired, resourceOf, type Desired } from '../../src/core/definition.js'
import type { Reads, Resource } from '../../src/core/resource.js'

/** A resource without the function and the schemas of its kind. */
export const bareResource = <const R extends Reads, const V extends object = object>(
  spec: Desired<R, V, object> & {
    readonly type: string
    readonly id: string
    readonly options: object
  },
): Resource =>
  resourceOf({ type: spec.type }, spec.id, { arguments: [], options: spec.options }, desired(spec))

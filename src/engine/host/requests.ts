import { isShellKind, type BackendFactKind } from '../../core/fact.js'
import { Later, type FactRequest } from '../../core/later.js'
import type { Resource } from '../../core/resource.js'

/** All facts that a resource requests: directly, and through its Laters. */
export const requestsOf = ({
  reads,
  resolved,
  onlyIf,
}: Resource): readonly FactRequest<unknown>[] => [
  ...Object.values(reads),
  ...resolved.requests,
  ...(onlyIf?.requests ?? []),
]

/** The same, with the early facts that their keys depend on. */
export const withKeys = (resource: Resource): readonly FactRequest<unknown>[] =>
  requestsOf(resource).flatMap((wanted) =>
    wanted.key instanceof Later ? [wanted, ...wanted.key.requests] : [wanted],
  )

/** Whether a resource depends on reads of the user's. */
export const hasReads = (resource: Resource): boolean =>
  requestsOf(resource).some(({ read }) => read !== undefined)

/** The kind of a fact that a backend reads; null for one of the shell. */
export const backendKind = ({
  kind,
}: FactRequest<unknown>): BackendFactKind<unknown, unknown, unknown> | null =>
  isShellKind(kind) ? null : kind

/** Whether backends read facts of a resource after its host is connected. */
export const usesBackends = (resource: Resource): boolean =>
  requestsOf(resource).some((wanted) => {
    const kind = backendKind(wanted)
    return kind !== null && kind.backend.early !== true
  })

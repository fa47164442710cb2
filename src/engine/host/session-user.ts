import type { Step } from '../prepare/build.js'
import { requestsOf } from './requests.js'

/**
 * The users that steps need: those they act as, root where their task acts as root, and those who
 * make their reads.
 */
export const usersOf = (steps: readonly Step[]): readonly (string | null)[] =>
  steps.flatMap(({ user, behindRoot, resource, reader }) => [
    user,
    ...(behindRoot === true ? ['root'] : []),
    ...requestsOf(resource).flatMap(({ read }) =>
      read === undefined ? [] : [reader(read.become)],
    ),
  ])

/**
 * The user for the session: the only one that is needed, else root, who can switch to all others.
 */
export function oneUser(users: readonly (string | null)[]): string | null {
  const [first, ...others] = new Set(users)
  return others.length > 0 ? 'root' : (first ?? null)
}

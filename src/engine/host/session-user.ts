import type { Step } from '../prepare/build.js'

/** The users that steps need: those they act as, and root where their task acts as root. */
export const usersOf = (steps: readonly Step[]): readonly (string | null)[] =>
  steps.flatMap(({ user, behindRoot }) => (behindRoot === true ? [user, 'root'] : [user]))

/**
 * The user for the session: the only one that is needed, else root, who can switch to all others.
 */
export function oneUser(users: readonly (string | null)[]): string | null {
  const [first, ...others] = new Set(users)
  return others.length > 0 ? 'root' : (first ?? null)
}

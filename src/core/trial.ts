import { omitUndefined } from './omit-undefined.js'
import type { FactRequest } from './later.js'
import type { Lacks } from './thing.js'

/** What a trial has found out about a change. */
export type Verdict =
  /** It would fail. `detail` is what programs have said about it. */
  | { readonly refused: string; readonly remedy: string; readonly detail?: string }
  /** What a plan says besides: `also installs libpq5`. */
  | { readonly note: string }
  /** Why it cannot be undone. */
  | { readonly final: string }
  /** Nothing speaks against it. */
  | null

/**
 * Finds out whether a change would fail before anything is changed: by a fact that is read for
 * planned changes only, in one more round trip. A fact that is unknown finds out nothing.
 */
export interface Trial {
  readonly reads: FactRequest<unknown>
  readonly judge: (value: unknown) => Verdict
  /**
   * The things that it depends on. It is unsure where an earlier change can bring one of them.
   * `[]`: it depends on none. Left out: any earlier change makes it unsure.
   */
  readonly needs?: Lacks
  /**
   * `skip`: an unsure trial is left out. `warn`: it is made, and where it refuses, the plan says
   * that the change may fail.
   */
  readonly whenUnsure: 'skip' | 'warn'
  /** It never refuses: only a plan, which shows its findings, makes it. Default false. */
  readonly informs?: true
}

/**
 * Makes a trial of a change.
 * @param judge pure; it gets the fact's value, `null` where it is absent
 * @param more what it needs, whether it only informs, and what becomes of it when it is unsure.
 *   Default: `skip`
 */
export const trial = <V>(
  reads: FactRequest<V>,
  judge: (value: V | null) => Verdict,
  more: Partial<Pick<Trial, 'needs' | 'whenUnsure' | 'informs'>> = {},
): Trial => ({
  reads,
  judge: judge as Trial['judge'],
  whenUnsure: more.whenUnsure ?? 'skip',
  ...omitUndefined({ needs: more.needs, informs: more.informs }),
})

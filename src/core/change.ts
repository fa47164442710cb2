import type { Address } from './address.js'
import { isShell, type Action } from './backend.js'
import type { Lacking, ShellFactKind } from './fact.js'
import { Sh } from './sh.js'
import type { ShellAction } from './shell-action.js'
import type { Brings, Thing } from './thing.js'
import type { Trial } from './trial.js'
import type { Kept } from './undo.js'

export { isShell, type Action } from './backend.js'
export type { ShellAction } from './shell-action.js'

/** What a change does to its thing. A stop counts as `remove`. */
export type Effect = 'create' | 'change' | 'remove' | 'restart'

/** A diff for people. Never made from anything that holds a secret. */
export interface TextDiff {
  readonly before: string
  readonly after: string
}

/**
 * One difference between the facts and the desired state. Sentence, diff and cause are for people;
 * actions are not.
 */
export interface Change {
  /** In the present, with both values: `mode 0644 → 0600`. */
  readonly summary: string
  readonly diff?: TextDiff
  /** What happens to the thing: a plan marks it `+`, `~` or `-`, and counts it. Default `change`. */
  readonly effect?: Effect
  /** Why it cannot be undone: a plan marks it `!` and says this. Left out: it can. */
  readonly final?: string
  /** What it can bring to others. Default: what its resource brings. */
  readonly brings?: Brings
  /** The symbolic link that it makes: what is planned behind it is planned where it leads. */
  readonly link?: { readonly path: string; readonly target: string }
  /** Facts of its thing after it: a plan takes them for later resources that read the same. */
  readonly leaves?: readonly Left[]
  /** How it is tried before anything is changed. Default: not at all. */
  readonly trials?: readonly Trial[]
  /** What its trials have found that a reader should know: `also installs libpq5`. */
  readonly notes?: readonly string[]
  /**
   * What is kept on the host so that it can be taken back. `[]`: nothing needs to be. Left out: it
   * cannot be taken back.
   */
  readonly undo?: readonly Kept[]
  /** The triggers that a restart follows from. */
  readonly because?: readonly Address[]
  readonly actions: readonly Action[]
  /**
   * `facts`: the facts are read again and compared. `status`: the change cannot be read back, so
   * the exit status of its action decides.
   */
  readonly proof: 'facts' | 'status'
  /**
   * Shell that succeeds only if this change took effect. With it the next change may follow in the
   * same round trip: it starts only after this one is proved; see `Spec.joins`. The facts are read
   * again in any case.
   */
  readonly proves?: Sh
  /**
   * What the action does, as data, where one action for many resources is cheaper than one for
   * each.
   */
  readonly bulk?: Bulk
  /**
   * A deferred, deduplicated follow-up, such as `systemctl daemon-reload`. It runs after all
   * changes of the round trip, and once where several changes ask for the same. It may run although
   * the change itself was never started, and must do no harm then.
   */
  readonly settles?: ShellAction
  /**
   * The error where the actions succeeded and the facts still ask for the change. Default: an error
   * with the summary of the change.
   */
  readonly ineffective?: { readonly reason: string; readonly remedy: string }
  /**
   * The session must be replaced after the resource's changes: because the host restarts, or because
   * only a new login sees what has changed, such as the groups of the user who logs in. The facts
   * are read in the new session. A local connection gets a new shell, which is no login. Left out:
   * the session stays.
   */
  readonly newSession?: NewSession
}

/** A fact as a change leaves it; made by `leaves`. */
export interface Left {
  readonly kind: ShellFactKind<never, unknown>
  readonly about: Thing
  readonly value: () => unknown
}

/** Says what a fact of a thing will be after a change. Its value is made only where it is needed. */
export const leaves = <V>(kind: ShellFactKind<never, V>, about: Thing, value: () => V): Left => ({
  kind,
  about,
  value,
})

/** How a session is replaced after a change. */
export interface NewSession {
  /** Why, for errors: `the host restarts`. */
  readonly why: string
  /**
   * Seconds from the end of the actions until the host must have accepted a new login. A link that
   * ends without a word is noticed after 40 s only (ssh's ServerAliveInterval).
   */
  readonly within: number
  /**
   * The last action ends the link by itself, at once or after it has succeeded, as a restart of the
   * host does: the loss is awaited, and is no error. Default: the session is closed.
   */
  readonly endsLink?: boolean
}

/**
 * A kind of change that one action makes for many resources. If that action fails, each resource is
 * changed by its own action, whose error names the cause.
 */
export interface BulkKind<T> {
  readonly name: string
  /** Its success proves all of the changes, as `proves` does for one. */
  readonly action: (items: readonly T[]) => ShellAction
}

/** One item of a bulk change; made by `bulk`. */
export interface Bulk {
  readonly kind: BulkKind<never>
  readonly item: unknown
}

export const bulk = <T>(kind: BulkKind<T>, item: T): Bulk => ({ kind, item })

/**
 * An action of one program with its arguments, described by its command line. No argument may be
 * secret.
 */
export const program = (script: Sh): ShellAction => ({
  what: `\`${script.text}\``,
  script,
})

/**
 * A change by one or more actions; a script is a program with its arguments, none of which may be
 * secret. Its facts are read again afterwards.
 * @param more what else is known of it
 */
export const change = (
  summary: string,
  by: Sh | readonly Action[],
  more: Partial<Change> = {},
): Change => ({
  summary,
  proof: 'facts',
  actions: by instanceof Sh ? [program(by)] : by,
  ...more,
})

/** The resource needs something that does not exist on the host. */
export interface Blocked extends Lacking {
  readonly blocked: string
  readonly remedy: string
  /**
   * What certainly follows once the things that it lacks are there: a plan shows it where an earlier
   * change names them.
   */
  readonly then?: readonly Change[]
}

/** The resource is in its desired state, and why: `nginx 1.22.1-9 is installed`. */
export interface Fine {
  readonly fine: string
}

export type Plan = readonly Change[] | Blocked | Fine

export const blocked = (
  reason: string,
  remedy: string,
  more: Pick<Blocked, 'lacks' | 'then'> = {},
): Blocked => ({ blocked: reason, remedy, ...more })

export const fine = (reason: string): Fine => ({ fine: reason })

/** The follow-ups of these changes, without duplicates. */
export const settlesOf = (changes: readonly Change[]): readonly ShellAction[] => [
  ...new Map(
    changes.flatMap((change) =>
      change.settles === undefined
        ? []
        : [[change.settles.script.text, named(change.settles, change)]],
    ),
  ).values(),
]

/** How the session is replaced after these changes; null where it stays. */
export function newSessionOf(changes: readonly Change[]): NewSession | null {
  const asked = changes.flatMap(({ newSession }) => newSession ?? [])
  if (asked.length === 0) return null
  return {
    why: [...new Set(asked.map(({ why }) => why))].join(', '),
    within: Math.max(...asked.map(({ within }) => within)),
    endsLink: asked.some(({ endsLink }) => endsLink),
  }
}

/** The actions of these changes. Each shell action gets a description. */
export const actionsOf = (changes: readonly Change[]): readonly Action[] =>
  changes.flatMap((change) =>
    change.actions.map((action) => (isShell(action) ? named(action, change) : action)),
  )

const named = (action: ShellAction, { summary }: Change): ShellAction =>
  action.what === undefined ? { ...action, what: summary } : action

/** The changes of a plan; none when it is blocked or fine. */
export const changesOf = (plan: Plan): readonly Change[] =>
  'blocked' in plan || 'fine' in plan ? [] : plan

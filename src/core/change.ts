import type { Address } from './address.js'
import type { Secret } from './secret.js'
import { Sh, type Input } from './sh.js'

/** A diff for people. Never made from anything that holds a secret. */
export interface TextDiff {
  readonly before: string
  readonly after: string
}

/** An action that runs on the host, in its privileged shell. Status 0 is success and nothing else is. */
export interface ShellAction {
  readonly on?: undefined
  /**
   * What the action does, for its error: `systemctl enable app.service`. Default: the summary of
   * its change.
   */
  readonly what?: string
  readonly script: Sh
  readonly input?: Input
  /** The user it runs as. Default: the session's. */
  readonly as?: string
  /**
   * Seconds after which it is ended on the host, unless the user gave the resource a `timeout`.
   * Default 600 for a `long` action, else none.
   */
  readonly timeout?: number
  /**
   * May take more than a second, or prints what Fettle does not control: its output goes through a
   * file on the host.
   */
  readonly long?: true
}

/** How to reach a MySQL or MariaDB server, as seen from the host. */
export interface MysqlConnection {
  /** The server's socket on the host. Default `/run/mysqld/mysqld.sock`, unless `host` is given. */
  readonly socket?: string
  readonly host?: string
  /** Default 3306. */
  readonly port?: number
  /** Default `root`. */
  readonly user?: string
  readonly password?: Secret
}

/** One SQL statement; `values` are bound to its `?` by the driver. */
export interface MysqlAction {
  readonly on: 'mysql'
  readonly connection: MysqlConnection
  readonly sql: string
  readonly values: readonly (string | number | Secret)[]
}

/** Proves that an account can log in with a password. */
export interface MysqlLoginAction {
  readonly on: 'mysql-login'
  readonly connection: MysqlConnection & { readonly user: string; readonly password: Secret }
  /**
   * Run first, as an administrator. A row means that another account would match this login: the
   * test would then prove nothing and is left out.
   */
  readonly unless?: MysqlAction
}

/** One request to GitHub's API. */
export interface GithubAction {
  readonly on: 'github'
  /** `POST /repos/{owner}/{repo}/hooks` */
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
  /**
   * Actions that follow from the answer, such as writing a mark under the id that GitHub returned.
   */
  readonly then?: (answer: unknown) => readonly Action[]
}

/** Pings a hook and waits for a delivery that was answered with 2xx; fails otherwise. */
export interface GithubProofAction {
  readonly on: 'github-proof'
  readonly repo: string
  readonly hook: number
  /** Seconds to wait for the delivery. */
  readonly within: number
}

/** What performs a change, as data. It may hold secrets and is never serialised. */
export type Action = ShellAction | MysqlAction | MysqlLoginAction | GithubAction | GithubProofAction

/**
 * One difference between the facts and the desired state. Sentence, diff and cause are for people;
 * actions are not.
 */
export interface Change {
  /** In the present, with both values: `mode 0644 → 0600`. */
  readonly summary: string
  readonly diff?: TextDiff
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
  readonly undone?: { readonly reason: string; readonly remedy: string }
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
export interface Blocked {
  readonly blocked: string
  readonly remedy: string
}

/** The resource is in its desired state, and why: `nginx 1.22.1-9 is installed`. */
export interface Fine {
  readonly fine: string
}

export type Plan = readonly Change[] | Blocked | Fine

export const blocked = (reason: string, remedy: string): Blocked => ({ blocked: reason, remedy })
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

/** The actions of these changes. Each shell action gets a description. */
export const actionsOf = (changes: readonly Change[]): readonly Action[] =>
  changes.flatMap((change) =>
    change.actions.map((action) => (isShell(action) ? named(action, change) : action)),
  )

/** Whether an action runs in the host's shell; any other names its backend. */
export const isShell = (action: Action): action is ShellAction => 'script' in action

const named = (action: ShellAction, { summary }: Change): ShellAction =>
  action.what === undefined ? { ...action, what: summary } : action

/** The changes of a plan; none when it is blocked or fine. */
export const changesOf = (plan: Plan): readonly Change[] =>
  'blocked' in plan || 'fine' in plan ? [] : plan

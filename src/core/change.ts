import type { Address } from './address.js'
import type { Secret } from './secret.js'
import type { Input, Sh } from './sh.js'

/** What a person compares. Never made from anything that holds a secret. */
export interface TextDiff {
  readonly before: string
  readonly after: string
}

/** Runs on the host, in its privileged shell. Status 0 is success and nothing else is. */
export interface ShellAction {
  readonly on: 'shell'
  /**
   * What it does, for the error when it fails: `systemctl enable app.service`. Left out: the
   * summary of its change.
   */
  readonly what?: string
  readonly script: Sh
  readonly input?: Input
  /** The user it runs as; left out: the session's. */
  readonly as?: string
  /**
   * Seconds after which it is ended on the host, unless the user gave the resource a `timeout`.
   * Default 600 for what is `long`, else none.
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
   * Asked first, as an administrator: a row means that another account would answer the login,
   * which then proves nothing and is left out.
   */
  readonly unless?: MysqlAction
}

/** One request to GitHub's API. */
export interface GithubAction {
  readonly on: 'github'
  /** `POST /repos/{owner}/{repo}/hooks` */
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Actions that follow from the answer, such as keeping a mark under the id that GitHub gave. */
  readonly then?: (answer: unknown) => readonly Action[]
}

/** Pings a hook and waits for a delivery that came back 2xx; ends as failed otherwise. */
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
   * `facts`: read again afterwards and compared. `status`: cannot be read back, judged by its exit
   * status.
   */
  readonly proof: 'facts' | 'status'
  /**
   * Shell that succeeds only where this change took. With it the next change may follow in the same
   * round trip, and begins only when this one is proved; see `Spec.joins`. The facts are read again
   * all the same.
   */
  readonly proves?: Sh
  /** What its action does, as data: an action for many of its kind is cheaper than one for each. */
  readonly bulk?: Bulk
  /**
   * What completes the change and can wait for its neighbours: it runs when all of them are made,
   * and where several ask for the same, once. It may run though the change itself was never begun,
   * and must do no harm then.
   */
  readonly settles?: ShellAction
  /**
   * What is said where its actions have succeeded and the facts still ask for the change. Left out:
   * that its summary still differs.
   */
  readonly undone?: { readonly reason: string; readonly remedy: string }
}

/**
 * A kind of change that one action makes for many resources. Where that action fails, each is made
 * by its own, which says why.
 */
export interface BulkKind<T> {
  readonly name: string
  /** Its success proves the changes as `proves` does. */
  readonly action: (items: readonly T[]) => ShellAction
}

/** A change as one of many; made by `bulk`. */
export interface Bulk {
  readonly kind: BulkKind<never>
  readonly item: unknown
}

export const bulk = <T>(kind: BulkKind<T>, item: T): Bulk => ({ kind, item })

/**
 * One program with its arguments, which says by itself what it does. No secret may be among them.
 */
export const program = (script: Sh): ShellAction => ({
  on: 'shell',
  what: `\`${script.text}\``,
  script,
})

/** Something the resource needs is not there. */
export interface Blocked {
  readonly blocked: string
  readonly remedy: string
}

/** In the desired state, and why: `nginx 1.22.1-9 is installed`. */
export interface Fine {
  readonly fine: string
}

export type Plan = readonly Change[] | Blocked | Fine

export const blocked = (reason: string, remedy: string): Blocked => ({ blocked: reason, remedy })
export const fine = (reason: string): Fine => ({ fine: reason })

/** What completes these changes, each once. */
export const settlesOf = (changes: readonly Change[]): readonly ShellAction[] => [
  ...new Map(
    changes.flatMap((change) =>
      change.settles === undefined
        ? []
        : [[change.settles.script.text, named(change.settles, change)]],
    ),
  ).values(),
]

/** The actions of these changes, each shell action with words for what it does. */
export const actionsOf = (changes: readonly Change[]): readonly Action[] =>
  changes.flatMap((change) =>
    change.actions.map((action) => (action.on === 'shell' ? named(action, change) : action)),
  )

const named = (action: ShellAction, { summary }: Change): ShellAction =>
  action.what === undefined ? { ...action, what: summary } : action

/** The changes of a plan; none when it is blocked or fine. */
export const changesOf = (plan: Plan): readonly Change[] =>
  'blocked' in plan || 'fine' in plan ? [] : plan

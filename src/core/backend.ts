/**
 * Backends: what facts are read from and actions are performed on, besides the host's shell.
 *
 * The shell is none. The engine speaks it itself, because it composes the facts, restart marks,
 * actions and proofs of many resources into the blocks of one exchange.
 */
import type { Duplex } from 'node:stream'
import { omitUndefined } from './omit-undefined.js'
import type { Secret } from './secret.js'
import type { ShellAction } from './shell-action.js'

/** What a backend of the run is given. */
export interface RunAccess {
  /** The project's directory. */
  readonly project: string
  /** The control machine's environment, then the project's `.env`. */
  readonly environment: {
    /**
     * The value of a name, as a Secret.
     * @throws FettleError `environment-missing` where it is not set or empty
     */
    readonly secret: (name: string) => Secret
    /** The value of a name; undefined where it is not set. */
    readonly optional: (name: string) => string | undefined
  }
  /** Aborted when the user stops the run: end what only waits. */
  readonly stop: AbortSignal
  /**
   * Reports a file of the control machine that was read. The user is warned before the run where
   * others may change it.
   */
  readonly opened: (path: string) => void
}

/** A port or a Unix socket, as seen from the host. */
export type ForwardTarget =
  | { readonly socket: string }
  | { readonly host: string; readonly port: number }

/** The SSH connection of a host, for protocols other than the shell's. */
export interface HostLink {
  /**
   * Opens a stream to a port or socket through the host's SSH connection. A socket is opened with
   * the privilege of the session.
   * @param limit gives up when it is aborted, with its reason. Default: 30 seconds
   * @throws FettleError `forward-failed` where nothing listens, `forward-forbidden` where the host
   * permits no connection, `connection-lost`
   */
  readonly connect: (target: ForwardTarget, limit?: AbortSignal) => Promise<Duplex>
  /**
   * Finds out whether the link itself is lost, by an empty exchange with the host's shell. The
   * engine does so for every error that is not a FettleError; a backend needs it where it handles
   * such errors itself.
   * @returns the error to throw, after which the host counts as unreachable; null where the host
   * answers
   */
  readonly lost: () => Promise<Error | null>
}

/** What a backend of a host is given. */
export interface HostAccess extends RunAccess, HostLink {
  /** The host's name in the inventory. */
  readonly host: string
}

/** What facts and actions refer to: a backend without how it works. */
export interface Backend<Client, Work = never> {
  /** Names its exchanges in the counts of `-v`. */
  readonly name: string
  /**
   * - `host`: each host has a client, which reaches it through its SSH connection. Facts are read
   *   with the host's others, again at a resource's turn when something on the host has changed,
   *   and after the resource's own change.
   * - `run`: one client on the control machine serves all hosts. A fact is read once per key, and
   *   again after an action of this backend by the resource that reads it.
   */
  readonly scope: 'host' | 'run'
  /**
   * Facts are read before anything connects, and once in a run, so they may be in the keys of other
   * facts. Only with scope `run`.
   */
  readonly early?: true
  /** What an action does, in one line without secrets: `POST /repos/{owner}/{repo}/hooks`. */
  describe?(work: Work): string
  /** How it works. Null for Fettle's own, whose parts that do I/O are in `src/backends`. */
  readonly implementation: Implementation<Client, Work> | null
}

/**
 * How a backend works. Any error makes a fact unknown, and an action fail; a FettleError is shown
 * as it is. Throw one for what the other side has answered: after any other error the engine asks
 * whether the host itself can still be reached.
 */
export interface Implementation<Client, Work = never, Access = RunAccess> {
  /**
   * Throws where something is missing that is needed before anything connects, such as a token. It
   * is called once, when a selected resource requests a fact of the backend or lists it in `uses`;
   * the error names that resource.
   */
  needs?(access: RunAccess): void | Promise<void>
  /** Makes the client when it is first needed; after an error, again at the next need. */
  open(access: Access): Client | Promise<Client>
  /** Performs an action. What it returns is performed next, before later actions of the change. */
  perform?(client: Client, work: Work): Promise<readonly Action[]> | Promise<void>
  /** Ends the client: for a host after each play, for the run at its end; also after failures. */
  close?(client: Client): void | Promise<void>
}

/** Any backend, as the engine handles it. */
export type AnyBackend = Backend<unknown, unknown>

/** An action of a backend: the backend itself, and what its `perform` takes. */
export type BackendAction<Work> = Work & { readonly on: Backend<unknown, Work> }

/** The type of a backend's actions: `const post: ActionOn<typeof chat> = { on: chat, … }`. */
export type ActionOn<B> = B extends Backend<unknown, infer Work> ? BackendAction<Work> : never

/** What performs a change, as data. It may hold secrets and is never serialised. */
export type Action = ShellAction | BackendAction<unknown>

/** Whether an action runs in the host's shell; any other names its backend. */
export const isShell = (action: Action): action is ShellAction => 'script' in action

/** Whether an action is one of this backend. */
export const isOn = <Work>(
  action: Action,
  backend: Backend<unknown, Work>,
): action is BackendAction<Work> => action.on === backend

/** What an action does, in one line without secrets. */
export function describeAction(action: Action): string {
  if (isShell(action)) return action.what ?? action.script.text
  return action.on.describe?.(action) ?? action.on.name
}

type Described<Work> = Pick<Backend<unknown, Work>, 'name' | 'describe'>

/** A backend with its implementation. */
export type BackendSpec<Client, Work> = Described<Work> &
  (
    | ({ readonly scope: 'host' } & Implementation<Client, Work, HostAccess>)
    | ({ readonly scope: 'run'; readonly early?: true } & Implementation<Client, Work>)
  )

/**
 * Makes a backend. `fettle/kit` exports it.
 *
 * ```ts
 * interface Message { readonly channel: string; readonly text: string }
 *
 * const chat = backend({
 *   name: 'chat',
 *   scope: 'run',
 *   needs: ({ environment }) => {
 *     environment.secret('CHAT_TOKEN')
 *   },
 *   open: ({ environment }) => new ChatClient(environment.secret('CHAT_TOKEN')),
 *   perform: (client, { channel, text }: Message) => client.post(channel, text),
 *   describe: ({ channel }) => `post to ${channel}`,
 * })
 * const post: ActionOn<typeof chat> = { on: chat, channel: 'ops', text: 'deployed' }
 * const topic = backendFact({
 *   backend: chat,
 *   name: 'topic',
 *   read: async (client, channel: string) => present(await client.topic(channel)),
 * })
 * ```
 */
export function backend<Client, Work = never>(
  spec: BackendSpec<Client, Work>,
): Backend<Client, Work> {
  const { name, scope } = spec
  return {
    name,
    scope,
    implementation: spec,
    ...omitUndefined({
      early: spec.scope === 'run' ? spec.early : undefined,
      describe: spec.describe?.bind(spec),
    }),
  }
}

/** Declares a backend whose implementation `src/backends/own.ts` has. */
export const declared = <Client, Work = never>(
  spec: Omit<Backend<Client, Work>, 'implementation'>,
): Backend<Client, Work> => ({ ...spec, implementation: null })

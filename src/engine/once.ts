import type { Play, Task } from '../core/play.js'

interface Gate {
  readonly open: (ok: boolean) => void
  readonly opened: Promise<boolean>
}

function gate(): Gate {
  let open: (ok: boolean) => void = () => undefined
  const opened = new Promise<boolean>((resolve) => (open = resolve))
  return { open, opened }
}

/**
 * The tasks of a play that run for one host: the first selected, reachable one. The others wait for such a task before
 * their next one, and fail with it.
 */
export class OnceTasks {
  readonly #tasks: readonly Task<unknown>[]
  readonly #done: ReadonlyMap<Task<unknown>, Gate>
  readonly #connected: ReadonlyMap<string, Gate>

  constructor(
    readonly play: Play,
    readonly hosts: readonly string[],
  ) {
    this.#tasks = play.tasks
    this.#done = new Map(play.tasks.filter((task) => task.options.once).map((task) => [task, gate()]))
    this.#connected = new Map(hosts.map((host) => [host, gate()]))
  }

  /** Tells whether a host can be reached. */
  connected(host: string, ok: boolean): void {
    this.#connected.get(host)?.open(ok)
  }

  /** Whether these tasks are a host's to run. Waits until it is known that no host before it can be reached. */
  async isRunner(host: string): Promise<boolean> {
    if (this.#done.size === 0) return true
    for (const earlier of this.hosts.slice(0, this.hosts.indexOf(host))) if (await this.#connected.get(earlier)?.opened) return false
    return true
  }

  /** Waits for all such tasks that come before `task` in the play. @returns false when one has failed */
  async before(task: Task<unknown>): Promise<boolean> {
    const earlier = this.#tasks.slice(0, this.#tasks.indexOf(task))
    const results = await Promise.all(earlier.map((each) => this.#done.get(each)?.opened ?? true))
    return results.every((ok) => ok)
  }

  /** The runner has left all tasks before `task`, or all of them with null. */
  finish(task: Task<unknown> | null, ok: boolean): void {
    const passed = task === null ? this.#tasks : this.#tasks.slice(0, this.#tasks.indexOf(task))
    for (const each of passed) this.#done.get(each)?.open(ok)
  }
}

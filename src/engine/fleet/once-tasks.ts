import type { Task } from '../../core/play.js'

/** A one-shot promise of a boolean. */
class OneShot {
  #resolve: (ok: boolean) => void = () => undefined
  readonly promise = new Promise<boolean>((resolve) => (this.#resolve = resolve))
  isResolved = false

  /** Further calls have no effect. */
  resolve(ok: boolean): void {
    this.isResolved = true
    this.#resolve(ok)
  }
}

/**
 * The `once` tasks of a play. They run on the first selected, reachable host that has anything to
 * do in the play. Before its next task each other host waits for the `once` tasks that come before
 * it, and fails if one has failed.
 */
export class OnceTasks {
  readonly #tasks: readonly Task<unknown>[]
  readonly #done: ReadonlyMap<Task<unknown>, OneShot>
  readonly #connected: ReadonlyMap<string, OneShot>

  /** @param hosts in the order in which they are started */
  constructor(
    tasks: readonly Task<unknown>[],
    readonly hosts: readonly string[],
  ) {
    this.#tasks = tasks
    const once = tasks.filter((task) => task.options.once)
    this.#done = new Map(once.map((task) => [task, new OneShot()]))
    this.#connected = new Map(hosts.map((host) => [host, new OneShot()]))
  }

  /** Whether the play has `once` tasks. */
  get any(): boolean {
    return this.#done.size > 0
  }

  /**
   * Reports whether a host can run them. It must be called for every host, or later hosts wait
   * forever.
   */
  connected(host: string, ok: boolean): void {
    this.#connected.get(host)?.resolve(ok)
  }

  /**
   * Whether a host is to run the `once` tasks: waits until all earlier hosts are known to be unable
   * to.
   */
  async isRunner(host: string): Promise<boolean> {
    if (!this.any) return true
    for (const earlier of this.hosts.slice(0, this.hosts.indexOf(host))) {
      if (await this.#connected.get(earlier)?.promise) return false
    }
    return true
  }

  /**
   * Called with the tasks of the host that runs them. A `once` task that is not among them counts
   * as done.
   */
  expect(tasks: readonly Task<unknown>[]): void {
    for (const [task, oneShot] of this.#done) {
      if (!tasks.includes(task)) oneShot.resolve(true)
    }
  }

  #before(task: Task<unknown>): readonly OneShot[] {
    return this.#tasks
      .slice(0, this.#tasks.indexOf(task))
      .flatMap((each) => this.#done.get(each) ?? [])
  }

  /** Whether `task` comes after a `once` task. */
  follows(task: Task<unknown>): boolean {
    return this.#before(task).length > 0
  }

  /** Whether a host must wait before `task`. */
  mustWait(task: Task<unknown>): boolean {
    return this.#before(task).some((oneShot) => !oneShot.isResolved)
  }

  /**
   * Waits for all `once` tasks before `task` in the play.
   * @returns false when one has failed
   */
  async before(task: Task<unknown>): Promise<boolean> {
    const outcomes = await Promise.all(this.#before(task).map((oneShot) => oneShot.promise))
    return outcomes.every((ok) => ok)
  }

  /** The host that runs them has finished all tasks before `task`. */
  passed(task: Task<unknown>): void {
    for (const oneShot of this.#before(task)) oneShot.resolve(true)
  }

  /** The host that runs them has finished the play. */
  finish(ok: boolean): void {
    for (const oneShot of this.#done.values()) oneShot.resolve(ok)
  }
}

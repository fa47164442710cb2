import type { Task } from '../../core/play.js'

/** A one-shot promise of a boolean. */
class OneShot {
  #resolve: (ok: boolean) => void = () => undefined
  readonly promise = new Promise<boolean>((resolve) => (this.#resolve = resolve))
  isResolved = false

  /** Only the first call counts. */
  resolve(ok: boolean): void {
    this.isResolved = true
    this.#resolve(ok)
  }
}

/**
 * The tasks of a play that run for one host: the first selected, reachable one that has anything to
 * do in the play. The others wait for such a task before their next one, and fail with it.
 */
export class OnceTasks {
  readonly #tasks: readonly Task<unknown>[]
  readonly #done: ReadonlyMap<Task<unknown>, OneShot>
  readonly #connected: ReadonlyMap<string, OneShot>

  /** @param hosts in the order in which they are begun */
  constructor(
    tasks: readonly Task<unknown>[],
    readonly hosts: readonly string[],
  ) {
    this.#tasks = tasks
    const once = tasks.filter((task) => task.options.once)
    this.#done = new Map(once.map((task) => [task, new OneShot()]))
    this.#connected = new Map(hosts.map((host) => [host, new OneShot()]))
  }

  /** Whether the play has such tasks. */
  get any(): boolean {
    return this.#done.size > 0
  }

  /**
   * Tells whether a host is there to run them. Every host must say so in the end, or the others
   * wait for ever.
   */
  connected(host: string, ok: boolean): void {
    this.#connected.get(host)?.resolve(ok)
  }

  /**
   * Whether these tasks are a host's to run. Waits until it is known that no host before it can.
   */
  async isRunner(host: string): Promise<boolean> {
    if (!this.any) return true
    for (const earlier of this.hosts.slice(0, this.hosts.indexOf(host))) {
      if (await this.#connected.get(earlier)?.promise) return false
    }
    return true
  }

  /** The host that runs them has these to do: nobody waits for the others. */
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

  /** Whether a host must wait before `task`. */
  mustWait(task: Task<unknown>): boolean {
    return this.#before(task).some((oneShot) => !oneShot.isResolved)
  }

  /**
   * Waits for all such tasks that come before `task` in the play. @returns false when one has
   * failed
   */
  async before(task: Task<unknown>): Promise<boolean> {
    const outcomes = await Promise.all(this.#before(task).map((oneShot) => oneShot.promise))
    return outcomes.every((ok) => ok)
  }

  /** The host that runs them has left all tasks before `task` behind it. */
  passed(task: Task<unknown>): void {
    for (const oneShot of this.#before(task)) oneShot.resolve(true)
  }

  /** That host's part has ended. */
  finish(ok: boolean): void {
    for (const oneShot of this.#done.values()) oneShot.resolve(ok)
  }
}

import type { Task } from '../core/play.js'

/**
 * What some wait for and another tells. It is told once; what is said afterwards changes nothing.
 */
class Gate {
  #open: (ok: boolean) => void = () => undefined
  readonly opened = new Promise<boolean>((resolve) => (this.#open = resolve))
  isOpen = false

  open(ok: boolean): void {
    this.isOpen = true
    this.#open(ok)
  }
}

/**
 * The tasks of a play that run for one host: the first selected, reachable one that has anything to
 * do in the play. The others wait for such a task before their next one, and fail with it.
 */
export class OnceTasks {
  readonly #tasks: readonly Task<unknown>[]
  readonly #done: ReadonlyMap<Task<unknown>, Gate>
  readonly #connected: ReadonlyMap<string, Gate>

  /** @param hosts in the order in which they are begun */
  constructor(
    tasks: readonly Task<unknown>[],
    readonly hosts: readonly string[],
  ) {
    this.#tasks = tasks
    const once = tasks.filter((task) => task.options.once)
    this.#done = new Map(once.map((task) => [task, new Gate()]))
    this.#connected = new Map(hosts.map((host) => [host, new Gate()]))
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
    this.#connected.get(host)?.open(ok)
  }

  /**
   * Whether these tasks are a host's to run. Waits until it is known that no host before it can.
   */
  async isRunner(host: string): Promise<boolean> {
    if (!this.any) return true
    for (const earlier of this.hosts.slice(0, this.hosts.indexOf(host))) {
      if (await this.#connected.get(earlier)?.opened) return false
    }
    return true
  }

  /** The host that runs them has these to do: nobody waits for the others. */
  expect(tasks: readonly Task<unknown>[]): void {
    for (const [task, gate] of this.#done) {
      if (!tasks.includes(task)) gate.open(true)
    }
  }

  #before(task: Task<unknown>): readonly Gate[] {
    return this.#tasks
      .slice(0, this.#tasks.indexOf(task))
      .flatMap((each) => this.#done.get(each) ?? [])
  }

  /** Whether a host must wait before `task`. */
  mustWait(task: Task<unknown>): boolean {
    return this.#before(task).some((gate) => !gate.isOpen)
  }

  /**
   * Waits for all such tasks that come before `task` in the play. @returns false when one has
   * failed
   */
  async before(task: Task<unknown>): Promise<boolean> {
    const outcomes = await Promise.all(this.#before(task).map((gate) => gate.opened))
    return outcomes.every((ok) => ok)
  }

  /** The host that runs them has left all tasks before `task` behind it. */
  passed(task: Task<unknown>): void {
    for (const gate of this.#before(task)) gate.open(true)
  }

  /** That host's part has ended. */
  finish(ok: boolean): void {
    for (const gate of this.#done.values()) gate.open(ok)
  }
}

import { hostname, userInfo } from 'node:os'
import type { Output } from '../../core/fact.js'
import { Semaphores } from '../../core/semaphores.js'
import type { Block } from '../../ssh/session.js'
import { checkLock, lockBlock, patienceOf, type Locked, type Looked } from './lock.js'
import { hasEnded, thisProcess } from './this-process.js'

/**
 * The machines of a run's hosts: several names may lead to one. There they take turns, because each
 * decides by facts that the other would change meanwhile. What the inventory does not tell (another
 * address, a jump host) the machine's lock does: its holder is a session of this run.
 */
export class Machines {
  readonly #machineTurns = new Semaphores(1)
  readonly #numbers: ReadonlyMap<string, number>
  /** The first name of each machine that has several. */
  readonly #first: Map<string, string>
  /** Turns so far, by the machine's first name. */
  readonly #turns = new Map<string, number>()
  readonly #taken = new Set<string>()
  readonly #lost = new Set<number>()
  readonly #who = account()
  readonly #process = thisProcess()

  /** @param twins hosts that are known to be one machine */
  constructor(
    readonly run: { readonly id: string; readonly time: string },
    readonly hosts: readonly string[],
    twins: readonly (readonly string[])[],
  ) {
    this.#numbers = new Map(hosts.map((host, number) => [host, number]))
    this.#first = new Map(twins.flatMap((names) => names.map((name) => [name, names[0] ?? name])))
  }

  turnOf(host: string): Turn {
    return new Turn(this, host)
  }

  #machineOf(host: string): string {
    return this.#first.get(host) ?? host
  }

  #number(host: string): number {
    return this.#numbers.get(host) ?? -1
  }

  /** Whether another name of a host's machine has its turn. */
  isTaken(host: string): boolean {
    return this.#taken.has(this.#machineOf(host))
  }

  /** Waits for a turn on a host's machine. @returns its number there, and what ends it */
  async enter(host: string): Promise<{ readonly turn: number; readonly leave: () => void }> {
    for (;;) {
      const machine = this.#machineOf(host)
      const leave = await this.#machineTurns.acquire(machine)
      if (this.#machineOf(host) === machine)
        return { turn: this.#begin(machine), leave: () => this.#end(machine, leave) }
      // While it waited, its machine has turned out to be another host's too.
      leave()
    }
  }

  #begin(machine: string): number {
    const turn = (this.#turns.get(machine) ?? 0) + 1
    this.#turns.set(machine, turn)
    this.#taken.add(machine)
    return turn
  }

  #end(machine: string, leave: () => void): void {
    this.#taken.delete(machine)
    leave()
  }

  /** A host's machine is another's. @returns whether that was not known */
  join(host: string, twin: string): boolean {
    const own = this.#machineOf(host)
    const other = this.#machineOf(twin)
    if (own === other) return false
    for (const name of this.hosts) {
      if (this.#machineOf(name) === own) this.#first.set(name, other)
    }
    const turns = (this.#turns.get(other) ?? 0) + (this.#turns.get(own) ?? 0)
    this.#turns.set(other, turns)
    return true
  }

  /**
   * A host's link was lost: what it had under way may still change the machine, so nobody shares
   * its lock.
   */
  lost(host: string): void {
    this.#lost.add(this.#number(host))
  }

  /**
   * Shell that takes the lock of a host's machine for its session. `told`: it is known who holds
   * it, so it is waited for.
   */
  lock(host: string, root: boolean, looked: Looked | null, told: boolean): Block {
    const holder = {
      run: this.run.id,
      number: this.#number(host),
      who: this.#who,
      since: this.run.time,
      process: this.#process,
      lost: [...this.#lost],
    }
    return lockBlock(root, holder, looked, patienceOf(told))
  }

  /** @throws FettleError `host-locked` when another run kept the lock */
  locked(host: string, output: Output, told: boolean): Locked {
    return checkLock(output, host, this.run.id, told)
  }

  /** Looks for the process of an owner that the lock asks about. */
  look({ owner, process }: Extract<Locked, { readonly is: 'asking' }>): Looked {
    return { owner, ended: this.#process !== null && hasEnded(this.#process, process) }
  }

  /** The host of a number in the run's locks. */
  hostOf(number: number | null): string | null {
    return number === null ? null : (this.hosts[number] ?? null)
  }
}

/** A host's turns on its machine. */
export class Turn {
  #leave: (() => void) | null = null
  #last = 0

  constructor(
    readonly machines: Machines,
    readonly host: string,
  ) {}

  /**
   * Begins a turn when no other name of the machine has one. @returns whether one had since this
   * host's last turn
   */
  async begin(): Promise<boolean> {
    const { turn, leave } = await this.machines.enter(this.host)
    const others = turn !== this.#last + 1
    this.#leave = leave
    this.#last = turn
    return others
  }

  /** Ends it; where there is none, nothing. */
  end(): void {
    this.#leave?.()
    this.#leave = null
  }
}

/** `ada@laptop`: who runs this, for people who find the host locked. */
export function account(): string {
  return `${userName()}@${hostname()}`.replace(/[^!-~]/g, '?')
}

/** An account without an entry in the user database has but a number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}

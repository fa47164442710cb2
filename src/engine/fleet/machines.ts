import { hostname, userInfo } from 'node:os'
import type { NewSession } from '../../core/change.js'
import type { Output } from '../../core/fact.js'
import { Semaphores } from '../../core/semaphores.js'
import type { Block } from '../../ssh/session.js'
import { checkLock, lockBlock, patienceOf, type Locked, type Looked } from './lock.js'
import { hasEnded, thisProcess } from './this-process.js'

/**
 * The machines behind a run's hosts: several hosts may be one machine. Such hosts take turns on it,
 * because each would plan from facts that the other changes. Where the inventory does not show it
 * (another address, a jump host), the machine's lock does: its holder is a session of the same run.
 */
export class Machines {
  readonly #machineTurns = new Semaphores(1)
  readonly #numbers: ReadonlyMap<string, number>
  /** The name of the first host, for each host whose machine has several. */
  readonly #first: Map<string, string>
  /** Number of turns so far, by the name of the machine's first host. */
  readonly #turns = new Map<string, number>()
  readonly #taken = new Set<string>()
  readonly #lost = new Set<number>()
  /** The changes that have ended all links to a machine, by the host that made them. */
  readonly #restarts = new Map<string, NewSession>()
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

  /** Whether another host has its turn on this host's machine. */
  isTaken(host: string): boolean {
    return this.#taken.has(this.#machineOf(host))
  }

  /**
   * Waits for a turn on a host's machine.
   * @returns the number of the turn there, and a function that ends it
   */
  async enter(host: string): Promise<{ readonly turn: number; readonly leave: () => void }> {
    for (;;) {
      const machine = this.#machineOf(host)
      const leave = await this.#machineTurns.acquire(machine)
      if (this.#machineOf(host) === machine)
        return { turn: this.#begin(machine), leave: () => this.#end(machine, leave) }
      // The machine has turned out to be another host's too during the wait.
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

  /**
   * Registers that two hosts are one machine.
   * @returns whether that is new
   */
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
   * Registers a lost link. The host's block may still change the machine, so the lock must not be
   * shared with it.
   */
  lost(host: string): void {
    this.#lost.add(this.#number(host))
  }

  /** Registers a change that has ended all links to a host's machine. */
  restarted(host: string, by: NewSession): void {
    this.#restarts.set(host, by)
  }

  /** The change that has ended all links to a host's machine; null where there was none. */
  restartOf(host: string): NewSession | null {
    const machine = this.#machineOf(host)
    const found = [...this.#restarts].find(([by]) => this.#machineOf(by) === machine)
    return found?.[1] ?? null
  }

  /** Registers that a host's session holds the lock: what a lost one left under way has ended. */
  holdsLock(host: string): void {
    this.#lost.delete(this.#number(host))
  }

  /**
   * Shell that takes the lock of a host's machine for its session.
   * @param holderReported the holder was reported to the user, so the shell waits for the full time
   */
  lock(host: string, root: boolean, looked: Looked | null, holderReported: boolean): Block {
    const holder = {
      run: this.run.id,
      number: this.#number(host),
      who: this.#who,
      since: this.run.time,
      process: this.#process,
      lost: [...this.#lost],
    }
    return lockBlock(root, holder, looked, patienceOf(holderReported))
  }

  /** @throws FettleError `host-locked` when another run kept the lock */
  locked(host: string, output: Output, holderReported: boolean): Locked {
    return checkLock(output, host, this.run.id, holderReported)
  }

  /** Looks up the process of an owner that the lock asks about. */
  look({ owner, process }: Extract<Locked, { readonly is: 'asking' }>): Looked {
    return { owner, ended: this.#process !== null && hasEnded(this.#process, process) }
  }

  /** The host with a number in this run's locks. */
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
   * Starts a turn, once no other host has one on the machine.
   * @returns whether another host had a turn since this host's last one
   */
  async begin(): Promise<boolean> {
    const { turn, leave } = await this.machines.enter(this.host)
    const othersHadTurns = turn !== this.#last + 1
    this.#leave = leave
    this.#last = turn
    return othersHadTurns
  }

  /** Ends the current turn, if there is one. */
  end(): void {
    this.#leave?.()
    this.#leave = null
  }
}

/** Who runs Fettle, for people who find the host locked: `ada@laptop`. */
export function account(): string {
  return `${userName()}@${hostname()}`.replace(/[^!-~]/g, '?')
}

/** The account's name. Without an entry in the user database there is none. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}

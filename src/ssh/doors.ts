interface Door {
  inside: number
  readonly waiting: Set<() => void>
}

/**
 * Lets so many in at once at each door. Who comes later waits for one to leave, in the order of
 * coming.
 */
export class Doors {
  readonly #doors = new Map<string, Door>()

  constructor(readonly places: number) {}

  /**
   * @returns how to leave; leaving twice is leaving once
   * @throws the signal's reason when it is aborted before there is a place
   */
  async enter(name: string, signal?: AbortSignal): Promise<() => void> {
    const door = this.#doors.get(name) ?? { inside: 0, waiting: new Set() }
    this.#doors.set(name, door)
    if (door.inside === this.places) await turn(door.waiting, signal)
    else door.inside += 1
    let inside = true
    return () => {
      if (!inside) return
      inside = false
      // The place goes from hand to hand, or one who comes just now would be before those who wait.
      const [next] = door.waiting
      if (next !== undefined) return next()
      door.inside -= 1
      if (door.inside === 0) this.#doors.delete(name)
    }
  }
}

function turn(waiting: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => (): void => {
      waiting.delete(come)
      signal?.removeEventListener('abort', give)
      settle()
    }
    const come = end(resolve)
    const give = end(() => reject(signal?.reason as Error))
    waiting.add(come)
    signal?.addEventListener('abort', give, { once: true })
  })
}

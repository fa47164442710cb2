/** Hosts at once by default. */
export const defaultForks = 50

/** Runs some work for each of many items, `forks` at a time, started in their order. */
export async function concurrently<T>(
  forks: number,
  all: readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> {
  const queue = all.values()
  const worker = async (): Promise<void> => {
    for (const one of queue) await work(one)
  }
  await Promise.all(Array.from({ length: Math.min(forks, all.length) }, worker))
}

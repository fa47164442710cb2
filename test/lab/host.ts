import { afterAll, beforeAll, jest } from '@jest/globals'
import type { LabHost } from '../../src/lab/host.js'
import { openLab, type BootOptions, type Lab } from '../../src/lab/lab.js'

/**
 * The time limit, in milliseconds, of tests and hooks that import this: the machine may be busy
 * with another file's hosts.
 */
export const slow = 300_000
jest.setTimeout(slow)

let opened: Lab | null = null

/** The lab of this test file. */
export function lab(): Lab {
  if (opened === null) throw new Error('the lab opens in beforeAll: ask for it in a test or a hook')
  return opened
}

function useLab(): void {
  beforeAll(async () => {
    opened ??= await openLab()
  })
  afterAll(async () => {
    await opened?.close()
    opened = null
  })
}

/**
 * Hosts for this test file, booted at once before its tests and taken down after them, before
 * an `afterAll` that is registered later. Call it at the top level:
 *
 *     const [web, db] = labHosts({ image: 'stack' }, { image: 'bare' })
 *     test('…', async () => { await web().mustRun('true') })
 */
export function labHosts<const Wanted extends readonly BootOptions[]>(
  ...wanted: Wanted
): { readonly [Index in keyof Wanted]: () => LabHost } {
  const booted: LabHost[] = []
  useLab()
  beforeAll(async () => {
    booted.push(...(await Promise.all(wanted.map((options) => lab().boot(options)))))
  })
  const host = (index: number) => (): LabHost => {
    const found = booted[index]
    if (found === undefined)
      throw new Error('hosts boot in beforeAll: ask for them in a test or a hook')
    return found
  }
  return wanted.map((_, index) => host(index)) as unknown as {
    readonly [Index in keyof Wanted]: () => LabHost
  }
}

/** One host for this test file: `const web = labHost()`, then `web()` in a test. */
export function labHost(options: BootOptions = {}): () => LabHost {
  const [host] = labHosts(options)
  return host
}

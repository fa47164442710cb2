import { appendFileSync } from 'node:fs'

/** The resource usage of a process until its end. */
export interface Usage {
  /** User and system time, without its children's. */
  readonly cpu: number
  /** Peak resident memory, in bytes. */
  readonly peak: number
}

// Loaded into a measured process before its program, by `node --import`.
const file = process.env['USAGE_FILE']
if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    appendFileSync(
      file,
      `${JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS * 1024 } satisfies Usage)}\n`,
    )
  })
}

import { readdirSync } from 'node:fs'
import type { ImageName } from '../../src/lab/image-name.js'
import type { HostCase } from '../../src/testing/host-case.js'

/** What a `.hosts.ts` file exports. */
interface TableFile {
  readonly hostCases: readonly HostCase[]
  /** The image of its host. Default `bare`. */
  readonly image?: ImageName
}

/** The cases of one kind of resource for real hosts. */
export interface HostTable extends Required<TableFile> {
  readonly type: string
}

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.hosts.ts'),
)

const loaded: HostTable[] = []
// One after the other: Jest cannot import several modules at once.
for (const file of files) {
  const { hostCases, image = 'bare' } = (await import(`./${file}`)) as TableFile
  loaded.push({ hostCases, image, type: hostCases[0]?.resource().type ?? file })
}

/** Resources without a table, and why. */
export const withoutHosts: Readonly<Record<string, string>> = {
  'github.deployKey': 'it changes nothing on hosts: test/lab/job-drift.test.ts breaks it on GitHub',
  'github.webhook': 'it changes nothing on hosts: test/lab/job-drift.test.ts breaks it on GitHub',
}

/** The tables beside this file: the `.hosts.ts` of each resource. */
export const hostTables: readonly HostTable[] = loaded

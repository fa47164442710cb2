import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clone } from './installed.js'

/** The files that a page of docs/ shows, by their paths: blocks that begin with `// path`. */
export function filesOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(clone, 'docs', page), 'utf8')
  const blocks = text.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, path = '', code = '']) => [path, code]))
}

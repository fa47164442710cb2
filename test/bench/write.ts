import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toolNames } from './options.js'
import { root } from './places.js'
import { plot } from './plot.js'
import { overview, table } from './report.js'
import { together, type Results } from './results.js'

const begin = '<!-- results -->'
const end = '<!-- end of results -->'

/**
 * Puts the results into `docs/performance.md` between its marks, and beside it as JSON and as a
 * plot.
 */
export async function writeDocuments(
  measured: Results,
  add: boolean,
  say: (line: string) => void,
): Promise<void> {
  const data = join(root, 'docs/performance.json')
  const results = add
    ? together(JSON.parse(await readFile(data, 'utf8')) as Results, measured)
    : measured
  const { time, seconds, machine, versions, rows } = results
  const page = join(root, 'docs/performance.md')
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from === -1 || to < from) throw new Error(`${page} has no place for the results`)
  const minutes = String(Math.round(seconds / 60))
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const about = `${time.slice(0, 10)}, ${minutes} minutes on ${machine}; ${tools.join(', ')}.`
  const generated = [
    begin,
    about,
    overview(rows, toolNames),
    '<details><summary>Every figure</summary>',
    table(rows),
    '</details>',
    '',
  ].join('\n\n')
  await writeFile(page, text.slice(0, from) + generated + text.slice(to))
  await writeFile(data, `${JSON.stringify(results, null, 1)}\n`)
  const chosen = rows.filter(
    ({ scenario, hosts, rtt }) =>
      scenario === 'no-op' || (scenario !== 'help' && hosts === 10 && rtt === 0),
  )
  if (chosen.length > 0) await writeFile(join(root, 'docs/performance.svg'), plot(chosen))
  say('written: docs/performance.md, docs/performance.json, docs/performance.svg')
}

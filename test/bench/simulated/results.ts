import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spread } from '../statistics.js'
import type { Ends, ViewCosts } from './comparisons.js'
import type { Point } from './curves.js'
import { plot } from './plot.js'

/** All measurements. */
export interface Results {
  readonly points: readonly Point[]
  readonly views: ViewCosts
  readonly slow: Readonly<Record<'without' | 'with', readonly Ends[]>>
}

const median = (values: readonly number[]): number => spread(values).median
const columns: readonly (readonly [name: string, of: (point: Point) => string])[] = [
  ['hosts', ({ kind, hosts }) => `${hosts.toLocaleString('en')} ${kind}`],
  ['forks', ({ forks }) => String(forks)],
  ['n', ({ runs }) => String(runs.length)],
  ['wall s', ({ runs }) => median(runs.map((run) => run.wall)).toFixed(2)],
  ['CPU s', ({ runs }) => median(runs.map((run) => run.cpu)).toFixed(2)],
  ['of its processes s', ({ runs }) => median(runs.map((run) => run.childrenCpu)).toFixed(2)],
  [
    'CPU ms per host',
    ({ hosts, runs }) =>
      ((median(runs.map((run) => run.cpu + run.childrenCpu)) * 1000) / hosts).toFixed(1),
  ],
  ['peak MiB', ({ runs }) => (median(runs.map((run) => run.peak)) / 2 ** 20).toFixed(0)],
]

/** The results as Markdown. */
export function resultsText({ points, views, slow }: Results): string {
  const ends = (which: 'without' | 'with', of: keyof Ends): string =>
    median(slow[which].map((each) => each[of])).toFixed(1)
  return [
    table(
      columns.map(([name]) => name),
      points.map((point) => columns.map(([, of]) => of(point))),
    ),
    'What a view costs, processor seconds of the whole run (median of n, and all of them):',
    table(
      ['view', 'median', 'runs'],
      Object.entries(views).map(([name, runs]) => [
        name,
        median(runs).toFixed(2),
        runs.map((seconds) => seconds.toFixed(2)).join(', '),
      ]),
    ),
    'Seconds until hosts had ended, of 200 with 50 forks: the last of the good ones, one that takes 10 s for each answer, and one that takes the call and says nothing:',
    table(
      ['run', 'good', 'slow', 'mute'],
      (['without', 'with'] as const).map((which) => [
        `${which} (n = ${String(slow[which].length)})`,
        ends(which, 'good'),
        ends(which, 'slow'),
        ends(which, 'mute'),
      ]),
    ),
  ].join('\n\n')
}

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** Writes `scale.json` and `scale.svg` into a folder. */
export async function writeResults(results: Results, folder: string): Promise<void> {
  await writeFile(join(folder, 'scale.json'), `${JSON.stringify(results, null, 1)}\n`)
  await writeFile(join(folder, 'scale.svg'), plot(results.points))
}

const [begin, end] = ['<!-- results -->', '<!-- end of results -->']

/** Replaces the text between a page's marks. */
export async function writePage(path: string, text: string): Promise<void> {
  const page = await readFile(path, 'utf8')
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`${path} has no place for the results`)
  await writeFile(path, `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`)
}

import { caseOf, of, seconds } from './report.js'
import type { Row } from './run-case.js'

/** Colours with enough contrast on white and on black. */
const colours: Readonly<Record<string, string>> = {
  limit: '#8b949e',
  ssh: '#8b949e',
  fettle: '#2f81f7',
  pyinfra: '#3fb950',
  mitogen: '#d29922',
  ansible: '#f85149',
}
const names: Readonly<Record<string, string>> = {
  limit: 'bare limit',
  ssh: 'ssh host true',
  fettle: 'Fettle',
  pyinfra: 'pyinfra',
  mitogen: 'Mitogen',
  ansible: 'Ansible, tuned',
}

const width = 900
const left = 130
const right = 80
const bar = 16
const gap = 5
const heading = 26
const between = 16
const top = 62

const style = `text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 } .case { font-weight: 600 } .tick, .note { fill: #59636e; font-size: 12px }
.grid { stroke: #59636e; stroke-opacity: .25 } .range { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .tick, .note { fill: #9198a1 } .grid { stroke: #9198a1 } .range { stroke: #f0f6fc } }`

/** The powers of ten that enclose all values. */
export function decades(values: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))))
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
}

const round = (value: number): string => value.toFixed(1)

/**
 * Median wall times as bars on a logarithmic scale, with their range; a group for each case.
 * Without scripts, and readable on light and dark pages.
 */
export function plot(rows: readonly Row[]): string {
  const shown = rows.filter(({ tool, runs }) => tool in colours && runs.length > 0)
  const ticks = decades(shown.flatMap(({ runs }) => runs.map(({ wall }) => wall)))
  const [low = 1, high = 10] = [ticks[0], ticks.at(-1)]
  const x = (value: number): number =>
    left + ((width - left - right) * Math.log(value / low)) / Math.log(high / low)
  const body: string[] = []
  let y = top
  for (const name of new Set(shown.map(caseOf))) {
    body.push(`<text class="case" x="0" y="${String(y + 15)}">${name}</text>`)
    y += heading
    for (const row of shown.filter((each) => caseOf(each) === name)) {
      const { median, lowest, highest } = of(row, ({ wall }) => wall)
      const middle = y + bar / 2
      body.push(
        `<text x="${String(left - 8)}" y="${String(middle + 4.5)}" text-anchor="end">${names[row.tool] ?? row.tool}</text>`,
        `<rect x="${String(left)}" y="${String(y)}" width="${round(x(median) - left)}" height="${String(bar)}" rx="2" fill="${colours[row.tool] ?? ''}"/>`,
        `<path class="range" d="M${round(x(lowest))} ${String(middle)}H${round(x(highest))}"/>`,
        `<text x="${round(x(highest) + 7)}" y="${String(middle + 4.5)}">${seconds(median)} s</text>`,
      )
      y += bar + gap
    }
    y += between
  }
  const grid = ticks.map(
    (tick) =>
      `<path class="grid" d="M${round(x(tick))} ${String(top - 10)}V${String(y)}"/><text class="tick" x="${round(x(tick))}" y="${String(top - 16)}" text-anchor="middle">${String(Number(tick.toPrecision(1)))} s</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 0 ${String(width + 12)} ${String(y + 8)}" width="${String(width + 12)}" height="${String(y + 8)}" role="img">
<title>How long the 30-task job takes</title>
<style>${style}</style>
<text class="title" x="0" y="20">The 30-task job: seconds until it is done</text>
<text class="note" x="${String(width - 8)}" y="20" text-anchor="end">logarithmic: each line is ten times the one before</text>
${[...grid, ...body].join('\n')}
</svg>
`
}

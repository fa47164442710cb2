import { decades } from '../plot.js'
import { spread } from '../statistics.js'
import type { Point } from './curves.js'

const [width, height, left, bottom, top, gap] = [290, 260, 44, 34, 30, 24]
/** Colours with enough contrast on white and on black. */
const colours = ['#2f81f7', '#d29922', '#3fb950', '#f85149']
const style = `text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 } .title { font-weight: 600 } .tick { fill: #59636e }
.grid { stroke: #59636e; stroke-opacity: .25 } .slope { stroke: #59636e; stroke-dasharray: 2 4 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .tick { fill: #9198a1 } .grid, .slope { stroke: #9198a1 } }`

interface Panel {
  readonly title: string
  readonly of: (run: Point['runs'][number]) => number
}

const panels: readonly Panel[] = [
  { title: 'wall, seconds', of: (run) => run.wall },
  { title: 'processor time, seconds', of: (run) => run.cpu + run.childrenCpu },
  { title: 'peak memory, MiB', of: (run) => run.peak / 2 ** 20 },
]

const round = (value: number): string => value.toFixed(1)
const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${round(x)}" y="${round(y)}" ${more}>${words}</text>`
const nameOf = ({ kind, forks }: Point): string => `${kind} hosts, forks ${String(forks)}`

/**
 * Costs by the number of hosts, on logarithmic scales: linear growth has the slope of the dotted
 * line.
 */
export function plot(points: readonly Point[]): string {
  const series = new Map(
    [...new Set(points.map(nameOf))].map((name) => [
      name,
      points.filter((point) => nameOf(point) === name),
    ]),
  )
  const drawn = panels.map(
    (panel, index) =>
      `<g transform="translate(${String(index * (width + gap))},0)">${drawPanel(panel, series)}</g>`,
  )
  const legend = [...series.keys()].map(
    (name, index) =>
      `<circle cx="${String(left + index * 180)}" cy="${String(height + 21)}" r="4" fill="${colours[index % colours.length] ?? ''}"/>${text(left + 9 + index * 180, height + 25, name)}`,
  )
  const size = [panels.length * (width + gap), height + 36].map(String)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(' ')}" width="${size[0] ?? ''}" height="${size[1] ?? ''}" role="img">
<title>What a no-op plan of the 30-task job costs, by the number of hosts</title>
<style>${style}</style>
${[...drawn, ...legend].join('\n')}
</svg>
`
}

/** Maps an amount to a position on a logarithmic scale. */
function scaleOf(ticks: readonly number[], from: number, to: number): (amount: number) => number {
  const [low = 1, high = 10] = [ticks[0], ticks.at(-1)]
  return (amount) => from + ((to - from) * Math.log(amount / low)) / Math.log(high / low)
}

function drawPanel({ title, of }: Panel, series: ReadonlyMap<string, readonly Point[]>): string {
  const value = ({ runs }: Point): number => spread(runs.map(of)).median
  const all = [...series.values()]
    .flat()
    .map((point) => ({ hosts: point.hosts, amount: value(point) }))
  const ticks = {
    x: decades(all.map(({ hosts }) => hosts)),
    y: decades(all.map(({ amount }) => amount)),
  }
  const [x, y] = [scaleOf(ticks.x, left, width), scaleOf(ticks.y, height - bottom, top)]
  const grid = [
    ...ticks.x.map(
      (tick) =>
        `<path class="grid" d="M${round(x(tick))} ${String(top)}V${String(height - bottom)}"/>${text(x(tick), height - bottom + 15, tick.toLocaleString('en'), 'class="tick" text-anchor="middle"')}`,
    ),
    ...ticks.y.map(
      (tick) =>
        `<path class="grid" d="M${String(left)} ${round(y(tick))}H${String(width)}"/>${text(left - 5, y(tick) + 4, String(Number(tick.toPrecision(1))), 'class="tick" text-anchor="end"')}`,
    ),
  ]
  const curves = [...series.values()].map((points, index) => {
    const colour = colours[index % colours.length] ?? ''
    const places = points
      .toSorted((one, other) => one.hosts - other.hosts)
      .map((point) => [round(x(point.hosts)), round(y(value(point)))] as const)
    return `<path d="M${places.map((place) => place.join(' ')).join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/>${places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`).join('')}`
  })
  return [
    text(left, 16, title, 'class="title"'),
    ...grid,
    slope(all, x, y),
    ...curves,
    text(width, height - 4, 'hosts', 'class="tick" text-anchor="end"'),
  ].join('')
}

/** A line of slope one that ends in the largest point. */
function slope(
  places: readonly { readonly hosts: number; readonly amount: number }[],
  x: (hosts: number) => number,
  y: (amount: number) => number,
): string {
  const largest = places.toSorted((one, other) => other.hosts - one.hosts)[0]
  if (largest === undefined) return ''
  const lowest = Math.min(...places.map(({ amount }) => amount))
  const first = Math.max(
    Math.min(...places.map(({ hosts }) => hosts)),
    (largest.hosts * lowest) / largest.amount,
  )
  return `<path class="slope" d="M${round(x(first))} ${round(y((largest.amount * first) / largest.hosts))}L${round(x(largest.hosts))} ${round(y(largest.amount))}"/>`
}

import { spread } from '../statistics.js'
import type { Point } from './curves.js'

const [width, height, left, bottom, top, gap] = [300, 260, 46, 34, 30, 26]
const colours = ['#0b6e99', '#d9730d', '#448361', '#9065b0']

interface Panel {
  readonly title: string
  readonly of: (run: Point['runs'][number]) => number
}

const panels: readonly Panel[] = [
  { title: 'wall, seconds', of: (run) => run.wall },
  { title: 'processor time with children, seconds', of: (run) => run.cpu + run.childrenCpu },
  { title: 'peak memory, MiB', of: (run) => run.peak / 2 ** 20 },
]

/** The powers of ten around all values, as exponents. */
const decades = (values: readonly number[]): readonly [low: number, high: number] => [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]
const between = (low: number, high: number): readonly number[] => Array.from({ length: high - low + 1 }, (_, index) => low + index)
const text = (x: number, y: number, words: string, more = ''): string => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${words}</text>`

/** Hosts against what they cost, both axes logarithmic: what grows linearly has the slope of the dotted line. */
export function plot(points: readonly Point[]): string {
  const nameOf = ({ kind, forks }: Point): string => `${kind}, forks ${String(forks)}`
  const series = new Map([...new Set(points.map(nameOf))].map((name) => [name, points.filter((point) => nameOf(point) === name)]))
  const drawn = panels.map((panel, index) => `<g transform="translate(${String(index * (width + gap))},0)">${drawPanel(panel, series)}</g>`)
  const legend = [...series.keys()].map((name, index) => `<circle cx="${String(left + index * 150)}" cy="${String(height + 22)}" r="4" fill="${colours[index % colours.length] ?? ''}"/>${text(left + 8 + index * 150, height + 26, name)}`)
  const size = [panels.length * (width + gap), height + 40]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(' ')}" font-family="sans-serif" font-size="11" fill="#333"><rect width="100%" height="100%" fill="#fff"/>\n${[...drawn, ...legend].join('\n')}\n</svg>\n`
}

function drawPanel({ title, of }: Panel, series: ReadonlyMap<string, readonly Point[]>): string {
  const all = [...series.values()].flat()
  const value = ({ runs }: Point): number => spread(runs.map(of)).median
  const [fromX, toX] = decades(all.map(({ hosts }) => hosts))
  const [fromY, toY] = decades(all.map(value))
  const x = (hosts: number): number => left + ((Math.log10(hosts) - fromX) / Math.max(1, toX - fromX)) * (width - left)
  const y = (amount: number): number => height - bottom - ((Math.log10(amount) - fromY) / Math.max(1, toY - fromY)) * (height - bottom - top)
  const grid = [
    ...between(fromX, toX).map((power) => `<path d="M${x(10 ** power).toFixed(1)} ${String(top)}V${String(height - bottom)}" stroke="#ddd"/>${text(x(10 ** power), height - bottom + 14, String(10 ** power), 'text-anchor="middle"')}`),
    ...between(fromY, toY).map((power) => `<path d="M${String(left)} ${y(10 ** power).toFixed(1)}H${String(width)}" stroke="#ddd"/>${text(left - 5, y(10 ** power) + 4, String(Number((10 ** power).toPrecision(1))), 'text-anchor="end"')}`),
  ]
  const curves = [...series.values()].map((points, index) => {
    const colour = colours[index % colours.length] ?? ''
    const places = points.toSorted((one, other) => one.hosts - other.hosts).map((point) => `${x(point.hosts).toFixed(1)} ${y(value(point)).toFixed(1)}`)
    return `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="1.5"/>${places.map((place) => `<circle cx="${place.replace(' ', '" cy="')}" r="3" fill="${colour}"/>`).join('')}`
  })
  return [text(left, 16, title, 'font-weight="bold"'), ...grid, slope(all.map((point) => ({ hosts: point.hosts, amount: value(point) })), x, y), ...curves, text(width, height - 4, 'hosts', 'text-anchor="end"')].join('')
}

/** A line of slope one through the largest point: growing in step with the hosts. */
function slope(places: readonly { readonly hosts: number; readonly amount: number }[], x: (hosts: number) => number, y: (amount: number) => number): string {
  const largest = places.toSorted((one, other) => other.hosts - one.hosts)[0]
  if (largest === undefined) return ''
  const first = Math.max(Math.min(...places.map(({ hosts }) => hosts)), (largest.hosts * Math.min(...places.map(({ amount }) => amount))) / largest.amount)
  return `<path d="M${x(first).toFixed(1)} ${y((largest.amount * first) / largest.hosts).toFixed(1)}L${x(largest.hosts).toFixed(1)} ${y(largest.amount).toFixed(1)}" stroke="#999" stroke-dasharray="2 3"/>`
}

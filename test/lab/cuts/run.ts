import { parseArgs } from 'node:util'
import { openLab } from '../../../src/lab/lab.js'
import { points, Trials, ways, type Outcome } from './trials.js'

// `npm run cuts -- --points 120`: cuts and kills a run at that many points, and reports whether the
// next run always converged.

const { values } = parseArgs({ options: { points: { type: 'string', default: '120' } } })
const count = Number(values.points)
if (!Number.isInteger(count) || count < 1) throw new Error('--points must be a number from 1 on')

const print = (line: string): boolean => process.stdout.write(`${line}\n`)

function shown(
  { point: { way, direction, share }, code, reached, left, seconds, faults }: Outcome,
  index: number,
): string {
  const place = `${way} at ${(share * 100).toFixed(1)} % ${direction}`
  const verdict = faults.length === 0 ? 'converged' : `FAULT: ${faults.join(' | ')}`
  const ended = `ended with ${String(code ?? 'a signal')}${reached ? '' : ', not reached'}`
  const next = `the next run changed ${String(left)} in ${seconds.toFixed(1)} s`
  return `${String(index + 1)}: ${place}: ${ended}; ${next}; ${verdict}`
}

function summary(outcomes: readonly Outcome[]): string {
  const well = outcomes.filter(({ faults }) => faults.length === 0)
  const each = ways.map((way) => {
    const of = (some: readonly Outcome[]): string =>
      String(some.filter(({ point }) => point.way === way).length)
    return `${way} ${of(well)} of ${of(outcomes)}`
  })
  const missed = outcomes.filter(({ reached }) => !reached)
  const longest = Math.max(...outcomes.map(({ seconds }) => seconds))
  return [
    each.join(', '),
    `converged ${String(well.length)} of ${String(outcomes.length)}`,
    `${String(missed.length)} not reached`,
    `the longest next run took ${longest.toFixed(1)} s`,
  ].join('; ')
}

const lab = await openLab()
try {
  const trials = await Trials.on(await lab.boot({ image: 'stack' }))
  const outcomes: Outcome[] = []
  for (const [index, point] of points(count).entries()) {
    const outcome = await trials.try(point)
    outcomes.push(outcome)
    print(shown(outcome, index))
  }
  await trials.close()
  print(summary(outcomes))
  process.exitCode = outcomes.every(({ faults }) => faults.length === 0) ? 0 : 1
} finally {
  await lab.close()
}

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { points, Trials } from './cuts/trials.js'
import { labHost, slow } from './host.js'

/**
 * A run that is cut or killed anywhere is repaired by the next. `npm run cuts` tries many more
 * points than this.
 */
const host = labHost({ image: 'stack' })
let trials: Trials

beforeAll(async () => {
  trials = await Trials.on(host())
}, slow)
afterAll(() => trials.close())

test.each(
  points(10).map(
    (point) =>
      [`${point.way} at ${(point.share * 100).toFixed()} % ${point.direction}`, point] as const,
  ),
)(
  '%s',
  async (_, point) => {
    const { reached, faults } = await trials.try(point)
    expect({ reached, faults }).toEqual({ reached: true, faults: [] })
  },
  slow,
)

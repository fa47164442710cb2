import { expect, test } from '@jest/globals'
import { sh } from '../../src/core/sh.js'
import { allUnknown, failureOf } from '../../src/facts/failure.js'
import { processorLimit, slowDisk } from '../../src/facts/limits.js'
import { said } from './said.js'

test.each([
  [said('out', 1, ' sh: denied\n'), 'sh: denied'],
  [said('out', 124), 'status 124'],
  [said('out', 1, ' \n'), 'status 1'],
])('why a block failed', (output, why) => {
  const fact = { is: 'unknown', reason: `it could not be read: ${why}`, remedy: 'see there' }
  expect(failureOf(output)).toBe(why)
  expect(allUnknown(['a', 'b'], 'it could not be read', output, 'see there')).toEqual([fact, fact])
})

test('a limit of the shell, in seconds of the processor, where the shell has one', () => {
  expect(processorLimit(60).body).toBe('ulimit -S -t 60 2>/dev/null || :')
  expect(processorLimit(sh`$((1 + 2))`).body).toBe('ulimit -S -t $((1 + 2)) 2>/dev/null || :')
  expect(slowDisk).toBe(10_485_760)
})

import { expect, test } from '@jest/globals'
import { exchanges } from './fettle.js'

test.each([
  [
    'bench1 was asked: shell 1, git ls-remote 1\nbench2 was asked: shell 3\n\nbench1 : ok=31 changed=0',
    { shell: 3, 'git ls-remote': 1 },
  ],
  ['bench1 : ok=31 changed=0', {}],
])('the busiest host counts, for each kind: %j', (output, expected) =>
  expect(exchanges(output)).toEqual(expected),
)

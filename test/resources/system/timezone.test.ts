import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import { timezone } from '../../../src/resources/system/timezone.js'

test('timedatectl may take its time, and /etc/timezone is one line', () => {
  const found = { localtime: 'Etc/UTC', timezone: 'Etc/UTC', isKnown: true }
  const actions = changesOf(timezone('Europe/Berlin').plan({ found }, {}, { changing: [] }))
    .flatMap((change) => change.actions)
    .filter(isShell)
  expect(actions.map(({ long, input }) => ({ long, input }))).toEqual([
    { long: true, input: undefined },
    { long: undefined, input: 'Europe/Berlin\n' },
  ])
})

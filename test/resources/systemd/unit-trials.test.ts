import { expect, test } from '@jest/globals'
import type { Verdict } from '../../../src/core/trial.js'
import { mostTried, type Validated } from '../../../src/facts/files/validation.js'
import { unitTrials } from '../../../src/resources/systemd/unit-trials.js'

const path = '/etc/systemd/system/app.service'
const trials = unitTrials('app.service', path, '[Service]\n')

const found = (words: string, more: Partial<Validated> = {}): Validated => ({
  status: 1,
  presentStatus: null,
  folder: '/dev/shm/fettle-try.a1/files',
  words,
  ...more,
})
const remedy = 'correct its content'
const refused = `\`systemd-analyze verify\` refused the new ${path}`

test.each<[string, Validated | null, readonly Verdict[]]>([
  ['nothing that is known', null, [null, null]],
  ['an accepted unit', found('', { status: 0 }), [null, null]],
  [
    'a line of the file, which is sure',
    found('/dev/shm/fettle-try.a1/tmp.Xy9/app.service:4: Unknown key\n'),
    [{ refused, remedy, detail: `${path}:4: Unknown key` }, null],
  ],
  [
    'anything else, which others may mend',
    found('app.service: Service has no ExecStart=. Refusing.\n'),
    [null, { refused, remedy, detail: 'app.service: Service has no ExecStart=. Refusing.' }],
  ],
  [
    'the present file as well',
    found('app.service: Refusing.\n', { presentStatus: 1 }),
    [
      null,
      {
        refused: `${refused}, and the present one as well`,
        remedy: 'correct its content, or what is named of other files',
        detail: 'app.service: Refusing.',
      },
    ],
  ],
])('systemd finds %s', (_, value, verdicts) => {
  expect(trials.map(({ judge }) => judge(value))).toEqual(verdicts)
})

test('only what is not about a line of the file waits for others', () => {
  expect(trials.map(({ needs, whenUnsure }) => [needs, whenUnsure])).toEqual([
    [[], 'skip'],
    [['unit:app.service'], 'warn'],
  ])
})

test('a unit that is too long is not tried', () => {
  expect(unitTrials('app.service', path, ' '.repeat(mostTried + 1))).toEqual([])
})

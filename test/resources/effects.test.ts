import { describe, expect, test } from '@jest/globals'
import { changesOf } from '../../src/core/change.js'
import { planOf } from '../../src/testing/outcome.js'
import { casesOf, exportedResources } from './tables.js'

const words: readonly (readonly [effect: string, RegExp])[] = [
  ['create', /^(?:create|add|install|make|clone)\b/],
  ['remove', /^(?:remove|drop|forget|purge|stop)\b/],
  ['restart', /^restart\b/],
]

/** Changes that say what they do by such a word, and do something else to the thing itself. */
const exceptions: readonly (readonly [type: string, RegExp, why: string])[] = [
  ['python.venv', /^install /, 'packages come into an environment that is there'],
  ['python.venv', /^make it anew: /, 'the environment was there before'],
  ['git.checkout', /^remove \d+ locks? /, 'locks of a checkout that stays'],
]

/** The changes of all rows that begin with such a word, with their effect. */
const changes = exportedResources.flatMap(({ definition: { type } }) =>
  casesOf(type).flatMap((row) =>
    changesOf(planOf(row, row.resource())).flatMap(({ summary, effect = 'change' }) => {
      const expected = words.find(([, word]) => word.test(summary))?.[0]
      return expected === undefined ? [] : [[type, summary, effect, expected] as const]
    }),
  ),
)

const exceptionOf = (type: string, summary: string): string | undefined =>
  exceptions.find(([of, pattern]) => of === type && pattern.test(summary))?.[2]

describe('the first word of a change says what it does', () => {
  const plain = changes.filter(([type, summary]) => exceptionOf(type, summary) === undefined)
  test.each(plain)('%s: %s is %s', (_type, _summary, effect, expected) =>
    expect(effect).toBe(expected),
  )
  test.each(words)('some do: %s', (effect) =>
    expect(plain.map(([, , found]) => found)).toContain(effect),
  )
})

test.each(exceptions)('%s: %s is a change, because %s', (type, pattern) => {
  const found = changes.filter(([of, summary]) => of === type && pattern.test(summary))
  expect(new Set(found.map(([, , effect]) => effect))).toEqual(new Set(['change']))
})

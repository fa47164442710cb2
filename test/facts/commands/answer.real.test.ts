import { describe, expect, test } from '@jest/globals'
import type { Fact } from '../../../src/core/fact.js'
import { answerFact, type AnswerKey } from '../../../src/facts/commands/answer.js'
import { runIn, shells } from '../../shells.js'

function said(fact: Fact<unknown> | undefined): unknown {
  if (fact?.is === 'present') return fact.value
  return fact?.is === 'unknown' ? fact.reason : undefined
}

describe.each(shells)('$name', (shell) => {
  test.each<[argv: readonly string[], expected: string]>([
    [['echo', "it's", 'here'], "it's here"],
    [['printf', 'a\\nb\\n\\n'], 'a\nb\n'],
    [['true'], ''],
    [['sh', '-c', 'echo noise >&2; echo answer; exit 3'], 'sh ended with status 3: noise'],
    [['sh', '-c', 'while :; do echo noise; done >&2 & sleep 0.2; kill $!; echo answer'], 'answer'],
    [['sh', '-c', 'echo own >&5; echo answer'], 'answer'],
    [['cat'], ''],
    [['no-such-program'], 'no-such-program was not found'],
    [['yes'], 'yes has printed more than 1 MiB'],
    [['sleep', '9'], 'sleep took longer than 1 s'],
  ])('%j', (argv, expected) => {
    const last = { argv: ['echo', 'last'], codes: [0], timeout: 1, secret: false }
    const keys: readonly AnswerKey[] = [{ argv, codes: [0], timeout: 1, secret: false }, last]
    const [first, second] = answerFact.parse(runIn(shell, answerFact.script(keys)), keys)
    expect(said(first)).toMatch(new RegExp(`^${expected.replace(/[.]/g, '\\.')}`))
    expect(said(second)).toBe('last')
  })
})

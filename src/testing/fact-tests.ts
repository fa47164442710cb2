import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { Fact, Output, RecordedAnswer, ShellFactKind } from '../core/fact.js'
import { mapLeaves } from '../core/leaves.js'
import type { Test } from './case.js'
import { hostile } from './hostile.js'

/**
 * The tests of a kind of fact that the host's shell reads, without a host: the parser by the
 * recorded answer, and what holds for every kind.
 */
export const factTests = <K, V>(kind: ShellFactKind<K, V>): readonly Test[] =>
  Object.entries(factLaws).map(([name, law]) => ({
    name,
    run: () => law(kind),
  }))

/** What holds for every kind of fact that the shell reads. */
const factLaws: Readonly<Record<string, (kind: ShellFactKind<unknown, unknown>) => void>> = {
  'the recorded answer gives its facts'(kind) {
    const { keys, code = 0, stdout, stderr = '', facts } = recordedOf(kind)
    assert.deepEqual(kind.parse({ code, stdout: Buffer.from(stdout), stderr }, keys), facts)
  },

  'garbage, and the answer of a program that failed, are unknown'(kind) {
    const { keys } = recordedOf(kind)
    for (const output of garbage)
      for (const fact of kind.parse(output, keys)) assertUnknown(fact, output)
  },

  'an answer that is cut anywhere still gives a fact for each key'(kind) {
    const { keys, code = 0, stdout } = recordedOf(kind)
    const whole = Buffer.from(stdout)
    for (let length = 0; length < whole.length; length++) {
      const facts = kind.parse({ code, stdout: whole.subarray(0, length), stderr: '' }, keys)
      assert.equal(facts.length, keys.length, `cut after ${String(length)} bytes`)
    }
  },

  'the script is shell, whatever its keys are'(kind) {
    const { keys } = recordedOf(kind)
    const others = mapLeaves(keys, (leaf) => (typeof leaf === 'string' ? hostile : leaf))
    for (const asked of [keys, others as typeof keys]) {
      const { text } = kind.script(asked).script
      assert.ok(!text.includes(hostile), 'a key stands in the script without sh`…`')
      const { status, stderr } = spawnSync('sh', ['-n'], { input: text })
      assert.equal(status, 0, stderr.toString())
    }
  },
}

function recordedOf({
  name,
  recorded,
}: ShellFactKind<unknown, unknown>): RecordedAnswer<unknown, unknown> {
  assert.ok(recorded !== undefined, `the kind ${name} has no recorded answer`)
  return recorded
}

/** Answers that no parser may take for one. */
const garbage: readonly Output[] = [
  { code: 127, stdout: Buffer.alloc(0), stderr: 'sh: not found' },
  { code: 1, stdout: Buffer.from('x'), stderr: 'Permission denied' },
  { code: 0, stdout: Buffer.from('\u0000\u00ff<html>502 Bad Gateway</html>\n'), stderr: '' },
]

function assertUnknown(fact: Fact<unknown>, { code, stdout }: Output): void {
  const answer = `${JSON.stringify(stdout.toString())} with status ${String(code)}`
  assert.equal(fact.is, 'unknown', `${answer} is taken for ${JSON.stringify(fact)}`)
  assert.ok(fact.reason !== '' && fact.remedy !== '', answer)
}

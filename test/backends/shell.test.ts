import { describe, expect, test } from '@jest/globals'
import { factBlocks, type ShellRequest } from '../../src/backends/shell.js'
import { address } from '../../src/core/address.js'
import {
  present,
  unknown,
  type Fact,
  type Output,
  type ShellFactKind,
} from '../../src/core/fact.js'
import { sh } from '../../src/core/sh.js'

const kind = (
  name: string,
  more: Partial<ShellFactKind<string, string>> = {},
): ShellFactKind<string, string> => ({
  name,
  script: (keys) => ({ script: sh`read ${name} ${keys}` }),
  parse: ({ stdout }, keys) => keys.map((key) => present(`${key}: ${stdout.toString()}`)),
  ...more,
})
const wanted = (of: ShellFactKind<string, string>, key: string, as?: string): ShellRequest => ({
  identity: [of.name, key, as].join(),
  kind: of,
  key,
  as,
})
const output = (text: string, more: Partial<Output> = {}): Output => ({
  code: 0,
  stdout: Buffer.from(text),
  stderr: '',
  ...more,
})
function told(fact: Fact<unknown> | undefined): string {
  if (fact === undefined) return 'nothing'
  if (fact.is === 'present') return String(fact.value)
  return fact.is === 'absent' ? 'absent' : `unknown: ${fact.reason}`
}

describe('blocks', () => {
  test('are made for each kind and user, with every key once', () => {
    const [a, b] = [kind('a'), kind('b')]
    const { blocks } = factBlocks([
      wanted(a, '1'),
      wanted(b, '1'),
      wanted(a, '2'),
      wanted(a, '1'),
      wanted(a, '3', 'app'),
    ])
    expect(blocks.map(({ script, as }) => [script.text, as])).toEqual([
      ['read a 1 2', undefined],
      ['read b 1', undefined],
      ['read a 3', 'app'],
    ])
  })

  test('have at most 200 keys, and each answer belongs to its own keys', () => {
    const many = kind('many', {
      parse: ({ stdout }, keys) =>
        keys.map((key) =>
          stdout.toString() === 'odd' ? unknown('what is that', 'look') : present(key),
        ),
    })
    const keys = Array.from({ length: 450 }, (_, index) => String(index))
    const asked = factBlocks(keys.map((key) => wanted(many, key)))
    expect(asked.blocks.map(({ script }) => script.text.split(' ').length - 2)).toEqual([
      200, 200, 50,
    ])
    const facts = asked.parse([output('fine'), output('odd'), output('fine')])
    expect(keys.map((key) => told(facts.get(`many,${key},`)))).toEqual(
      keys.map((key, index) => (index >= 200 && index < 400 ? 'unknown: what is that' : key)),
    )
  })

  test("have a time limit of a minute, the kind's, or the resource's, and say what they read", () => {
    const slow = kind('slow', { mayTake: (keys) => 100 * keys.length })
    const by = (id: string, timeout?: number): Pick<ShellRequest, 'wantedBy'> => ({
      wantedBy: { address: address('file', id), timeout },
    })
    const [b, c] = [kind('b'), kind('c')]
    const { blocks } = factBlocks([
      wanted(kind('a'), '1'),
      wanted(slow, '1'),
      wanted(slow, '2'),
      { ...wanted(b, '1'), ...by('/x', 1000) },
      { ...wanted(b, '2'), ...by('/y') },
      { ...wanted(c, '1'), ...by('/z', 5) },
    ])
    expect(blocks.map(({ what, deadline }) => [what, deadline])).toEqual([
      ['reading a', 60],
      ['reading slow', 200],
      ['reading b for file[/x] and 1 more', 1000],
      ['reading c for file[/z]', 60],
    ])
  })

  test('that leave the host are counted', () => {
    const remote = kind('remote', { exchange: 'git ls-remote' })
    expect(
      factBlocks([
        wanted(remote, '1'),
        wanted(remote, '2'),
        wanted(remote, '3', 'app'),
        wanted(kind('a'), '1'),
      ]).exchanges,
    ).toEqual(new Map([['git ls-remote', 2]]))
  })
})

describe('answers', () => {
  const good = kind('good')
  const read = (
    of: ShellFactKind<string, string>,
    answer: Output | undefined,
  ): readonly string[] => {
    const blocks = factBlocks([wanted(of, '1'), wanted(good, '1'), wanted(of, '2')])
    const facts = blocks.parse(answer === undefined ? [] : [answer, output('fine')])
    return [`${of.name},1,`, `${of.name},2,`, 'good,1,'].map((identity) =>
      told(facts.get(identity)),
    )
  }

  test('with long errors are shortened', () => {
    const complaining = kind('a', {
      parse: ({ stderr }, keys) => keys.map(() => unknown(`wrong: ${stderr}`, 'look')),
    })
    const [first = ''] = read(
      complaining,
      output('', { stderr: `begin${'x'.repeat(4_000_000)}end` }),
    )
    expect(first).toMatch(/^unknown: wrong: beginx+ \[…\] x+end$/)
    expect(first.length).toBeLessThan(2100)
  })

  test('keep what they lack', () => {
    const lacking = unknown('no git', 'add git', { lacks: ['program:git'] })
    const of = kind('a', { parse: (_, keys) => keys.map(() => lacking) })
    const facts = factBlocks([wanted(of, '1')]).parse([output('')])
    expect([...facts.values()]).toEqual([lacking])
  })

  test.each<[name: string, of: ShellFactKind<string, string>, answer: Output, expected: string]>([
    ['whole', kind('a'), output('x'), '1: x'],
    [
      'cut, which would look like less than there is',
      kind('a'),
      output('x', { leftOut: 7 }),
      "unknown: the host's answer about a is 7 bytes too long",
    ],
    [
      'over which the kind stumbles',
      kind('a', {
        parse: () => {
          throw new RangeError('what is that')
        },
      }),
      output('?'),
      "unknown: the host's answer about a could not be understood: what is that",
    ],
    [
      'of which the kind makes too few facts',
      kind('a', { parse: () => [] }),
      output(''),
      'unknown: reading a gave no answer',
    ],
  ])('%s', (_, of, answer, expected) => {
    const [first, second, other] = read(of, answer)
    expect([first, second?.replace('2:', '1:')]).toEqual([expected, expected])
    expect(other).toBe('1: fine')
  })

  test('that are missing are unknown', () => {
    expect(read(kind('a'), undefined)).toEqual([
      'unknown: reading a gave no answer',
      'unknown: reading a gave no answer',
      'unknown: reading good gave no answer',
    ])
  })
})

import { describe, expect, test } from '@jest/globals'
import { jsonLinesView } from '../../../src/cli/output/command-json.js'
import {
  groupedView,
  plainView,
  streamView,
  type CommandOutcome,
  type CommandView,
} from '../../../src/cli/output/command-views.js'
import { Secret } from '../../../src/core/secret.js'
import { error, paper } from '../../views/events.js'

const ended = (host: string, stdout: string, { code = 0, stderr = '' } = {}): CommandOutcome => ({
  host,
  status: 'ok',
  value: { code, stdout: Buffer.from(stdout), stderr },
  seconds: 0.25,
})
const away = (host: string): CommandOutcome => ({
  host,
  status: 'unreachable',
  error: error(`${host}: no route`, { code: 'unreachable', remedy: 'check the network' }),
  seconds: 1,
})

/** The output of a view for these outcomes, and for what is printed before. */
function shown(
  make: (screens: {
    readonly out: ReturnType<typeof paper>
    readonly err: ReturnType<typeof paper>
  }) => CommandView,
  outcomes: readonly CommandOutcome[],
  live: readonly (readonly [string, string])[] = [],
) {
  const screens = { out: paper(), err: paper() }
  const view = make(screens)
  for (const [host, text] of live) view.live?.(host, text)
  for (const outcome of outcomes) view.onOutcome(outcome)
  view.end(outcomes)
  return { out: screens.out.text, err: screens.err.text }
}

describe('several hosts', () => {
  const grouped = (...outcomes: readonly CommandOutcome[]) =>
    shown(
      (screens) =>
        groupedView(
          outcomes.map(({ host }) => host),
          screens,
        ),
      outcomes,
    )

  test('hosts with equal output share it, successful ones come first', () => {
    const { out, err } = grouped(
      ended('w1', 'no\n', { code: 3 }),
      ended('w2', 'hi\n'),
      away('w3'),
      ended('w4', 'hi\n'),
      ended('w5', 'ho\n'),
    )
    expect(out).toBe(
      'w2, w4 (2)\nhi\n\nw5\nho\n\nw1: exit status 3\nno\n\nw3: unreachable\n  w3: no route\n  → check the network\n\n',
    )
    expect(err).toBe('5 hosts: 3 ok, 1 exit status 3 (w1), 1 unreachable (w3)\n')
  })

  test.each<readonly [string, CommandOutcome, string]>([
    ['the status', ended('b', 'x', { code: 1 }), 'b: exit status 1'],
    ['the errors', ended('b', 'x', { stderr: 'warning' }), 'b\nx\nwarning\n'],
    ['the output', ended('b', 'x\n'), 'b\nx\n'],
  ])('%s alone makes an answer another', (_, other, expected) => {
    const { out } = grouped(ended('a', 'x'), other)
    expect(out).toContain('a\nx\n\n')
    expect(out).toContain(expected)
  })

  test('in a terminal, who is still waited for', () => {
    const screens = { out: paper(), err: { ...paper({ rows: 24, columns: 50 }), redraws: true } }
    const view = groupedView(['web1.example.org', 'web2.example.org', 'w3'], screens)
    view.onOutcome(ended('w3', ''))
    view.onOutcome(ended('web1.example.org', ''))
    view.end([])
    expect(screens.err.writes.slice(0, 4).map((text) => text.replace('\r\u001b[K', '|'))).toEqual([
      '|0 of 3 hosts, waiting for web1.example.org, web2…',
      '|1 of 3 hosts, waiting for web1.example.org, web2…',
      '|2 of 3 hosts, waiting for web2.example.org',
      '|',
    ])
  })

  test('lines as they come, prefixed with their hosts; the rest at the end, and each once', () => {
    const outcomes = [ended('w1', 'a\nb\nc\n'), ended('web22', 'x', { code: 2 })]
    const { out, err } = shown((screens) => streamView(['w1', 'web22'], screens), outcomes, [
      ['w1', 'a\nb'],
      ['web22', ''],
      ['w1', '\n'],
    ])
    expect(out).toBe('w1    | a\nw1    | b\nw1    | c\nweb22 | x\n')
    expect(err).toBe('web22: exit status 2\n2 hosts: 1 ok, 1 exit status 2 (web22)\n')
  })
})

describe('one host', () => {
  test('for a program: both streams as they are, and nothing else', () => {
    expect(shown(plainView, [ended('w1', 'a\u001b[1mb', { stderr: 'e' })])).toEqual({
      out: 'a\u001b[1mb',
      err: 'e',
    })
    expect(shown(plainView, [ended('w1', '', { code: 9 })])).toEqual({
      out: '',
      err: 'w1: exit status 9\n',
    })
    expect(shown(plainView, [away('w1')])).toEqual({
      out: '',
      err: 'w1: w1: no route\n  → check the network\n',
    })
  })

  test('for a person: lines without a name, and without what controls a terminal', () => {
    expect(
      shown((screens) => streamView(['w1'], screens), [ended('w1', 'a\u001b]0;title\u0007b\n')]),
    ).toEqual({ out: 'ab\n', err: '' })
  })
})

describe('for programs', () => {
  const lines = (text: string): readonly unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)

  test('a line for each host and a summary', () => {
    const { out } = shown(
      (screens) => jsonLinesView(['w1', 'w2', 'w3'], false, screens),
      [ended('w1', 'hi\n'), ended('w2', '', { code: 4, stderr: 'no\n' }), away('w3')],
    )
    expect(lines(out)).toEqual([
      {
        type: 'command',
        host: 'w1',
        status: 'ok',
        exitStatus: 0,
        stdout: 'hi\n',
        stderr: '',
        error: null,
        seconds: 0.25,
      },
      {
        type: 'command',
        host: 'w2',
        status: 'failed',
        exitStatus: 4,
        stdout: '',
        stderr: 'no\n',
        error: null,
        seconds: 0.25,
      },
      {
        type: 'command',
        host: 'w3',
        status: 'unreachable',
        exitStatus: null,
        stdout: '',
        stderr: '',
        error: {
          code: 'unreachable',
          message: 'w3: no route',
          remedy: 'check the network',
          address: null,
        },
        seconds: 1,
      },
      {
        type: 'summary',
        hosts: { w1: 'ok', w2: 'failed', w3: 'unreachable' },
        exitCode: 1,
        seconds: expect.any(Number),
      },
    ])
  })

  test('with --stream a line for each line too', () => {
    const { out } = shown(
      (screens) => jsonLinesView(['w1'], true, screens),
      [ended('w1', 'a\nb\n')],
      [['w1', 'a\n']],
    )
    expect(lines(out)).toMatchObject([
      { type: 'line', host: 'w1', text: 'a' },
      { type: 'line', host: 'w1', text: 'b' },
      { type: 'command', stdout: 'a\nb\n' },
      { type: 'summary', exitCode: 0 },
    ])
  })
})

test('a secret that a host prints is not shown, in any form', () => {
  const { length } = [new Secret('s3cret-word')]
  const outcome = [ended('w1', `it is s3cret-word\n`, { stderr: 's3cret-word' })].slice(0, length)
  for (const make of [
    plainView,
    (screens: Parameters<typeof plainView>[0]) => streamView(['w1'], screens),
    (screens: Parameters<typeof plainView>[0]) => groupedView(['w1'], screens),
    (screens: Parameters<typeof plainView>[0]) => jsonLinesView(['w1'], true, screens),
  ]) {
    const { out, err } = shown(make, outcome, [['w1', 'it is s3cr']])
    expect(out + err).toContain('it is ')
    expect(out + err).not.toContain('s3cret-word')
  }
})

describe('secrets in what a command prints', () => {
  new Secret('views-0815-x')
  const outcomes = [ended('w1', 'a views-0815-x\nviews-0815-x b\n', { stderr: 'e views-0815-x' })]
  const pieces = [
    ['w1', 'a views-08'],
    ['w1', '15-x\nviews-0815-x b\n'],
  ] as const

  test.each<readonly [string, Parameters<typeof shown>[0], string]>([
    ['whole', plainView, 'a [secret]\n[secret] b\n'],
    [
      'grouped',
      (screens) => groupedView(['w1'], screens),
      'w1\na [secret]\n[secret] b\ne [secret]\n\n',
    ],
    ['line by line', (screens) => streamView(['w1'], screens), 'a [secret]\n[secret] b\n'],
  ])('are hidden: %s', (_, make, expected) => {
    const { out, err } = shown(make, outcomes, pieces)
    expect(out).toBe(expected)
    expect(err).not.toContain('0815-x')
  })

  test('are hidden in JSON, in its lines too', () => {
    const { out } = shown((screens) => jsonLinesView(['w1'], true, screens), outcomes, pieces)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toMatchObject([
      { text: 'a [secret]' },
      { text: '[secret] b' },
      { stdout: 'a [secret]\n[secret] b\n', stderr: 'e [secret]' },
      { type: 'summary' },
    ])
  })
})

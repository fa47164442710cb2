import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fine, type Change } from '../../../src/core/change.js'
import { backendFact } from '../../../src/core/fact.js'
import { projectFiles } from '../../../src/facts/files/project-file.js'
import { Later, request, type Value } from '../../../src/core/later.js'
import { task, type Resources } from '../../../src/core/play.js'
import { bareResource } from '../bare-resource.js'
import type { Resource } from '../../../src/core/resource.js'
import { sh } from '../../../src/core/sh.js'
import type { Event, ResourceEvent } from '../../../src/engine/events.js'
import { command } from '../../../src/resources/commands/command.js'
import { file } from '../../../src/resources/files/file.js'
import { problem, project } from '../../inventory/project.js'
import { inEachTest, note, playOf, runOn, textOf, type Fleet, type Ran } from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

const directory = project({
  'templates/t.njk': '{{ word }}',
  'templates/loop.njk': '{% for name, value in all %}{{ name }}={{ value }} {% endfor %}',
  word: 'hello',
})

/** Resources with one address, each in a task of its own. */
const run = (made: readonly (() => Resources)[], mode: 'plan' | 'apply' = 'apply'): Promise<Ran> =>
  runOn(
    fleet,
    ['web1'],
    playOf(...made.map((build, index) => task(`task ${String(index)}`, build))),
    { mode, project: directory },
  )

/** Writes its value into a note; may be changed together with its neighbours. */
const written = (name: string, text: Value<string>): Resource =>
  bareResource({
    type: 'written',
    id: name,
    options: { text },
    reads: { now: textRequest(name) },
    values: { text },
    joins: 'files',
    plan({ now }, { text: wanted }) {
      const change: Change = {
        summary: `write ${wanted}`,
        proof: 'facts',
        actions: [{ script: sh`printf %s ${wanted} >${name}; echo >>log` }],
        proves: sh`true`,
      }
      return now === wanted ? [] : [change]
    },
  })
const textRequest = (name: string) =>
  textOf(name).requests[0] as ReturnType<typeof request<string, string>>

/** The content of a project file, read before anything connects. */
const word = backendFact({
  backend: projectFiles,
  name: 'word',
  read: (reader, key: string) => reader.readText(key),
})
const projectWord = Later.fact(request(word, 'word'), '', 'word')

const failure = ({ events }: Ran): string | undefined =>
  events
    .filter((event): event is ResourceEvent => event.type === 'resource')
    .find(({ error }) => error !== null)?.error?.message
const lineOf = (text: string, file = import.meta.filename): string =>
  `${file}:${String(
    readFileSync(file, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1,
  )}`

describe('functions of one text, made twice,', () => {
  /** A role that creates a function for each call. */
  const role = (prefix: string) => (): Resources => [
    written(
      'a',
      textOf('key').map((text) => prefix + text),
    ),
  ]

  test("that return the same for the host's value are one, and act once", async () => {
    fleet.write('web1', 'key', 'k')
    const ran = await run([role('x'), role('x'), role('x')])
    expect(ran.of('web1')).toEqual(['a changed: write xk'])
    expect(fleet.note('web1', 'log')).toBe('\n')
  })

  test.each(['plan', 'apply'] as const)(
    'that return something else are a failure of the resource in %s, before it is changed',
    async (mode) => {
      fleet.write('web1', 'key', 'k')
      const ran = await run([role('x'), role('y'), () => [note('b', { text: 'b' })]], mode)
      expect(ran.of('web1')).toEqual([
        'a failed: resource-conflict',
        mode === 'plan'
          ? 'b changed: create b'
          : 'b skipped: nothing was begun, because written[a] would fail',
      ])
      expect([ran.exitCode, fleet.note('web1', 'a')]).toEqual([1, null])
    },
  )

  test('are known after apply until the host knows the value, and compared then', async () => {
    const key = () => [note('key', { text: 'k' })]
    expect((await run([key, role('x'), role('y')], 'plan')).of('web1')).toEqual([
      'key changed: create key',
      'a unknown: key does not exist',
    ])
    expect((await run([key, role('x'), role('x')])).of('web1')).toEqual([
      'key changed: create key',
      'a changed: write xk',
    ])
    expect((await run([key, role('x'), role('y')])).of('web1')).toEqual([
      'key ok',
      'a failed: resource-conflict',
    ])
  })

  test('are compared as onlyIf, too', async () => {
    fleet.write('web1', 'key', 'k')
    const if_ = (letter: string) => () => [
      note('a', { text: 'a', onlyIf: textOf('key').map((text) => text === letter) }),
    ]
    expect((await run([if_('k'), if_('k')])).of('web1')).toEqual(['a changed: create a'])
    expect((await run([if_('x'), if_('x')])).of('web1')).toEqual(['a ok: onlyIf does not hold'])
    expect((await run([if_('k'), if_('x')])).of('web1')).toEqual(['a failed: resource-conflict'])
  })

  test('are compared with the first, for any number of them', async () => {
    fleet.write('web1', 'key', 'k')
    expect((await run([role('x'), role('x'), role('y')])).of('web1')).toEqual([
      'a failed: resource-conflict',
    ])
  })

  test('are distinguished by the callers of the role, and by the option', async () => {
    fleet.write('web1', 'key', 'k')
    const first = () => [
      role('x')(), // the first call
    ]
    const second = () => [
      role('y')(), // the second call
    ]
    const made = lineOf('  return resourceOf(', join(import.meta.dirname, '../bare-resource.ts'))
    const calls = [lineOf('// the first call'), lineOf('// the second call')]
    expect(failure(await run([first, second]))).toBe(
      `written[a] is described twice with different options (text): at ${made} (called at ${calls[0] ?? ''}) and at ${made} (called at ${calls[1] ?? ''})`,
    )
  })

  test('fail before an earlier neighbour is changed', async () => {
    fleet.write('web1', 'key', 'k')
    const ran = await run([() => [written('b', 'b'), role('x')(), role('y')()]])
    expect(ran.of('web1')).toEqual([
      'b skipped: nothing was begun, because written[a] would fail',
      'a failed: resource-conflict',
    ])
  })
})

describe('values from local files are compared before anything connects', () => {
  const local = (prefix: string) => (): Resources => [
    written(
      'a',
      projectWord.map((text) => prefix + text),
    ),
  ]

  test('and merged if they are equal', async () => {
    expect((await run([local('x'), local('x')])).of('web1')).toEqual(['a changed: write xhello'])
  })

  test('and refused if not', async () => {
    expect(await problem(() => run([local('x'), local('y')]))).toMatch(
      /^resource-conflict: written\[a] is described twice with different options \(text\): at .* and at .*\n→ give both the same options, or keep one$/,
    )
    expect(fleet.sessions).toEqual([])
  })

  test.each<
    [
      what: string,
      one: Readonly<Record<string, unknown>>,
      other: Readonly<Record<string, unknown>>,
      template: string,
      same: boolean,
    ]
  >([
    [
      'another order of names that a template does not loop over',
      { word: 'a', other: 'b' },
      { other: 'b', word: 'a' },
      't.njk',
      true,
    ],
    [
      'another order of names that it loops over',
      { all: { a: 1, b: 2 } },
      { all: { b: 2, a: 1 } },
      'loop.njk',
      false,
    ],
  ])('%s', async (_, one, other, template, same) => {
    const described = (vars: Readonly<Record<string, unknown>>) => () => [
      file('/nowhere/x', { template, vars }),
    ]
    const plan = await problem(() => run([described(one), described(other)], 'plan'))
    expect(plan).toMatch(
      same
        ? /^nothing was thrown$/
        : /^resource-conflict: file\[\/nowhere\/x] is described twice with different options \(content\)/,
    )
  })

  test('together with values that only the host knows', async () => {
    const mixed = (prefix: string) => () => [
      command('env', {
        env: { A: textOf('key').map((text) => text) },
        input: projectWord.map((text) => prefix + text),
      }),
    ]
    expect(await problem(() => run([mixed('x'), mixed('y')]))).toContain('(input)')
  })
})

test('a function that no value depends on cannot be compared, which is an error', async () => {
  const judged = (): Resource =>
    bareResource({
      type: 'judged',
      id: 'a',
      options: { judge: () => true },
      reads: {},
      plan: () => fine(''),
    })
  expect(await problem(() => run([() => [judged()], () => [judged()]]))).toMatch(
    /^resource-conflict: judged\[a] is described twice, and whether both are the same cannot be told \(judge\): at .*\n→ make the function or object once/,
  )
})

test('a circular option is refused with its place', async () => {
  const vars: Record<string, unknown> = {}
  vars['self'] = vars
  expect(await problem(() => run([() => [file('/x', { template: 't.njk', vars })]]))).toMatch(
    /^option-invalid: task "task 0" for web1, at .*duplicates\.test\.ts:\d+: a value that is given to a resource holds itself/,
  )
})

describe('a command that runs on every apply', () => {
  const places = ({ events }: Ran): readonly (readonly string[] | undefined)[] =>
    events
      .filter((event: Event): event is ResourceEvent => event.type === 'resource')
      .map((event) => event.places)
  const one = () => [command('echo here >>said')]
  const other = () => [command('echo here >>said')]

  test('at two places runs once, and both are named', async () => {
    expect(places(await run([one, other], 'plan'))).toEqual([
      [lineOf('const one ='), lineOf('const other =')],
    ])
  })

  test('at one place names no place', async () => {
    expect(places(await run([one], 'plan'))).toEqual([undefined])
  })

  test('with a guard is compared like other resources', async () => {
    const guarded = () => [command('touch /nowhere/it', { creates: '/nowhere/it' })]
    expect(places(await run([guarded, guarded], 'plan'))).toEqual([undefined])
  })

  test('as a list of arguments and as text for the shell is two resources', async () => {
    expect(
      await problem(() => run([() => [command(['echo', 'here'])], () => [command('echo here')]])),
    ).toContain(
      'resource-conflict: command[echo here] is described twice with different options (argument 1)',
    )
  })
})

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import {
  play,
  task,
  type PlayOptions,
  type Resources,
  type Task,
  type TaskContext,
} from '../../../src/core/play.js'
import type { z } from 'zod'
import {
  buildSteps,
  checkTriggers,
  dependents,
  stepsOf,
  type Step,
} from '../../../src/engine/prepare/build.js'
import { inventoryInfo } from '../../../src/engine/prepare/task-context.js'
import { command } from '../../../src/resources/commands/command.js'
import { group } from '../../../src/resources/accounts/group.js'
import { compile } from '../../cli/compile.js'
import { problem, project } from '../../inventory/project.js'
import { inventoryOf } from '../toy.js'

const inventory = await inventoryOf(
  'all: { hosts: { web1: {}, forced: { ansible_become: true }, never: { ansible_become: false }, other: { ansible_become_user: deploy } } }',
)

interface Given {
  readonly host?: string
  readonly become?: boolean
  readonly tags?: readonly string[]
  readonly play?: Partial<PlayOptions<z.ZodType>>
}

function build(
  tasks: readonly Task<unknown>[],
  { host = 'web1', become = false, tags = [], play: given = {} }: Given = {},
): readonly Step[] {
  const found = inventory.hosts.get(host)
  if (found === undefined) throw new Error(`there is no ${host}`)
  return buildSteps(
    play({ name: 'play', hosts: 'all', tasks, ...given }),
    {},
    found,
    inventoryInfo(inventory, []),
    { tags, skipTags: [], become, from: 0 },
  )
}

/** Any value, as plain JavaScript may return it. */
const returning = (returned: unknown): Task<unknown> => task('Task', () => returned as Resources)
const ids = (steps: readonly Step[]): readonly string[] =>
  steps.map(({ resource, selected }) => `${resource.id}${selected ? '' : ' (left out)'}`)

/** The line and column of a text in this file. */
function placeOfText(text: string): string {
  const lines = readFileSync(import.meta.filename, 'utf8').split('\n')
  const [line, ...others] = lines.flatMap((each, index) =>
    each.includes(text) && !each.includes('placeOfText') ? [index + 1] : [],
  )
  if (line === undefined || others.length > 0) throw new Error(`${text} is not once in this file`)
  return `${import.meta.filename}:${line}`
}

describe('lists', () => {
  test('nest, and falsy entries are left out', () => {
    const [a, b, c] = [group('a'), group('b'), group('c')]
    expect(
      ids(build([returning([a, false, [null, [b, undefined]], '', 0, Number.NaN, [], [[[c]]]])])),
    ).toEqual(['a', 'b', 'c'])
  })

  test.each<[name: string, returned: unknown, expected: string]>([
    ['nothing', undefined, 'instead of a list of resources it returned undefined'],
    [
      'a resource',
      group('a'),
      'instead of a list of resources it returned the resource group[a]: put it into a list',
    ],
    [
      'a promise',
      Promise.resolve([]),
      'instead of a list of resources it returned a promise: a task is not async',
    ],
    ['true', [true], 'instead of a resource there is in its list true'],
    ['a name', [[group('a'), 'nginx']], 'instead of a resource there is in its list "nginx"'],
    ['an object', [{ type: 'group' }], 'instead of a resource there is in its list an object'],
    [
      'a function',
      [group],
      'instead of a resource there is in its list the function group: was it to be called?',
    ],
  ])('a task that returns %s is refused with its name', async (_, returned, expected) => {
    expect(await problem(() => build([returning(returned)]))).toBe(
      `play-invalid: task "Task" for web1: ${expected}\n→ correct what the task returns`,
    )
  })

  test('a resource of another copy of Fettle is refused', async () => {
    const { resolved, ...others } = group('a')
    const foreign = { ...others, resolved: { requests: resolved.requests } }
    expect(await problem(() => build([returning([foreign])]))).toBe(
      'play-invalid: task "Task" for web1: group[a] was made by another installed copy of Fettle than the one that runs\n→ run the copy of the project: npx fettle; if it has several, `npm ls fettle` shows who brings them',
    )
  })

  test('when decides, given the host and its variables', () => {
    const only = (wanted: string) =>
      task<unknown>('Task', () => [group(wanted)], {
        when: ({ host }: TaskContext<unknown>) => host.name === wanted,
      })
    expect(ids(build([only('web1'), only('web2')]))).toEqual(['web1'])
  })

  test('when without a result, as in plain JavaScript, means no', () => {
    expect(
      build([task('Task', () => [group('a')], { when: () => undefined as unknown as boolean })]),
    ).toEqual([])
  })
})

describe('two of one address', () => {
  test('with equal options are one, at the first place', () => {
    expect(
      ids(
        build([
          returning([group('a', { gid: 5 }), group('b')]),
          returning([group('c'), group('a', { gid: 5 })]),
        ]),
      ),
    ).toEqual(['a', 'b', 'c'])
  })

  test('are selected if one of them is', () => {
    const steps = build(
      [returning([group('a'), group('b')]), task('Tagged', () => [group('b')], { tags: ['t'] })],
      { tags: ['t'] },
    )
    expect(ids(steps)).toEqual(['a (left out)', 'b'])
  })

  test('with different options are an error that names both lines', async () => {
    const first = returning([group('twice', { gid: 1 })])
    const role = () => [[group('twice', { gid: 2 })]]
    expect(await problem(() => build([first, task('Role', role)]))).toBe(
      `resource-conflict: group[twice] is described twice with different options (gid): at ${placeOfText("[group('twice', { gid: 1 })]")} and at ${placeOfText("[group('twice', { gid: 2 })]")}\n→ give both the same options, or keep one`,
    )
  })

  test('as different users are an error that names both', async () => {
    expect(
      await problem(() =>
        build([returning([group('a')]), task('As app', () => [group('a')], { become: 'app' })]),
      ),
    ).toMatch(/^resource-conflict: .*, as the login user and as app\n/)
  })

  test('of which the first is in a once task are there for the other hosts at the next place', () => {
    const steps = build([
      task('Once', () => [group('a'), group('b')], { once: true }),
      returning([group('c'), group('a')]),
      returning([group('a')]),
    ])
    expect(ids(stepsOf(steps, true))).toEqual(['a', 'b', 'c'])
    expect(ids(stepsOf(steps, false))).toEqual(['c', 'a'])
  })
})

// The resource overrides the task, the task the play, the play -b; the inventory overrides all.
describe('become', () => {
  test.each<
    [
      host: string,
      b: boolean,
      ofPlay: true | 'app' | undefined,
      ofTask: true | 'app' | undefined,
      ofResource: string | undefined,
      user: string | null,
    ]
  >([
    ['web1', false, undefined, undefined, undefined, null],
    ['web1', true, undefined, undefined, undefined, 'root'],
    ['web1', false, true, undefined, undefined, 'root'],
    ['web1', true, 'app', undefined, undefined, 'app'],
    ['web1', false, 'app', true, undefined, 'root'],
    ['web1', false, true, 'app', undefined, 'app'],
    ['web1', false, undefined, 'app', 'db', 'db'],
    ['web1', true, true, true, 'db', 'db'],
    ['forced', false, undefined, undefined, undefined, 'root'],
    ['forced', false, 'app', undefined, undefined, 'app'],
    ['never', true, true, 'app', 'db', null],
    ['other', false, undefined, undefined, undefined, null],
    ['other', true, undefined, undefined, undefined, 'deploy'],
    ['other', false, 'app', undefined, 'db', 'deploy'],
  ])(
    'on %s with -b %s, play %s, task %s, resource %s: %s',
    (host, b, ofPlay, ofTask, ofResource, user) => {
      const made = task(
        'Task',
        () => [group('a', ofResource === undefined ? {} : { become: ofResource })],
        ofTask === undefined ? {} : { become: ofTask },
      )
      expect(
        build([made], { host, become: b, play: ofPlay === undefined ? {} : { become: ofPlay } })[0]
          ?.user,
      ).toBe(user)
    },
  )

  test('false, which plain JavaScript may give, means no and not root', () => {
    const no = false as unknown as true
    expect(
      build([task('Task', () => [group('a')], { become: no })], {
        become: true,
        play: { become: true },
      })[0]?.user,
    ).toBeNull()
  })
})

describe('a task that throws', () => {
  test('is named in the error, with the host and the line', async () => {
    const broken = task('Broken', () => {
      throw new RangeError('no such thing')
    })
    expect(await problem(() => build([broken]))).toBe(
      `play-invalid: task "Broken" for web1, at ${placeOfText("throw new RangeError('no such thing')")}: RangeError: no such thing\n→ correct the task at that place`,
    )
  })

  test('an option that is refused keeps its code and gets a place', async () => {
    const broken = task('Broken', () => [group('-x')])
    expect(await problem(() => build([broken]))).toBe(
      `option-invalid: task "Broken" for web1, at ${placeOfText("[group('-x')]")}: group("-x"): the first argument must be the name of an account\n→ give a value of the kind that the message names`,
    )
  })

  test('called by map is found at the line of the map', async () => {
    // As in plain JavaScript: the index is passed as the options.
    const each: (name: string) => ReturnType<typeof group> = group
    const broken = task('Broken', () => [['a'].map(each)])
    expect(await problem(() => build([broken]))).toContain(
      `at ${placeOfText("['a'].map(each)")}: group[a]: options must be an object`,
    )
  })

  test('in when is named too, and the cause is kept', () => {
    const cause = new Error('in when')
    const broken = task('Broken', () => [], {
      when: () => {
        throw cause
      },
    })
    const error = (() => {
      try {
        return build([broken])
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(FettleError)
    expect(error).toMatchObject({ cause })
  })

  test.each<[name: string, thrown: unknown]>([
    ['a string', 'text'],
    ['nothing', undefined],
  ])('%s, which is no error', async (_, thrown) => {
    expect(
      await problem(() =>
        build([
          task('Broken', () => {
            throw thrown
          }),
        ]),
      ),
    ).toContain(`task "Broken" for web1: ${String(thrown)}`)
  })
})

describe('triggers', () => {
  const trigger = group('config')
  const service = command('restart it', { onChangeOf: [trigger] })

  test('that no task has are an error with the line', async () => {
    expect(await problem(() => checkTriggers(build([returning([service])]), 'web1'))).toBe(
      `trigger-missing: command[restart it] at ${placeOfText("const service = command('restart it'")} names group[config] as a trigger, which no task holds for web1\n→ add the resource to a task, or remove it from the trigger`,
    )
  })

  test('are found wherever they are in the play, selected or not', () => {
    const steps = build([task('Service', () => [service], { tags: ['t'] }), returning([trigger])], {
      tags: ['t'],
    })
    expect(() => checkTriggers(steps, 'web1')).not.toThrow()
    expect(
      dependents(steps)
        .get('group[config]')
        ?.map(({ step }) => step.resource.id),
    ).toEqual(['restart it'])
  })
})

test('a task file in TypeScript, loaded by the program, is named with its own line', () => {
  const directory = project({
    'inventory/hosts.yml': 'all: { hosts: { web1: {} } }\n',
    'my (own)/src/core/role.ts':
      "import { group } from 'fettle'\n\ninterface Wanted {\n  readonly gid: number\n}\n\nexport const role = ({ gid }: Wanted) => [\n  group('app', { gid }),\n]\n",
    'tasks/site.ts':
      "import { play, task } from 'fettle'\nimport { role } from '../my (own)/src/core/role.js'\n\nexport default play({\n  name: 'x', hosts: 'all',\n  tasks: [task('Two', () => [role({ gid: 1 }),\n    role({ gid: 2 })])],\n})\n",
  })
  const compiled = project({})
  compile(compiled)
  const program = `const { main } = await import('${compiled}/src/cli/main.js'); await main(process.argv)`
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, 'fettle', 'plan', '--no-color'],
    { cwd: directory, encoding: 'utf8' },
  )
  const role = `${directory}/my (own)/src/core/role.ts:8`
  expect(stdout).toContain(
    `at ${role} (called at ${directory}/tasks/site.ts:6) and at ${role} (called at ${directory}/tasks/site.ts:7)`,
  )
}, 60_000)

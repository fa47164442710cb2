import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { play, task, type Play, type TaskOptions } from '../../../src/core/play.js'
import { group } from '../../../src/resources/accounts/group.js'
import { listRun, selectPlays } from '../../../src/engine/prepare/select.js'
import { chosenByTags } from '../../../src/engine/prepare/tags.js'
import { problem } from '../../inventory/project.js'
import { inventoryOf } from '../toy.js'

const everything = { limit: null, tags: [], skipTags: [], startAtTask: null } as const
const named = (name: string, options: TaskOptions<unknown> = {}) =>
  task(name, () => [group(name.replaceAll(' ', '-'))], options)

// The result of Taggable.evaluate_tags of ansible-core 2.14 for the same tags.
describe('tags, as in Ansible', () => {
  test.each<
    [own: readonly string[], tags: readonly string[], skip: readonly string[], chosen: boolean]
  >([
    [[], [], [], true],
    [['a'], [], [], true],
    [['never'], [], [], false],
    [['always'], [], [], true],
    [['always', 'never'], [], [], true],
    [['a'], ['a'], [], true],
    [['a'], ['b'], [], false],
    [['a', 'b'], ['b'], [], true],
    [[], ['a'], [], false],
    [['always'], ['a'], [], true],
    [['always', 'never'], ['a'], [], true],
    [['never', 'a'], ['a'], [], true],
    [['never'], ['never'], [], true],
    [['a'], ['all'], [], true],
    [['never'], ['all'], [], false],
    [['never', 'a'], ['all'], [], false],
    [['a'], ['tagged'], [], true],
    [[], ['tagged'], [], false],
    [['never', 'a'], ['tagged'], [], false],
    [[], ['untagged'], [], true],
    [['a'], ['untagged'], [], false],
    [['a'], [], ['a'], false],
    [['a'], [], ['b'], true],
    [['always'], [], ['always'], false],
    [['always', 'a'], [], ['a'], false],
    [['a'], [], ['all'], false],
    [[], [], ['all'], false],
    [['always'], [], ['all'], true],
    [['a'], [], ['tagged'], false],
    [[], [], ['tagged'], true],
    [[], [], ['untagged'], false],
    [['never'], ['never'], ['tagged'], false],
    [['always'], [], ['all', 'always'], false],
    [['always', 'a'], [], ['all', 'a'], true],
    [['a', 'b'], ['a'], ['b'], false],
  ])('%j with --tags %j and --skip-tags %j: %s', (own, tags, skipTags, chosen) => {
    expect(chosenByTags(['its name', ...own], own.length > 0, { tags, skipTags })).toBe(chosen)
  })

  test("a task's name is one of its tags, but does not make it tagged", () => {
    expect(chosenByTags(['Set up'], false, { tags: ['Set up'], skipTags: [] })).toBe(true)
    expect(chosenByTags(['Set up'], false, { tags: ['untagged'], skipTags: [] })).toBe(true)
  })
})

const inventory = await inventoryOf(
  'all: { children: { web: { hosts: { web1: {}, web2: {} } }, db: { hosts: { db1: {} } }, spare: { hosts: {} } } }',
)
const web = play({
  name: 'Web',
  hosts: 'web',
  tasks: [named('one'), named('two', { tags: ['t'] })],
})
const db = play({ name: 'Database', hosts: 'db', tasks: [named('three'), named('two')] })
const spare = play({ name: 'Spare', hosts: 'spare', tasks: [named('four')] })

describe('hosts', () => {
  const hosts = (plays: readonly Play[], limit: string | null) =>
    selectPlays(plays, inventory, { limit, startAtTask: null }).map((selected) =>
      selected.hosts.map((host) => host.name),
    )

  test.each<[limit: string | null, expected: readonly (readonly string[])[]]>([
    [null, [['web1', 'web2'], ['db1']]],
    ['web2', [['web2'], []]],
    ['db', [[], ['db1']]],
    ['all:!web1', [['web2'], ['db1']]],
  ])('--limit %s leaves %j: one of two plays may have no hosts', (limit, expected) => {
    expect(hosts([web, db], limit)).toEqual(expected)
  })

  test.each<[name: string, plays: readonly Play[], limit: string | null, expected: string]>([
    [
      'a limit that names nothing',
      [web],
      'webb1',
      'pattern-no-match: webb1 matches no host and no group; did you mean web1?',
    ],
    [
      'a limit that leaves no play a host',
      [web],
      'db1',
      'pattern-no-match: no host matches both web and --limit db1',
    ],
    [
      'a play for a group without hosts, beside one with hosts',
      [web, spare],
      null,
      'pattern-no-match: no host matches spare',
    ],
    [
      'a play for a group that is not there',
      [play({ name: 'x', hosts: 'wbe', tasks: [] })],
      null,
      'pattern-no-match: wbe matches no host and no group; did you mean web?',
    ],
  ])('%s is an error', async (_, plays, limit, expected) => {
    expect(await problem(() => hosts(plays, limit))).toContain(expected)
  })
})

describe('--list-tasks', () => {
  const listed = (options: Partial<Parameters<typeof listRun>[2]>, ...plays: readonly Play[]) =>
    listRun(plays.length > 0 ? plays : [web, db], inventory, {
      ...everything,
      ...options,
    }).plays.map(({ tasks }) => tasks.map(({ name }) => name))

  test.each<
    [options: Partial<Parameters<typeof listRun>[2]>, expected: readonly (readonly string[])[]]
  >([
    [
      {},
      [
        ['one', 'two'],
        ['three', 'two'],
      ],
    ],
    [{ tags: ['t'] }, [['two'], []]],
    [{ tags: ['two'] }, [['two'], ['two']]],
    [{ skipTags: ['t'] }, [['one'], ['three', 'two']]],
    // From the first task with that name on; later plays are complete.
    [{ startAtTask: 'two' }, [['two'], ['three', 'two']]],
    [{ startAtTask: 'three' }, [[], ['three', 'two']]],
    // A glob like Ansible's fnmatch: it matches the whole name, with case. Verified with
    // ansible-core 2.14.
    [{ startAtTask: 't*' }, [['two'], ['three', 'two']]],
    [{ startAtTask: 't?ree' }, [[], ['three', 'two']]],
    [{ startAtTask: 'two', tags: ['three'] }, [[], ['three']]],
  ])('%j lists %j', (options, expected) => {
    expect(listed(options)).toEqual(expected)
  })

  test.each([
    ['[!ab]*', ['c (1+1)', '[d]']],
    ['[d]', ['[d]']],
    ['c (1+1)', ['c (1+1)', '[d]']],
  ])('--start-at-task %s matches a name exactly or as a glob', (startAtTask, expected) => {
    expect(
      listed(
        { startAtTask },
        play({
          name: 'Odd',
          hosts: 'web',
          tasks: [named('a'), named('b'), named('c (1+1)'), named('[d]')],
        }),
      ),
    ).toEqual([expected])
  })

  test('a task is listed if only one of its resources has the tag', () => {
    const part = play({
      name: 'Parts',
      hosts: 'web',
      tasks: [task('Groups', () => [group('a'), group('b', { tags: ['b'] })]), named('Other')],
    })
    expect(listed({ tags: ['b'] }, part)).toEqual([['Groups']])
    expect(listed({ skipTags: ['b'] }, part)).toEqual([['Groups', 'Other']])
  })

  test('a resource of only some hosts counts', () => {
    const some = play({
      name: 'Some',
      hosts: 'web',
      tasks: [task('Groups', ({ host }) => [host.name === 'web2' && group('b', { tags: ['b'] })])],
    })
    expect(listed({ tags: ['b'] }, some)).toEqual([['Groups']])
  })

  test('without tags variables are not checked, and tasks not called', () => {
    const strict = play({
      name: 'Strict',
      hosts: 'web',
      vars: z.object({ app: z.string() }),
      tasks: [
        task('Boom', () => {
          throw new Error('called')
        }),
      ],
    })
    expect(listed({}, strict)).toEqual([['Boom']])
  })

  test.each<[options: Partial<Parameters<typeof listRun>[2]>, expected: string]>([
    [{ tags: ['tow'] }, 'usage: there is no tag tow; did you mean two?'],
    [{ skipTags: ['nothing-like-it'] }, 'usage: there is no tag nothing-like-it\n'],
    [{ startAtTask: 'thre' }, 'usage: there is no task thre; did you mean three?'],
    [{ startAtTask: 'T*' }, 'usage: there is no task T*'],
    [{ startAtTask: '[z-a]' }, 'usage: --start-at-task [z-a] cannot be read as a glob'],
  ])('%j is an error', async (options, expected) => {
    expect(await problem(() => listed(options))).toContain(expected)
  })

  test('matching a glob has a time limit', async () => {
    const startAtTask = `${'*w'.repeat(30)}*b`
    const long = play({ name: 'Long', hosts: 'web', tasks: [named('w'.repeat(60))] })
    expect(await problem(() => listed({ startAtTask }, long))).toContain(
      `usage: --start-at-task ${startAtTask} takes too long to be compared with the names of the tasks`,
    )
  })
})

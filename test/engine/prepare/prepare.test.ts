import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { fine } from '../../../src/core/change.js'
import { absent, backendFact, present, unknown, type Fact } from '../../../src/core/fact.js'
import { projectFiles } from '../../../src/facts/files/project-file.js'
import { Later, request } from '../../../src/core/later.js'
import { play, task, type TaskOptions } from '../../../src/core/play.js'
import { bareResource } from '../bare-resource.js'
import type { Resource } from '../../../src/core/resource.js'
import type { RunOptions } from '../../../src/engine/options.js'
import { prepare } from '../../../src/engine/prepare/prepare.js'
import { file } from '../../../src/resources/files/file.js'
import { githubDeployKey } from '../../../src/resources/github/deploy-key.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import { problem, project } from '../../inventory/project.js'
import { hostsNamed, inventoryOf, options } from '../toy.js'

/** The error of a run of one task on two hosts. */
const prepared = async (
  made: () => readonly Resource[],
  given: Partial<RunOptions> = {},
  ofTask: TaskOptions<unknown> = {},
) => {
  const only = play({
    name: 'play',
    hosts: 'all',
    tasks: [task('Task', made, ofTask), task('Other', () => [])],
  })
  return prepare([only], await hostsNamed('web1', 'web2'), options(given))
}

const lineOf = (text: string): string =>
  `${import.meta.filename}:${
    readFileSync(import.meta.filename, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  }`

describe('errors in the project stop the run before anything connects', () => {
  const directory = project({
    'templates/a.njk': 'x\n{{ nmae }}\n',
    'templates/bad.njk': '{% if %}',
    'templates/latin.njk': Buffer.from([0xe9]),
    'here/x': '',
  })
  const within = (made: () => Resource): Promise<string> =>
    problem(() => prepared(() => [made()], { project: directory }))

  test.each<[name: string, made: () => Resource, expected: string]>([
    [
      'a template',
      () => file('/1', { template: 'none.njk' }),
      'source-missing: file[/1] at PLACE: templates/none.njk does not exist in the project\n→ create the file or correct its name',
    ],
    [
      'a source',
      () => file('/2', { source: 'none' }),
      'source-missing: file[/2] at PLACE: none does not exist in the project\n→ create the file or correct its name',
    ],
    [
      'a source that is a folder',
      () => file('/3', { source: 'here' }),
      'source-missing: file[/3] at PLACE: here is a directory\n→ name a file that can be read',
    ],
    [
      'a source beneath a file',
      () => file('/4', { source: 'here/x/y' }),
      'source-missing: file[/4] at PLACE: here/x/y does not exist in the project',
    ],
    [
      'a template that is not text',
      () => file('/5', { template: 'latin.njk' }),
      'source-missing: file[/5] at PLACE: templates/latin.njk is not UTF-8 text\n→ save it as UTF-8',
    ],
    [
      'a source outside the project',
      () => file('/10', { source: '../x' }),
      'source-missing: file[/10] at PLACE: ../x lies outside the project\n→ copy it into the project, or name its folder in package.json: "fettle": { "sources": [".."] }',
    ],
    [
      'a variable',
      () => file('/6', { template: 'a.njk', vars: { name: 1 } }),
      'template-failed: file[/6] at PLACE: template a.njk:2: the variable nmae is not given; did you mean name?',
    ],
    [
      'a template that cannot be read',
      () => file('/7', { template: 'bad.njk' }),
      'template-failed: file[/7] at PLACE: template bad.njk:1: ',
    ],
    [
      'a template behind a value that only the host knows',
      () => file('/8', { template: 'a.njk', vars: { key: generatedSecret('/key').value } }),
      'template-failed: file[/8] at PLACE: template a.njk:2: the variable nmae is not given',
    ],
    [
      'a function of a source',
      () =>
        file('/9', {
          content: Later.fact(request(projectFact, 'there'), '', 'it').map((text) =>
            text.repeat(-1),
          ),
        }),
      'play-invalid: file[/9] at PLACE: a function of one of its values failed: RangeError: ',
    ],
  ])('%s', async (_, made, expected) => {
    const path = /file\[(.*?)\]/.exec(expected)?.[1] ?? ''
    expect(await within(made)).toContain(expected.replace('PLACE', lineOf(`file('${path}'`)))
  })

  test('all of them together, each once for all hosts', async () => {
    const said = await problem(() =>
      prepared(
        () => [
          file('/a', { template: 'none.njk' }),
          file('/b', { source: 'none' }),
          file('/c', { content: '' }),
        ],
        { project: directory },
      ),
    )
    expect(said.split('\n').map((line) => line.replace(/ at \S+:\d+/, ''))).toEqual([
      "source-missing: 2 resources cannot be made from the project's files:",
      'file[/a]: templates/none.njk does not exist in the project',
      'file[/b]: none does not exist in the project',
      '→ create the file or correct its name',
    ])
  })

  test('but not in resources that tags leave out', async () => {
    await expect(
      prepared(() => [file('/a', { template: 'none.njk' })], {
        project: directory,
        tags: ['Other'],
      }),
    ).resolves.toBeDefined()
  })

  test('a function that throws for a stand-in is called with the real value later', async () => {
    const content = generatedSecret('/key').value.map(() => {
      throw new TypeError('not like this')
    })
    await expect(
      prepared(() => [file('/a', { content })], { project: directory }),
    ).resolves.toBeDefined()
  })
})

/** A local fact whose value is its key. */
const projectFact = backendFact({
  backend: projectFiles,
  name: 'there or not',
  read: (_, key: string): Promise<Fact<string>> => {
    if (key === 'throws') throw new TypeError('a defect')
    if (key === 'absent') return Promise.resolve(absent)
    if (key === 'unknown') return Promise.resolve(unknown('it cannot be read', 'repair it'))
    return Promise.resolve(present(key))
  },
})

describe('a local fact', () => {
  const reading = (key: string): Resource =>
    bareResource({
      type: 'reads',
      id: key,
      options: {},
      reads: { it: request(projectFact, key) },
      plan: ({ it }) => fine(it ?? 'absent'),
    })
  const valued = (key: string): Resource =>
    bareResource({
      type: 'valued',
      id: key,
      options: {},
      reads: {},
      values: { it: Later.fact(request(projectFact, key), '', 'it') },
      plan: () => fine(''),
    })

  test.each<[name: string, made: Resource, expected: string | null]>([
    ['that is there, read', reading('there'), null],
    // Absence is knowledge: the resource decides what to do.
    ['that is absent, read', reading('absent'), null],
    ['that is unknown, read', reading('unknown'), 'source-missing: reads[unknown]'],
    ['that throws, read', reading('throws'), 'there or not could not be read: a defect'],
    ['that is there, as a value', valued('there'), null],
    ['that is absent, as a value', valued('absent'), 'source-missing: valued[absent]'],
    ['that is unknown, as a value', valued('unknown'), 'it cannot be read\n→ repair it'],
  ])('%s', async (_, made, expected) => {
    const said = await problem(() => prepared(() => [made]))
    expect(said).toContain(expected ?? 'nothing was thrown')
  })
})

describe('GITHUB_TOKEN', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  const github = (): readonly Resource[] => [githubDeployKey('owner/repo', { title: 'web', key })]
  const before = process.env['GITHUB_API_URL']
  const within = (dotenv: string, given: Partial<RunOptions> = {}): Promise<string> =>
    problem(() => prepared(github, { ...given, project: project({ '.env': dotenv }) }))
  delete process.env['GITHUB_TOKEN']
  afterEach(() => {
    if (before === undefined) delete process.env['GITHUB_API_URL']
    else process.env['GITHUB_API_URL'] = before
  })

  test('is required before anything connects', async () => {
    expect(await within('')).toMatch(
      /^environment-missing: GITHUB_TOKEN is neither in the environment nor in .*; github\.deployKey\[owner\/repo web\] of the task .* needs it\n/,
    )
  })

  test('is not required if tags leave GitHub out', async () => {
    expect(await within('', { tags: ['Other'] })).toBe('nothing was thrown')
  })

  test('is enough', async () => {
    expect(await within('GITHUB_TOKEN=x')).toBe('nothing was thrown')
  })

  test('is not sent to an address that must not get it: refused before anything connects', async () => {
    expect(await within('GITHUB_TOKEN=x\nGITHUB_API_URL=http://example.org')).toMatch(
      /^github-failed: GITHUB_API_URL is http:\/\/example.org, where the token could be read/,
    )
  })
})

describe('the command line', () => {
  test.each<[given: Partial<RunOptions>, expected: string]>([
    [{ tags: ['Taks'] }, 'usage: there is no tag Taks; did you mean Task?'],
    [{ startAtTask: 'Taks' }, 'usage: there is no task Taks; did you mean Task?'],
    [{ limit: 'web3' }, 'pattern-no-match: web3 matches no host and no group; did you mean web1?'],
    [{ tags: ['own'] }, 'nothing was thrown'],
  ])('%j: %s', async (given, expected) => {
    expect(
      await problem(() => prepared(() => [file('/a', { content: '', tags: ['own'] })], given)),
    ).toContain(expected)
  })

  test('--start-at-task starts in the first play that has the task', async () => {
    const one = task('One', () => [file('/1', { content: '' })])
    const two = task('Two', () => [file('/2', { content: '' })])
    const plays = [
      play({ name: 'a', hosts: 'all', tasks: [one] }),
      play({ name: 'b', hosts: 'all', tasks: [one, two] }),
      play({ name: 'c', hosts: 'all', tasks: [one] }),
    ]
    const { plays: made } = await prepare(
      plays,
      await hostsNamed('web1'),
      options({ startAtTask: 'Two' }),
    )
    expect(
      made.map(({ steps }) =>
        steps
          ?.get('web1')
          ?.filter((step) => step.selected)
          .map((step) => step.resource.id),
      ),
    ).toEqual([[], ['/2'], ['/1']])
  })
})

test('variables are checked for the selected hosts only', async () => {
  const strict = play({
    name: 'play',
    hosts: 'all',
    vars: z.object({ app: z.string() }),
    tasks: [],
  })
  expect(
    await problem(async () =>
      prepare([strict], await hostsNamed('web1', 'web2'), options({ limit: 'web2' })),
    ),
  ).toMatch(/^variable-missing: app of web2 is not set/)
})

describe('hosts with unusable connection settings', () => {
  const inventory = inventoryOf(
    'web: { hosts: { web1: } }\nwindows: { hosts: { dc1: , dc2: }, vars: { ansible_connection: winrm } }',
  )
  const plays = (facts: boolean) =>
    ['web', 'all'].map((hosts) =>
      play({ name: hosts, hosts, facts, tasks: [task('Nothing', () => [])] }),
    )

  test.each([true, false])(
    'stop the run before anything connects if they are selected; facts: %j',
    async (facts) => {
      expect(await problem(async () => prepare(plays(facts), await inventory, options({})))).toBe(
        'inventory-invalid: inventory/hosts.yml:2:44: ansible_connection of dc1 and dc2 must be ssh or local, and is "winrm"\n→ correct it there, or leave these hosts out with -l',
      )
    },
  )

  test('do not affect other runs', async () => {
    const { plays: prepared } = await prepare(
      plays(false),
      await inventory,
      options({ limit: 'web' }),
    )
    expect(prepared.map(({ hosts }) => hosts.map(({ name }) => name))).toEqual([['web1'], ['web1']])
  })
})

test('files that others may change are a warning, both loaded and read ones', async () => {
  const directory = project({ 'templates/a.njk': '', 'page.html': '', 'tasks/site.ts': '' })
  for (const name of ['tasks/site.ts', 'page.html']) chmodSync(join(directory, name), 0o666)
  const made = (): readonly Resource[] => [
    file('/a', { template: 'a.njk' }),
    file('/b', { source: 'page.html' }),
  ]
  const { warnings } = await prepared(made, {
    project: directory,
    decisive: { paths: [join(directory, 'tasks/site.ts')], secrets: [] },
  })
  expect(warnings).toEqual([
    'others may change 2 paths that decide what runs: tasks/site.ts (everybody may write), page.html (everybody may write); chmod go-w what is yours, and chown what is to be',
  ])
  expect((await prepared(made, { project: directory })).warnings).toEqual([])
})

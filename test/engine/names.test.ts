import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { loadPlays } from '../../src/cli/load/load-tasks.js'
import type { HostFacts } from '../../src/core/host-facts.js'
import { play, task, type Play, type TaskContext } from '../../src/core/play.js'
import { render } from '../../src/core/template/template.js'
import { buildPlay, type Step } from '../../src/engine/prepare/build.js'
import { sameOptions } from '../../src/engine/prepare/same-options.js'
import { inventoryInfo } from '../../src/engine/prepare/task-context.js'
import { command } from '../../src/resources/commands/command.js'
import { problem, project } from '../inventory/project.js'
import { inventoryOf } from './toy.js'

const inventory = await inventoryOf(`
all:
  hosts:
    web1: { app: demo, port: 80, db: { host: db1, port: 3306 }, members: [{ name: ada, shell: /bin/sh }, { name: bob }], sites: { shop: { domain: shop.example.org } }, way: { by: socket, path: /run/app } }
    web2: { app: demo, port: 80, db: { host: db1 }, members: [], sites: {}, way: { by: port, number: 1 }, backup: { hour: 3 } }
  children: { web: { hosts: { web1: {} } } }
`)
const member = z.object({ name: z.string(), shell: z.string().optional() })
type Tree = { readonly name: string; readonly below: readonly Tree[] }
const Tree: z.ZodType<Tree> = z.object({ name: z.string(), below: z.lazy(() => z.array(Tree)) })
const Vars = z.object({
  app: z.string(),
  port: z.number(),
  db: z.object({ host: z.string(), port: z.number().optional() }).readonly(),
  members: z.array(member),
  first: z.tuple([member]).default([{ name: 'eve' }]),
  sites: z.record(z.string(), z.object({ domain: z.string(), tls: z.boolean().optional() })),
  way: z.discriminatedUnion('by', [
    z.object({ by: z.literal('socket'), path: z.string() }),
    z.object({ by: z.literal('port'), number: z.number() }),
  ]),
  both: z
    .object({ one: z.number().default(1) })
    .and(z.object({ two: z.number().default(2) }))
    .prefault({}),
  open: z
    .looseObject({ inner: z.object({ known: z.string() }) })
    .default({ inner: { known: 'x' } }),
  tree: Tree.default({ name: 'root', below: [{ name: 'leaf', below: [] }] }),
  any: z.any().optional(),
  given: z
    .object({ name: z.string() })
    .transform(({ name }) => ({ upper: name }))
    .default({ upper: 'X' }),
  piped: z
    .object({ name: z.string() })
    .transform(({ name }) => ({ upper: name }))
    .pipe(z.object({ upper: z.string() }))
    .prefault({ name: 'x' }),
  maybe: z.object({ name: z.string() }).nullable().catch(null).default({ name: 'x' }),
  list: z.array(z.string()).default(['a']),
})
type Vars = z.output<typeof Vars>
/** A role with a schema of its own, which has names that the play's lacks. */
const Role = z.object({ app: z.string(), undeclared: z.string().optional() })

const facts: HostFacts = {
  os: { id: 'debian', like: [], version: '12', codename: 'bookworm', name: 'Debian' },
  release: '6.1',
  architecture: 'x86_64',
  hostname: 'web1',
  fqdn: null,
  memory: { total: 1 },
  cpus: 1,
  addresses: [
    { interface: 'eth0', address: '10.0.0.5', family: 'ipv4', prefix: 24, scope: 'global' },
  ],
  defaultAddress: { ipv4: '10.0.0.5', ipv6: null },
  virtualization: null,
  init: 'systemd',
}

/** The result of a task's expression, for one host. */
function read<T>(what: (context: TaskContext<Vars>) => T): T {
  const results: T[] = []
  const reading = task<Vars>('Read', (context) => {
    results.push(what(context))
    return []
  })
  build(play({ name: 'Play', hosts: 'all', vars: Vars, tasks: [reading] }))
  const [result] = results
  return result as T
}

function build(made: Play): readonly Step[] {
  const found = inventory.hosts.get('web1')
  if (found === undefined) throw new Error('there is no web1')
  return buildPlay({ play: made, hosts: [found], from: 0 }, inventoryInfo(inventory, [made]), {
    tags: [],
    skipTags: [],
    become: false,
  })(found, made.facts ? facts : undefined)
}

interface Read<T> {
  readonly what: string
  readonly expected: T
  /** The place of the line that reads, as `file:line`. */
  readonly place: string
  readonly build: () => readonly Step[]
}

type Row<T> = readonly [what: string, read: string, expected: T]

/**
 * Plays of a task file that read one name per line. In TypeScript a misspelt name would not
 * compile.
 */
async function loaded<T>(rows: readonly Row<T>[], vars = 'Vars'): Promise<readonly Read<T>[]> {
  const line = (read: string): string =>
    `play({ name: 'Play', hosts: 'all', facts: ${String(!read.includes('none'))}, vars: ${vars}, tasks: [task('Read', ({ host, vars, inventory, facts, facts: none }) => [command(JSON.stringify([${read}]))])] }),`
  const folder = project({
    'tasks/site.ts': [
      "import { command, play, task, Role, Vars, z } from 'fettle'",
      'export default [',
      ...rows.map(([, read]) => line(read)),
      ']\n',
    ].join('\n'),
  })
  const plays = await loadPlays('tasks/site.ts', folder, () =>
    Promise.resolve({ fettle: { command, play, task, Role, Vars, z }, 'fettle/kit': {} }),
  )
  return rows.flatMap(([what, , expected], index) =>
    plays.slice(index, index + 1).map((made) => ({
      what,
      expected,
      place: `${join(folder, 'tasks/site.ts')}:${String(index + 3)}`,
      build: () => build(made),
    })),
  )
}

describe('reading an unknown name is an error of the line that reads it', () => {
  const rows: readonly Row<string>[] = [
    ['a variable', 'vars.prot', 'vars has no prot; did you mean port?'],
    [
      'one that is taken apart',
      '(({ prot }) => prot)(vars)',
      'vars has no prot; did you mean port?',
    ],
    ['one with a default', 'vars.prot ?? 80', 'vars has no prot; did you mean port?'],
    ['one that is like nothing', 'vars.something', 'vars has no something\n'],
    ['in an object', 'vars.db.hots', 'vars.db has no hots; did you mean host?'],
    [
      'in a list',
      'vars.members.map((one) => ({ shell: one.shel }))',
      'vars.members[] has no shel; did you mean shell?',
    ],
    ['in a tuple', 'vars.first[0].nmae', 'vars.first[] has no nmae; did you mean name?'],
    [
      'in a record',
      'vars.sites.shop.domian',
      'vars.sites.shop has no domian; did you mean domain?',
    ],
    ['in one of several shapes', 'vars.way.pathh', 'vars.way has no pathh; did you mean path?'],
    ['in two shapes at once', 'vars.both.tow', 'vars.both has no tow; did you mean two?'],
    [
      'below an object that takes any',
      'vars.open.inner.knwon',
      'vars.open.inner has no knwon; did you mean known?',
    ],
    [
      'in a shape that holds itself',
      'vars.tree.below[0].belwo',
      'vars.tree.below[] has no belwo; did you mean below?',
    ],
    ['behind pipe', 'vars.piped.uper', 'vars.piped has no uper; did you mean upper?'],
    ['in what may be null', 'vars.maybe.nam', 'vars.maybe has no nam; did you mean name?'],
    ['of the host', 'host.nmae', 'host has no nmae; did you mean name?'],
    ['of the inventory', 'inventory.hots', 'inventory has no hots; did you mean hosts?'],
    ['of a Map of the inventory', 'inventory.groups.web', 'inventory.groups has no web'],
    [
      'of another host',
      'inventory.hosts[1].nmae',
      'inventory.hosts[] has no nmae; did you mean name?',
    ],
    [
      "of another host's variables",
      'inventory.hosts[1].vars.prot',
      'inventory.hosts[].vars has no prot; did you mean port?',
    ],
    [
      "deep in another host's variables",
      'inventory.hosts[1].vars.db.prot',
      'inventory.hosts[].vars.db has no prot; did you mean port?',
    ],
    ['of facts', 'facts.archtecture', 'facts has no archtecture; did you mean architecture?'],
    [
      'deep in facts',
      'facts.addresses.map((one) => one.adress)',
      'facts.addresses[] has no adress; did you mean address?',
    ],
  ]

  test('each of them', async () => {
    expect.assertions(rows.length)
    for (const { what, expected, place, build } of await loaded(rows)) {
      expect(`${what}: ${await problem(build)}\n`).toContain(
        `${what}: name-unknown: task "Read" for web1, at ${place}: ${expected}`,
      )
    }
  })

  test('in a play without variables every name is unknown', async () => {
    const [read] = await loaded([['a variable', 'vars.port', null]], 'undefined')
    expect(await problem(() => read?.build())).toMatch(
      /: vars has no port\n→ the play "Play" has no variables: declare them/,
    )
  })

  test('in the context of a task', async () => {
    const misspelt = task<unknown>('Read', (context) => [
      Object.keys(context).length > 0 && (context as unknown as { readonly vras: false }).vras,
    ])
    expect(
      await problem(() => build(play({ name: 'Play', hosts: 'all', tasks: [misspelt] }))),
    ).toContain("the task's context has no vras; did you mean vars?")
  })
})

describe('optional names are undefined', () => {
  const rows: readonly Row<unknown>[] = [
    ['an optional name', '[vars.members[1].shell, vars.any]', [null, null]],
    ['one of another shape', 'vars.way.number', null],
    ['in a record', 'vars.sites.nowhere', null],
    ['in an object that takes any', 'vars.open.anything', null],
    ['in what a function has made', 'vars.given.lower', null],
    ['behind the end of a list', 'vars.list[5]', null],
    ['facts in a play without', 'none', null],
    [
      'a variable that another host has',
      '[inventory.hosts[0].vars.backup, inventory.hosts[1].vars.db.port]',
      [null, null],
    ],
    [
      'a variable of another host that a play declares',
      '[inventory.hosts[0].vars.first, inventory.hosts[0].vars.members[1].shell, inventory.hosts[0].vars.sites.nowhere]',
      [null, null, null],
    ],
    [
      'a group of the inventory',
      "[inventory.groups.get('web'), inventory.groups.get('db'), inventory.groups.size]",
      [['web1'], null, 3],
    ],
    ['what JavaScript asks', '[vars.then, vars.toJSON]', [null, null]],
    ['what a package asks', 'Role.parse(vars)', { app: 'demo' }],
    [
      'what is asked through JavaScript',
      "[Reflect.get(vars, 'prot'), JSON.stringify(vars, ['app', 'prot'])]",
      [null, '{"app":"demo"}'],
    ],
  ]

  test('each of them', async () => {
    expect.assertions(rows.length)
    for (const { what, expected, build } of await loaded(rows))
      expect([what, ...build().map(({ resource }) => JSON.parse(resource.id) as unknown)]).toEqual([
        what,
        [expected],
      ])
  })

  test.each([
    'z.looseObject({ app: z.string() })',
    'z.record(z.string(), z.unknown())',
    'z.any()',
    'z.object({}).catchall(z.unknown())',
    "z.object({ app: z.string() }).transform((vars) => ({ ...vars, url: '' }))",
  ])('of %s any name is allowed', async (schema) => {
    const [read] = await loaded([['any', 'vars.app, vars.prot', null]], schema)
    expect(read?.build().map(({ resource }) => resource.id)).toEqual(['["demo",null]'])
  })

  test('an object can be awaited', async () => {
    expect(await read(({ vars }) => Promise.resolve(vars.db))).toEqual({ host: 'db1', port: 3306 })
  })
})

describe('an object with checked names is an ordinary one', () => {
  const plain = Vars.parse(inventory.hosts.get('web1')?.vars)
  const made = read(({ vars }) => vars)

  test('in, keys, spreading, destructuring, JSON, printing, cloning and comparing', () => {
    expect([
      'port' in made,
      'prot' in made,
      'toString' in made,
      Object.hasOwn(made, 'prot'),
    ]).toEqual([true, false, true, false])
    expect(Object.keys(made)).toEqual(Object.keys(plain))
    expect({ ...made, prot: 1 }).toMatchObject({ app: 'demo', prot: 1 })
    const { app, ...rest } = made
    expect([app, Object.keys(rest).length]).toEqual(['demo', Object.keys(plain).length - 1])
    expect(JSON.stringify(made)).toBe(JSON.stringify(plain))
    expect(inspect(made, { depth: 9 })).toBe(inspect(plain, { depth: 9 }))
    expect(Object.prototype.toString.call(made)).toBe('[object Object]')
    expect(structuredClone(made)).toEqual(plain)
    expect([made instanceof Object, made.constructor === Object]).toEqual([true, true])
    expect([
      ...made.list,
      ...made.list.map((word) => word.toUpperCase()),
      made.list.length,
      ['b'].concat(made.list).join(),
    ]).toEqual(['a', 'A', 1, 'b,a'])
    expect(Object.isFrozen(made.db)).toBe(true)
  })

  test('for options of resources that are compared, and for templates', () => {
    const again = read(({ vars }) => vars)
    expect(sameOptions({ vars: made }, { vars: again })).toBe(true)
    expect(sameOptions({ vars: made }, { vars: plain })).toBe(true)
    expect(
      render(
        't',
        '{{ db.host }} {{ members | length }}{% for one in members %} {{ one.name }}{% if one.shell %}!{% endif %}{% endfor %}{% for name, site in sites %} {{ name }}{% endfor %} {{ db | json }}',
        { ...made },
      ),
    ).toBe('db1 2 ada! bob shop {"host":"db1","port":3306}')
  })

  test('so is the inventory', () => {
    const info = read((context) => context.inventory)
    expect(JSON.parse(JSON.stringify(info))).toMatchObject({
      hosts: [{ name: 'web1', vars: { app: 'demo' } }, { name: 'web2' }],
    })
    expect([...info.groups.keys()]).toEqual(['all', 'ungrouped', 'web'])
    expect(
      info.hosts.flatMap(({ vars }) => Object.keys(vars)).filter((name) => name === 'backup'),
    ).toEqual(['backup'])
  })
})

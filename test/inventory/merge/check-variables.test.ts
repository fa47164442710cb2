import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import type { Inventory } from '../../../src/inventory/inventory.js'
import { loadInventory } from '../../../src/inventory/load.js'
import { checkAllVars, checkVars } from '../../../src/inventory/merge/check-variables.js'
import { undeclaredVariables } from '../../../src/inventory/merge/undeclared-variables.js'
import { problem, project } from '../project.js'

const load = (
  files: Readonly<Record<string, string>>,
  extraVars: readonly string[] = [],
): Promise<Inventory> => loadInventory({ sources: [], project: project(files), extraVars })

const schema = z.object({
  app: z.string().min(1),
  port: z.number().int().min(1024),
  mode: z.enum(['development', 'production']).default('production'),
  token: z
    .string()
    .regex(/^[a-f0-9]+$/, 'must be hexadecimal')
    .optional(),
  github: z
    .object({ repo: z.string(), events: z.array(z.enum(['push', 'ping'])).optional() })
    .optional(),
  bind: z.union([z.number(), z.array(z.string())]).optional(),
})

/** The error for hosts web1 to web5, all with these variables of the group web. */
async function checked(vars: string): Promise<string> {
  const inventory = await load({
    'inventory/hosts.yml': 'all:\n  children:\n    web: { hosts: { "web[1:5]": } }\n',
    'inventory/group_vars/web.yml': vars,
  })
  return await problem(() => checkAllVars([...inventory.hosts.values()], schema))
}

describe('variables', () => {
  test("what tasks see is the schema's output, without other names", async () => {
    const inventory = await load({
      'inventory/hosts.yml':
        'all: { vars: { app: demo, port: 5000, other: 1 }, hosts: { a: , b: { port: 6000 } } }',
    })
    expect(Object.fromEntries(checkAllVars([...inventory.hosts.values()], schema))).toEqual({
      a: { app: 'demo', port: 5000, mode: 'production' },
      b: { app: 'demo', port: 6000, mode: 'production' },
    })
    const [first] = inventory.hosts.values()
    expect(first === undefined ? null : checkVars(first, z.looseObject({}))).toMatchObject({
      other: 1,
    })
  })

  const place = 'inventory/group_vars/web.yml'
  const correct = 'correct it where the message says that it was set'
  const all = 'web1, web2, web3 and 2 more'
  test.each([
    [
      'app: demo',
      `variable-missing: port of ${all} is not set, and must be a number\n→ set port in group_vars/web.yml or host_vars/<host>.yml beside the inventory, or with -e port=…`,
    ],
    [
      'app: demo\nport: "80a"',
      `variable-invalid: ${place}:2:1: port of ${all} must be a number, and is text\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 80',
      `variable-invalid: ${place}:2:1: port of ${all} must be at least 1024, and is 80\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 5000.5',
      `variable-invalid: ${place}:2:1: port of ${all} must be a whole number, and is 5000.5\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 5000\nmode: prodction',
      `variable-invalid: ${place}:3:1: mode of ${all} must be one of "development", "production", and is "prodction"\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 5000\ntoken: hunter22',
      `variable-invalid: ${place}:3:1: token of ${all} must be hexadecimal\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 5000\ntoken: [hunter22]',
      `variable-invalid: ${place}:3:1: token of ${all} must be text, and is a list\n→ ${correct}`,
    ],
    [
      'app:\n  name: x\nport: 5000',
      `variable-invalid: ${place}:1:1: app of ${all} must be text, and is a mapping\n→ ${correct}`,
    ],
    [
      'app: demo\nport: null',
      `variable-invalid: ${place}:2:1: port of ${all} must be a number, and is null\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 5000\ngithub:\n  events: [push, pull]',
      `variable-invalid: 2 variables are not as the play needs them:\n${place}:3:1: github.repo of ${all} is not set, and must be text\n${place}:4:18: github.events.1 of ${all} must be one of "push", "ping", and is "pull"\n→ ${correct}`,
    ],
    [
      'app: demo\nport: 5000\nbind: hunter22',
      `variable-invalid: ${place}:3:1: bind of ${all} must be a number, or a list, and is text\n→ ${correct}`,
    ],
  ])('%s', async (vars, expected) => {
    expect(await checked(vars)).toBe(expected)
  })

  const filledIn = 'which Ansible would fill in: here variables are no templates'
  const mark = `write the value itself, or let the task put it together; text that is meant so is marked in YAML: name: !unsafe '{{ … }}'`
  test.each([
    [
      'app: "{{ name }}"\nport: 5000',
      `variable-invalid: ${place}:1:1: app of ${all} holds {{ … }}, ${filledIn}\n→ ${mark}`,
    ],
    [
      'app: demo\nport: "{{ base + 1 }}"',
      `variable-invalid: ${place}:2:1: port of ${all} holds {{ … }}, ${filledIn}\n→ ${mark}`,
    ],
    [
      'app: |\n  {% if x %}a{% endif %}\nport: 5000',
      `variable-invalid: ${place}:1:1: app of ${all} holds {{ … }}, ${filledIn}\n→ ${mark}`,
    ],
    [
      'app: demo\nport: 5000\ngithub:\n  repo: a/b\n  events: [push, "{{ x }}"]',
      `variable-invalid: ${place}:5:18: github.events.1 of ${all} holds {{ … }}, ${filledIn}\n→ ${mark}`,
    ],
    [
      'app: "{{ name }}"',
      `variable-invalid: 2 variables are not as the play needs them:\n${place}:1:1: app of ${all} holds {{ … }}, ${filledIn}\nport of ${all} is not set, and must be a number\n→ set port in group_vars/web.yml or host_vars/<host>.yml beside the inventory, or with -e port=…; ${mark}`,
    ],
    ['app: !unsafe "{{ name }}"\nport: 5000', 'nothing was thrown\n→ '],
    ['app: demo\nport: 5000\nbind: !unsafe ["{{ x }}", "{% y %}"]', 'nothing was thrown\n→ '],
    [
      'app: demo\nport: 5000\nbind: ["{{ x }}", !unsafe "{{ y }}"]',
      `variable-invalid: ${place}:3:8: bind.0 of ${all} holds {{ … }}, ${filledIn}\n→ ${mark}`,
    ],
    [
      'app: demo\nport: 5000\ngithub:\n  repo: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    6162',
      `variable-invalid: ${place}:4:3: github.repo of ${all} is encrypted with ansible-vault, which Fettle does not read\n→ put the value in .env, and let the task take it with env.secret(…)`,
    ],
    ['app: demo\nport: 5000\nunused: { a: !vault x }', 'nothing was thrown\n→ '],
    [
      'app: demo\nport: 5000\nunused: "{{ x }}"\nmore: [{ a: "{{ y }}" }]',
      'nothing was thrown\n→ ',
    ],
    ['app: "{{ and }} {{"\nport: 5000', `variable-invalid: ${place}:1:1: app of ${all} holds`],
    ['app: "}} and {{, or { { x } }"\nport: 5000', 'nothing was thrown\n→ '],
  ])('what Ansible would fill in: %j', async (vars, expected) => {
    expect(`${await checked(vars)}\n→ `).toContain(expected)
  })

  test.each<
    readonly [
      way: string,
      files: Readonly<Record<string, string>>,
      extraVars: readonly string[],
      said: string,
    ]
  >([
    [
      'INI',
      { 'inventory/hosts': '[web]\nweb1 a="{{ x }}"\n' },
      [],
      'inventory/hosts:2:6: a of web1 holds',
    ],
    ['-e', { 'inventory/hosts': 'web1\n' }, ['a={{x}}'], '-e: a of web1 holds'],
    [
      '-e in YAML',
      { 'inventory/hosts': 'web1\n' },
      ['{a: !unsafe "{{ x }}"}'],
      'nothing was thrown',
    ],
    [
      'a merge',
      {
        'inventory/hosts.yml':
          'all: { hosts: { web1: { <<: &m { a: !unsafe "{{ x }}" } } }, vars: { b: *m } }',
      },
      [],
      'nothing was thrown',
    ],
    [
      'a place that another hides',
      { 'inventory/hosts.yml': 'all: { hosts: { web1: { a: 1 } }, vars: { a: "{{ x }}" } }' },
      [],
      'nothing was thrown',
    ],
  ])('the same by %s', async (_, files, extraVars, said) => {
    const inventory = await load(files, extraVars)
    expect(
      await problem(() =>
        checkAllVars([...inventory.hosts.values()], z.object({ a: z.unknown() })),
      ),
    ).toContain(said)
  })

  test('a play that takes any variable uses them all', async () => {
    const inventory = await load({
      'inventory/hosts.yml': 'all: { hosts: { web1: { a: "{{ x }}" } } }',
    })
    expect(
      await problem(() =>
        checkAllVars([...inventory.hosts.values()], z.looseObject({ b: z.number().optional() })),
      ),
    ).toContain('inventory/hosts.yml:1:25: a of web1 holds')
  })

  const inQuotes = ': in quotes it is text'
  const kept = (text: string, number: string): string =>
    `, and is ${text}, which a number would print as ${number}: write ${number}, or put it in quotes and declare it as text`
  test.each<readonly [value: string, schema: z.ZodType, expected: unknown]>([
    ['8.0', z.number(), `must be a number${kept('8.0', '8')}`],
    ['8.0', z.number().int().optional(), `must be a number${kept('8.0', '8')}`],
    ['1.0e-05', z.number().default(1), `must be a number${kept('1e-05', '0.00001')}`],
    ['8.0', z.union([z.number(), z.string()]), `must be a number, or text${kept('8.0', '8')}`],
    ['8.0', z.boolean(), `must be true or false${kept('8.0', '8')}`],
    ['8.0', z.string(), `must be text, and is the number 8.0${inQuotes}`],
    ['8.1', z.string(), `must be text, and is the number 8.1${inQuotes}`],
    ['0644', z.string().optional(), `must be text, and is the number 420${inQuotes}`],
    [
      '8.0',
      z.enum(['8.0', '8.1']),
      `must be one of "8.0", "8.1", and is the number 8.0${inQuotes}`,
    ],
    [
      '8.0',
      z.union([z.string(), z.boolean()]),
      `must be text, or true or false, and is the number 8.0${inQuotes}`,
    ],
    ['12345678901234567890', z.number(), 'must be a number, and is text'],
    ['8.0', z.coerce.string(), '8.0'],
    ['8.0', z.coerce.number(), 8],
    ['"8.0"', z.string(), '8.0'],
    ['8.1', z.number(), 8.1],
    ['1.10', z.number(), 1.1],
    ['12345678901234567890', z.string(), '12345678901234567890'],
    ['8.0', z.unknown().transform((value) => `php${value as string}`), 'php8.0'],
    ['8.0', z.unknown().transform((value) => (value as number) * 2), 16],
  ])('%s as %j: %j', async (value, wanted, expected) => {
    const inventory = await load({
      'inventory/hosts.yml': `all:\n  hosts:\n    a:\n      v: ${value}\n`,
    })
    const shape = z.object({ v: wanted })
    const said = await problem(() =>
      expect(checkAllVars([...inventory.hosts.values()], shape).get('a')).toEqual({ v: expected }),
    )
    expect(said.split('\n')[0]).toBe(
      typeof expected === 'string' && expected.startsWith('must')
        ? `variable-invalid: inventory/hosts.yml:4:7: v of a ${expected}`
        : 'nothing was thrown',
    )
  })

  test('a number that may be a secret is not shown', async () => {
    const inventory = await load({
      'inventory/hosts.yml': 'all: { hosts: { a: { db_password: 22222222, db: { token: 8.0 } } } }',
    })
    const said = await problem(() =>
      checkAllVars(
        [...inventory.hosts.values()],
        z.object({ db_password: z.string(), db: z.object({ token: z.number() }) }),
      ),
    )
    expect(said).toContain('db_password of a must be text, and is a number: in quotes it is text')
    expect(said).toContain(
      'db.token of a must be a number, and a number would print otherwise: put it in quotes',
    )
    expect(said).not.toMatch(/22222222|8\.0/)
  })

  test('the problems of all hosts are one error, equal ones told once', async () => {
    const inventory = await load({
      'inventory/hosts.yml':
        'all:\n  vars: { app: demo }\n  hosts:\n    a: { port: x }\n    b: { port: 5000, mode: fast }\n    c: { port: 80 }\n    d:\n    e:\n',
    })
    expect(await problem(() => checkAllVars([...inventory.hosts.values()], schema))).toBe(
      [
        'variable-invalid: 4 variables are not as the play needs them:',
        'inventory/hosts.yml:4:10: port of a must be a number, and is text',
        'inventory/hosts.yml:5:22: mode of b must be one of "development", "production", and is "fast"',
        'inventory/hosts.yml:6:10: port of c must be at least 1024, and is 80',
        'port of d and e is not set, and must be a number',
        '→ set port in group_vars/all.yml or host_vars/<host>.yml beside the inventory, or with -e port=…',
      ].join('\n'),
    )
  })

  test('a value that one host lacks can be set for it', async () => {
    const inventory = await load({ 'inventory/hosts.yml': 'web: { hosts: { a: { app: x } } }' })
    expect(await problem(() => checkAllVars([...inventory.hosts.values()], schema))).toContain(
      '→ set port in group_vars/web.yml or host_vars/a.yml beside the inventory, or with -e port=…',
    )
  })

  test('-e is shown as the place', async () => {
    const inventory = await load(
      { 'inventory/hosts.yml': 'all: { vars: { app: demo }, hosts: { a: } }' },
      ['port=x'],
    )
    expect(await problem(() => checkAllVars([...inventory.hosts.values()], schema))).toContain(
      'variable-invalid: -e: port of a must be a number, and is text',
    )
  })

  test('a list that is too long is cut', async () => {
    const inventory = await load({
      'inventory/hosts.yml': `all:\n  hosts:\n${Array.from({ length: 30 }, (_, index) => `    h${String(index)}: { app: demo, port: x }`).join('\n')}`,
    })
    const lines = (await problem(() => checkAllVars([...inventory.hosts.values()], schema))).split(
      '\n',
    )
    expect(lines[0]).toBe('variable-invalid: 30 variables are not as the play needs them:')
    expect(lines.at(-2)).toBe('and 10 more')
    expect(lines).toHaveLength(23)
  })
})

describe('undeclared variables', () => {
  const files = {
    'inventory/hosts.yml':
      'all:\n  vars:\n    prot: 80\n    ansible_user: x\n    app: demo\n  hosts:\n    a: { unheard: 1 }\n    b: { unheard: 2 }\n    c: { unheard: 3 }\n',
  }

  test('are ignored if no name is near, or the near one is set: other task files may declare them', async () => {
    const inventory = await load({
      'inventory/hosts.yml':
        'all: { vars: { port: 80, prot: 81, app: demo }, hosts: { a: { apps: 2 } } }',
    })
    expect(undeclaredVariables(inventory, [schema])).toEqual([])
  })

  test('that are close to the missing name are suggested', async () => {
    const inventory = await load({
      'inventory/hosts.yml': 'all:\n  vars:\n    prot: 80\n    app: demo\n  hosts: { a: }\n',
    })
    expect(await problem(() => checkAllVars([...inventory.hosts.values()], schema))).toContain(
      'port of a is not set, and must be a number; inventory/hosts.yml:3:5 sets prot: did you mean port there?',
    )
  })

  test('with an unset near name are warnings with their places', async () => {
    expect(
      undeclaredVariables(await load(files), [schema, z.object({ extra: z.string() })]),
    ).toEqual(['inventory/hosts.yml:3:5: no play declares prot; did you mean port?'])
  })

  test('the schemas of all plays count, through pipes and intersections', async () => {
    const inventory = await load(files)
    const rest = z.object({ prot: z.number() }).and(z.object({ unheard: z.number() }))
    expect(undeclaredVariables(inventory, [schema.transform((vars) => vars.app), rest])).toEqual([])
  })

  test.each<readonly [string, z.ZodType]>([
    ['a record', z.record(z.string(), z.unknown())],
    ['a loose object', z.looseObject({})],
    ['anything', z.unknown()],
  ])('nothing is said with a schema of %s', async (_, open) => {
    expect(undeclaredVariables(await load(files, ['nowhere=1']), [schema, open])).toEqual([])
  })

  test('without a schema no name is near', async () => {
    expect(undeclaredVariables(await load(files), [])).toEqual([])
  })

  test('in -e they are an error, ansible_ names excepted', async () => {
    expect(
      await problem(async () =>
        undeclaredVariables(await load(files, ['ansible_user=root prt=81']), [schema]),
      ),
    ).toBe(
      'variable-undeclared: -e: no play declares prt; did you mean port?\n→ correct the name, or add it to the schema of the play',
    )
    expect(
      await problem(async () => undeclaredVariables(await load(files, ['{zebra: 1}']), [schema])),
    ).toBe(
      'variable-undeclared: -e:1:2: no play declares zebra\n→ correct the name, or add it to the schema of the play',
    )
    expect(
      await problem(async () =>
        undeclaredVariables(await load(files, ['ansible_user=root']), [schema]),
      ),
    ).toBe('nothing was thrown')
  })
})
